"""D05, D08, D09: three days off with 500 reminders due, and timers that meet their ticket's end."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from maild.clock import ManualClock
from maild.domain.events import MoveAsked, TicketCreated
from maild.domain.letter import Phase
from maild.domain.people import Actor
from maild.domain.ticket import Status
from maild.store import doctor, people, sending
from maild.store.db import Database
from maild.store.sending import Ending
from maild.store.tables import HISTORY, LETTER, TIMER
from maild.store.tx import Tx
from notifications.outbox import StoreOutbox
from pipeline import desk as door
from pipeline.furniture import Desk, load_desk
from pipeline.ticker import Ticker
from tests.maild.store import builders
from tests.maild.store.conftest import START

TICKETS = 250  # each with two timers
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CONFIG = """
[site]
domain = "desk.example"
timezone = "UTC"
[intake]
addresses = ["orders@desk.example"]
[letters]
per_address_per_hour = 60
[[user]]
name = "ada"
address = "ada@desk.example"
role = "lead"
groups = ["Orders"]
[[group]]
name = "Orders"
lead = "ada"
[[automation]]
name = "remind"
all = ["status < solved", "hours_since('created') >= 24"]
do = [{ notify = "ada", template = "notify_agent", text = "waits" }]
every = "1d"
max = 3
[[automation]]
name = "escalate"
all = ["status < solved", "hours_since('created') >= 48"]
do = [{ notify = "ada", template = "escalation", text = "still waits" }]
"""
CUSTOMER = Actor("customer", "ann@birch.example")
LEAD = Actor("agent", "ada")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "config.toml").write_text(CONFIG)
    return load_desk(tmp_path / "config.toml", make_key=True)


@pytest.fixture
def db(desk: Desk, clock: ManualClock, tmp_path: Path, sqlite_template: Path) -> Iterator[Database]:
    shutil.copy(sqlite_template, tmp_path / "maild.db")
    db = Database(desk.config.database.url, clock, synchronous="OFF")
    db.write_now(lambda tx: people.keep_all(tx, desk.config))
    yield db
    assert db.read_now(doctor.check) == []
    db.close_now()


def open_tickets(db: Database, desk: Desk, clock: ManualClock, count: int) -> list[int]:
    """One a minute, the last of them at the clock's instant."""
    made: list[int] = []

    def create(tx: Tx) -> int:
        ticket = builders.ticket(tx)
        door.handle(tx, desk, ticket, TicketCreated(CUSTOMER), f"mail:{ticket}")
        return ticket

    for _ in range(count):
        clock.advance(MINUTE)
        made.append(db.write_now(create))
    return made


def rows(db: Database, query: Any) -> list[Any]:
    return db.read_now(lambda tx: list(tx.execute(query).all()))


async def drain(ticker: Ticker) -> int:
    """Fire until nothing is due; how many steps that took."""
    steps = 0
    while await ticker.step():
        steps += 1
    return steps


async def test_d05_d08_five_hundred_reminders_after_three_days_off(
    db: Database, desk: Desk, clock: ManualClock
) -> None:
    """Each fires once, late and oldest first; the next is reckoned from when it was due; letters keep to their cap."""
    tickets = open_tickets(db, desk, clock, TICKETS)
    clock.advance(3 * DAY + MINUTE)
    steps = await drain(Ticker(db, desk, clock))
    assert steps <= 2 * TICKETS / 100 + 1
    fired = rows(db, select(TIMER).where(TIMER.c.state == "fired").order_by(TIMER.c.id))
    assert Counter(timer.rule for timer in fired) == {"remind": TICKETS, "escalate": TICKETS}
    assert {timer.ticket_id for timer in fired} == set(tickets)
    assert all(timer.settled_at == clock.now() > timer.due_at for timer in fired)

    told = rows(db, select(HISTORY.c.data).where(HISTORY.c.kind == "TimerFired").order_by(HISTORY.c.id))
    dues = [datetime.fromisoformat(row.data["due_iso"]) for row in told]
    assert dues == sorted(dues), "the oldest promise comes first"

    first_due = {timer.ticket_id: timer.due_at for timer in fired if timer.rule == "remind"}
    pending = rows(db, select(TIMER).where(TIMER.c.state == "pending"))
    assert {timer.ticket_id: timer.due_at for timer in pending} == {
        ticket: due + 3 * DAY for ticket, due in first_due.items()
    }, "whole days from when it was due, what was missed is not made up for, and none is early"

    letters = rows(db, select(LETTER.c.id, LETTER.c.template).order_by(LETTER.c.id))
    assert Counter(letter.template for letter in letters) == {"notify_agent": TICKETS, "escalation": TICKETS}
    await _sent_within_the_cap(db, desk, clock, len(letters))


async def _sent_within_the_cap(db: Database, desk: Desk, clock: ManualClock, count: int) -> None:
    """All to one address: at most 60 in any hour, none dropped, each once."""
    outbox = StoreOutbox(db, "one", desk.config.letters, desk.keys)
    sent: list[int] = []
    for _ in range(2 * count // 60):
        now, this_hour = clock.now(), 0
        while batch := await outbox.claim(now, 100, HOUR):
            this_hour += len(batch)
            for letter in batch:
                await db.write(partial(sending.reach_dot, letter_id=letter.id))
                await db.write(partial(sending.settle, letter_id=letter.id, ending=Ending(Phase.SENT, "sent", "250")))
            sent += [letter.id for letter in batch]
        assert this_hour <= 60
        clock.advance(HOUR + timedelta(seconds=1))
    assert len(sent) == count
    assert len(set(sent)) == count


async def test_d09_two_timers_of_one_instant_and_a_ticket_that_ends_in_it(
    db: Database, desk: Desk, clock: ManualClock
) -> None:
    """Both timers were found due before the ticket was closed: the transaction decides, and nothing follows a close."""
    [ticket] = open_tickets(db, desk, clock, 1)
    clock.advance(2 * DAY)
    ticker = Ticker(db, desk, clock)

    def close(tx: Tx) -> None:
        for number, status in enumerate((Status.SOLVED, Status.CLOSED)):
            door.handle(tx, desk, ticket, MoveAsked(LEAD, status), f"hand:{number}")

    read = db.read

    async def read_then_close(run: Any) -> Any:
        found = await read(run)
        db.read = read  # type: ignore[method-assign]
        await db.write(close)
        return found

    db.read = read_then_close  # type: ignore[method-assign]
    assert await ticker.step() == 2, "both were due"
    timers = rows(db, select(TIMER.c.state, TIMER.c.why))
    assert {timer.state for timer in timers} == {"cancelled"}
    assert rows(db, select(LETTER.c.id)) == []
    assert await ticker.step() == 0


async def test_d09_two_timers_of_one_instant_fire_both_and_once(db: Database, desk: Desk, clock: ManualClock) -> None:
    [ticket] = open_tickets(db, desk, clock, 1)
    clock.advance(2 * DAY)
    one, other = Ticker(db, desk, clock), Ticker(db, desk, clock)
    await asyncio.gather(one.step(), other.step())
    fired = rows(db, select(TIMER.c.rule).where(TIMER.c.state == "fired", TIMER.c.ticket_id == ticket))
    assert sorted(timer.rule for timer in fired) == ["escalate", "remind"]
    assert len(rows(db, select(LETTER.c.id))) == 2
