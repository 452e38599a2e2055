"""What happens around the daemon and to it: the disk runs full, the database's file vanishes, the wall clock jumps."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import TypeVar

import structlog

from maild.clock import Clock, Steadiness
from maild.health import Health
from maild.store.ground import Ground

LOOK = 1.0  # seconds between two looks; a mail that comes in looks by itself
TASK = "disk"

T = TypeVar("T")

log = structlog.get_logger("maild")


def once_a_turn(look: Callable[[], T]) -> Callable[[], T]:
    """``look`` that looks once in a turn of the loop, for all who ask in it.

    Whoever asks in this turn was ready to ask before it began, so what is seen is never older than what he has done.
    """
    seen: list[T] = []

    def answer() -> T:
        if not seen:
            seen.append(look())
            asyncio.get_running_loop().call_soon(seen.clear)
        return seen[0]

    return answer


class Surroundings:
    """Looks at the ground before each mail and now and then; health and log say what is found."""

    def __init__(
        self, ground: Ground, health: Health, clock: Clock, wake_all: Callable[[], None], steady: Steadiness | None
    ) -> None:
        self._ground = ground
        self._health = health
        self._clock = clock
        self._wake_all = wake_all
        self._steady = steady
        self._told = ""

    def refusal(self) -> str:
        """The reply to MAIL while no mail can be taken, "" when one can."""
        trouble = self._ground.trouble()
        if trouble is None:
            self._recovered()
            return ""
        self._failed(trouble.why, trouble.hint)
        if trouble.full:
            return "452 4.3.1 Insufficient system storage, please try again later"
        return "451 4.3.0 Temporary failure, please try again later"

    async def watch(self, stop: asyncio.Event) -> None:
        """Look until ``stop``, by the steady clock."""
        while not stop.is_set():
            self.look()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK)

    def look(self) -> None:
        self.refusal()
        jumped = self._steady.jumped() if self._steady is not None else None
        if jumped is not None:
            log.error("clock.jump", seconds=round(jumped, 1), now=self._clock.now().isoformat())
            self._wake_all()  # whoever waits for an instant looks again how far it is

    def _failed(self, why: str, hint: str) -> None:
        kind = why.partition(" bytes")[2] or why
        if kind != self._told:
            log.error("intake.closed", why=why, hint=hint)
        self._told = kind
        self._health.failed(TASK, why, self._clock.now())

    def _recovered(self) -> None:
        if self._told:
            log.warning("intake.open")
            self._health.recovered(TASK)
        self._told = ""
