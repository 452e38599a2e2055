"""An event loop without an outside: time passes only when nobody has anything left to do, and then at once."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from contextvars import Context
from typing import Any, cast

from tests.simulation.network import Listener, Network

MOST_TURNS = 200_000  # of the loop at one instant; more are a circle that would never end


class Stalled(RuntimeError):
    """Nothing is planned any more, and the run is not over; or everything turns in a circle at one instant."""


class VirtualLoop(asyncio.BaseEventLoop):
    """Its sockets are those of ``network``; threads and signals there are none."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self._seconds = 0.0
        self._turns = 0
        self._selector = self
        self._clock_resolution = 1e-7
        self.network = network

    def time(self) -> float:
        return self._seconds

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None:
            raise Stalled("nothing is planned any more")
        self._turns = 0 if timeout > 0 else self._turns + 1
        if self._turns > MOST_TURNS:
            raise Stalled("the loop turns without end at one instant")
        self._seconds += max(0.0, timeout)
        return []

    def _process_events(self, events: list[Any]) -> None:
        """There are none."""

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        return self.call_soon(callback, *args, context=context)

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Any, *args: Any
    ) -> "asyncio.Future[Any]":
        """At once, on the loop itself."""
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done

    async def create_connection(
        self, protocol_factory: Callable[[], Any], host: Any = None, *args: Any, **_: Any
    ) -> Any:
        port = _.get("port", args[0] if args else None)
        return await self.network.connect(protocol_factory, str(host), int(cast(int, port)))

    async def create_server(self, protocol_factory: Callable[[], Any], *_: Any, sock: Any = None, **__: Any) -> Any:
        host, port = sock.getsockname()
        return self.network.listen(Listener(host, port, protocol_factory))
