"""A daemon's presence on PostgreSQL: one connection by which it lives for others, hears them, and notices their death.

While the connection stands the daemon holds the lock of its name, and those of the mailboxes that it alone may read. A
connection that breaks is made again; others wait GRACE seconds before they take a daemon for dead, so that a restart of
the server buries nobody.
"""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import psycopg
import structlog
from sqlalchemy.engine import make_url

from maild.store import processes
from maild.store.db import Database
from maild.store.processes import Process, Takeover
from maild.store.trouble import StoreTrouble
from maild.store.wakeups import CHANNEL, heard

TICK = 1.0  # seconds between two looks at the others
GRACE = 2.0  # seconds that a daemon must be without its lock to be taken for dead
LOST_PAUSE = 0.3  # seconds before the connection is made again

_WIRE: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}
_HOLD = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"

log = structlog.get_logger("maild.store")


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to do something that only one daemon may do at a time."""

    name: str
    held: asyncio.Event = field(default_factory=asyncio.Event)
    lost: asyncio.Event = field(default_factory=asyncio.Event)


class Presence:
    """Run ``attend`` as a task, and wait for ``present`` before any work is claimed."""

    def __init__(self, db: Database, me: Process, said: Callable[[Takeover, str], None]) -> None:
        self.present = asyncio.Event()
        self._db = db
        self._me = me
        self._said = said
        self._turns: list[Turn] = []
        self._missing: dict[str, float] = {}
        self._lost = False

    def turn(self, name: str) -> Turn:
        """Ask for the right to be the only one at ``name``; its event ``held`` says when it is given."""
        self._turns.append(Turn(name))
        return self._turns[-1]

    async def attend(self) -> None:
        """Until cancelled."""
        while True:
            try:
                async with await self._connect() as conn:
                    await self._live(conn)
            except (psycopg.Error, OSError, StoreTrouble) as trouble:
                self._tell_lost((str(trouble).splitlines() or [type(trouble).__name__])[0][:200])
            except Exception:
                log.exception("presence.failed")
            self._lose()
            await asyncio.sleep(random.uniform(LOST_PAUSE / 2, LOST_PAUSE))

    def _tell_lost(self, why: str) -> None:
        """Once for each loss, however often the connection is then sought."""
        if not self._lost:
            self._lost = True
            log.warning("presence.lost", why=why)

    def _tell_back(self) -> None:
        if self._lost:
            self._lost = False
            log.info("presence.regained")

    def _lose(self) -> None:
        self.present.clear()
        for turn in self._turns:
            if turn.held.is_set():
                turn.held.clear()
                turn.lost.set()

    async def _connect(self) -> "psycopg.AsyncConnection[tuple[object, ...]]":
        url = make_url(self._db.url).set(drivername="postgresql")
        given = {name: value for name, value in _WIRE.items() if name not in url.query}
        return await psycopg.AsyncConnection.connect(
            url.render_as_string(hide_password=False), autocommit=True, application_name="maild presence", **given
        )

    async def _live(self, conn: "psycopg.AsyncConnection[tuple[object, ...]]") -> None:
        await conn.execute("SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3")
        while not await _hold(conn, self._me.name):  # noqa: ASYNC110  # the server still knows our last connection
            await asyncio.sleep(TICK / 10)
        await conn.execute(f"LISTEN {CHANNEL}")
        await self._db.write(partial(processes.enter, process=self._me))
        self._missing.clear()
        await self.look_around(GRACE)
        self.present.set()
        self._tell_back()
        self._db.wake(None)  # nobody knows what was called while we could not hear
        while True:
            for turn in self._turns:
                if not turn.held.is_set() and await _hold(conn, f"turn:{turn.name}"):
                    turn.lost.clear()
                    turn.held.set()
            async for notice in conn.notifies(timeout=TICK):
                origin, topics = heard(notice.payload)
                if origin != self._db.origin:
                    self._db.wake(topics)
            await self.look_around(GRACE)

    async def look_around(self, grace: float) -> Takeover:
        """Take over from those who have been without their lock for ``grace`` seconds, or are known to have ended."""
        total, now = Takeover(), time.monotonic()
        others = {other.name: other for other in await self._db.read(lambda tx: processes.others(tx, self._me.name))}
        living = await self._db.read(processes.living) if others else frozenset()
        gone = [other for name, other in others.items() if name not in living]
        self._missing = {other.name: self._missing.get(other.name, now) for other in gone}
        for other in gone:
            if other.ended_here(self._me.host) or now - self._missing[other.name] >= grace:
                took = await self._db.write(partial(processes.bury, name=other.name))
                if took is not None:
                    self._said(took, other.name)
                    total += took
        return total


async def _hold(conn: "psycopg.AsyncConnection[tuple[object, ...]]", name: str) -> bool:
    row = await (await conn.execute(_HOLD, (name,))).fetchone()
    return bool(row and row[0])
