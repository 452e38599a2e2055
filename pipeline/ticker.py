"""Timers coming due. APScheduler only wakes us; what is due stands in our own table and fires once, late if need be."""

import asyncio
from datetime import datetime

import structlog

from maild import failpoints
from maild.clock import Clock
from maild.domain.events import TimerFired
from maild.errors import MaildError
from maild.rounds import PAUSE, Rests, rounds
from maild.store import partings, timers
from maild.store.db import Database
from maild.store.partings import Parting
from maild.store.timers import Due
from maild.store.trouble import StoreTrouble
from maild.store.tx import Tx
from pipeline import backfill, desk, parting
from pipeline.furniture import Desk

BATCH = 100

log = structlog.get_logger("maild.ticker")


class Ticker:
    """Fires due timers, oldest first, each in a transaction of its own with everything that follows from it.

    Answers that waited to be taken back leave in the same way.
    """

    def __init__(self, db: Database, desk_: Desk, clock: Clock) -> None:
        self.desk = desk_
        self._db = db
        self._clock = clock
        self._fitted: str | None = None  # the rule file that open tickets were made to fit
        self._failing = Rests[int](clock)  # timers whose rules failed
        self._staying = Rests[int](clock)  # answers, likewise

    async def run(self, wake: asyncio.Event, stop: asyncio.Event) -> None:
        """Fire until ``stop``; sleeps until the next timer is due or ``wake`` says that an earlier one was armed."""

        async def step() -> int:
            await self._fit()
            return await self.step()

        await rounds(step, self._next, _waiting, self._clock, wake, stop)

    async def step(self) -> int:
        """Fire what is due now; returns how many came due. A timer whose rules fail is tried again after a pause."""
        resting = self._failing.going_on()
        due = await self._db.read(lambda tx: timers.due(tx, BATCH, resting))
        if due:
            failpoints.hit("timer.selected")
        for timer in due:
            await self._fire(timer)
            failpoints.hit("timer.after_commit")
        return len(due) + await self._answer()

    async def _answer(self) -> int:
        """Let answers leave that waited long enough; returns how many were due."""
        resting = self._staying.going_on()
        due = await self._db.read(lambda tx: partings.due(tx, BATCH, resting))
        for one in due:
            await self._leave(one)
        return len(due)

    async def _leave(self, one: Parting) -> None:
        """Once; where the ticket takes it no more its writer is told why."""
        desk_ = self.desk
        try:
            left = await self._db.write(lambda tx: parting.leave(tx, desk_, one))
        except StoreTrouble:
            raise  # not the answer's fault
        except MaildError as error:
            why = error.what
            if await self._db.write(lambda tx: partings.refuse(tx, one.id, why)):
                log.warning("answer.refused", ticket=one.ticket, user=one.writer, why=why)
        except Exception:
            self._staying.begin(one.id)
            log.exception("answer.failed", ticket=one.ticket, user=one.writer, again_in=PAUSE.seconds)
        else:
            self._staying.end(one.id)
            if left:
                log.info("answer.left", ticket=one.ticket, user=one.writer)

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
            self._failing.begin(timer.id)
            log.exception("timer.failed", timer=timer.id, ticket=timer.ticket, rule=timer.rule, again_in=PAUSE.seconds)
            return
        self._failing.end(timer.id)
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
        """When to look again: the next timer or answer that does not rest, or the end of a rest."""
        resting, staying = self._failing.kept(), self._staying.kept()
        due = await self._db.read(lambda tx: (timers.next_due(tx, resting), partings.next_due(tx, staying)))
        return min(filter(None, (*due, self._failing.first_end(), self._staying.first_end())), default=None)


def _waiting(trouble: StoreTrouble) -> None:
    log.error("ticker.waiting", why=trouble.what, hint=trouble.hint)
