"""The only source of time. Everything else receives a Clock, so a test or a demo can hold the hands."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """``now`` is aware UTC; ``wait`` returns at ``until`` or as soon as ``wake`` is set, whichever comes first."""

    def now(self) -> datetime: ...

    async def wait(self, wake: asyncio.Event, until: datetime | None) -> None: ...


class SystemClock:
    """The wall clock. A speed above 1 lets demos live a day in minutes: one real second is ``speed`` seconds.

    With ``start`` it goes on from that instant instead, as after a demo that lived ahead.
    """

    LONGEST_WAIT = 30.0  # seconds; a wall clock that was set back or forward is noticed within this time

    def __init__(self, speed: float = 1.0, start: datetime | None = None) -> None:
        self._speed = speed
        self._shifted = speed != 1.0 or start is not None
        self._origin = start or datetime.now(UTC)
        self._started = time.monotonic()

    def now(self) -> datetime:
        if not self._shifted:
            return datetime.now(UTC)
        return self._origin + timedelta(seconds=(time.monotonic() - self._started) * self._speed)

    @property
    def is_real(self) -> bool:
        """Whether it shows what the machine's clock does."""
        return not self._shifted

    async def wait(self, wake: asyncio.Event, until: datetime | None) -> None:
        limit = self.LONGEST_WAIT
        if until is not None:
            limit = min(limit, max(0.0, (until - self.now()).total_seconds() / self._speed))
        await _first(wake, limit)


class Steadiness:
    """Notices that the wall clock was set: it and the monotonic clock drift apart by milliseconds, not by seconds.

    The machine's sleep counts as a jump too, since the monotonic clock stands still meanwhile.
    """

    LEAST = 2.0  # seconds; what NTP slews between two looks is far less

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        self._wall = wall
        self._steady = steady
        self._apart = wall() - steady()

    def jumped(self) -> float | None:
        """Seconds that the wall clock was moved by since the last look (negative: back), None when it was not."""
        apart = self._wall() - self._steady()
        by, self._apart = apart - self._apart, apart
        return by if abs(by) >= self.LEAST else None


class ManualClock:
    """A clock that moves only when told to; waiters are woken by every move."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._waiting: set[Callable[[], None]] = set()

    def now(self) -> datetime:
        return self._now

    def move_to(self, instant: datetime) -> None:
        self._now = instant
        for notice in list(self._waiting):
            notice()

    def advance(self, by: timedelta) -> None:
        self.move_to(self._now + by)

    async def wait(self, wake: asyncio.Event, until: datetime | None) -> None:
        moved = asyncio.Event()
        loop = asyncio.get_running_loop()

        def notice() -> None:
            loop.call_soon_threadsafe(moved.set)

        self._waiting.add(notice)
        try:
            while not wake.is_set() and (until is None or self._now < until):
                tasks = {asyncio.ensure_future(wake.wait()), asyncio.ensure_future(moved.wait())}
                _, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in pending:
                    task.cancel()
                moved.clear()
        finally:
            self._waiting.discard(notice)


async def _first(wake: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(wake.wait(), seconds)
    except TimeoutError:
        return
