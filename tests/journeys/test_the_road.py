"""A purchase order arrives by mail, becomes a ticket, is confirmed, answered, reminded and escalated."""

from datetime import timedelta

import pytest

from tests.journeys.customer import Customer
from tests.journeys.daemon import Daemon
from tests.journeys.relay import Relay

pytestmark = pytest.mark.both


def test_an_order_becomes_a_ticket_and_is_confirmed(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    sent = customer.order()
    [ticket] = daemon.tickets()
    assert ticket["po_number"] == "PO-70231"
    assert ticket["total_cost"] == "335.00"
    assert ticket["status"] == "open"
    assert "open_order" in ticket["tags"]
    letter = relay.next()
    assert letter.recipients == ("mia@blueharbor.example",)
    assert letter.mail["In-Reply-To"] == sent["Message-ID"]
    assert letter.mail["Auto-Submitted"] == "auto-generated"
    assert "PO-70231" in letter.text
    assert "2 business days" in letter.text


def test_a_reply_comes_back_onto_the_ticket(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    customer.order()
    customer.send(customer.answer(relay.next(), "Thank you, that is right."))
    daemon.quiet()
    [ticket] = daemon.tickets()
    shown = daemon.ticket(ticket["id"])
    assert shown["comments"][-1]["text"].strip() == "Thank you, that is right."
    assert shown["comments"][-1]["public"]
    assert len(relay.letters) == 1


def test_an_order_nobody_approves_reminds_and_escalates_on_time(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    customer.order()
    relay.next()
    daemon.advance(timedelta(hours=24) - timedelta(seconds=1))
    assert len(relay.letters) == 1
    daemon.advance(timedelta(seconds=1))
    assert len(relay.letters) == 2
    daemon.advance(timedelta(days=1))
    escalation = relay.letters[-1]
    assert len(relay.letters) == 3
    assert "lead" in escalation.recipients[0]
