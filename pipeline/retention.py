"""Sweeping away what is finished and has been kept long enough, in small batches, so that nobody waits for it."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

import structlog

from maild import failpoints, log_files
from maild.clock import Clock
from maild.config import Config
from maild.rounds import PAUSE, rounds, when_woken
from maild.store import retention
from maild.store.db import Database
from maild.store.trouble import StoreTrouble
from maild.store.tx import Tx
from pipeline.furniture import Desk
from rules.erasing import kept_fields

log = structlog.get_logger("maild.retention")


class Retention:
    """Sweeps after the start and then every ``retention.every``; what it has erased stays erased, whenever it ends."""

    def __init__(self, db: Database, desk: Desk, clock: Clock) -> None:
        self.desk = desk
        self._db = db
        self._clock = clock
        self._next: datetime | None = None

    async def run(self, wake: asyncio.Event, stop: asyncio.Event) -> None:
        """Sweep until ``stop``. A sweep that fails is tried again after a pause."""
        await rounds(self._tried, when_woken, _waiting, self._clock, wake, stop)

    async def _tried(self) -> datetime:
        """Sweep if it is time to; when the next sweep is."""
        now = self._clock.now()
        if self._next is not None and now < self._next:
            return self._next
        pause = timedelta(seconds=self.desk.config.retention.every)
        try:
            await self.sweep()
        except StoreTrouble:
            raise
        except Exception:
            log.exception("retention.failed", again_in=PAUSE.seconds)
            pause = PAUSE
        self._next = now + pause
        return self._next

    async def sweep(self) -> dict[str, int]:
        """Everything whose time has come; how many rows of each kind lost their bytes or texts."""
        now, config = self._clock.now(), self.desk.config
        found = {kind: await self._kind(kind, now - age) for kind, age in ages(config)}
        if config.retention.logs and config.log.file:
            before = now - timedelta(seconds=config.retention.logs)
            found["logs"] = await asyncio.to_thread(log_files.drop_old, config.log.file, before)
        swept = {kind: count for kind, count in found.items() if count}
        if swept:
            log.info("retention.swept", **swept)
        return swept

    async def _kind(self, kind: str, before: datetime) -> int:
        total, after, batch = 0, 0, self.desk.config.retention.batch
        keep = kept_fields(self.desk.ruleset.fields)
        while True:
            found = await self._db.read(partial(retention.due, kind=kind, before=before, after=after, count=batch))
            if not found:
                return total

            def erase(tx: Tx, numbers: list[int] = found) -> int:
                erased = retention.erased(tx, kind, before, numbers, keep)
                failpoints.hit("retention.sweep")
                return erased

            total += await self._db.write(erase)
            after = found[-1]


def _waiting(trouble: StoreTrouble) -> None:
    log.error("retention.waiting", why=trouble.what, hint=trouble.hint)


def ages(config: Config) -> Iterator[tuple[str, timedelta]]:
    """What is swept, and how long it is kept; letters are kept as long as mails."""
    kept = config.retention
    named = {
        "raw_mail": kept.raw_mail,
        "attachments": kept.attachments,
        "letters": kept.raw_mail,
        "closed_tickets": kept.closed_tickets,
    }
    for kind, seconds in named.items():
        if seconds:
            yield kind, timedelta(seconds=seconds)
