"""Reminders of tasks after the database was brought back from a copy: those that were due before may have been sent."""

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
def home(tmp_path: Path, sqlite_template: Path) -> Path:
    (tmp_path / "config.toml").write_text(example_text())
    (tmp_path / "maild.db").write_bytes(sqlite_template.read_bytes())
    return tmp_path


@pytest.mark.parametrize("returned", [True, False])
async def test_x12_a_reminder_that_was_due_before_a_return_waits_for_a_person(home: Path, returned: bool) -> None:
    desk, clock = load_desk(home / "config.toml", make_key=True), ManualClock(START)
    db = Database(f"sqlite:///{home / 'maild.db'}", clock)
    try:
        db.write_now(partial(people.keep_all, config=desk.config))

        def fill(tx: Tx) -> None:
            ticket = builders.ticket(tx, order_address=desk.intake.addresses[0])
            for days in (1, 5):
                tasks.create(tx, NewTask(ticket, f"Call {days}", "orders-agent", "x", remind=START + days * DAY))

        db.write_now(fill)
        clock.advance(2 * DAY)
        if returned:
            db.write_now(restored.bring_back)
        clock.advance(8 * DAY)
        assert await Reminders(db, desk, clock).step() == 2
        rows = db.read_now(lambda tx: tx.execute(select(LETTER.c.phase, LETTER.c.code).order_by(LETTER.c.id)).all())
        first = ("held", restored.CODE) if returned else ("queued", None)
        assert [tuple(row) for row in rows] == [first, ("queued", None)]
    finally:
        db.close_now()


async def test_one_reminder_that_cannot_be_written_keeps_none_behind_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, clock = load_desk(home / "config.toml", make_key=True), ManualClock(START)
    db = Database(f"sqlite:///{home / 'maild.db'}", clock)
    written = letters.write

    def write(tx: Tx, desk: Desk, ticket: Snapshot, said: SendLetter, cause: Cause) -> list[Fate]:
        if "Call 0" in said.text:
            raise RuntimeError("a mistake of our own")
        return written(tx, desk, ticket, said, cause)

    try:
        db.write_now(partial(people.keep_all, config=desk.config))

        def fill(tx: Tx) -> None:
            ticket = builders.ticket(tx, order_address=desk.intake.addresses[0])
            for number in range(3):
                tasks.create(tx, NewTask(ticket, f"Call {number}", "orders-agent", "x", remind=START + number * DAY))

        db.write_now(fill)
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
    finally:
        db.close_now()
