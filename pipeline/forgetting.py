"""Forgetting a person in small steps: what takes long only reads, what writes is short, and nobody waits for it."""

import asyncio
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import structlog

from maild import failpoints
from maild.domain.spellings import Spellings
from maild.errors import DataError, TryAgain
from maild.store import forget, naming
from maild.store.db import Database
from maild.store.forget import Progress, Unfinished
from maild.store.naming import Page
from maild.store.tx import Tx
from notifications.senders import filed

STEP = 100  # rows erased or struck in one transaction
TICKETS = 10  # the same of whole tickets, each of which is many rows
_SHOWN = 10

Item = TypeVar("Item")
Erase = Callable[[Tx, Spellings, Collection[int]], Unfinished]

log = structlog.get_logger("maild.privacy")


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much of what was erased (of a rehearsal: would be), and since when, where an earlier try was gone on with."""

    found: dict[str, int]
    resumed: str | None = None


class Forgetting:
    """One person, from beginning to end. Ended half-way, by whatever, it goes on when it is asked for again.

    ``folder`` is where letters are filed that go to no relay; ``keep`` as `maild.store.erase.ticket` has it.
    """

    def __init__(self, db: Database, address: str, keep: Collection[str], folder: Path) -> None:
        self._db = db
        self._keep = keep
        self._folder = folder
        self._spellings = Spellings(address)
        self._besides: list[int] = []

    async def rehearse(self) -> Forgotten:
        """How much it would be. Nothing is changed."""
        mails = [*self._besides, *await self.mails()]
        letters = [*await self._known(naming.known_letters), *await self._looked(naming.letters)]
        count = partial(forget.rehearsed, spellings=self._spellings, mails=set(mails), letters=set(letters))
        return Forgotten(await self._db.read(count))

    async def mails(self) -> set[int]:
        """Those that go because a search of their bytes finds the address."""
        return {*await self._known(naming.known_mails), *await self._looked(naming.mails)}

    async def run(self, by: str) -> Forgotten:
        """Raises TryAgain or DataError where something of theirs came in meanwhile that has to be finished first."""
        begun = await self._db.write(partial(forget.begin, address=self._spellings.address))
        resumed = begun.begun_at.isoformat() if begun.found or begun.mails_to else None
        while True:
            await self._mails()
            await self._letters()
            await self._tickets()
            await self._texts()
            ended = await self._db.write(partial(self._finish, by=by))
            if ended is not None:
                return Forgotten({name: ended.found.get(name, 0) for name in forget.COUNTED}, resumed)

    def take(self, mails: Collection[int]) -> None:
        """These mails go too, whatever a search of their bytes finds."""
        self._besides = sorted(mails)

    async def _known(self, look: Callable[[Tx, Spellings], list[int]]) -> list[int]:
        return await self._db.read(lambda tx: look(tx, self._spellings))

    async def _looked(self, look: Callable[[Tx, Spellings, int], Page]) -> list[int]:
        found: list[int] = []
        after = 0
        while not (page := await self._page(look, after)).end:
            found += page.found
            after = page.to
        return found

    async def _page(self, look: Callable[[Tx, Spellings, int], Page], after: int) -> Page:
        return await self._db.read(lambda tx: look(tx, self._spellings, after))

    async def _mails(self) -> None:
        for some in _slices([*self._besides, *await self._known(naming.known_mails)], STEP):
            await self._erase(forget.mails, some)
        after = (await self._progress()).mails_to
        while not (page := await self._page(naming.mails, after)).end:
            after = page.to
            await self._erase(partial(forget.mails, to=after), page.found)

    async def _letters(self) -> None:
        for some in _slices(await self._known(naming.known_letters), STEP):
            await self._unfile(some)
            await self._erase(forget.letters, some)
        after = (await self._progress()).letters_to
        while not (page := await self._page(naming.letters, after)).end:
            after = page.to
            await self._unfile(page.found)
            await self._erase(partial(forget.letters, to=after), page.found)

    async def _tickets(self) -> None:
        for some in _slices(await self._known(forget.tickets_of), TICKETS):
            await self._unfile(await self._db.read(partial(forget.letters_of, tickets=some)))
            await self._erase(partial(forget.tickets, keep=self._keep), some)

    async def _texts(self) -> None:
        said = await self._db.read(partial(naming.sayings, address=self._spellings.address))
        for some in _slices([comment for comment, _ in said], STEP):
            await self._db.write(partial(forget.comments, spellings=self._spellings, numbers=some))
        await self._db.write(partial(forget.records, spellings=self._spellings))
        for places in _slices(await self._db.read(self._places), STEP):
            await self._db.write(partial(forget.strike, spellings=self._spellings, places=places))
            failpoints.hit("forget.step")

    def _places(self, tx: Tx) -> list[naming.Place]:
        return list(naming.places(tx, self._spellings, forget.stroke_for(tx, self._spellings)))

    def _finish(self, tx: Tx, by: str) -> Progress | None:
        ended = forget.finish(tx, self._spellings)
        if ended is not None:
            tx.tell(partial(log.info, "person.forgotten", by=by, **ended.found))
        return ended

    async def _progress(self) -> Progress:
        return await self._db.read(partial(forget.progress, address=self._spellings.address))

    async def _erase(self, erase: Erase, numbers: Collection[int]) -> None:
        left = await self._db.write(lambda tx: erase(tx, self._spellings, numbers))
        failpoints.hit("forget.step")
        demand_finished(left)

    async def _unfile(self, letters: Collection[int]) -> None:
        """Remove letters from the folder, before their rows are erased: what is not done yet is found again."""
        await asyncio.to_thread(_remove, [filed(self._folder, number) for number in letters])


def demand_finished(left: Unfinished) -> None:
    """Raises DataError where work is left that is theirs, TryAgain while something of theirs is under way."""
    if left.tickets:
        numbers = ", #".join(map(str, left.tickets[:_SHOWN])) + (" and more" if len(left.tickets) > _SHOWN else "")
        raise DataError(f"work is left on their tickets: #{numbers}", "solve or close them first")
    if left.mails or left.letters:
        which = [*(f"mail {number}" for number in left.mails), *(f"letter {number}" for number in left.letters)]
        raise TryAgain(f"still under way: {', '.join(which[:_SHOWN])}", "try again when that is done")


def _slices(many: list[Item], count: int) -> Iterator[list[Item]]:
    return (many[start : start + count] for start in range(0, len(many), count))


def _remove(files: Collection[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)
