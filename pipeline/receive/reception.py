"""What all SMTP sessions share: settings, the way to the store, and who is connected."""

import asyncio
import secrets
import ssl
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Protocol

import structlog

from maild import failpoints
from maild.config.transport import Smtp
from maild.domain.envelope import Envelope
from pipeline.receipt import Receipt, Refused, TemporaryTrouble
from pipeline.receive.auth import Passwords
from pipeline.receive.body import Memory, SpooledBody
from pipeline.receive.limits import Turnstile, most_connections
from pipeline.receive.tls import tls_context

log = structlog.get_logger("maild.smtp")

Accept = Callable[[Envelope, SpooledBody], Awaitable[Receipt | Refused]]
"""Stores a mail durably, then returns. It raises `TemporaryTrouble` for our own trouble; anything else it raises is a
bug of ours, and the sender sees 451. The body is closed when it is done."""

AcceptSoon = Callable[[Envelope, SpooledBody, Callable[[Receipt | Exception], None]], None]
"""The same for a body in memory, without a task: it returns at once and calls back with the receipt, or with what
`Accept` would have raised."""

CLOSING = "421 4.3.2 Shutting down, try again later"
BASIC_CODES = {"4.3.0": "451", "4.3.1": "452", "4.3.2": "421"}  # by enhanced status code


class Intake(Protocol):
    """Who may be written to."""

    def recipient(self, address: str) -> str | None:
        """None if mail to this address is taken, else the reply that refuses it ("550 5.1.1 ...", "550 5.7.1 ...")."""


class Client(Protocol):
    """A connection as the reception sees it."""

    peer: str
    deadline: float
    began: float
    storing: bool
    doomed: bool

    @property
    def idle(self) -> bool: ...

    def hang_up(self, reply: str) -> None: ...

    def cut(self) -> None: ...


class Reception:
    """Made and owned by the server; sessions ask it for everything that is not their own."""

    def __init__(
        self,
        settings: Smtp,
        intake: Intake,
        accept: Accept,
        *,
        fail: failpoints.Hit,
        seconds: Callable[[], float],
        pause: Callable[[float], Awaitable[None]],
        folder: str | None,
        accept_soon: AcceptSoon | None = None,
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self.fail = fail
        self.seconds = seconds
        self.pause = pause
        self.folder = folder
        self.memory = Memory()
        self.closing = False
        self.closed_for: Callable[[], str] = _nothing  # the reply to MAIL while no mail can be taken, "" otherwise
        self.connections: set[Client] = set()
        self.turnstile = Turnstile(0, 0)
        self._accept = accept
        self._accept_soon = accept_soon
        self._stores: dict[SpooledBody, asyncio.Task[None] | None] = {}
        self._changed = asyncio.Event()
        self.configure(settings, intake)

    def configure(self, settings: Smtp, intake: Intake) -> None:
        """Settings for the commands and connections to come. Raises ConfigError, and then nothing has changed."""
        self.tls: ssl.SSLContext | None = tls_context(settings)
        self.passwords = Passwords({login: secret.reveal() for login, secret in settings.auth.users.items()})
        self.settings, self.intake = settings, intake
        self.turnstile.total = most_connections(settings.max_connections)
        self.turnstile.per_client = settings.max_per_client

    def enter(self, connection: Client) -> None:
        self.connections.add(connection)

    def leave(self, connection: Client) -> None:
        if connection in self.connections:
            self.connections.discard(connection)
            self.turnstile.leave(connection.peer)
            self._changed.set()

    def store(self, envelope: Envelope, body: SpooledBody, tell: Callable[[str], None]) -> None:
        """Store what no client can take back by going away, and ``tell`` the reply."""
        if self._accept_soon is None or body.on_disk:
            self._stores[body] = self.loop.create_task(self._store(envelope, body, tell))
            return
        self._stores[body] = None
        ended = partial(self._ended, envelope, body, tell)
        try:
            self._accept_soon(envelope, body, ended)
        except Exception as error:
            ended(error)

    def trouble(self, event: str, code: str = "451 4.3.0", **known: Any) -> str:
        """Log the exception at hand and give the reply, which shows no more of it than an id to look for."""
        ident = secrets.token_hex(4)
        log.error(event, id=ident, **({"exc_info": True} | known))
        return f"{code} Temporary failure, please try again later (id {ident})"

    def close_overdue(self) -> None:
        """Hang up on clients that make us wait too long."""
        now = self.seconds()
        for connection in list(self.connections):
            if now >= connection.deadline:
                what = "421 4.3.0 Storing takes too long" if connection.storing else "421 4.4.2 Timeout"
                connection.hang_up(f"{what}, try again later")
            elif now >= connection.began + self.settings.session_timeout and not (
                connection.storing or connection.doomed
            ):
                connection.hang_up("421 4.4.2 Session too long, connect again")

    async def quiet(self) -> None:
        """Wait until nobody is connected and nothing is being stored."""
        while self.connections or self._stores:
            self._changed.clear()
            await self._changed.wait()

    @property
    def busy(self) -> tuple[int, int]:
        """Connections open and stores under way."""
        return len(self.connections), len(self._stores)

    async def _store(self, envelope: Envelope, body: SpooledBody, tell: Callable[[str], None]) -> None:
        outcome: Receipt | Refused | Exception = TemporaryTrouble("4.3.2", "Shutting down, try again later")
        try:
            outcome = await self._accept(envelope, body)
        except Exception as error:
            outcome = error
        finally:
            self._ended(envelope, body, tell, outcome)

    def _ended(
        self,
        envelope: Envelope,
        body: SpooledBody,
        tell: Callable[[str], None],
        outcome: Receipt | Refused | Exception,
    ) -> None:
        body.close()
        del self._stores[body]
        self._changed.set()
        tell(self._reply(envelope, outcome))

    def _reply(self, envelope: Envelope, outcome: Receipt | Refused | Exception) -> str:
        if isinstance(outcome, Receipt):
            return f"250 2.0.0 queued as {outcome.queue_id}"
        if isinstance(outcome, Refused):
            return f"550 {outcome.code} {outcome.text}"
        if not isinstance(outcome, TemporaryTrouble):
            return self.trouble("smtp.accept_failed", session=envelope.session, exc_info=outcome)
        log.warning(
            "smtp.tempfailed", session=envelope.session, peer=envelope.peer, code=outcome.code, text=outcome.text
        )
        return f"{BASIC_CODES[outcome.code]} {outcome.code} {outcome.text}"


def _nothing() -> str:
    return ""
