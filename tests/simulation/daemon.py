"""maild.app.App in the simulated world: the same wiring, with another database, pool, clock and door."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from maild import app as wiring
from maild.health import Health
from maild.supervision import Supervisor
from pipeline.accept import accept
from pipeline.furniture import Desk
from pipeline.receive import smtp
from tests.simulation.clock import SimClock
from tests.simulation.faults import DESK, Faults
from tests.simulation.life import Life
from tests.simulation.readers import InlinePool
from tests.simulation.store import SimDatabase

PORT = 25
WAKE = 3600.0  # seconds between safety wakes; half of the runs have none, so that a missed wake-up shows


@dataclass
class _Socket:
    """What the listener asks of a socket."""

    name: tuple[str, int] = (DESK, PORT)

    def getsockname(self) -> tuple[str, int]:
        return self.name

    def listen(self, backlog: int = 0) -> None: ...


class _NoControl:
    """People come through pipeline.desk's operations without a socket."""

    def __init__(self, *_: Any) -> None: ...

    async def start(self) -> None: ...

    async def close(self) -> None: ...


@contextlib.contextmanager
def inside() -> Iterator[None]:
    """What the process offers to App while the simulation lasts."""
    kept = (wiring.ControlServer, smtp.listening_sockets, smtp.WATCH_SECONDS)
    wiring.ControlServer, smtp.listening_sockets = _NoControl, lambda _: [_Socket()]  # type: ignore[assignment, misc]
    smtp.WATCH_SECONDS = 60.0
    try:
        yield
    finally:
        wiring.ControlServer, smtp.listening_sockets, smtp.WATCH_SECONDS = kept  # type: ignore[misc]


class SimApp(wiring.App):
    def __init__(self, desk: Desk, clock: SimClock, db: SimDatabase, faults: Faults, life: Life) -> None:
        self.config, self.desk, self.clock = desk.config, desk, clock
        self.health = Health(clock.now())
        self.name = f"sim:{life.number}"
        self._stop = asyncio.Event()
        self._reload_asked = False
        self.tasks = _Wakes(self.health, clock, self._stop)
        self.tasks.never = "no_safety_wake" not in faults.off
        self._faults = faults
        self._life = life
        self.db = db  # type: ignore[assignment]
        self.pool = InlinePool(faults, self.config.workers.children)  # type: ignore[assignment]

    async def run(self) -> None:
        async with contextlib.AsyncExitStack() as stack:
            await self._prepare()
            await self._serve(stack)

    async def _listen(self) -> smtp.Server:
        async def store(envelope: Any, body: Any) -> Any:
            return await accept(self.db, self.desk.intake, envelope, body)

        server = await smtp.start(self.config.smtp, self.desk.intake, store, fail=self._faults.hit)
        self._life.ready = True
        return server


class _Wakes(Supervisor):
    never = False

    def start_waker(self) -> Any:
        self._ring()
        return self

    def _ring(self) -> None:
        self.wake_all()
        if not self.never:
            self._next = asyncio.get_running_loop().call_later(WAKE, self._ring)

    def shutdown(self, wait: bool) -> None:
        if not self.never:
            self._next.cancel()
