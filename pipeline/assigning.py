"""What waits for an assignment is given away as soon as somebody has room, the oldest ticket first.

Counting and choosing are one step: nobody else counts until it is committed, in whatever process.
"""

import asyncio
import secrets
from datetime import datetime
from functools import partial
from typing import NamedTuple

import structlog

from maild.clock import Clock
from maild.domain.effects import Assign
from maild.domain.events import WorkOffered
from maild.domain.loads import Loads
from maild.rounds import PAUSE, rounds, when_woken
from maild.store import loads, tickets
from maild.store.db import Database
from maild.store.loads import Queue
from maild.store.trouble import StoreTrouble
from maild.store.tx import Tx
from pipeline import desk
from pipeline.furniture import Desk
from rules.assign import choose, needs_somebody
from rules.triggers import Outcome

log = structlog.get_logger("maild.assignment")


class Turn(NamedTuple):
    """A waiting ticket whose turn it is, and the loads by which somebody is chosen for it."""

    ticket: int
    loads: Loads


class Distributor:
    """Gives away what waits, each ticket in a transaction of its own with everything that follows from it."""

    def __init__(self, db: Database, desk_: Desk, clock: Clock) -> None:
        self.desk = desk_
        self._db = db
        self._clock = clock

    async def run(self, wake: asyncio.Event, stop: asyncio.Event) -> None:
        """Until ``stop``; sleeps until ``wake`` says that a ticket waits or somebody may have room."""
        await rounds(self._tried, when_woken, _waiting, self._clock, wake, stop)

    async def _tried(self) -> int | datetime:
        """One time through all queues takes all that can be given; what changes that wakes us."""
        try:
            await self.step()
        except StoreTrouble:
            raise
        except Exception:
            log.exception("assignment.failed", again_in=PAUSE.seconds)
            return self._clock.now() + PAUSE
        return 0

    async def step(self) -> int:
        """Go through all queues once; returns how many tickets were given away or told of."""
        desk_ = self.desk
        done = 0
        for queue in await self._db.read(partial(waiting, desk_=desk_)):
            while await self._db.write(partial(offer, desk_=desk_, queue=queue)):
                done += 1
        return done


def _waiting(trouble: StoreTrouble) -> None:
    log.error("assignment.waiting", why=trouble.what, hint=trouble.hint)


def waiting(tx: Tx, desk_: Desk) -> list[Queue]:
    """The queues in which something is to be done now; asked without holding anybody up."""
    return [queue for queue in loads.queues(tx) if _turn(tx, desk_, queue) is not None]


def offer(tx: Tx, desk_: Desk, queue: Queue) -> bool:
    """Give the oldest ticket of a queue to somebody, or tell the lead of one that nobody can take; False for neither.

    A ticket that somebody else is at just now waits until they are done: that wakes us again.
    """
    loads.alone(tx)
    turn = _turn(tx, desk_, queue)
    if turn is None or not loads.lock_free(tx, turn.ticket):
        return False
    tx.wake("settled")
    key = f"assignment:{turn.ticket}:{secrets.token_hex(8)}"
    outcome = desk.handle(tx, desk_, turn.ticket, WorkOffered(queue.rule, turn.loads), key)
    assert outcome is not None  # the key is fresh
    tx.tell(partial(_tell, turn.ticket, queue.rule, outcome))
    return True


def _tell(ticket: int, rule: str, outcome: Outcome) -> None:
    given = (planned.effect.assignee for planned in outcome.effects if isinstance(planned.effect, Assign))
    assignee = next((name for name in given if name), None)
    why = next((step.why for step in outcome.steps if step.rule == rule and step.why), None)
    if assignee is not None:
        log.info("ticket.assigned", ticket=ticket, assignee=assignee, rule=rule, why=why)
    elif outcome.after.queue_told:
        log.warning("assignment.nobody_available", ticket=ticket, rule=rule, why=why)


def _turn(tx: Tx, desk_: Desk, queue: Queue) -> Turn | None:
    """The oldest ticket where somebody can take it, else the oldest whose lead does not know; None for neither."""
    oldest = loads.oldest(tx, queue)
    if oldest is None:
        return None
    rule = desk_.ruleset.assignment(queue.rule)
    if rule is None or rule.direct:
        return Turn(oldest, Loads())  # it waits for a rule that is gone: the event finds it another place
    ticket = tickets.snapshot(tx, oldest)
    seen = loads.seen(tx, queue, rule.agents, rule.counts)
    if not needs_somebody(desk_.ruleset, ticket) or choose(desk_.ruleset, rule, ticket, seen).agent is not None:
        return Turn(oldest, seen)
    untold = loads.oldest(tx, queue, untold=True)
    return Turn(untold, seen) if untold is not None else None
