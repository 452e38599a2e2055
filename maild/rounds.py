"""The rounds of a background task: do what is due, sleep until more is, wait out a database in trouble."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from maild.clock import Clock
from maild.store.trouble import STORE_PAUSE, StoreTrouble

PAUSE = timedelta(minutes=5)
"""How long a task rests after a mistake of our own, which trying again at once would only repeat."""

Step = Callable[[], Awaitable[int | datetime]]
"""Does what is due: how many it was, 0 when there is nothing left, or the instant until which to rest."""

K = TypeVar("K")


class Rests(Generic[K]):
    """What failed by a mistake of our own: each rests for ``PAUSE`` while all others go on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[K, datetime] = {}

    def begin(self, key: K) -> None:
        self._until[key] = self._clock.now() + PAUSE

    def end(self, key: K) -> None:
        """It went well, or somebody else has done it."""
        self._until.pop(key, None)

    def going_on(self) -> list[K]:
        """Those that are not to be tried yet."""
        now = self._clock.now()
        return [key for key, until in self._until.items() if until > now]

    def kept(self) -> list[K]:
        """All that failed when last tried, also those whose rest is over."""
        return list(self._until)

    def first_end(self) -> datetime | None:
        return min(self._until.values(), default=None)


async def rounds(
    step: Step,
    next_due: Callable[[], Awaitable[datetime | None]],
    on_trouble: Callable[[StoreTrouble], None],
    clock: Clock,
    wake: asyncio.Event,
    stop: asyncio.Event,
) -> None:
    """Step until ``stop``, which is seen once ``wake`` is set too; sleep until the next is due, or ``wake``.

    ``wake`` is cleared before the step, so what comes while it works is looked for as soon as it is done.
    """
    while not stop.is_set():
        wake.clear()
        try:
            done = await step()
            if isinstance(done, datetime):
                await clock.wait(wake, done)
            elif not done:
                await clock.wait(wake, await next_due())
        except StoreTrouble as trouble:
            on_trouble(trouble)
            await clock.wait(wake, clock.now() + STORE_PAUSE)


async def when_woken() -> None:
    """The ``next_due`` of what falls due by events alone."""
