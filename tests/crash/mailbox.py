"""The mailbox of a chapter, a real Dovecot's: mails are put into it as its server would, and it is looked into."""

import asyncio
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from imapclient import IMAPClient

from tests.crash.ledger import Entry
from tests.dovecot import Dovecot

T = TypeVar("T")
NAME = "box"  # as tests.dovecot calls it in its settings
PROCESSED, FAILED = "Processed", "Failed"
MISSING = "dovecot is not installed (see .ci/debian-packages)"
_UID = re.compile(rb"APPENDUID (\d+) (\d+)")
_NAMED = re.compile(rb" id (b\d+)\r\n")
_TRACE = b"BODY.PEEK[HEADER.FIELDS (RECEIVED)]"


def program() -> str | None:
    """Where Dovecot is installed, None where it is not."""
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@dataclass(slots=True)
class Shelves:
    """What lies where: UIDs in the INBOX, and in the folder for processed mail the name of each by its UID."""

    uidvalidity: int = 0
    inbox: frozenset[int] = frozenset()
    processed_uidvalidity: int = 0
    processed: dict[int, str] = field(default_factory=dict)
    next_uid: int = 1  # of the folder for processed mail
    failed: int = 0


class Mailbox:
    """Each call runs in a thread of its own, one after the other, on one connection that stays."""

    def __init__(self, dovecot: str) -> None:
        self._program = dovecot
        self._one = threading.Lock()
        self._server: Dovecot | None = None
        self._hand: IMAPClient | None = None
        self._shelves = Shelves()

    async def start(self) -> "Mailbox":
        await asyncio.to_thread(self._start)
        return self

    def _start(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="maild-crash-mailbox-"))
        folder.chmod(0o755)  # it runs as another user
        self._server = Dovecot(folder).start(self._program)
        self._hand = self._server.hand()

    async def close(self, *, keep: bool = False) -> None:
        """``keep`` leaves the mails for whoever looks for the cause of a failure."""
        if self._hand is not None:
            await self._run(lambda hand: hand.shutdown())
        if self._server is not None:
            await asyncio.to_thread(self._server.stop)
            if not keep:
                shutil.rmtree(self._server.folder)

    @property
    def settings(self) -> str:
        assert self._server is not None
        return self._server.settings()

    @property
    def where(self) -> str:
        assert self._server is not None
        return str(self._server.folder)

    async def put(self, entries: list[Entry]) -> None:
        """Put in what does not lie there yet."""
        await self._run(lambda hand: self._put(hand, entries))

    def _put(self, hand: IMAPClient, entries: list[Entry]) -> None:
        for entry in entries:
            if not entry.uid:
                told = _UID.search(hand.append("INBOX", entry.raw))
                assert told is not None, "the server does not tell where it put a mail"
                self._shelves.uidvalidity, entry.uid = int(told[1]), int(told[2])

    async def waiting(self) -> int:
        """How many mails the daemon has not filed yet."""
        return await self._run(lambda hand: int(hand.folder_status("INBOX", ["MESSAGES"])[b"MESSAGES"]))

    async def next_uid(self) -> int:
        """The UID that the next mail in the folder for processed mail gets."""
        return await self._run(lambda hand: int(hand.folder_status(PROCESSED, ["UIDNEXT"])[b"UIDNEXT"]))

    async def look(self, *, anew: bool = False) -> Shelves:
        """The INBOX first: what is moved meanwhile is seen twice rather than not at all.

        What was filed once is looked at again only if ``anew``.
        """
        return await self._run(lambda hand: self._look(hand, anew))

    def _look(self, hand: IMAPClient, anew: bool) -> Shelves:
        shelves = self._shelves
        if anew:
            shelves.processed.clear()
        hand.select_folder("INBOX", readonly=True)
        shelves.inbox = frozenset(hand.search())
        if hand.folder_exists(FAILED):
            shelves.failed = int(hand.folder_status(FAILED, ["MESSAGES"])[b"MESSAGES"])
        if hand.folder_exists(PROCESSED):
            told = hand.select_folder(PROCESSED, readonly=True)
            shelves.processed_uidvalidity, shelves.next_uid = int(told[b"UIDVALIDITY"]), int(told[b"UIDNEXT"])
            last = max(shelves.processed, default=0)
            if last + 1 < shelves.next_uid:
                heads = hand.fetch(range(last + 1, shelves.next_uid), [_TRACE])
                shelves.processed.update({uid: _named(head) for uid, head in heads.items()})
        hand.unselect_folder()  # STATUS of a folder that is selected tells what was true then (RFC 3501, 6.3.10)
        return shelves

    async def _run(self, work: Callable[[IMAPClient], T]) -> T:
        def alone() -> T:
            with self._one:
                assert self._hand is not None
                return work(self._hand)

        return await asyncio.to_thread(alone)


def _named(head: dict[bytes, bytes]) -> str:
    """The name in the topmost Received field, which is that of the mailbox's own server."""
    found = _NAMED.search(head[b"BODY[HEADER.FIELDS (RECEIVED)]"])
    return found[1].decode() if found else "?"
