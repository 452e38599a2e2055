"""Receiving by SMTP in the daemon's own event loop: `start` listens, a `Session` talks, an `Accept` stores."""

import asyncio
import contextlib
import ipaddress
import logging
from collections.abc import Awaitable, Callable
from typing import cast

import structlog

from maild import failpoints
from maild.config.transport import Smtp
from pipeline.receive.listening import listening_sockets
from pipeline.receive.reception import CLOSING, Accept, AcceptSoon, Intake, Reception
from pipeline.receive.sessions import Session

__all__ = ["Accept", "Intake", "Server", "start"]

log = structlog.get_logger("maild.smtp")

WATCH_SECONDS = 1.0
BACKLOG = 512
ACCEPTED_AT_ONCE = 64  # before the door can turn anybody away, so that many file descriptors must be spare


async def start(
    settings: Smtp,
    intake: Intake,
    accept: Accept,
    *,
    fail: failpoints.Hit = failpoints.hit,
    seconds: Callable[[], float] | None = None,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    folder: str | None = None,
    accept_soon: AcceptSoon | None = None,
) -> "Server":
    """Listen on ``settings.listen`` and take mail for ``intake``, each stored by ``accept`` before its 250, those in
    memory by ``accept_soon`` where it is given.

    ``seconds`` is a monotonic clock and ``pause`` a sleep, for tests; ``folder`` is where bodies above 512 KiB are
    gathered, in files without a name. Raises `ConfigError` for a certificate that cannot be used, `Unavailable` or
    `NotPermitted` for an address that cannot be listened on; then nothing is left open.
    """
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd's own: remote text, and nothing ours does not say
    reception = Reception(
        settings,
        intake,
        accept,
        fail=fail,
        seconds=seconds or asyncio.get_running_loop().time,
        pause=pause,
        folder=folder,
        accept_soon=accept_soon,
    )
    server = Server(reception)
    await server.listen()
    return server


class Server:
    """A running listener. Made by `start`."""

    def __init__(self, reception: Reception) -> None:
        self.reception = reception
        self._listeners: list[asyncio.Server] = []
        self._ports: tuple[int, ...] = ()
        self._watch: asyncio.Task[None] | None = None

    @property
    def ports(self) -> tuple[int, ...]:
        """The port of each listening socket, in the order of the settings."""
        return self._ports

    @property
    def port(self) -> int:
        return self._ports[0]

    async def listen(self) -> None:
        loop = self.reception.loop
        sockets = listening_sockets(self.reception.settings.listen)
        self._ports = tuple(sock.getsockname()[1] for sock in sockets)
        for sock in sockets:
            listener = await loop.create_server(lambda: Door(self.reception), sock=sock, backlog=ACCEPTED_AT_ONCE)
            sock.listen(BACKLOG)  # asyncio takes one number for both
            self._listeners.append(listener)
        self._watch = loop.create_task(self._keep_watch(), name="smtp.watch")
        log.info("smtp.listening", addresses=list(self.reception.settings.listen), ports=list(self._ports))

    def reconfigure(self, settings: Smtp, intake: Intake) -> None:
        """Take over everything but the addresses to listen on. Raises `ConfigError`, and then nothing has changed."""
        self.reception.configure(settings, intake)

    def close_overdue(self) -> None:
        """Hang up on clients past their deadline; done each second anyway."""
        self.reception.close_overdue()

    def stop_accepting(self) -> None:
        """No new connections, and no new mail on those that are open."""
        self.reception.closing = True
        for listener in self._listeners:
            listener.close()

    async def drain(self, grace_seconds: float) -> int:
        """Let mails on their way arrive, at most this long, then cut. Gives the number of stores still under way."""
        self.stop_accepting()
        for connection in list(self.reception.connections):
            if connection.idle:
                connection.hang_up(CLOSING)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace_seconds):
                await self.reception.quiet()
        for connection in list(self.reception.connections):
            connection.hang_up(CLOSING)
            connection.cut()
        if self._watch is not None:
            self._watch.cancel()
        await asyncio.sleep(0)
        _, stores = self.reception.busy
        log.info("smtp.stopped", stores_under_way=stores)
        return stores

    async def _keep_watch(self) -> None:
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                self.reception.close_overdue()
            except Exception:
                self.reception.trouble("smtp.watch_failed")


class Door(asyncio.Protocol):
    """Every connection's first protocol: turns away who is one too many, before anything is spent on him."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport = cast(asyncio.Transport, transport)  # uvloop's only behaves like one
        peer = peer_of(transport)
        refusal = CLOSING if self._reception.closing else self._reception.turnstile.enter(peer)
        if refusal:
            log.info("smtp.rejected", peer=peer, reply=refusal)
            transport.write(f"{refusal}\r\n".encode())
            transport.close()
            return
        session = Session(self._reception, peer)
        transport.set_protocol(session)
        session.connection_made(transport)


def peer_of(transport: asyncio.BaseTransport) -> str:
    """The client's address; an IPv4 one reached through an IPv6 socket is written as IPv4. "" if it is gone already."""
    name = transport.get_extra_info("peername")
    if not name:
        return ""
    host = str(name[0])
    mapped = ipaddress.IPv6Address(host.partition("%")[0]).ipv4_mapped if ":" in host else None
    return str(mapped) if mapped else host
