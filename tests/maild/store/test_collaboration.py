"""Tasks that block, side conversations, ratings and resolutions as the store holds them, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from maild.clock import ManualClock
from maild.domain.letter import OVER_BUDGET, Phase
from maild.domain.ticket import Blocker
from maild.store import caps, figures, outbox, ratings, resolutions, sides, summaries, tasks, threads, tickets
from maild.store.db import Database
from maild.store.resolutions import NewArticle
from maild.store.sides import Said
from maild.store.tables import RATING
from maild.store.tasks import NewTask
from maild.store.tx import Tx
from notifications import budget
from tests.maild.store import builders
from tests.maild.store.conftest import START

DAY = timedelta(days=1)


@pytest.fixture
def ticket(db: Database) -> int:
    return db.write_now(builders.ticket)


def test_a_ticket_knows_the_tasks_that_block_it(db: Database, ticket: int) -> None:
    def give(tx: Tx, blocks: bool) -> int:
        return tasks.create(tx, NewTask(ticket, f"blocks {blocks}", "kim", "agent:x", blocks=blocks, priority="high"))

    plain, first, second = (db.write_now(lambda tx, b=b: give(tx, b)) for b in (False, True, True))  # type: ignore[misc]
    version = db.read_now(lambda tx: tickets.snapshot(tx, ticket)).version
    found = db.read_now(lambda tx: tickets.snapshot(tx, ticket)).blockers
    assert [(blocker.task, blocker.title) for blocker in found] == [(first, "blocks True"), (second, "blocks True")]
    assert found == (Blocker("blocks True"), Blocker("blocks True"))
    assert db.write_now(lambda tx: tasks.done(tx, plain, "agent:x"))
    assert db.read_now(lambda tx: tickets.snapshot(tx, ticket)).version == version
    assert db.write_now(lambda tx: tasks.done(tx, first, "agent:x"))
    assert not db.write_now(lambda tx: tasks.done(tx, first, "agent:x"))
    assert db.write_now(lambda tx: tasks.done(tx, second, "agent:x"))
    after = db.read_now(lambda tx: tickets.snapshot(tx, ticket))
    assert (after.blockers, after.version) == ((), version + 2)


def test_a_reminder_knows_when_it_was_due(db: Database, ticket: int, clock: ManualClock) -> None:
    db.write_now(lambda tx: tasks.create(tx, NewTask(ticket, "Call", "kim", "x", remind=START + DAY)))
    clock.advance(3 * DAY)
    [due] = db.read_now(lambda tx: tasks.due_reminders(tx, 10))
    assert due.at == START + DAY


def test_a_side_conversations_ids_are_none_of_the_tickets(db: Database, ticket: int) -> None:
    def fill(tx: Tx) -> int:
        outsider = builders.person(tx, "carrier@freight.example", "")
        side = sides.begin(tx, ticket, outsider.id, "Pallets", "kim")
        threads.remember(tx, builders.ORDERS, "<public@x>", ticket)
        threads.remember(tx, builders.ORDERS, "<side@x>", ticket, side=side)
        sides.say(tx, Said(side, "agent:kim", "Friday?"))
        return side

    side = db.write_now(fill)
    assert db.read_now(lambda tx: threads.of_ticket(tx, ticket)) == ["<public@x>"]
    assert db.read_now(lambda tx: threads.of_side(tx, ticket, side)) == ["<side@x>"]
    found = db.read_now(lambda tx: threads.find(tx, builders.ORDERS, ["<side@x>"]))
    assert found is not None and (found.ticket, found.side) == (ticket, side)
    assert db.write_now(lambda tx: sides.close(tx, side, "agent:kim"))
    assert not db.write_now(lambda tx: sides.close(tx, side, "agent:kim"))
    assert db.read_now(lambda tx: sides.rows(tx, ticket=ticket)) == []
    db.write_now(lambda tx: sides.reopen(tx, side))
    [row] = db.read_now(lambda tx: sides.rows(tx, ticket=ticket))
    assert (row["messages"], row["closed_at"], row["with"]) == (1, None, "carrier@freight.example")
    assert db.read_now(lambda tx: sides.rows(tx, hidden=("secret",))) == [row]


def test_a_ticket_has_one_rating_and_its_first_month_counts(db: Database, ticket: int, clock: ManualClock) -> None:
    assert db.write_now(lambda tx: ratings.put(tx, ticket, 1, 4, "")) is None
    clock.advance(40 * DAY)
    before = db.write_now(lambda tx: ratings.put(tx, ticket, 1, 2, "late"))
    assert before is not None and before.score == 4
    assert len(db.read_now(lambda tx: tx.execute(select(RATING)).all())) == 1
    spans = [("2026-03", START - DAY), ("2026-04", START + 20 * DAY), ("", START + 60 * DAY)]
    rows = db.read_now(lambda tx: ratings.satisfaction(tx, spans))
    assert rows == [{"month": "2026-03", "organization": "", "ratings": 1, "average": 2.0, "satisfied": 0.0}]
    after = db.read_now(lambda tx: ratings.of_ticket(tx, ticket))
    assert after is not None and (after.score, after.words) == (2, "late")


def test_an_article_is_published_withdrawn_and_back(db: Database, ticket: int) -> None:
    new = NewArticle(ticket, "a-1.md", "A", "", "Turn it.", "kim")
    db.write_now(lambda tx: resolutions.publish(tx, new))
    assert db.write_now(lambda tx: resolutions.withdraw(tx, ticket, "kim"))
    assert not db.write_now(lambda tx: resolutions.withdraw(tx, ticket, "kim"))
    assert db.read_now(resolutions.articles) == []
    db.write_now(lambda tx: resolutions.publish(tx, new))
    [row] = db.read_now(resolutions.articles)
    assert (row["file"], row["withdrawn_by"]) == ("a-1.md", None)


def test_what_waits_and_what_left_counts_for_the_budget(db: Database, clock: ManualClock) -> None:
    def letter(tx: Tx, **changes: object) -> None:
        outbox.put(tx, builders.new_letter(to=("ann@birch.example",), **changes))

    def counted(address: str = "ann@birch.example") -> tuple[int, int]:
        found = db.write_now(lambda tx: budget.got(caps.automatic_to(tx, address), tx.now))
        return found.day, found.week

    db.write_now(lambda tx: [letter(tx), letter(tx), letter(tx, automatic=False)])
    db.write_now(lambda tx: letter(tx, phase=Phase.HELD, code="x", why="x"))
    assert counted() == (2, 2)
    db.write_now(lambda tx: builders.claim(tx, count=9))
    clock.advance(DAY)
    db.write_now(letter)
    assert counted() == (1, 3)
    clock.advance(7 * DAY)
    assert counted() == (1, 1)
    assert counted("bob@birch.example") == (0, 0)


def test_letters_over_the_budget_are_looked_at_when_there_is_room_and_told_once(
    db: Database, ticket: int, clock: ManualClock
) -> None:
    def letter(tx: Tx, address: str = "ann@birch.example", **changes: Any) -> None:
        given = {"phase": Phase.HELD, "code": OVER_BUDGET, "why": "x", "next_at": START + DAY, "ticket": ticket}
        outbox.put(tx, builders.new_letter(to=(address,), **(given | changes)))

    db.write_now(lambda tx: [letter(tx), letter(tx, subject="Late"), letter(tx, "bob@birch.example")])
    db.write_now(lambda tx: letter(tx, code="auth.stranger", next_at=None))
    assert db.read_now(lambda tx: (summaries.due(tx, 9), summaries.count_due(tx))) == ([], 0)
    assert db.read_now(summaries.next_due) == START + DAY
    clock.advance(DAY)
    assert set(db.read_now(lambda tx: summaries.due(tx, 9))) == {"ann@birch.example", "bob@birch.example"}
    assert db.read_now(summaries.count_due) == 3
    db.write_now(lambda tx: summaries.put_off(tx, "bob@birch.example", START + 2 * DAY))
    assert [one.subject for one in db.read_now(lambda tx: summaries.held(tx, "ann@birch.example"))][1] == "Late"
    db.write_now(lambda tx: summaries.told(tx, "ann@birch.example", 4711))
    assert db.read_now(lambda tx: (summaries.due(tx, 9), summaries.next_due(tx))) == ([], START + 2 * DAY)
    found = db.read_now(figures.counts)["letters"]
    assert found == {"dropped": 2, "held": 2}
