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

from tests.ports import KeptPort

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
        self._kept = KeptPort()
        self.port = self._kept.number  # ours also while it is down
        self._new: queue.Queue[Received] = queue.Queue()
        self._go = asyncio.Event()
        self._go.set()
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._sessions: list[SMTP] = []
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> "Relay":
        self._thread.start()
        assert self._started.wait(PATIENCE)
        return self

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._listen())
        self._started.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._close())
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _listen(self) -> None:
        def door() -> SMTP:
            self._sessions.append(SMTP(self, hostname="relay.test", loop=self._loop))
            return self._sessions[-1]

        self._server = await self._loop.create_server(door, "127.0.0.1", self.port)

    async def _close(self) -> None:
        self._server.close()
        for session in self._sessions:
            if session.transport is not None:
                session.transport.close()
        self._sessions.clear()

    def down(self) -> None:
        """Nobody listens any more, and open conversations are cut."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(PATIENCE)

    def back(self) -> None:
        """Listen again, on the same port."""
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(PATIENCE)

    def hold(self) -> None:
        """From now on take letters, but answer their final dot only after ``let_go``."""
        self._loop.call_soon_threadsafe(self._go.clear)

    def let_go(self) -> None:
        self._loop.call_soon_threadsafe(self._go.set)

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            received = Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), envelope.content)
            self.letters.append(received)
            self._new.put(received)
            await self._go.wait()
        return self.answer

    def next(self) -> Received:
        return self._new.get(timeout=PATIENCE)

    def newest(self, to: str) -> Received:
        """The last that somebody got: letters to different people overtake one another."""
        return next(letter for letter in reversed(self.letters) if letter.recipients == (to,))

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
