"""A real SMTP server that receives what the daemon sends, and can be told to misbehave."""

import asyncio
import email
import email.policy
import queue
import threading
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

PATIENCE = 60


@dataclass(frozen=True)
class Received:
    """One letter as the relay took it."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def mail(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.raw, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def text(self) -> str:
        body = self.mail.get_body(("plain",))
        return body.get_content() if body else ""


class Relay:
    """Listens on a free port in a thread of its own; ``letters`` grows, ``next`` waits for one."""

    def __init__(self) -> None:
        self.letters: list[Received] = []
        self.answer = "250 2.0.0 taken"
        self.port = 0
        self._new: queue.Queue[Received] = queue.Queue()
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> "Relay":
        self._thread.start()
        assert self._started.wait(PATIENCE)
        return self

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            self._loop.create_server(lambda: SMTP(self, hostname="relay.test", loop=self._loop), "127.0.0.1", 0)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            received = Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), envelope.content)
            self.letters.append(received)
            self._new.put(received)
        return self.answer

    def next(self) -> Received:
        return self._new.get(timeout=PATIENCE)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
