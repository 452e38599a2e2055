"""This daemon among all that work on its database: known to the others, and heir of those that died."""

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING

import structlog

from maild.store import processes
from maild.store.db import Database
from maild.store.processes import Process, Takeover
from maild.store.tx import Tx
from maild.supervision import Work

if TYPE_CHECKING:
    from maild.store.presence import Presence

log = structlog.get_logger("maild")


class Attendance:
    """``begin`` before any work is claimed, ``end`` when none is left in hand."""

    def __init__(self, db: Database, me: Process) -> None:
        self._db = db
        self._me = me
        self._presence: Presence | None = None
        self._attending: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Be present, and take over from those that are known to be dead."""
        if self._db.postgres:
            from maild.store.presence import Presence  # its driver is not everybody's

            self._presence = Presence(self._db, self._me, _tell)
            self._attending = asyncio.create_task(self._presence.attend(), name="presence")
            await self._presence.present.wait()
            return
        took = await self._db.write(self._enter_alone)
        _tell(took, "")

    def _enter_alone(self, tx: Tx) -> Takeover:
        """On SQLite the lock of the file is ours, so everybody else is dead."""
        gone = processes.others(tx, self._me.name)
        processes.enter(tx, self._me)
        return sum((processes.bury(tx, other.name) or Takeover() for other in gone), Takeover())

    async def end(self) -> None:
        """Leave; where the database is away the others find out by themselves."""
        with contextlib.suppress(Exception):
            await self._db.write(partial(processes.leave, name=self._me.name))
        if self._attending is not None:
            self._attending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._attending

    def alone(self, name: str, work: Work) -> Work:
        """``work``, done by one daemon at a time: it waits for its turn, and ends when that is lost."""
        if self._presence is None:
            return work
        turn = self._presence.turn(name)

        async def run(wake: asyncio.Event, stop: asyncio.Event) -> None:
            while not stop.is_set():
                await _first(turn.held, stop)
                if stop.is_set():
                    return
                ending = asyncio.Event()
                watching = asyncio.create_task(_set_after(ending, turn.lost, stop))
                try:
                    await work(wake, ending)
                finally:
                    watching.cancel()

        return run


async def _first(*events: asyncio.Event) -> None:
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()


async def _set_after(ending: asyncio.Event, *events: asyncio.Event) -> None:
    await _first(*events)
    ending.set()


def _tell(took: Takeover, from_whom: str) -> None:
    if took:
        log.warning(
            "daemon.recovered",
            mails=took.mails,
            letters_cut=took.letters_cut,
            letters_at_dot=took.letters_at_dot,
            of=from_whom or None,
        )
