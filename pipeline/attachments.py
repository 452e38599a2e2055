"""Files of mails that may name a person where no search of bytes finds it: packed or compressed.

Only mails that say that they hold such a file are opened, one after the other, in the child that opens mails.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import partial

from maild.config import Workers
from maild.store import naming, spool
from maild.store.db import Database
from pipeline.viewing.viewer import Viewer
from pipeline.viewing.wish import View, What, Wish


@dataclass(slots=True)
class Inside:
    """``looked_into`` counts files; ``found`` name the person, ``unread`` could not be read: (mail, file) of each."""

    looked_into: int = 0
    found: list[tuple[int, str]] = field(default_factory=list)
    unread: list[tuple[int, str]] = field(default_factory=list)

    @property
    def mails(self) -> list[int]:
        return sorted({mail for mail, _ in self.found})


async def inside(db: Database, workers: Workers, address: str, going: Collection[int]) -> Inside:
    """Look into the files of every mail that is not erased, nor about to be (``going``)."""
    viewer, seen, after = Viewer(workers), Inside(), 0
    try:
        while not (page := await db.read(partial(naming.enclosing, after=after))).end:
            for number in sorted(set(page.found).difference(going)):
                raw = await db.read(partial(spool.raw, message_id=number))
                view, _ = await viewer.look(raw, Wish(What.NAMING, address))
                _note(seen, number, view)
            after = page.to
    finally:
        await viewer.close()
    return seen


def _note(seen: Inside, number: int, view: View) -> None:
    seen.looked_into += view.pages
    seen.found += [(number, file.name) for file in view.files]
    seen.unread += [(number, file.name) for file in view.unread]
    if view.missing:
        seen.unread.append((number, "the whole mail"))
