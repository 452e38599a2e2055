"""The rounds of a background task: do what is due, sleep until more is, wait out a database in trouble."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from maild.clock import Clock
from maild.store.trouble import STORE_PAUSE, StoreTrouble

PAUSE = timedelta(minutes=5)
"""How long a task rests after a mistake of our own, which trying again at once would only repeat."""

Step = Callable[[], Awaitable[int | datetime]]
"""Does what is due: how many it was, 0 when there is nothing left, or the instant until which to rest."""


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
