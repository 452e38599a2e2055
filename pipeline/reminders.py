"""Reminders of open tasks: to the owner, once, when the task says so; where they lost sight of the ticket, to whoever
is responsible for it.
"""

import asyncio
from datetime import datetime

import structlog

from maild.clock import Clock
from maild.domain.effects import SendLetter
from maild.rounds import PAUSE, Rests, rounds
from maild.store import tasks, tickets
from maild.store.db import Database
from maild.store.tasks import Reminder
from maild.store.trouble import StoreTrouble
from maild.store.tx import Tx
from pipeline import letters
from pipeline.furniture import Desk
from pipeline.letters import Cause
from pipeline.pinned import in_force
from rules.departments import unseen

BATCH = 100

log = structlog.get_logger("maild.reminders")


class Reminders:
    """Sends what is due, oldest first, each in a transaction of its own."""

    def __init__(self, db: Database, desk: Desk, clock: Clock) -> None:
        self.desk = desk
        self._db = db
        self._clock = clock
        self._failing = Rests[int](clock)  # tasks of which nobody could be reminded

    async def run(self, wake: asyncio.Event, stop: asyncio.Event) -> None:
        """Remind until ``stop``; sleeps until the next is due or ``wake`` says that there is a new task."""

        await rounds(self.step, self._next, _waiting, self._clock, wake, stop)

    async def step(self) -> int:
        """Remind of what is due now; returns how many were due. One that fails is tried again after a pause."""
        resting = self._failing.going_on()
        due = await self._db.read(lambda tx: tasks.due_reminders(tx, BATCH, resting))
        for reminder in due:
            await self._remind(reminder)
        return len(due)

    async def _next(self) -> datetime | None:
        failing = self._failing.kept()
        due = await self._db.read(lambda tx: tasks.next_reminder(tx, failing))
        return min(filter(None, (due, self._failing.first_end())), default=None)

    async def _remind(self, reminder: Reminder) -> None:
        desk = self.desk
        try:
            await self._db.write(lambda tx: remind(tx, desk, reminder))
        except StoreTrouble:
            raise
        except Exception:
            self._failing.begin(reminder.task)
            log.exception("task.reminder_failed", task=reminder.task, ticket=reminder.ticket, again_in=PAUSE.seconds)
        else:
            self._failing.end(reminder.task)
            log.info("task.reminded", task=reminder.task, ticket=reminder.ticket, owner=reminder.owner)


def _waiting(trouble: StoreTrouble) -> None:
    log.error("reminders.waiting", why=trouble.what, hint=trouble.hint)


def remind(tx: Tx, desk: Desk, reminder: Reminder) -> None:
    """Write the letter, unless the task was done or somebody reminded of it meanwhile."""
    if not tasks.reminded(tx, reminder.task):
        return
    ticket = tickets.snapshot(tx, reminder.ticket)
    to, title = reminder.owner if reminder.owner.startswith("group:") else f"user:{reminder.owner}", reminder.title
    if unseen(in_force(tx, desk, ticket), ticket, reminder.owner):
        to, title = "assignee", f"{title} (a task of {reminder.owner}, who does not see the order any more)"
    said = SendLetter("notify_agent", to, text=f"Reminder: {title}", due=reminder.due)
    cause = Cause(f"task:{reminder.task}|reminder", "task", letters.vouched(), at=reminder.at)
    letters.write(tx, desk, ticket, said, cause)
