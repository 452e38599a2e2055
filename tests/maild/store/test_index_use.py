"""What runs all the time is served by an index, and costs no more because more was done before."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, select

from maild.domain.condition_syntax import parse as condition
from maild.domain.conditions import Conditions
from maild.domain.letter import Phase
from maild.domain.query import parse
from maild.domain.spool import Outcome
from maild.domain.vocabulary import Vocabulary
from maild.store import (
    caps,
    comments,
    figures,
    history,
    letter_list,
    mail_list,
    open_work,
    orders,
    people,
    sending,
    spool,
    summaries,
    threads,
    ticket_list,
    tickets,
    timers,
    views,
)
from maild.store.db import Database
from maild.store.sending import Ending
from maild.store.spool import Settled
from maild.store.tables import LETTER
from maild.store.tx import Tx
from maild.store.visibility import ALL
from tests.maild.store import builders
from tests.maild.store.builders import LEASE, ORDERS
from tests.maild.store.machine import steps

pytestmark = pytest.mark.sqlite  # SQLite says exactly how it goes about a statement, and counts its steps

Work = Callable[[Tx], Any]
OPEN_NOW = Conditions((condition("status < solved and unread", Vocabulary()),))


def plans(db: Database, work: Work) -> list[str]:
    """How SQLite goes about every statement of a function, as it is really sent, parameters and all."""
    found: list[str] = []

    def explain(
        conn: Connection, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool
    ) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            raw = conn.connection.driver_connection
            assert raw is not None
            found.extend(row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    event.listen(db.engine, "before_cursor_execute", explain)
    try:
        db.write_now(work)
    finally:
        event.remove(db.engine, "before_cursor_execute", explain)
    assert found, "nothing was asked"
    return found


INDEXED: dict[str, tuple[Work, str]] = {
    "spool.claim": (lambda tx: spool.claim(tx, "one", LEASE, 16, 10**6), "message_work"),
    "spool.next_due": (spool.next_due, "message_work"),
    "spool.counts": (spool.counts, "message_work"),
    "spool.release_leases": (spool.release_leases, "message_work"),
    "spool.raw": (lambda tx: spool.raw(tx, 1), "sqlite_autoindex_message_chunk_1"),
    "spool.first_envelope": (lambda tx: spool.first_envelope(tx, 1), "ix_delivery_message_id"),
    "put again": (lambda tx: builders.mail(tx, digest="again"), "sqlite_autoindex_message_1"),
    "sending.claim": (builders.claim, "letter_work"),
    "sending.claim, leases": (builders.claim, "letter_phase"),
    "sending.next_due": (sending.next_due, "letter_work"),
    "sending.hasten": (lambda tx: (builders.letter(tx), sending.hasten(tx, frozenset({"relay.auth"}))), "letter_work"),
    "sending.recover": (sending.recover, "letter_phase"),
    "caps, all": (lambda tx: caps.Tally(tx)._of("", None), "letter_dialled"),
    "caps, address": (lambda tx: caps.Tally(tx)._of("to_address", "a@b.example"), "letter_address"),
    "caps, organization": (lambda tx: caps.Tally(tx)._of("organization_id", 1), "letter_organization"),
    "timers.due": (lambda tx: timers.due(tx, 100), "timer_due"),
    "timers.next_due": (timers.next_due, "timer_due"),
    "timers.listed": (lambda tx: timers.listed(tx, 1), "timer_ticket"),
    "timers.cancel": (lambda tx: timers.cancel(tx, 1, "remind", None, "x"), "timer_"),
    "threads.find": (lambda tx: threads.find(tx, ORDERS, ["<a@b.example>"] * 3), "sqlite_autoindex_thread_ref_1"),
    "threads.of_ticket": (lambda tx: threads.of_ticket(tx, 1), "thread_ref_ticket"),
    "orders.find": (lambda tx: orders.find(tx, "ann|7001"), "ticket_order_key"),
    "history.of_ticket": (lambda tx: history.of_ticket(tx, 1), "history_ticket"),
    "comments.of_ticket": (lambda tx: comments.of_ticket(tx, 1), "ix_comment_ticket_id"),
    "people.meet": (lambda tx: people.meet(tx, "ann@birch.example", ""), "sqlite_autoindex_person_1"),
    "people.organization_of": (
        lambda tx: people.organization_of(tx, "ann@birch.example"),
        "sqlite_autoindex_organization_domain_1",
    ),
    "tickets.snapshot": (lambda tx: tickets.snapshot(tx, 1), "ix_ticket_order_ticket_id"),
    "tickets by status": (lambda tx: ticket_list.rows(tx, parse("status:open"), 50), "ticket_status"),
    "tickets by group and assignee": (
        lambda tx: ticket_list.rows(tx, parse("group:orders assignee:dana status:open"), 50),
        "ticket_work",
    ),
    "mails by outcome": (lambda tx: mail_list.rows(tx, "ignored", None, 50), "message_outcome"),
    "mails that wait": (lambda tx: mail_list.rows(tx, "waiting", None, 50), "message_work"),
    "mails of a ticket": (lambda tx: mail_list.rows(tx, None, 1, 50), "message_ticket"),
    "letters by phase": (lambda tx: letter_list.rows(tx, "failed", None, 50), "letter_phase"),
    "letters of a ticket": (lambda tx: letter_list.rows(tx, None, 1, 50), "letter_ticket"),
    "letters of a reader": (lambda tx: letter_list.of_reader(tx, 1, "a@b.example", 20), "letter_ticket"),
    "open tickets by assignee": (lambda tx: views.by_assignee(tx, OPEN_NOW, ALL), "ticket_status"),
    "figures.overdue": (figures.overdue, "letter_work"),
    "figures.counts": (figures.counts, "ticket_status"),
    "open_work.count": (open_work.count, "letter_work"),
    "summaries.due": (lambda tx: summaries.due(tx, 9), "letter_summary"),
    "summaries.next_due": (summaries.next_due, "letter_summary"),
    "summaries.held": (lambda tx: summaries.held(tx, "a@b.example"), "letter_"),
}


SORTED = {"tickets by group and assignee"}  # no more than one person has open is sorted


@pytest.mark.parametrize("name", INDEXED)
def test_an_index_serves(db: Database, name: str) -> None:
    work, index = INDEXED[name]
    db.write_now(builders.ticket)
    db.write_now(lambda tx: builders.mail(tx, digest="again"))
    found = plans(db, work)
    assert any(index in step for step in found), found
    few = ("USING", "CONSTANT", "SCAN newest")  # the last: a subquery of one row
    bare = [step for step in found if step.startswith("SCAN") and not any(word in step for word in few)]
    assert bare == []
    assert [step for step in found if "TEMP B-TREE FOR ORDER BY" in step] == [] or name in SORTED


def live(tx: Tx, number: int) -> None:
    """What is done and over: one mail settled, one letter sent, one timer fired, one ticket with all that."""
    ticket = builders.ticket(tx)
    [mail] = [builders.mail(tx)]
    spool.claim(tx, "one", LEASE, 1, 10**9)
    spool.finish(tx, mail.id, Settled(Outcome.TICKET, "opened", None, ticket))
    threads.remember(tx, ORDERS, f"<{number}@birch.example>", ticket)
    orders.add(tx, ticket, mail.id, f"ann|{number}", builders.order(str(number)))
    letter = builders.letter(tx, ticket=ticket, to=(f"p{number}@birch.example",))
    builders.claim(tx)
    sending.reach_dot(tx, letter)
    sending.settle(tx, letter, Ending(Phase.SENT, "sent", "250 ok"))
    timers.arm(tx, ticket, "remind", 0, tx.now)
    timers.fire(tx, timers.due(tx, 1)[0].id)
    old = LETTER.update().where(LETTER.c.id == letter)
    tx.execute(old.values(dialled_at=tx.now - timedelta(days=1)))


STEADY = (
    "spool.claim",
    "spool.next_due",
    "spool.counts",
    "spool.release_leases",
    "sending.claim",
    "sending.next_due",
    "sending.recover",
    "caps, all",
    "timers.due",
    "timers.next_due",
    "threads.find",
    "orders.find",
    "people.meet",
    "tickets.snapshot",
    "figures.overdue",
    "open_work.count",
)
SLACK = 20  # machine instructions: one more level of a B-tree is allowed


def test_the_past_costs_nothing(db: Database) -> None:
    def some(start: int) -> dict[str, int]:
        db.write_now(lambda tx: [live(tx, start + number) for number in range(100)])
        return {name: steps(db, INDEXED[name][0]) for name in STEADY}

    some(0)
    before, after = some(100), some(200)
    assert {name: after[name] for name in STEADY if after[name] > before[name] + SLACK} == {}


def test_counting_steps_would_show_a_scan(db: Database) -> None:
    def scan(tx: Tx) -> object:
        return tx.scalar(select(func.count()).where(LETTER.c.subject == "none"))

    db.write_now(lambda tx: [live(tx, number) for number in range(20)])
    before = steps(db, scan)
    db.write_now(lambda tx: [live(tx, 20 + number) for number in range(20)])
    assert steps(db, scan) > before + SLACK
