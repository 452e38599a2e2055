"""A copy of the database comes back: what was filed since is read again out of the mailbox, through a death."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass

from maild.store.engine import open_engine
from tests.crash.batch import Batch
from tests.crash.day import Day
from tests.crash.desk import PATIENCE, Desk
from tests.crash.ledger import Ledger
from tests.crash.mailbox import Mailbox
from tests.crash.relay import Book
from tests.crash.truth import Truth

SINCE = 6  # mails that come between the copy and its return, all by the mailbox
PLACES = ("imap.fetched", "imap.committed")
COPY, LOG = "copy", "log"


@dataclass(frozen=True, slots=True)
class Yesterday:
    """Played on a desk that is stopped and at rest; it is so again afterwards."""

    desk: Desk
    day: Day
    batch: Batch
    ledger: Ledger
    book: Book
    box: Mailbox

    async def play(self, url: str, environment: dict[str, str], dice: random.Random) -> tuple[str, list[str]]:
        """Where it died, and what did not hold."""
        await self.desk.maild(environment, "backup", COPY)
        await self._live_on(dice)
        await self.desk.maild(environment, "restore", COPY, "--force", "--log", LOG)
        left = Counter(self.book.taken)
        place = await self._die_reading(dice)
        assert await self.desk.start(), "the daemon does not start"
        await self.day.be_read_again()
        await self.day.be_quiet()
        found = await self._violations(url)
        twice = {name: count - left[name] for name, count in self.book.taken.items() if count > left[name]}
        found += [f"X12 letters left although their cause is of the time before: {twice}"] if twice else []
        found += [row["violation"] for row in await self.desk.ask("db.check", drained=True)]
        assert await self.desk.stop() == 0, "SIGTERM did not end it"
        return place, found

    async def _live_on(self, dice: random.Random) -> None:
        """What the copy will not know of."""
        self.batch.write_for_mailbox(SINCE, dice, self.desk.now)
        await self.day.put()
        assert await self.desk.start(), "the daemon does not start"
        await self.day.be_read()
        await self.day.be_quiet()
        assert self.desk.life is not None
        assert await self.desk.stop() == 0, "SIGTERM did not end it"
        (self.desk.folder / LOG).write_text("\n".join(self.desk.life.words))

    async def _die_reading(self, dice: random.Random) -> str:
        """Each of those mails is fetched and committed once more, so it must come there."""
        place, nth = dice.choice(PLACES), dice.randint(1, SINCE)
        await self.desk.start(f"{place}=kill:n={nth}")
        assert self.desk.life is not None
        await asyncio.wait([self.desk.life.death], timeout=PATIENCE)
        assert self.desk.life.dead, f"{place} was not reached for the {nth}th time: nothing is read again"
        await self.desk.buried()
        return place

    async def _violations(self, url: str) -> list[str]:
        engine = open_engine(url)
        try:
            truth = Truth(engine, self.ledger, self.book)
            shelves = await self.box.look(anew=True)
            return await asyncio.to_thread(lambda: truth.violations(shelves, since_a_copy=True))
        finally:
            engine.dispose()
