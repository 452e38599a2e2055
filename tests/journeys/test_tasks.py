"""Tasks: given by rules to the next person, listed, reminded of, done; and the customer beside a ticket."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.journeys.command import maild
from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import Daemon
from tests.journeys.relay import Relay

pytestmark = pytest.mark.both

HAND_OVER = """
[[trigger]]
name = "Hand over for packing"
on = "updated"
all = ["changed('status')", "status == on-hold"]
do = [
  { set = { assignee = "escalation-agent" } },
  { task = "Pack {{ ticket.fields.po_number }}", to = "assignee", due = "2bh" },
]
"""
ANCHOR = "# ---- automations"


def test_a_status_change_hands_the_order_to_the_next_person_with_a_task(
    start: Callable[..., Daemon], relay: Relay
) -> None:
    daemon = start((ANCHOR, HAND_OVER + ANCHOR))
    Customer(daemon, "Mia Okafor", "mia@blueharbor.example").order()
    assert relay.next().recipients == ("mia@blueharbor.example",)
    daemon.ask("ticket.move", "orders-agent", id=1, status="on-hold")
    letter = relay.next()
    assert letter.recipients == ("escalations@shop.example",)
    assert "Pack PO-70231" in letter.text
    [task] = maild(daemon.folder, "task", "list", "--json").rows
    assert (task["owner"], task["title"], task["state"]) == ("escalation-agent", "Pack PO-70231", "open")
    assert task["due_at"] == "2026-11-23T11:00:00Z"
    assert daemon.ticket(1)["tasks"] == [task]
    assert "Pack PO-70231" in maild(daemon.folder, "ticket", "show", 1).out
    daemon.advance(timedelta(hours=2) - timedelta(seconds=1))
    sent = len(relay.letters)
    daemon.advance(timedelta(seconds=1))
    reminder = relay.letters[-1]
    assert (len(relay.letters), reminder.recipients) == (sent + 1, ("escalations@shop.example",))
    assert "Reminder: Pack PO-70231" in reminder.text
    done = maild(daemon.folder, "task", "done", 1, "--json", "--as", "escalation-agent")
    assert done.rows[0]["done_by"] == "agent:escalation-agent"
    assert maild(daemon.folder, "task", "list", "--json").rows == []
    assert maild(daemon.folder, "task", "done", 1, "--as", "escalation-agent").code == 65
    assert daemon.ticket(1)["comments"][-1]["text"] == "Task done: Pack PO-70231"


def test_a_done_task_reminds_nobody(start: Callable[..., Daemon], relay: Relay) -> None:
    daemon = start((ANCHOR, HAND_OVER + ANCHOR))
    Customer(daemon, "Mia Okafor", "mia@blueharbor.example").order()
    daemon.ask("ticket.move", "orders-agent", id=1, status="on-hold")
    daemon.ask("task.done", "escalation-agent", id=1)
    daemon.quiet()
    sent = len(relay.letters)
    daemon.advance(timedelta(hours=3))
    assert [letter for letter in relay.letters[sent:] if "Reminder" in letter.text] == []


def test_the_customer_stands_beside_the_ticket(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    for number in (1, 2, 3):
        customer.order("Order", ORDER.replace("PO-70231", f"PO-7200{number}"))
    changes = [("so_number", "1"), ("carrier", "Swift"), ("tracking_number", "T-1")]
    daemon.ask("ticket.set", "orders-agent", id=1, changes=changes)
    for macro in ("approve", "confirm-processing", "shipped"):
        daemon.ask("ticket.macro", "orders-agent", id=1, macro=macro)
    beside = daemon.ticket(2)["customer"]
    assert (beside["name"], beside["organization"]) == ("Mia Okafor", "Blue Harbor Supplies")
    assert [ticket["id"] for ticket in beside["open"]] == [3]
    assert [(ticket["id"], ticket["status"]) for ticket in beside["earlier"]] == [(1, "solved")]
    assert beside["bought"] == {"EUR": "335.00"}
    told = maild(daemon.folder, "ticket", "show", 2).out
    assert "Customer Blue Harbor Supplies: 3 tickets, bought 335.00 EUR" in told
