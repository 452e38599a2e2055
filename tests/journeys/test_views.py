"""The six shipped views, seen from outside: which tickets are in them when, what they show, to whom, and as CSV."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.journeys.command import Answer, maild
from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import Daemon
from tests.journeys.relay import Relay

pytestmark = pytest.mark.both

COLUMNS = {
    "open": ["requested", "requester", "organization", "subject"],
    "urgent": ["requested", "requester", "organization", "subject"],
    "approved": ["requested", "requester", "ship_to", "po_number", "order_details", "total_cost"],
    "processed": ["so_number", "requested", "requester", "ship_to", "po_number", "order_details", "total_cost"],
    "on-hold": ["so_number", "requested", "requester", "organization", "po_number", "order_details", "total_cost"],
    "escalations": ["requested", "organization", "requester", "so_number", "po_number", "subject"],
}
TICK = timedelta(microseconds=1)


def where(daemon: Daemon, ticket: int) -> set[str]:
    """The views a ticket is in; each view's count is its rows."""
    found = set()
    for view in daemon.ask("view.list"):
        rows = daemon.ask("view.page", name=view["name"])
        assert view["count"] == len(rows)
        assert all(list(row) == ["id", *COLUMNS[view["name"]]] for row in rows)
        found |= {view["name"] for row in rows if row["id"] == ticket}
    return found


def agent(daemon: Daemon, operation: str, **arguments: object) -> None:
    daemon.ask(operation, "orders-agent", **arguments)
    daemon.quiet()


def test_an_order_is_in_one_view_at_each_point_of_its_way(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    customer.order()
    letter = relay.next()
    assert where(daemon, 1) == {"open"}
    agent(daemon, "ticket.macro", id=1, macro="approve")
    assert where(daemon, 1) == {"approved"}
    agent(daemon, "ticket.set", id=1, changes=[("so_number", "9001")])
    agent(daemon, "ticket.macro", id=1, macro="confirm-processing")
    assert daemon.ticket(1)["status"] == "on-hold"
    assert where(daemon, 1) == {"processed"}
    customer.send(customer.answer(letter, "Thank you!"))
    daemon.quiet()
    assert (daemon.ticket(1)["status"], daemon.ticket(1)["unread"]) == ("open", True)
    assert where(daemon, 1) == {"processed"}  # trap 19: a customer's thanks must not lose it
    agent(daemon, "ticket.set", id=1, changes=[("carrier", "Swift"), ("tracking_number", "T-1")])
    agent(daemon, "ticket.macro", id=1, macro="shipped")
    assert where(daemon, 1) == set()


def test_trap_06_a_ticket_of_exactly_24_hours_is_urgent_and_was_never_in_no_view(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    customer.order()
    daemon.advance(timedelta(hours=24) - TICK)
    assert where(daemon, 1) == {"open"}
    daemon.advance(TICK)
    assert daemon.now.isoformat() == "2026-11-24T09:00:00+00:00"
    assert where(daemon, 1) == {"urgent"}
    daemon.advance(TICK)
    assert where(daemon, 1) == {"urgent"}


def test_an_order_on_hold_leaves_and_comes_back_with_the_answer(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    customer.order()
    relay.next()
    agent(daemon, "ticket.macro", id=1, macro="approve")
    agent(daemon, "ticket.macro", id=1, macro="need-more-info")
    assert where(daemon, 1) == {"on-hold"}
    customer.send(customer.answer(relay.next(), "The dock is number four."))
    daemon.quiet()
    assert where(daemon, 1) == {"approved"}


def test_the_answer_to_a_problem_notice_is_escalated(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    customer.order()
    relay.next()
    agent(daemon, "ticket.macro", id=1, macro="problem")
    customer.send(customer.answer(relay.next(), "That is not what we ordered!"))
    daemon.quiet()
    assert where(daemon, 1) == {"escalations"}


def orders(daemon: Daemon, customer: Customer, count: int) -> None:
    for number in range(count):
        customer.order(f"Purchase order {number}", ORDER.replace("PO-70231", f"PO-8000{number}"))
        daemon.advance(timedelta(minutes=1))


def test_pages_follow_each_other_and_the_table_is_for_people(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    orders(daemon, customer, 5)
    seen: list[int] = []
    answer = maild(daemon.folder, "view", "open", "--json", "--limit", 2)
    seen += [row["id"] for row in answer.rows]
    while answer.err:
        after = answer.err.split()[-1]
        answer = maild(daemon.folder, "view", "open", "--json", "--limit", 2, "--after", after)
        seen += [row["id"] for row in answer.rows]
    assert seen == [1, 2, 3, 4, 5]
    told = maild(daemon.folder, "view", "Open orders").out
    assert "Open orders: 5" in told and "Blue Harbor Supplies" in told
    listed = maild(daemon.folder, "view", "list", "--json").rows
    assert {row["name"]: row["count"] for row in listed} == dict.fromkeys(COLUMNS, 0) | {"open": 5}
    assert maild(daemon.folder, "view", "open", "--after", "nowhere").code == 64
    assert maild(daemon.folder, "view", "closed").code == 64


def test_i06_csv_has_exactly_the_columns_and_no_formula(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    customer.name = '=HYPERLINK("https://evil.example";"click")'
    for number, subject in enumerate(["+cmd|' /C calc'!A0", "@SUM(1)", "-2+3", 'An order; with, "signs"']):
        customer.order(subject, ORDER.replace("PO-70231", f"PO-9000{number}"))
    answer = maild(daemon.folder, "view", "open", "--csv")
    assert answer.raw.endswith(b"\r\n")
    header, *rows = list(csv.reader(io.StringIO(answer.raw.decode(), newline="")))
    assert header == COLUMNS["open"]
    assert [row[3] for row in rows] == ["'+cmd|' /C calc'!A0", "'@SUM(1)", "'-2+3", 'An order; with, "signs"']
    assert {row[1] for row in rows} == {"'" + customer.name}
    agent(daemon, "ticket.macro", id=1, macro="approve")
    agent(daemon, "ticket.set", id=1, changes=[("so_number", "9001")])
    agent(daemon, "ticket.macro", id=1, macro="confirm-processing")
    [row] = list(csv.DictReader(io.StringIO(maild(daemon.folder, "view", "processed", "--csv").out)))
    assert list(row) == COLUMNS["processed"]
    assert (row["so_number"], row["total_cost"]) == ("INVTW9001", "335.00")


SUPPORT = """
[[group]]
name = "Support"
[[user]]
name = "helper"
address = "helper@shop.example"
groups = ["Support"]
[[group]]
name = "Orders"
"""


def test_agents_see_the_views_of_their_groups(start: Callable[..., Daemon]) -> None:
    daemon = start(('[[group]]\nname = "Orders"\n', SUPPORT), ('role = "lead"', 'role = "admin"'))

    def see(user: str, *words: str) -> Answer:
        return maild(daemon.folder, "view", *words, "--json", "--as", user)

    assert see("helper", "list").rows == []
    assert see("helper", "open").code == 77
    assert len(see("orders-agent", "list").rows) == 6
    assert see("approver", "open").code == 0
