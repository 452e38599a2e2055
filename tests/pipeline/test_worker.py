"""The worker beside a database in trouble."""

import asyncio
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import cast

import pytest

from maild.cli.config import example_text
from maild.clock import ManualClock
from maild.store import knowledge
from maild.store.db import Database
from maild.store.put import put
from maild.store.trouble import StoreTrouble, TroubleKind
from maild.store.tx import Tx
from pipeline import ingest
from pipeline.furniture import load_desk
from pipeline.own_check.prover import Prover
from pipeline.pool import Pool
from pipeline.understood import Unread
from pipeline.worker import Worker
from tests.empty_database import lay_down

RAW = b"From: Ann Birch <ann@birch.example>\r\nSubject: Order\r\nMessage-ID: <1@birch.example>\r\n\r\n10 shelves\r\n"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Once:
    """A pool that gives a mail back unread and then ends the worker's day."""

    def __init__(self, stop: asyncio.Event) -> None:
        self.stop = stop
        self.read: list[bytes] = []

    async def read_all(self, raws: list[bytes], usual: object) -> list[Unread]:
        self.read += raws
        self.stop.set()
        return [Unread("parser.unavailable", "no reader today")] * len(raws)


async def test_what_was_claimed_when_the_database_failed_is_taken_up_when_it_answers_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock stands still: a mail left to its lease would never be read, and the test would not end."""
    (tmp_path / "config.toml").write_text(example_text())
    desk = load_desk(tmp_path / "config.toml", make_key=True)
    lay_down(tmp_path / "maild.db")
    db = Database(f"sqlite:///{tmp_path / 'maild.db'}", ManualClock(NOW))
    wake, stop = asyncio.Event(), asyncio.Event()
    pool = Once(stop)

    def fail(tx: Tx) -> None:
        monkeypatch.setattr(knowledge, "usual", lambda tx: None)
        wake.set()
        raise StoreTrouble(TroubleKind.GONE, "database: unable to open database file", "put it back")

    monkeypatch.setattr(knowledge, "usual", fail)
    try:
        envelope = ingest.envelope(desk.intake, RAW, None)
        await db.write(lambda tx: put(tx, BytesIO(RAW), len(RAW), "digest", desk.intake.addresses[0], envelope))
        worker = Worker("w1", db, desk, cast(Pool, pool), db.clock, Prover(desk.config))
        await asyncio.wait_for(worker.run(wake, stop), 60)
    finally:
        await db.close()
    assert pool.read == [RAW]
