"""Each way in which an answer finds its ticket again."""

import pytest

from tests.journeys.customer import Customer
from tests.journeys.daemon import Daemon
from tests.journeys.relay import Relay

pytestmark = pytest.mark.both


def test_each_way_finds_the_ticket_and_says_which_it_was(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    order = customer.order()
    letter = relay.next()
    ours = str(letter.mail["Message-ID"])
    marker = next(line for line in letter.text.splitlines() if "[ref:" in line)
    colleague = Customer(daemon, "Ben Okafor", "ben@blueharbor.example")
    ways = {
        "reply address": customer.mail("Other words", "By token.", to=str(letter.mail["Reply-To"])),
        "In-Reply-To": customer.mail("Other words", "By header.", In_Reply_To=ours),
        "References": customer.mail("Other words", "By list.", References=f"{ours} <lost@blueharbor.example>"),
        "In-Reply-To names " + str(order["Message-ID"]): colleague.mail(
            "FW: order", "By the customer's own mail.", In_Reply_To=str(order["Message-ID"])
        ),
        "signed line": customer.mail("Other words", f"By marker.\n\n> {marker}\n> Dear Mia,\n"),
        "the subject names ticket 1": customer.mail("Question about [#1]", "By number."),
    }
    for message in ways.values():
        customer.send(message)
        daemon.quiet()  # with several writers at once, mails of one batch may be settled in any order
    for way, message in ways.items():
        row = daemon.mail(str(message["Message-ID"]))
        assert (row["outcome"], row["ticket_id"]) == ("comment", 1)
        assert way in row["why"]
    said = [comment["text"].strip() for comment in daemon.ticket(1)["comments"][1:] if comment["public"]]
    assert said == [str(message.get_content()).partition("\n")[0] for message in ways.values()]
    assert len(relay.letters) == 1


def test_an_answer_to_a_closed_ticket_opens_a_new_one_without_the_workflow(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    customer.order()
    letter = relay.next()
    daemon.ask("ticket.macro", actor="approver", id=1, macro="Orders :: Approve")
    daemon.ask("ticket.move", actor="lead", id=1, status="closed")
    late = customer.answer(letter, "One valve was missing.")
    customer.send(late)
    daemon.quiet()
    row = daemon.mail(str(late["Message-ID"]))
    assert (row["outcome"], row["ticket_id"]) == ("ticket", 2)
    new, old = daemon.ticket(2), daemon.ticket(1)
    assert (new["follow_up_of"], new["status"]) == (1, "open")
    assert new["fields"]["po_number"] == "PO-70231"
    assert "order_ready_to_process" in old["tags"]
    assert "order_ready_to_process" not in new["tags"]
    assert new["comments"][0]["text"].strip() == "One valve was missing."
    assert old["status"] == "closed"
    assert len(old["comments"]) == 2
    assert {"ticket": 1, "why": "follow-up"} in new["links"]
