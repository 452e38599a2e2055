"""Counts and sums leave out tickets of hidden departments, on both databases, and cost no more statements for it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, update

from maild.domain.conditions import Conditions
from maild.domain.revision import CANCELLATION
from maild.domain.ticket import Status
from maild.domain.trace import Step
from maild.store import (
    context,
    figures,
    history,
    loads,
    orders,
    people_edit,
    people_list,
    ratings,
    records,
    reports,
    rule_files,
    sla_report,
    stands,
    tables,
    tickets,
    timers,
    touchless,
    visibility,
)
from maild.store.db import Database
from maild.store.tables import BLUEPRINT_MOVE, BLUEPRINT_VERSION, SLA_CLOCK, TICKET
from maild.store.tx import Tx
from maild.store.visibility import ALL, Sight
from tests.maild.store import builders
from tests.maild.store.conftest import START

DEPARTMENTS = ("orders", "service", None)
HIDDEN = frozenset({"orders"})
DAY = timedelta(days=1)
MONTHS = [("2026-03", START - DAY), ("", START + 10 * DAY)]
FIELDS = (("total_cost", "10.00"), ("currency", "EUR"), ("ship_date", "2026-03-01"), ("topic", "repair"))
STANDS = {"blueprint": "order", "blueprint_version": "digest", "state": "received"}
Count = Callable[[Tx, Sight], Any]


def work(tx: Tx, department: str | None, company: int) -> int:
    """A ticket with one of everything that is counted."""
    number = builders.ticket(tx, organization=company, fields=FIELDS)
    builders.letter(tx, ticket=number, **builders.held())
    timers.arm(tx, number, "late", 0, START - DAY)
    orders.add(tx, number, None, f"po|{number}", builders.order())
    ratings.put(tx, number, 1, 5, "")
    values = {"department": department, "assignee": "ada", "queue": "Turns", **STANDS}
    tx.execute(update(TICKET).where(TICKET.c.id == number).values(**values))
    step = Step("hit", "Greet", effects=("status open",))
    history.write_entry(tx, number, f"x{number}", "Edited", "rule:x", {}, [step], "digest")
    move = {"transition": "", "source": "", "target": "received", "department": "service", "actor": "system"}
    tx.insert(BLUEPRINT_MOVE, ticket_id=number, at=START, blueprint="order", version="digest", **move)
    clock = {"target": "resolution", "policy": "Gold", "zone": "UTC", "department": "service", "allowed": 1}
    tx.insert(SLA_CLOCK, ticket_id=number, started_at=START, **clock)
    return number


def desk(tx: Tx) -> list[int]:
    """A ticket in each department and one in none, of one customer, tied to each other."""
    company = people_edit.make_organization(tx, "Birch")
    version = {"number": 1, "rules": "rules", "first_at": START}
    tx.insert_new(BLUEPRINT_VERSION, digest="digest", name="order", **version)
    made = [work(tx, department, company) for department in DEPARTMENTS]
    tickets.link(tx, made[1], made[0], "same mail")
    tickets.link(tx, made[1], made[2], "same mail")
    return made


OF_WHAT_IS_SEEN: dict[str, Count] = {
    "a person's": lambda tx, s: people_list.person(tx, "ann@birch.example", s.hidden)["tickets"],  # type: ignore[index]
    "and open": lambda tx, s: people_list.person(tx, "ann@birch.example", s.hidden)["open_tickets"],  # type: ignore[index]
    "a company's": lambda tx, s: people_list.organization(tx, "Birch", s.hidden)["tickets"],  # type: ignore[index]
    "beside a ticket": lambda tx, s: context.of_ticket(tx, tickets.snapshot(tx, 2), s.hidden).tickets,
    "ratings there": lambda tx, s: len(context.of_ticket(tx, tickets.snapshot(tx, 2), s.hidden).ratings),
    "by status": lambda tx, s: sum(figures.counts(tx, s.hidden)["tickets"].values()),
    "letters": lambda tx, s: figures.counts(tx, s.hidden)["letters"]["held"],
    "overdue timers": lambda tx, s: timers.overdue(tx, START, s.hidden)[0],
    "loads": lambda tx, s: loads.counted(tx, ["ada"], Conditions(), s.hidden)["ada"],
    "waiting": lambda tx, s: loads.waiting(tx, s.hidden)["Turns"],
    "rules that fired": lambda tx, s: history.fired(tx, START - DAY, s.hidden)["Greet"][0],
    "held values": lambda tx, s: rule_files.held_values(tx, "topic", s.hidden)["repair"],
    "replayed": lambda tx, s: len(records.touched_since(tx, None, 0, 10, s.hidden)),
    "versions": lambda tx, s: stands.versions(tx, s.hidden)[0]["tickets"],
    "states": lambda tx, s: stands.counts(tx, "order", s.hidden)["received"],
    "to migrate": lambda tx, s: len(stands.tickets_in(tx, "order", "other", 0, 10, s.hidden)),
    "steps": lambda tx, s: len(list(stands.moves(tx, None, START, s.hidden))),
    "links and itself": lambda tx, s: 1 + len(tickets.links(tx, 2, s.hidden)),
    "among": lambda tx, s: len(visibility.among(tx, [1, 2, 3], s.hidden)),
}
REPORTS: dict[str, Count] = {
    "sales": lambda tx, s: int(sum(row["total"] for row in reports.sales(tx, MONTHS, s)) / 10),
    "orders": lambda tx, s: sum(row["orders"] for row in reports.orders(tx, MONTHS, s)),
    "late": lambda tx, s: len(reports.late(tx, date(2026, 3, 2), s)),
    "stages": lambda tx, s: len({event.ticket for event in reports.happened(tx, START - DAY, s)}),
    "satisfaction": lambda tx, s: sum(row["ratings"] for row in ratings.satisfaction(tx, MONTHS, s)),
}


def solve(tx: Tx) -> None:
    tx.execute(update(TICKET).values(status=int(Status.SOLVED)))


SOLVED: dict[str, Count] = {
    "bought": lambda tx, s: int(dict(context.of_ticket(tx, tickets.snapshot(tx, 2), s.hidden).bought)["EUR"] / 10),
    "touchless": lambda tx, s: touchless.touchless(tx, MONTHS, frozenset(), s)[0]["orders"],
}


def test_an_order_that_came_to_nothing_is_counted_apart(unchecked: Database) -> None:
    def fall(tx: Tx) -> list[dict[str, Any]]:
        first, *_ = desk(tx)
        solve(tx)
        tx.insert_all(tables.TICKET_TAG, [{"ticket_id": first, "tag": CANCELLATION}])
        edit = {"kind": "FieldEdited", "actor": "agent:ada", "data": {"changes": []}, "steps": []}
        tx.insert(tables.HISTORY, ticket_id=first, at=tx.now, key="edit", **edit)
        return touchless.touchless(tx, MONTHS, frozenset())

    [row, *_] = unchecked.write_now(fall)
    assert (row["orders"], row["touchless"], row["share"], row["dropped"]) == (2, 2, 100.0, 1)


def told(db: Database, counts: dict[str, Count], sight: Sight) -> dict[str, Any]:
    return db.read_now(lambda tx: {name: count(tx, sight) for name, count in counts.items()})


def all_of(counts: dict[str, Count], number: int) -> dict[str, int]:
    return dict.fromkeys(counts, number)


def test_counts_and_sums_are_of_what_is_seen(unchecked: Database) -> None:
    db = unchecked
    db.write_now(desk)
    for counts in (OF_WHAT_IS_SEEN, REPORTS):
        assert told(db, counts, ALL) == all_of(counts, 3)
        assert told(db, counts, Sight(HIDDEN)) == all_of(counts, 2)
    for only, hidden in (("service", HIDDEN), ("", HIDDEN), ("orders", frozenset[str]())):
        assert told(db, REPORTS, Sight(hidden, only)) == all_of(REPORTS, 1)
    assert db.read_now(lambda tx: reports.sales(tx, MONTHS, Sight(HIDDEN, "orders"))) == []
    db.write_now(solve)
    assert told(db, SOLVED, ALL) == all_of(SOLVED, 3)
    assert told(db, SOLVED, Sight(HIDDEN)) == all_of(SOLVED, 2)


def test_a_promise_counts_for_the_department_that_gave_it_on_tickets_that_are_seen(unchecked: Database) -> None:
    db = unchecked
    db.write_now(desk)

    def running(sight: Sight) -> list[tuple[str, int]]:
        rows = db.read_now(lambda tx: sla_report.kept(tx, MONTHS, sight))
        return [(row["department"], row["running"]) for row in rows]

    assert running(ALL) == running(Sight(only="service")) == [("service", 3)]
    assert running(Sight(HIDDEN)) == [("service", 2)]
    assert running(Sight(only="orders")) == []


@pytest.mark.sqlite
def test_what_is_hidden_costs_no_statement_more(unchecked: Database) -> None:
    db = unchecked
    db.write_now(desk)
    sent: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: sent.append(given[2]))

    def statements(sight: Sight) -> int:
        sent.clear()
        db.write_now(lambda tx: [count(tx, sight) for count in (*OF_WHAT_IS_SEEN.values(), *REPORTS.values())])
        return len(sent)

    alone = statements(ALL)
    assert statements(Sight(HIDDEN)) == statements(Sight(HIDDEN, "service")) == alone + 1, "among asks only then"
