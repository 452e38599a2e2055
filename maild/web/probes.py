"""/healthz, /readyz and /metrics on a port of their own, for whoever watches over the daemon."""

import asyncio
import contextlib

import structlog
import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from maild.config import endpoint
from maild.errors import MaildError, Unavailable
from maild.health import Health
from maild.log_output import LogOutput
from maild.store import figures, spool
from maild.store.db import Database
from maild.store.tx import Tx

log = structlog.get_logger("maild.probes")


class Probes:
    """A small HTTP server in the daemon's own loop."""

    def __init__(self, listen: str, db: Database, health: Health, output: LogOutput) -> None:
        self._listen = listen
        self._db = db
        self._health = health
        self._output = output
        self._task: asyncio.Task[None] | None = None
        self._server: uvicorn.Server | None = None

    async def start(self) -> None:
        """Raises Unavailable where the address cannot be listened on."""
        host, port = endpoint(self._listen)
        routes = [
            Route("/healthz", self._healthz),
            Route("/readyz", self._readyz),
            Route("/metrics", self._metrics),
        ]
        config = uvicorn.Config(
            Starlette(routes=routes), host, port, log_config=None, lifespan="off", access_log=False, server_header=False
        )
        self._server = _Quiet(config)
        try:
            sock = config.bind_socket()
        except (OSError, SystemExit) as error:
            raise Unavailable(f"metrics.listen {self._listen}: cannot listen there", "is the port free?") from error
        self._task = asyncio.create_task(self._server.serve(sockets=[sock]), name="probes")
        self.port = sock.getsockname()[1]
        log.info("probes.listening", port=self.port)

    async def close(self) -> None:
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            with contextlib.suppress(Exception):
                await self._task

    async def _healthz(self, _: Request) -> Response:
        """The loop turns; that this is answered at all says it."""
        return JSONResponse({"healthy": True, "degraded": self._health.degraded})

    async def _readyz(self, _: Request) -> Response:
        """Mail is taken: the listener is open, the tasks run, the database answers."""
        why = self._health.failing
        try:
            await self._db.read(spool.counts)
        except MaildError as error:
            why["database"] = error.what
        if not self._health.listening or self._health.stopping:
            why["daemon"] = "stopping" if self._health.stopping else "starting"
        return JSONResponse({"ready": not why, "why": why}, 503 if why else 200)

    async def _metrics(self, _: Request) -> Response:
        families = await self._db.read(self._families)
        registry = CollectorRegistry()
        registry.register(_Ready(families))
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    def _families(self, tx: Tx) -> list[Metric]:
        counts, mails = figures.counts(tx), spool.counts(tx)
        tickets = GaugeMetricFamily("maild_tickets", "Tickets by status.", labels=["status"])
        for status, number in counts["tickets"].items():
            tickets.add_metric([status], number)
        letters = GaugeMetricFamily("maild_letters", "Letters by phase.", labels=["phase"])
        for phase, number in counts["letters"].items():
            letters.add_metric([phase], number)
        waiting = GaugeMetricFamily("maild_mails", "Mails that wait, are in work or quarantined.", labels=["state"])
        for state, number in mails.items():
            waiting.add_metric([state], number)
        overdue = GaugeMetricFamily("maild_overdue_seconds", "Age of the oldest due work.", labels=["work"])
        for work, seconds in figures.overdue(tx).items():
            overdue.add_metric([work], seconds)
        up = GaugeMetricFamily("maild_ready", "1 while mail is taken and all tasks run.", value=int(self._health.ready))
        commits = CounterMetricFamily("maild_commits", "Transactions committed.", value=self._db.commits)
        lost = CounterMetricFamily(
            "maild_log_lines_lost", "Log lines that could not be written.", value=self._output.lost
        )
        read = GaugeMetricFamily(
            "maild_imap_last_success_timestamp_seconds", "When a mailbox was last read to its end.", labels=["mailbox"]
        )
        for name, box in self._health.mailboxes.items():
            read.add_metric([name], box.read_at.timestamp() if box.read_at else 0)
        return [tickets, letters, waiting, overdue, up, commits, lost, read]


class _Ready(Collector):
    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> list[Metric]:
        return self._families


class _Quiet(uvicorn.Server):
    """Leaves the process's signals to the app."""

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]
        yield
