"""One letter for all that a customer's budget held back: written when there is room again, and they never leave."""

import asyncio
from datetime import datetime, timedelta
from functools import partial

import structlog

from maild.clock import Clock
from maild.domain.effects import SendLetter
from maild.domain.letter import Phase
from maild.rounds import PAUSE, Rests, rounds
from maild.store import caps, summaries, tickets
from maild.store.db import Database
from maild.store.summaries import Held
from maild.store.trouble import StoreTrouble
from maild.store.tx import Tx
from notifications.budget import got, opens, spent
from pipeline import letters
from pipeline.clearance import budget_of
from pipeline.furniture import Desk
from pipeline.letters import Cause

TEMPLATE = "summed_up"
BATCH = 100
MOST = 50
"""Letters that one summary lists; of more it says how many."""
AGAIN = timedelta(days=1)
"""When one that cannot be written is tried again."""

log = structlog.get_logger("maild.letters")


class Summaries:
    """Writes what is due, each in a transaction of its own."""

    def __init__(self, db: Database, desk: Desk, clock: Clock) -> None:
        self.desk = desk
        self._db = db
        self._clock = clock
        self._failing = Rests[str](clock)  # addresses to which none could be written

    async def run(self, wake: asyncio.Event, stop: asyncio.Event) -> None:
        """Work until ``stop``; sleeps until there is room for the next, or ``wake`` says that one more is held."""

        await rounds(self.step, self._next, _waiting, self._clock, wake, stop)

    async def _next(self) -> datetime | None:
        failing = self._failing.kept()
        due = await self._db.read(lambda tx: summaries.next_due(tx, failing))
        return min(filter(None, (due, self._failing.first_end())), default=None)

    async def step(self) -> int:
        """Tell everybody to whom there is room now; returns how many were looked at. Who fails rests a while."""
        resting = self._failing.going_on()
        due = await self._db.read(lambda tx: summaries.due(tx, BATCH, resting))
        for address in due:
            try:
                await self._db.write(partial(sum_up, desk=self.desk, address=address))
            except StoreTrouble:
                raise
            except Exception:
                self._failing.begin(address)
                log.exception("summaries.failed", again_in=PAUSE.seconds)
            else:
                self._failing.end(address)
        return len(due)


def _waiting(trouble: StoreTrouble) -> None:
    log.error("summaries.waiting", why=trouble.what, hint=trouble.hint)


def sum_up(tx: Tx, desk: Desk, address: str) -> None:
    """Write the letter, unless somebody let them go meanwhile or there is no room yet."""
    budget, left = budget_of(desk), caps.automatic_to(tx, address)  # the budget is ours alone from here on
    held = summaries.held(tx, address)
    if not held:
        return
    if spent(budget, got(left, tx.now)) is not None:
        summaries.put_off(tx, address, opens(budget, left, tx.now))
        return
    cause = Cause(f"budget:{held[0].id}|summary", "budget", letters.vouched(), at=held[-1].at)
    ticket = tickets.snapshot(tx, held[-1].ticket)
    [fate] = letters.write(tx, desk, ticket, SendLetter(TEMPLATE, address, text=_listed(held)), cause)
    if fate.letter is None or fate.phase is Phase.FAILED:
        summaries.put_off(tx, address, tx.now + AGAIN)
        return
    summaries.told(tx, address, fate.letter)
    tx.tell(partial(log.info, "letter.summed_up", letter=fate.letter, to=address, letters=len(held)))


def _listed(held: list[Held]) -> str:
    """The newest first."""
    lines = [f"#{one.ticket}: {one.subject}" for one in reversed(held[-MOST:])]
    return "\n".join([*lines, *([f"+ {len(held) - MOST}"] if len(held) > MOST else [])])
