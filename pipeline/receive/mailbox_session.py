"""One logged-in connection to a mailbox; every command runs in the mailbox's thread and has a deadline."""

import contextlib
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from imapclient import SEEN
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, IMAPClientReadOnlyError

from maild.config import Imap
from pipeline.receive.mailbox_thread import Cord, MailboxThread
from pipeline.receive.mailbox_token import TokenSource
from pipeline.receive.mailbox_trouble import Declined, Lost, lost, shown
from pipeline.receive.mailbox_wire import Wire, uid_list

T = TypeVar("T")
MAIL_SLACK = 64 * 1024  # octets that a mail may be larger than the server said and still be taken
HEAD = 64 * 1024  # octets of the header of a mail that is too large
MOST_OCTETS = 1 << 31


@dataclass(frozen=True, slots=True)
class Selected:
    """A folder as the server presented it; numbers are None where it told none."""

    exists: int
    uidvalidity: int | None
    next_uid: int | None
    writable: bool


@dataclass(frozen=True, slots=True)
class Bad:
    """An answer that is not the mail that was asked for."""

    why: str


class Session:
    """Opened by ``open``. Raises Lost when the connection is of no use any more, Declined when one command failed."""

    def __init__(self, settings: Imap, thread: MailboxThread, token: TokenSource | None) -> None:
        self._settings = settings
        self._thread = thread
        self._token = token
        self._cord = Cord()
        self._wire: Wire | None = None
        self.selected_folder: str | None = None

    async def open(self, now: datetime) -> None:
        """Connect, encrypt, log in."""
        settings = self._settings
        token = None
        if self._token is not None:
            source, token_cord = self._token, Cord()
            token = await self._run(lambda: source.token(now, token_cord), cord=token_cord)
        self._wire = await self._run(self._connected)
        wire = self._wire
        try:
            if token is not None:
                await self._run(lambda: wire.oauth2_login(settings.user, token))
            else:
                await self._run(lambda: wire.log_in(settings.user, settings.secret or ""))
            await self._run(wire.capabilities)
        except Lost:
            if self._token is not None:
                self._token.forget()
            raise

    def _connected(self) -> Wire:
        s = self._settings
        return Wire(s.host, s.port, s.tls, str(s.ca_file) if s.ca_file else None, s.timeout, self._cord)

    async def select(self, folder: str) -> Selected:
        """Open a folder for reading and moving, or at least for reading."""
        self.selected_folder = None
        try:
            answer = await self._command(lambda wire: wire.select_folder(folder))
            writable = True
        except _ReadOnly:
            answer = await self._command(lambda wire: wire.select_folder(folder, readonly=True))
            writable = False
        self.selected_folder = folder
        writable = writable and b"READ-ONLY" not in answer
        return Selected(
            _number(answer.get(b"EXISTS")) or 0,
            _number(answer.get(b"UIDVALIDITY")),
            _number(answer.get(b"UIDNEXT")),
            writable,
        )

    async def numbers(self, folder: str) -> tuple[int | None, int | None]:
        """UIDVALIDITY and UIDNEXT of a folder that is not selected."""
        uidvalidity, next_uid = await self._command(lambda wire: wire.folder_numbers(folder))
        return _number(uidvalidity), _number(next_uid)

    async def found(self, low: int, high: int | None = None) -> list[int]:
        """The UIDs from ``low`` on, ascending. ("5:*" names the last mail even where its UID is lower: RFC 9051, 9.)"""
        uids: list[int] = await self._command(lambda wire: wire.found(f"{low}:{high or '*'}"))
        return [uid for uid in uids if low <= uid <= (high or uid)]

    async def last_uid(self) -> int:
        """The UID of the last mail of the folder, 0 where the server does not tell."""
        try:
            told = await self._command(lambda wire: wire.fetched("*", "(UID)"))
        except Declined:
            return 0
        return max((_number(items.get(b"UID")) or 0 for items in told), default=0)

    async def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """RFC822.SIZE in octets; a mail that the server says nothing sensible about is left out."""
        asked = set(uids)
        told = await self._command(lambda wire: wire.fetched(uid_list(uids), "(UID RFC822.SIZE)"))
        numbers = ((_number(items.get(b"UID")), _number(items.get(b"RFC822.SIZE"))) for items in told)
        return {uid: size for uid, size in numbers if uid is not None and uid in asked and size is not None}

    async def body(self, uid: int, size: int) -> bytes | Bad | None:
        """The mail, what came instead of it, or None where nothing came."""
        room = min(self._settings.max_size, MOST_OCTETS) + MAIL_SLACK
        seconds = self._settings.timeout + size / self._settings.min_rate
        try:
            told = await self._command(lambda wire: wire.fetched(str(uid), "(UID BODY.PEEK[])", room), seconds)
        except Declined as refusal:
            return Bad(f"the server refused it: {refusal.why}")
        return _only(told, uid, b"BODY[]")

    async def head(self, uid: int) -> bytes:
        """The beginning of a mail, as much as tells what it was; empty where the server gives none."""
        item = f"(UID BODY.PEEK[HEADER]<0.{HEAD}>)"
        told = await self._command(lambda wire: wire.fetched(str(uid), item, HEAD))
        head = _only(told, uid, b"BODY[HEADER]<0>")
        return head if isinstance(head, bytes) else b""

    async def move(self, uids: Sequence[int], folder: str) -> None:
        """Move mails to a folder, which is made where there is none."""
        try:
            await self._command(lambda wire: wire.put(uids, folder))
        except Declined:
            if await self._command(lambda wire: wire.folder_exists(folder)):
                raise
            await self._command(lambda wire: wire.create_folder(folder))
            await self._command(lambda wire: wire.put(uids, folder))

    async def mark_seen(self, uids: Sequence[int]) -> None:
        await self._command(lambda wire: wire.add_flags(uids, [SEEN], silent=True))

    async def folders(self) -> list[str]:
        listed = await self._command(lambda wire: wire.list_folders())
        return [name for _, _, name in listed]

    async def can_idle(self) -> bool:
        return bool(await self._command(lambda wire: wire.has_capability("IDLE")))

    async def await_news(self, seconds: float, prod: socket.socket) -> bool:
        """Wait for the selected folder to change; False where the server refuses to tell of it."""
        return bool(await self._command(lambda wire: wire.await_news(seconds, prod), seconds + self._settings.timeout))

    def cut(self) -> None:
        """End whatever is going on; everything that waits raises Lost."""
        self._cord.cut()

    async def close(self) -> None:
        """Say goodbye, if anybody listens, at most for a moment."""
        wire, self._wire = self._wire, None
        if wire is None:
            self.cut()
            return
        with contextlib.suppress(Lost):
            if not self._cord.is_cut:
                await self._run(wire.logout, min(5.0, self._settings.timeout))
        self.cut()
        with contextlib.suppress(Lost):
            await self._run(wire.hang_up, 5.0)

    async def _command(self, work: Callable[[Wire], Any], seconds: float | None = None) -> Any:
        wire = self._wire
        assert wire is not None
        return await self._run(lambda: work(wire), seconds, declined=True)

    async def _run(
        self, work: Callable[[], T], seconds: float | None = None, *, cord: Cord | None = None, declined: bool = False
    ) -> T:
        try:
            return await self._thread.call(work, seconds or self._settings.timeout, cord or self._cord)
        except Lost:
            raise
        except IMAPClientReadOnlyError:
            raise _ReadOnly from None
        except IMAPClientError as error:
            if declined and not isinstance(error, IMAPClientAbortError):
                raise Declined(shown(error)) from error
            raise lost(error) from error
        except Exception as error:
            raise lost(error) from error


class _ReadOnly(Exception):
    """The folder may be looked at only."""


def _only(told: Sequence[dict[bytes, Any]], uid: int, item: bytes) -> bytes | Bad | None:
    """The one answer to a FETCH of one item of one mail."""
    carrying = [items for items in told if item in items]
    if not carrying:
        return None
    if len(carrying) > 1:
        return Bad(f"{len(carrying)} mails came where one was asked for")
    if carrying[0].get(b"UID") != uid:
        return Bad(f"the mail came without its UID or with another one: {carrying[0].get(b'UID')!r}"[:120])
    octets = carrying[0][item]
    return octets if isinstance(octets, bytes) else Bad("the mail came as NIL")


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 32 else None
