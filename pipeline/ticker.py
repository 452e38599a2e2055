"""Timers coming due. APScheduler only wakes us; what is due stands in our own table and fires once, late if need be."""

import asyncio

import structlog

from maild import failpoints
from maild.clock import Clock
from maild.domain.events import TimerFired
from maild.store import timers
from maild.store.db import Database
from maild.store.timers import Due
from maild.store.tx import Tx
from pipeline import desk
from pipeline.furniture import Desk

BATCH = 100

log = structlog.get_logger("maild.ticker")


class Ticker:
    """Fires due timers, oldest first, each in a transaction of its own with everything that follows from it."""

    def __init__(self, db: Database, desk_: Desk, clock: Clock) -> None:
        self.desk = desk_
        self._db = db
        self._clock = clock
        self._failing: set[int] = set()

    async def step(self) -> int:
        """Fire what is due now; returns how many came due. A timer whose rules fail is left for the next start."""
        due = await self._db.read(lambda tx: timers.due(tx, BATCH, self._failing))
        if due:
            failpoints.hit("timer.selected")
        for timer in due:
            await self._fire(timer)
            failpoints.hit("timer.after_commit")
        return len(due)

    async def _fire(self, timer: Due) -> None:
        desk_ = self.desk

        def fire(tx: Tx) -> bool:
            if not timers.fire(tx, timer.id):
                return False
            event = TimerFired(timer.id, timer.rule, timer.step, timer.due_at.isoformat())
            desk.handle(tx, desk_, timer.ticket, event, f"timer:{timer.id}")
            return True

        try:
            fired = await self._db.write(fire)
        except Exception:
            self._failing.add(timer.id)
            log.exception("timer.failed", timer=timer.id, ticket=timer.ticket, rule=timer.rule)
            return
        if fired:
            late = (self._clock.now() - timer.due_at).total_seconds()
            log.info("timer.fired", timer=timer.id, ticket=timer.ticket, rule=timer.rule, late_s=round(late, 3))

    async def run(self, wake: asyncio.Event, stop: asyncio.Event) -> None:
        """Fire until ``stop``; sleeps until the next timer is due or ``wake`` says that an earlier one was armed."""
        while not stop.is_set():
            wake.clear()
            if not await self.step():
                await self._clock.wait(wake, await self._db.read(timers.next_due))
