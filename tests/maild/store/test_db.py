import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select

from maild.clock import ManualClock
from maild.store.db import Database
from maild.store.tables import META
from maild.store.trouble import StoreTrouble, TroubleKind
from maild.store.tx import Tx
from tests.maild.store.conftest import START


def note(tx: Tx, name: str) -> None:
    tx.insert_all(META, [{"name": name, "value": ""}])


def count(tx: Tx) -> int:
    return int(tx.scalar(select(func.count()).select_from(META)))


def test_a_reader_sees_one_state_however_long_it_looks(db: Database) -> None:
    def look(tx: Tx) -> tuple[int, int]:
        before = count(tx)
        db.write_now(lambda tx: note(tx, "meanwhile"))
        return before, count(tx)

    assert db.read_now(look) == (0, 0)
    assert db.read_now(count) == 1


def test_a_reader_cannot_write(db: Database) -> None:
    with pytest.raises(StoreTrouble) as caught:
        db.read_now(lambda tx: note(tx, "forbidden"))
    assert caught.value.kind is TroubleKind.READ_ONLY
    assert db.read_now(count) == 0


async def test_readers_work_beside_a_writer_in_the_midst_of_its_transaction(db: Database) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(tx: Tx) -> None:
        note(tx, "slow")
        begun.set()
        go_on.wait()

    writing = asyncio.ensure_future(db.write(slow))
    await asyncio.get_running_loop().run_in_executor(None, begun.wait)
    assert await asyncio.gather(*(db.read(count) for _ in range(10))) == [0] * 10
    go_on.set()
    await writing
    assert await db.read(count) == 1


def test_a_bug_in_a_reader_comes_as_it_is_and_without_a_circle_of_causes(db: Database) -> None:
    def fail(tx: Tx) -> None:
        raise ZeroDivisionError("a bug")

    with pytest.raises(ZeroDivisionError) as caught:
        db.read_now(fail)
    assert caught.value.__cause__ is None


async def test_every_function_of_a_transaction_has_the_instant_of_the_clock(db: Database, clock: ManualClock) -> None:
    assert await db.write(lambda tx: tx.now) == START == await db.read(lambda tx: tx.now)


async def test_a_topic_wakes_those_who_asked_for_it_until_they_leave(db: Database) -> None:
    spool, timers = db.subscribe("spool"), db.subscribe("timers")
    await db.write(lambda tx: tx.wake("spool"))
    await spool.wait()
    assert not timers.is_set()
    spool.clear()
    db.unsubscribe("spool", spool)
    await db.write(lambda tx: tx.wake("spool"))
    await db.write(lambda tx: tx.wake("timers"))
    await timers.wait()
    assert not spool.is_set()


async def test_a_reader_that_is_no_longer_wanted_is_not_begun(db: Database) -> None:
    go_on = threading.Event()
    looked: list[int] = []
    blocking = [asyncio.ensure_future(db.read(lambda tx: go_on.wait())) for _ in range(3)]
    await asyncio.sleep(0)
    waiting = asyncio.ensure_future(db.read(lambda tx: looked.append(1)))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()
    await asyncio.gather(*blocking)
    await db.read(count)
    assert looked == []


def test_b05_a_damaged_page_is_said_so(unchecked: Database, beside: sqlite3.Connection) -> None:
    page = beside.execute("SELECT rootpage FROM sqlite_master WHERE name = 'meta'").fetchone()[0]
    size = beside.execute("PRAGMA page_size").fetchone()[0]
    file = beside.execute("PRAGMA database_list").fetchone()[2]
    with Path(file).open("r+b") as raw:
        raw.seek((page - 1) * size)
        raw.write(b"\xff" * size)
    with pytest.raises(StoreTrouble) as caught:
        unchecked.read_now(count)
    assert caught.value.kind is TroubleKind.CORRUPT
    assert "restore the last backup" in caught.value.hint
