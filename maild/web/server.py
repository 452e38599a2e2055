"""uvicorn in the daemon's own loop: listening, and ending in order."""

import asyncio
import contextlib
from collections.abc import Iterator

import structlog
import uvicorn

from maild.web.app import build
from maild.web.connection import LARGEST_HEAD, Doorkeeper, guarded, networks
from maild.web.house import House
from pipeline.receive.listening import listening_sockets

log = structlog.get_logger("maild.web")

TICK = 1.0  # seconds between two looks whether uvicorn should end; the stop itself wakes it


class WebServer:
    """Listens from the start on; ``run`` answers until the stop, and may be begun again after a failure."""

    def __init__(self, house: House, grace: float) -> None:
        web = house.web
        self._house = house
        self._grace = grace
        self._sockets = listening_sockets([web.listen], "web")
        self.port = int(self._sockets[0].getsockname()[1])
        self.keeper = Doorkeeper(
            web.max_connections, web.max_per_client, networks(web.trusted_networks), web.read_timeout
        )
        self._app = build(house)
        log.info("web.listening", port=self.port)

    async def run(self, wake: asyncio.Event, stop: asyncio.Event) -> None:
        """Until ``stop``: then no request more is taken, and those under way have the grace to end."""
        config = uvicorn.Config(
            self._app,
            http=guarded(self.keeper),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            h11_max_incomplete_event_size=LARGEST_HEAD,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=max(1, int(self._grace)),
        )
        server = _Server(config, stop)
        ending = asyncio.create_task(self._end(stop), name="web:ending")
        try:
            await server.serve(sockets=[sock.dup() for sock in self._sockets])
        finally:
            ending.cancel()

    async def _end(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._house.stopping.set()

    def close(self) -> None:
        for sock in self._sockets:
            sock.close()


class _Server(uvicorn.Server):
    """Leaves the process's signals to the daemon, and sleeps until the daemon stops."""

    def __init__(self, config: uvicorn.Config, stop: asyncio.Event) -> None:
        super().__init__(config)
        self._stop = stop

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        counter = 0
        while not await self.on_tick(counter) and not self._stop.is_set():
            counter += 10  # on_tick sets the Date header each tenth time
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), TICK)
