"""The daemon's background tasks: each is woken when there is work, and started again when it fails."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import structlog

from maild.clock import Clock
from maild.health import Health

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

SAFETY_WAKE = 30  # seconds; should a wake-up ever be missed, nothing waits longer
RESTART_PAUSES = (1.0, 2.0, 5.0, 15.0, 60.0)

Work = Callable[[asyncio.Event, asyncio.Event], Awaitable[None]]
"""Runs until its second event, the stop, is set; its first one wakes it."""

log = structlog.get_logger("maild")


class Supervisor:
    """Begun with ``begin`` inside a TaskGroup; ``stop`` is the event that ends all of them."""

    def __init__(self, health: Health, clock: Clock, stop: asyncio.Event) -> None:
        self.tasks: list[asyncio.Task[None]] = []
        self._health = health
        self._clock = clock
        self._stop = stop
        self._wakes: list[asyncio.Event] = []

    def begin(
        self, group: asyncio.TaskGroup, name: str, wake: asyncio.Event, work: Work, *, regularly: bool = True
    ) -> None:
        """Run ``work``; ``regularly`` says that it is woken each SAFETY_WAKE seconds besides."""
        if regularly:
            self._wakes.append(wake)
        self.tasks.append(group.create_task(self._supervise(name, wake, work), name=name))

    @property
    def unfinished(self) -> list[str]:
        """Names of those that have not ended."""
        return [task.get_name() for task in self.tasks if not task.done()]

    def wake_all(self) -> None:
        for wake in self._wakes:
            wake.set()

    def start_waker(self) -> "AsyncIOScheduler":
        """APScheduler only wakes; what is due stands in the database, so a missed or late wake-up loses nothing."""
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        scheduler = AsyncIOScheduler(timezone="UTC")
        scheduler.add_job(
            self.wake_all, "interval", seconds=SAFETY_WAKE, misfire_grace_time=None, coalesce=True, max_instances=1
        )
        scheduler.start()
        return scheduler

    async def _supervise(self, name: str, wake: asyncio.Event, work: Work) -> None:
        """Run a background task until the stop; one that fails is started again, and the health says so."""
        failures = 0
        while not self._stop.is_set():
            try:
                self._health.tasks.setdefault(name, None)
                await self._watched(name, work, wake)
                return
            except Exception as error:
                failures = failures if self._health.tasks.get(name) else 0  # it had recovered since the last one
                self._health.failed(name, f"{type(error).__name__}: {error}"[:200], self._clock.now())
                log.exception("task.failed", task=name, again_in=RESTART_PAUSES[min(failures, 4)])
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), RESTART_PAUSES[min(failures, 4)])
                failures += 1

    async def _watched(self, name: str, work: Work, wake: asyncio.Event) -> None:
        healed = asyncio.get_running_loop().call_later(SAFETY_WAKE, self._health.recovered, name)
        try:
            await work(wake, self._stop)
        finally:
            healed.cancel()

    async def finish(self, deadline: float) -> None:
        """Let each task finish the step it is in; what lasts beyond ``deadline`` (the loop's time) is cut off.

        A letter that is cut off at its dot is known to be, and is taken up again at the next start.
        """
        self.wake_all()
        if not self.tasks:  # it only takes mail in
            return
        _, late = await asyncio.wait(self.tasks, timeout=max(0.0, deadline - asyncio.get_running_loop().time()))
        for task in late:
            log.warning("daemon.cut_off", task=task.get_name())
            task.cancel()
