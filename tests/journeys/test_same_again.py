"""The same mail, the same order, and almost the same order, once more."""

import pytest

from maild.control.client import Refusal
from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import Daemon
from tests.journeys.relay import Relay

pytestmark = pytest.mark.both


def test_x10_a_delivery_that_comes_again_is_counted_and_nothing_else(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    message = customer.order()
    relay.next()
    raw = b"Received: from mx.blueharbor.example by shop.example; Mon, 23 Nov 2026 09:00:01 +0000\r\n"
    customer.send(message)
    customer.send_raw(raw + message.as_bytes(policy=message.policy.clone(linesep="\r\n")), "orders@shop.example")
    daemon.quiet()
    [mail] = daemon.ask("mail.list")
    assert len(daemon.ask("mail.show", id=mail["id"])[0]["deliveries"]) == 3
    assert len(daemon.tickets()) == 1
    assert len(daemon.ticket(1)["comments"]) == 1
    assert len(daemon.letters()) == 1
    assert len(relay.letters) == 1


def test_the_same_order_in_another_mail_is_a_note(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    customer.order()
    relay.next()
    again = customer.order("Our order again, to be sure")
    colleague = Customer(daemon, "Ben Okafor", "ben@blueharbor.example")
    copy = colleague.order("For your records", f"{ORDER}\nSent from my phone\n")
    assert [daemon.mail(str(mail["Message-ID"]))["outcome"] for mail in (again, copy)] == ["duplicate", "duplicate"]
    [ticket] = daemon.tickets()
    notes = daemon.ticket(ticket["id"])["comments"][1:]
    assert [(note["public"], note["mark"]) for note in notes] == [(False, "po.duplicate")] * 2
    assert not ticket["needs_review"]
    assert len(relay.letters) == 1


def test_the_same_number_with_other_lines_is_a_revision_somebody_looks_at(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    customer.order()
    relay.next()
    more = ORDER.replace("20        12.50   250.00", "40        12.50   500.00").replace("335.00 EUR", "585.00 EUR")
    revised = customer.order("Purchase order PO-70231, more of it", more)
    row = daemon.mail(str(revised["Message-ID"]))
    assert (row["outcome"], row["code"], row["ticket_id"]) == ("comment", "po.revision", 1)
    ticket = daemon.ticket(1)
    assert ticket["needs_review"]
    assert "PO-70231 came again with other content" in " ".join(ticket["review_reasons"])
    assert len(ticket["orders"]) == 2
    assert (ticket["comments"][-1]["public"], ticket["comments"][-1]["mark"]) == (True, "po.revision")
    assert ticket["revision"]["unseen"]
    changed = {(c["field"], c["before"], c["after"]) for c in ticket["revision"]["changes"]}
    assert {("quantity", "20", "40"), ("amount", "250.00", "500.00"), ("total", "335.00", "585.00")} <= changed
    told = {relay.next().recipients[0]: relay.letters[-1] for _ in range(2)}
    assert "20 -> 40" in relay.letters[-1].text or "20 -> 40" in relay.letters[-2].text, told


def test_an_order_that_goes_back_to_what_it_was_is_a_revision_too(daemon: Daemon, customer: Customer) -> None:
    customer.order()
    customer.order(
        "Purchase order PO-70231, more of it", ORDER.replace("20        12.50   250.00", "40        12.50   500.00")
    )
    back = customer.order("Purchase order PO-70231, as it was")
    row = daemon.mail(str(back["Message-ID"]))
    assert (row["outcome"], row["code"], row["ticket_id"]) == ("comment", "po.revision", 1)
    assert len(daemon.ticket(1)["orders"]) == 3


def test_a_reply_that_names_another_day_changes_the_day_alone(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    customer.order()
    customer.send(customer.answer(relay.next(), "Please deliver on 27 November 2026."))
    daemon.quiet()
    ticket = daemon.ticket(1)
    told = [(c["field"], c["before"], c["after"]) for c in ticket["revision"]["changes"]]
    assert told == [("requested_date", "2026-12-04", "2026-11-27")]
    assert len(ticket["orders"][-1]["lines"]) == 2
    letter = relay.newest("mia@blueharbor.example").text
    assert "requested date: 2026-12-04 -> 2026-11-27" in letter
    assert "20 x  BH-1001" in letter and "335.00 EUR" in letter


def test_p05_a_revision_is_approved_only_after_somebody_has_seen_it(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    customer.order()
    more = ORDER.replace("20        12.50   250.00", "40        12.50   500.00").replace("335.00 EUR", "585.00 EUR")
    customer.order("Purchase order PO-70231, more of it", more)
    with pytest.raises(Refusal, match="ticket seen 1"):
        daemon.ask("ticket.macro", id=1, macro="approve", actor="orders-agent")
    [row] = daemon.ask("ticket.seen", id=1, actor="orders-agent")
    assert row["revision"]["changes"] and not row["revision"]["unseen"]
    daemon.ask("ticket.macro", id=1, macro="approve", actor="orders-agent")
    assert "order_ready_to_process" in daemon.ticket(1)["tags"]
    assert "FieldEdited" in [entry["kind"] for entry in daemon.ticket(1)["history"]]


def test_the_same_number_of_another_customer_is_another_order(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    customer.order()
    other = Customer(daemon, "Lena Vogt", "lena@northwind.example")
    other.order()
    assert {ticket["requester"] for ticket in daemon.tickets()} == {customer.address, other.address}
    assert {relay.next().recipients[0], relay.next().recipients[0]} == {customer.address, other.address}


def test_trap_01_a_wish_to_cancel_is_a_task_and_changes_nothing(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    customer.order()
    before = daemon.ticket(1)
    answer = customer.answer(relay.next(), "Please cancel this order.")
    customer.send(answer)
    daemon.quiet()
    assert daemon.mail(str(answer["Message-ID"]))["ticket_id"] == 1
    after = daemon.ticket(1)
    assert "cancellation_requested" in after["tags"] and after["needs_review"]
    assert [task["owner"] for task in after["tasks"]] == ["orders-agent"]
    assert (after["orders"], after["fields"]) == (before["orders"], before["fields"])
    assert after["status"] != "solved"


def test_trap_05_a_cancellation_that_names_no_buyer_finds_the_order(daemon: Daemon, customer: Customer) -> None:
    customer.order()
    colleague = Customer(daemon, "Ben Okafor", "ben@blueharbor.example")
    wish = colleague.order("Cancellation of purchase order PO-70231", "Please cancel PO-70231.\n\nBen Okafor\n")
    row = daemon.mail(str(wish["Message-ID"]))
    assert (row["ticket_id"], row["code"]) == (1, "po.cancellation")
