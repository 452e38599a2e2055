"""The wall clock of the simulated world."""

import asyncio
from datetime import datetime, timedelta


class SimClock:
    """``epoch`` is what the clock showed when the loop began. Waits as long as it is told to."""

    def __init__(self, epoch: datetime) -> None:
        self.epoch = epoch
        self._loop = asyncio.get_running_loop()

    def now(self) -> datetime:
        return self.epoch + timedelta(microseconds=round(self._loop.time() * 1e6))

    def seconds(self, instant: datetime) -> float:
        return (instant - self.epoch).total_seconds()

    async def wait(self, wake: asyncio.Event, until: datetime | None) -> None:
        while not wake.is_set() and (until is None or self.now() < until):
            left = None if until is None else max(1e-6, (until - self.now()).total_seconds())
            try:
                async with asyncio.timeout(left):
                    await wake.wait()
            except TimeoutError:
                continue
