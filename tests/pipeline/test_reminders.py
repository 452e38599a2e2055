"""Reminders of tasks after the database was brought back from a copy: those that were due before may have been sent."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from maild.cli.config import example_text
from maild.clock import ManualClock
from maild.domain.effects import SendLetter
from maild.domain.ticket import Snapshot
from maild.rounds import PAUSE
from maild.store import people, restored, tasks
from maild.store.db import Database
from maild.store.tables import LETTER
from maild.store.tasks import NewTask
from maild.store.tx import Tx
from pipeline import letters
from pipeline.furniture import Desk, load_desk
from pipeline.letters import Cause, Fate
from pipeline.reminders import Reminders
from tests.maild.store import builders

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def furnished(tmp_path: Path, sqlite_template: Path, clock: ManualClock) -> Iterator[tuple[Database, Desk]]:
    (tmp_path / "config.toml").write_text(example_text())
    (tmp_path / "maild.db").write_bytes(sqlite_template.read_bytes())
    desk = load_desk(tmp_path / "config.toml", make_key=True)
    db = Database(f"sqlite:///{tmp_path / 'maild.db'}", clock)
    db.write_now(partial(people.keep_all, config=desk.config))
    yield db, desk
    db.close_now()


def _remind(db: Database, desk: Desk, days: Iterable[int]) -> None:
    """One ticket, with a task to be reminded of that many days after the start, each."""

    def fill(tx: Tx) -> None:
        ticket = builders.ticket(tx, order_address=desk.intake.addresses[0])
        for after in days:
            tasks.create(tx, NewTask(ticket, f"Call {after}", "orders-agent", "x", remind=START + after * DAY))

    db.write_now(fill)


@pytest.mark.parametrize("returned", [True, False])
async def test_x12_a_reminder_that_was_due_before_a_return_waits_for_a_person(
    furnished: tuple[Database, Desk], clock: ManualClock, returned: bool
) -> None:
    db, desk = furnished
    _remind(db, desk, (1, 5))
    clock.advance(2 * DAY)
    if returned:
        db.write_now(restored.bring_back)
    clock.advance(8 * DAY)
    assert await Reminders(db, desk, clock).step() == 2
    rows = db.read_now(lambda tx: tx.execute(select(LETTER.c.phase, LETTER.c.code).order_by(LETTER.c.id)).all())
    first = ("held", restored.CODE) if returned else ("queued", None)
    assert [tuple(row) for row in rows] == [first, ("queued", None)]


async def test_one_reminder_that_cannot_be_written_keeps_none_behind_it(
    furnished: tuple[Database, Desk], clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    db, desk = furnished
    _remind(db, desk, range(3))
    written = letters.write

    def write(tx: Tx, desk: Desk, ticket: Snapshot, said: SendLetter, cause: Cause) -> list[Fate]:
        if "Call 0" in said.text:
            raise RuntimeError("a mistake of our own")
        return written(tx, desk, ticket, said, cause)

    clock.advance(3 * DAY)
    reminders = Reminders(db, desk, clock)
    monkeypatch.setattr(letters, "write", write)
    assert [await reminders.step(), await reminders.step()] == [3, 0]  # the first rests
    clock.advance(PAUSE)
    assert await reminders.step() == 1
    monkeypatch.undo()
    clock.advance(PAUSE)
    assert [await reminders.step(), await reminders.step()] == [1, 0]
    told = db.read_now(lambda tx: tx.execute(select(LETTER.c.subject).order_by(LETTER.c.id)).scalars().all())
    assert len(told) == 3
