"""Letters that come back, and reports about letters that never were ours."""

import pytest

from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import Daemon
from tests.journeys.relay import Relay

pytestmark = pytest.mark.both

REPORT = """From: Mail Delivery System <mailer-daemon@blueharbor.example>
To: {to}
Subject: Undelivered Mail Returned to Sender
Date: Mon, 23 Nov 2026 09:05:00 +0000
Message-ID: <{number}@blueharbor.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain; charset=utf-8

Your mail could not be delivered. {words}
--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.blueharbor.example

Final-Recipient: rfc822; mia@blueharbor.example
Action: {action}
Status: {status}

--part
Content-Type: text/rfc822-headers

Message-ID: {original}
Subject: Your order

--part--
"""


def report(to: str, number: int, original: str, words: str = "", *, permanent: bool = True) -> bytes:
    action, status = ("failed", "5.1.1") if permanent else ("delayed", "4.4.1")
    text = REPORT.format(to=to, number=number, original=original, words=words, action=action, status=status)
    return text.replace("\n", "\r\n").encode()


def test_l03_r13_a_bounce_flags_the_letter_the_ticket_and_the_address(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    customer.order()
    letter = relay.next()
    before = daemon.ticket(1)
    customer.send_raw(report(letter.sender, 1, "<gone@elsewhere.example>"), letter.sender, "")
    daemon.quiet()
    row = daemon.mail("<1@blueharbor.example>")
    assert (row["outcome"], row["code"], row["ticket_id"], row["kind"]) == ("comment", "bounce", 1, "bounce")
    shown = daemon.ask("outbox.show", id=daemon.letters()[0]["id"])[0]
    assert [(one["address"], one["state"]) for one in shown["recipients"]] == [("mia@blueharbor.example", "bounced")]
    ticket = daemon.ticket(1)
    assert (ticket["comments"][-1]["public"], ticket["comments"][-1]["mark"]) == (False, "bounce")
    assert ticket["needs_review"]
    assert ticket["status"] == before["status"]
    assert len(relay.letters) == 1
    customer.order("Another order", ORDER.replace("PO-70231", "PO-70232"))
    last = daemon.letters()[-1]
    assert (last["phase"], last["code"]) == ("held", "addr.bounced")
    assert len(relay.letters) == 1


def test_l04_a_report_on_a_letter_that_is_not_ours_is_ignored(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    customer.order()
    letter = relay.next()
    forged = letter.sender[:-20] + "aaaa" + letter.sender[-16:]
    attempts = ["orders@shop.example", forged, "orders+b-1-aaaaaaaaaaaaaaaaaaaaaaaaaa@shop.example"]
    for number, to in enumerate(attempts, start=1):
        customer.send_raw(report(to, number, "<never@shop.example>", ORDER), to, "")
    daemon.quiet()
    rows = [daemon.mail(f"<{number}@blueharbor.example>") for number in range(1, len(attempts) + 1)]
    assert [(row["outcome"], row["code"]) for row in rows] == [("ignored", "bounce.unknown")] * len(attempts)
    assert daemon.ask("outbox.show", id=1)[0]["recipients"][0]["state"] == "sent"
    assert not daemon.ticket(1)["needs_review"]
    assert len(daemon.tickets()) == 1
    assert len(relay.letters) == 1


def test_l05_a_delay_is_a_note_and_no_verdict_on_the_address(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    customer.order()
    letter = relay.next()
    customer.send_raw(
        report("orders@shop.example", 1, str(letter.mail["Message-ID"]), permanent=False), "orders@shop.example", ""
    )
    daemon.quiet()
    assert daemon.ticket(1)["comments"][-1]["mark"] == "bounce"
    assert daemon.ask("outbox.show", id=1)[0]["recipients"][0]["state"] == "sent"
    customer.order("Another order", ORDER.replace("PO-70231", "PO-70232"))
    assert relay.next().recipients == ("mia@blueharbor.example",)
