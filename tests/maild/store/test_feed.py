"""Feeds skip nothing and repeat nothing, whichever transaction ends first."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from maild.clock import ManualClock
from maild.store import feed, history, people, tickets
from maild.store.db import Database
from maild.store.feed import Reach, Tide
from maild.store.tickets import NewTicket
from maild.store.tx import Tx

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def ticket(tx: Tx) -> int:
    mara = people.meet(tx, "mara@buyer.example", "Mara")
    return tickets.create(tx, NewTicket("Order", "orders@shop.example", "smtp", mara.id))


def happen(tx: Tx, number: int, key: str) -> int:
    entry = history.write_entry(tx, number, key, "CommentWritten", "agent:anna", {})
    assert entry is not None
    return entry


async def test_a_reader_that_keeps_its_place_sees_each_event_once(db: Database) -> None:
    number = await db.write(ticket)
    for count in range(5):
        await db.write(lambda tx, count=count: happen(tx, number, f"key {count}"))
    tide, seen = Tide("history"), [0]
    while rows := await db.read(lambda tx, last=seen[-1]: feed.events(tx, Reach(last, 2, tide.rise(tx)))):
        seen += [row["id"] for row in rows]
    del seen[0]
    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen)
    kinds = await db.read(lambda tx: feed.events(tx, Reach(0, 10), ["TicketCreated"]))
    assert kinds == []


@pytest.mark.postgres
async def test_what_is_committed_late_under_a_lower_number_is_waited_for(postgres_url: str) -> None:
    db = Database(postgres_url, ManualClock(START))
    number = await db.write(ticket)
    with db.engine.connect().execution_options(isolation_level="READ COMMITTED") as slow:
        slow.execute(text("SELECT pg_current_xact_id()"))
        early = happen(Tx(slow, START), number, "early")
        late = await db.write(lambda tx: happen(tx, number, "late"))
        assert early < late
        tide = Tide("history")
        for _ in range(3):
            assert await db.read(lambda tx: feed.events(tx, Reach(0, 10, tide.rise(tx)))) == []
        slow.commit()
    rows = await db.read(lambda tx: feed.events(tx, Reach(0, 10, tide.rise(tx))))
    assert [row["id"] for row in rows] == [early, late]
    await db.close()
