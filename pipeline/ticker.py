"""Timers coming due. APScheduler only wakes us; what is due stands in our own table and fires once, late if need be."""

import asyncio
from datetime import datetime

import structlog

from maild import failpoints
from maild.clock import Clock
from maild.domain.events import TimerFired
from maild.rounds import PAUSE, rounds
from maild.store import timers
from maild.store.db import Database
from maild.store.timers import Due
from maild.store.trouble import StoreTrouble
from maild.store.tx import Tx
from pipeline import backfill, desk
from pipeline.furniture import Desk

BATCH = 100

log = structlog.get_logger("maild.ticker")


class Ticker:
    """Fires due timers, oldest first, each in a transaction of its own with everything that follows from it."""

    def __init__(self, db: Database, desk_: Desk, clock: Clock) -> None:
        self.desk = desk_
        self._db = db
        self._clock = clock
        self._fitted: str | None = None  # the rule file that open tickets were made to fit
        self._failing: dict[int, datetime] = {}  # timers whose rules failed, and when to try them again

    async def run(self, wake: asyncio.Event, stop: asyncio.Event) -> None:
        """Fire until ``stop``; sleeps until the next timer is due or ``wake`` says that an earlier one was armed."""

        async def step() -> int:
            await self._fit()
            return await self.step()

        await rounds(step, self._next, _waiting, self._clock, wake, stop)

    async def step(self) -> int:
        """Fire what is due now; returns how many came due. A timer whose rules fail is tried again after a pause."""
        now = self._clock.now()
        resting = [timer for timer, until in self._failing.items() if until > now]
        due = await self._db.read(lambda tx: timers.due(tx, BATCH, resting))
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
        except StoreTrouble:
            raise  # not the timer's fault
        except Exception:
            self._failing[timer.id] = self._clock.now() + PAUSE
            log.exception("timer.failed", timer=timer.id, ticket=timer.ticket, rule=timer.rule, again_in=PAUSE.seconds)
            return
        self._failing.pop(timer.id, None)
        if fired:
            late = (self._clock.now() - timer.due_at).total_seconds()
            log.info("timer.fired", timer=timer.id, ticket=timer.ticket, rule=timer.rule, late_s=round(late, 3))

    async def _fit(self) -> None:
        """After a start or a reload, let open tickets meet the rules."""
        desk_ = self.desk
        if self._fitted == desk_.ruleset.digest:
            return
        try:
            await backfill.after_reload(self._db, desk_)
        except StoreTrouble:
            raise
        except Exception:  # timers that are due must not wait for it
            log.exception("backfill.failed", rules=desk_.ruleset.digest[:12], hint="maild rules backfill")
        self._fitted = desk_.ruleset.digest

    async def _next(self) -> datetime | None:
        """When to look again: the next timer that does not rest, or the end of a rest."""
        resting = list(self._failing)
        due = await self._db.read(lambda tx: timers.next_due(tx, resting))
        return min([*([due] if due else []), *self._failing.values()], default=None)


def _waiting(trouble: StoreTrouble) -> None:
    log.error("ticker.waiting", why=trouble.what, hint=trouble.hint)
