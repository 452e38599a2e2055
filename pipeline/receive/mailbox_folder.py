"""Reading one folder: each new mail is committed first, then moved; what fails waits without blocking the next."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import BinaryIO, TypeVar, cast

import structlog

from maild import failpoints
from maild.config import Imap
from maild.domain.envelope import Envelope
from maild.domain.mailbox import FolderOf, Mark, UidState
from maild.store import mailboxes
from maild.store.db import Database
from maild.store.trouble import StoreTrouble
from maild.store.tx import Tx
from pipeline.intake import Intake
from pipeline.mail.digest import canonical_digest
from pipeline.receipt import Receipt, TemporaryTrouble
from pipeline.receive.body import SpooledBody
from pipeline.receive.mailbox_mail import BAD_FETCH, TOO_LARGE, envelope, quarantine
from pipeline.receive.mailbox_session import HEAD, Bad, Selected, Session
from pipeline.receive.mailbox_trouble import Declined, Kind, Lost

T = TypeVar("T")
Accept = Callable[[Envelope, SpooledBody, Callable[[Tx], None]], Awaitable[Receipt]]
"""Stores a mail durably together with what the function writes, then returns. Raises TemporaryTrouble."""

PAGE = 500  # UIDs asked for at once
MANY = 10_000  # mails in a folder from which on its UIDs are searched in windows
WIDEST = 40_000  # UIDs in a window: SEARCH is answered in one line, and the library reads 1 MB of it
MOVE_AT_ONCE = 50
MOST_TRIES = 5

log = structlog.get_logger("maild.imap")


@dataclass(slots=True)
class Post:
    """Where the mail of a mailbox goes. ``stopping`` is asked between two mails.

    ``page`` is how many UIDs are asked for at once: after an answer that nobody could read, one, to find the culprit.
    """

    settings: Imap
    db: Database
    intake: Callable[[], Intake]
    accept: Accept
    stopping: Callable[[], bool]
    page: int = PAGE

    async def write(self, run: Callable[[Tx], T]) -> T:
        try:
            return await self.db.write(run)
        except StoreTrouble as trouble:
            raise Lost(Kind.STORE, trouble.what) from trouble


@dataclass(slots=True)
class Tally:
    """What one reading came to; ``troubles`` did not end the connection but need a person."""

    taken: int = 0
    filed: int = 0
    troubles: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Large:
    """A mail over the limit, and the beginning of its header."""

    size: int
    head: bytes


async def read_folder(post: Post, session: Session, folder: str, *, moves: bool = True) -> Tally:
    """Take in what is new in a folder. Raises Lost; what was taken in until then is stored.

    Without ``moves`` every mail stays where it is, and only those count that were never delivered.
    """
    tally = Tally()
    of = FolderOf(post.settings.name, folder)
    try:
        selected = await session.select(folder)
    except Declined as refusal:
        tally.troubles.append(f"folder {folder} cannot be opened: {refusal.why}")
        return tally
    last = await session.last_uid() if selected.exists else 0
    highest = max(last, (selected.next_uid or 1) - 1)
    mark = await post.write(lambda tx: mailboxes.enter(tx, of, selected.uidvalidity, selected.next_uid, highest))
    if mark.reset:
        log.warning("imap.uids_changed", mailbox=of.mailbox, folder=folder, why=mark.reset)
    await Reading(post, session, of, selected, mark, tally, moves).run(highest)
    post.page = PAGE
    return tally


@dataclass(slots=True)
class Reading:
    """One pass over a folder that is selected."""

    post: Post
    session: Session
    of: FolderOf
    selected: Selected
    mark: Mark
    tally: Tally
    moves: bool
    ready: dict[int, UidState] = field(default_factory=dict)

    async def run(self, highest: int) -> None:
        known = await self.post.write(lambda tx: mailboxes.open_uids(tx, self.of))
        self.ready = {uid: m.state for uid, m in known.items() if m.state in (UidState.STORED, UidState.REFUSED)}
        await self._file()
        async for page in self._pages(highest):
            await self._take_page([uid for uid in page if uid not in known])
        for uid in [uid for uid, m in known.items() if m.state is UidState.FAILING]:
            await self._take_page([uid])

    async def _pages(self, highest: int) -> AsyncIterator[list[int]]:
        """UIDs above the mark in ascending order, a page at a time, however thinly they are spread."""
        low, width = self.mark.last_uid + 1, self.post.page
        if self.selected.exists <= MANY:
            for page in _pieces(await self.session.found(low), self.post.page):
                yield page
            return
        while low <= highest:
            found = await self.session.found(low, low + width - 1)
            for page in _pieces(found, self.post.page):
                yield page
            low += width
            width = min(WIDEST, width * 4) if len(found) < PAGE else PAGE

    async def _take_page(self, uids: list[int]) -> None:
        if not uids or self.post.stopping():
            return
        sizes = await self._sizes(uids)
        for uid in uids:
            if self.post.stopping():
                break
            await self._take(uid, sizes.get(uid))
            if len(self.ready) >= MOVE_AT_ONCE:
                await self._file()
        await self._file()

    async def _sizes(self, uids: list[int]) -> dict[int, int]:
        try:
            return await self.session.sizes(uids)
        except Declined:
            return {}
        except Lost as trouble:
            if len(uids) == 1:
                await self._failed(uids[0], trouble.why)
            self.post.page = 1
            raise

    async def _take(self, uid: int, size: int | None) -> None:
        try:
            got = await self._fetch(uid, size)
        except Lost as trouble:
            await self._failed(uid, trouble.why)
            raise
        match got:
            case None:
                log.info("imap.gone", mailbox=self.of.mailbox, folder=self.of.folder, uid=uid)
                await self._settled(uid, UidState.FILED)
            case Bad():
                await self._failed(uid, got.why)
            case Large():
                limit = self.post.settings.max_size
                await self._refuse(uid, TOO_LARGE, f"the mail has {got.size} bytes, {limit} are allowed", got.head)
            case bytes():
                failpoints.hit("imap.fetched")
                await self._store(uid, got)

    async def _fetch(self, uid: int, size: int | None) -> bytes | Bad | Large | None:
        """The mail; None where it is not there any more, since somebody else moved or deleted it."""
        limit = self.post.settings.max_size
        if size is None:
            size = (await self._single_size(uid)).get(uid)
        if size is not None and size > limit:
            return Large(size, await self._head(uid))
        octets = Bad("the server does not tell its size") if size is None else await self.session.body(uid, size)
        if octets is None or isinstance(octets, Bad):
            if uid not in await self._found(uid):
                return None
            return octets or Bad("the server said OK and sent nothing")
        if len(octets) > limit:
            return Large(len(octets), octets[:HEAD])
        if len(octets) != size:
            if not octets:
                return Bad(f"the server sent nothing where it promised {size} bytes")
            log.warning("imap.size_differs", mailbox=self.of.mailbox, uid=uid, promised=size, came=len(octets))
        return octets

    async def _single_size(self, uid: int) -> dict[int, int]:
        try:
            return await self.session.sizes([uid])
        except Declined:
            return {}

    async def _found(self, uid: int) -> list[int]:
        try:
            return await self.session.found(uid, uid)
        except Declined:
            return [uid]

    async def _head(self, uid: int) -> bytes:
        try:
            return await self.session.head(uid)
        except Declined:
            return b""

    async def _store(self, uid: int, octets: bytes) -> None:
        """Commit the mail and its place in the mailbox in one transaction; a mail we had before only gets its place."""
        body = SpooledBody.of(octets)
        state = UidState.STORED if self.moves else UidState.FILED
        try:
            way = envelope(self.post.settings, self.post.intake(), self.selected.uidvalidity, uid, body)
            if self._again(uid) and await self._delivered(way.recipients, body):
                await self._settled(uid, state)
            else:
                place = partial(mailboxes.settled, of=self.of, uid=uid, state=state)
                await self.post.accept(way, body, place)
                self.tally.taken += 1
        except TemporaryTrouble as trouble:
            raise Lost(Kind.STORE, trouble.text) from trouble
        finally:
            body.close()
        failpoints.hit("imap.committed")
        if self.moves:
            self.ready[uid] = UidState.STORED

    def _again(self, uid: int) -> bool:
        """Whether the mail may have been delivered before under another UID."""
        return not self.moves or uid <= self.mark.again_to

    async def _delivered(self, recipients: tuple[str, ...], body: SpooledBody) -> bool:
        digest = await asyncio.to_thread(canonical_digest, cast(BinaryIO, body.file))
        [address] = self.post.intake().order_addresses(recipients[:1], "", "")
        return await self.post.write(lambda tx: mailboxes.delivered(tx, self.of.mailbox, digest, address))

    async def _failed(self, uid: int, why: str) -> None:
        """Count a try; the last one lists the mail for a person and lets the mark go on."""
        if self.post.stopping():
            return
        tries = await self.post.write(lambda tx: mailboxes.failed(tx, self.of, uid, why))
        log.warning("imap.fetch_failed", mailbox=self.of.mailbox, folder=self.of.folder, uid=uid, tries=tries, why=why)
        if tries >= MOST_TRIES:
            await self._refuse(uid, BAD_FETCH, f"the server did not hand it over in {tries} tries: {why}", b"")

    async def _refuse(self, uid: int, code: str, why: str, head: bytes) -> None:
        put = quarantine(
            self.post.settings, self.of, self.selected.uidvalidity, uid, code, why, head, again=self._again(uid)
        )
        if await self.post.write(put):
            log.error("mail.quarantined", mailbox=self.of.mailbox, folder=self.of.folder, uid=uid, code=code, why=why)
            self.tally.taken += 1
        self.ready[uid] = UidState.REFUSED

    async def _settled(self, uid: int, state: UidState) -> None:
        await self.post.write(lambda tx: mailboxes.settled(tx, self.of, uid, state))

    async def _file(self) -> None:
        """Put what is done with where it belongs. What cannot be moved stays, and is tried again at the next look."""
        ready, self.ready = self.ready, {}
        for state in (UidState.STORED, UidState.REFUSED):
            uids = sorted(uid for uid, of_uid in ready.items() if of_uid is state)
            for some in _pieces(uids, MOVE_AT_ONCE):
                await self._file_some(some, state)

    async def _file_some(self, uids: list[int], state: UidState) -> None:
        folder = self.post.settings.processed if state is UidState.STORED else self.post.settings.failed
        if self.moves and not self.selected.writable:
            self._trouble(f"folder {self.of.folder} is read-only, mail stays in it")
            return
        try:
            if self.moves and folder:
                await self.session.move(uids, folder)
            elif self.moves and state is UidState.STORED:
                await self.session.mark_seen(uids)
        except Declined as refusal:
            self._trouble(f"mail in {self.of.folder} cannot be moved to {folder or '(read)'}: {refusal.why}")
            return
        failpoints.hit("imap.moved")
        await self.post.write(lambda tx: mailboxes.filed(tx, self.of, uids))
        self.tally.filed += len(uids)
        log.info("imap.filed", mailbox=self.of.mailbox, folder=self.of.folder, state=state.value, mails=len(uids))

    def _trouble(self, what: str) -> None:
        if what not in self.tally.troubles:
            self.tally.troubles.append(what)


def _pieces(uids: list[int], length: int) -> Iterable[list[int]]:
    for start in range(0, len(uids), length):
        yield uids[start : start + length]
