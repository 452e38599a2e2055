"""Receiving by IMAP: one task and one thread a mailbox, which connect, read, wait for news, and never give up."""

import asyncio
import contextlib
import random
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from maild.clock import Clock
from maild.config import Imap
from maild.domain.mailbox import FolderOf
from maild.store import mailboxes
from maild.store.db import Database
from pipeline.intake import Intake
from pipeline.receive.mailbox_folder import Accept, Post, Tally, read_folder
from pipeline.receive.mailbox_session import Session
from pipeline.receive.mailbox_thread import MailboxThread
from pipeline.receive.mailbox_token import TokenSource
from pipeline.receive.mailbox_trouble import Declined, Kind, Lost

LONGEST_IDLE = 540.0  # seconds; some servers and every firewall forget silent connections (RFC 2177: 29 minutes)
STOP_SECONDS = 5.0  # that a command under way gets when the daemon stops
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0  # seconds between two tries to connect
FIRST_LOGIN_PAUSE, LONGEST_LOGIN_PAUSE = 60.0, 900.0  # the same after a refused login: accounts get locked
QUIET_FAILURES = 2  # in a row, before a connection that cannot be made is told as trouble

log = structlog.get_logger("maild.imap")


class Watch(Protocol):
    """Who is told how a mailbox does."""

    def mailbox_read(self, mailbox: str, now: datetime) -> None: ...

    def mailbox_failed(self, mailbox: str, why: str, now: datetime) -> None: ...


class Mailbox:
    """``await run(wake, stop)`` reads one configured mailbox until ``stop``; ``wake`` makes it look now."""

    def __init__(
        self,
        settings: Imap,
        db: Database,
        intake: Callable[[], Intake],
        accept: Accept,
        clock: Clock,
        watch: Watch,
        dice: random.Random | None = None,
    ) -> None:
        self.settings = settings
        self._clock = clock
        self._watch = watch
        self._dice = dice or random.Random()
        self._stopping = False
        self._post = Post(settings, db, intake, accept, lambda: self._stopping)
        self._thread = MailboxThread(f"imap-{settings.name}")
        self._token = TokenSource(settings.oauth2, settings.timeout) if settings.oauth2 else None
        self._session: Session | None = None
        self._prodded = asyncio.Event()
        self._failures = 0
        self._told = ""
        self._reread = False

    async def run(self, wake: asyncio.Event, stop: asyncio.Event) -> None:
        ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        ours.setblocking(False)
        listening = asyncio.create_task(self._listen(wake, stop, theirs))
        try:
            while not self._stopping:
                await self._attempt(ours)
        finally:
            listening.cancel()
            self._thread.close()
            ours.close()
            theirs.close()

    async def _listen(self, wake: asyncio.Event, stop: asyncio.Event, prod: socket.socket) -> None:
        """Pass on being woken and being stopped to whatever the mailbox waits for."""
        while not stop.is_set():
            events = [asyncio.ensure_future(wake.wait()), asyncio.ensure_future(stop.wait())]
            try:
                await asyncio.wait(events, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for event in events:
                    event.cancel()
            self._stopping = stop.is_set()
            wake.clear()
            self._prodded.set()
            with contextlib.suppress(BlockingIOError):
                prod.send(b".")
        await asyncio.sleep(STOP_SECONDS)
        if self._session is not None:
            self._session.cut()

    async def _attempt(self, prod: socket.socket) -> None:
        """One connection from its beginning to its end, and the pause after it."""
        session = self._session = Session(self.settings, self._thread, self._token)
        lost: Lost | None = None
        try:
            await session.open(self._clock.now())
            log.info("imap.connected", mailbox=self.settings.name, host=self.settings.host)
            await self._live(session, prod)
        except Lost as trouble:
            lost = trouble
            session.cut()
        finally:
            await session.close()
            self._session = None
        if lost is not None and not self._stopping:
            self._failed(lost)
            await self._pause(self._back_off(lost.kind))

    async def _live(self, session: Session, prod: socket.socket) -> None:
        """Read until nothing is new, wait for news, and again. Folder by folder, the one that is watched last."""
        await self._read_what_was_filed(session)
        while not self._stopping:
            self._prodded.clear()
            tallies = [await read_folder(self._post, session, folder) for folder in reversed(self.settings.folders)]
            if any(tally.filed for tally in tallies):
                await self._note_filed(session)
            self._read(tallies)
            if not any(tally.taken for tally in tallies) and not self._stopping:
                await self._wait(session, prod, healthy=not any(tally.troubles for tally in tallies))

    def _read(self, tallies: list[Tally]) -> None:
        now = self._clock.now()
        troubles = [trouble for tally in tallies for trouble in tally.troubles]
        self._failures = 0
        taken = sum(tally.taken for tally in tallies)
        if taken:
            log.info("imap.polled", mailbox=self.settings.name, mails=taken)
        if troubles:
            self._tell("; ".join(troubles), "; ".join(troubles))
            return
        if self._told:
            log.info("imap.recovered", mailbox=self.settings.name)
        self._told = ""
        self._watch.mailbox_read(self.settings.name, now)

    async def _wait(self, session: Session, prod: socket.socket, *, healthy: bool) -> None:
        """Until the server tells of news, somebody wakes us, or it is time to look again."""
        several = len(self.settings.folders) > 1
        longest = min(LONGEST_IDLE, self.settings.poll) if several else LONGEST_IDLE
        if healthy and self.settings.idle and await session.can_idle() and await session.await_news(longest, prod):
            with contextlib.suppress(BlockingIOError):
                prod.recv(4096)
            return
        await self._pause(self.settings.poll)

    async def _pause(self, seconds: float) -> None:
        """Until then, or until somebody wakes us; a wall clock that is set back does not make it longer."""
        start = self._clock.now()
        until = start + timedelta(seconds=seconds)
        while not self._prodded.is_set() and start <= self._clock.now() < until:
            await self._clock.wait(self._prodded, until)
        self._prodded.clear()

    def _back_off(self, kind: Kind) -> float:
        """1 s to 5 min, after refused logins 1 to 15 min, of which the dice take up to half."""
        first, longest = (
            (FIRST_LOGIN_PAUSE, LONGEST_LOGIN_PAUSE) if kind is Kind.LOGIN else (FIRST_PAUSE, LONGEST_PAUSE)
        )
        full: float = min(longest, first * 2.0 ** min(self._failures - 1, 20))
        return full * (0.5 + self._dice.random() / 2)

    def _failed(self, trouble: Lost) -> None:
        self._failures += 1
        log.warning(
            "imap.failed",
            mailbox=self.settings.name,
            kind=trouble.kind.value,
            why=trouble.why,
            failures=self._failures,
        )
        if trouble.kind in (Kind.LOGIN, Kind.TLS) or self._failures > QUIET_FAILURES:
            self._tell(trouble.kind.value, trouble.why)

    def _tell(self, reason: str, why: str) -> None:
        """Alert, once for each reason in a row."""
        if reason != self._told:
            log.error("imap.trouble", mailbox=self.settings.name, why=why)
        self._told = reason
        self._watch.mailbox_failed(self.settings.name, why, self._clock.now())

    async def _read_what_was_filed(self, session: Session) -> None:
        """Once after the start: a database restored from a backup does not know what was filed since.

        What lies in the folder for processed mail when it is seen for the first time is none of our business.
        """
        numbers = None if self._reread else await self._filed_numbers(session)
        if numbers is not None:
            uidvalidity, next_uid = numbers
            of = FolderOf(self.settings.name, self.settings.processed)
            mark = await self._post.write(lambda tx: mailboxes.look(tx, of, uidvalidity))
            if mark is None:
                await self._post.write(lambda tx: mailboxes.skip_to(tx, of, uidvalidity, next_uid))
            elif mark + 1 < next_uid:
                tally = await read_folder(self._post, session, self.settings.processed, moves=False)
                log.warning("imap.reread", mailbox=self.settings.name, folder=of.folder, mails=tally.taken)
        self._reread = True

    async def _note_filed(self, session: Session) -> None:
        """What we filed ourselves need not be read again after a restart."""
        numbers = await self._filed_numbers(session)
        if numbers is not None:
            of = FolderOf(self.settings.name, self.settings.processed)
            await self._post.write(lambda tx: mailboxes.skip_to(tx, of, *numbers))

    async def _filed_numbers(self, session: Session) -> tuple[int, int] | None:
        """UIDVALIDITY and UIDNEXT of the folder for processed mail, None where there is none or nothing is told."""
        if not self.settings.processed:
            return None
        try:
            uidvalidity, next_uid = await session.numbers(self.settings.processed)
        except Declined:
            return None
        return None if uidvalidity is None or next_uid is None else (uidvalidity, next_uid)
