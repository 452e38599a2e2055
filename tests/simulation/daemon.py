"""One life of the daemon as maild.app wires it, with another database, pool, clock and door."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from maild import __version__
from maild.attendance import Attendance
from maild.crew import Crew
from maild.health import Health
from maild.roles import ROLES
from maild.store import people
from maild.store.processes import Process
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


@contextlib.contextmanager
def inside(faults: Faults) -> Iterator[None]:
    """What the process offers to the daemon while the simulation lasts."""
    with (
        patch("maild.crew.Pool", lambda workers: InlinePool(faults, workers.children)),
        patch("pipeline.receive.smtp.listening_sockets", lambda _: [_Socket()]),
        patch("pipeline.receive.smtp.WATCH_SECONDS", 60.0),
    ):
        yield


class SimDaemon:
    def __init__(self, desk: Desk, clock: SimClock, db: SimDatabase, faults: Faults, life: Life) -> None:
        self._desk, self._clock, self._faults, self._life = desk, clock, faults, life
        self._db: Any = db
        self._name = f"sim:{life.number}"
        self._stop = asyncio.Event()
        self._tasks = Supervisor(Health(clock.now()), clock, self._stop)

    async def run(self, jitter: Callable[[], float]) -> None:
        me = Process(self._name, "sim", self._life.number, ROLES, __version__, self._clock.now())
        await self._db.write(lambda tx: people.keep_all(tx, self._desk.config))
        await Attendance(self._db, me).begin()
        async with contextlib.AsyncExitStack() as stack:
            hired = Crew(self._name, ROLES, self._db, self._desk, self._clock)
            works = await hired.hire(stack)
            assert hired.courier is not None
            hired.courier.jitter = jitter
            await smtp.start(self._desk.config.smtp, self._desk.intake, self._store, fail=self._faults.hit)
            async with asyncio.TaskGroup() as group:
                for name, topic, work in works:
                    self._tasks.begin(group, name, self._db.subscribe(topic), work)
                if not self._faults.on("no_safety_wake"):
                    group.create_task(self._ring())
                self._life.ready = True

    async def _store(self, envelope: Any, body: Any) -> Any:
        return await accept(self._db, self._desk.intake, envelope, body)

    async def _ring(self) -> None:
        while True:
            await asyncio.sleep(WAKE)
            self._tasks.wake_all()
