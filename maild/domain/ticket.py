"""The ticket as rules and doors see it."""

from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from maild.domain.order import Order
from maild.domain.people import Organization, Person
from maild.domain.sla import Sla, Target, zone_of
from maild.domain.stand import Stand
from maild.domain.status import Status
from maild.domain.timer import ArmedTimer

__all__ = ["LONGEST_TITLE", "Blocker", "Snapshot", "Status", "changed"]

LONGEST_TITLE = 500  # characters of a task's title


@dataclass(frozen=True, slots=True)
class Blocker:
    """An open task that must be done before the ticket may be solved; ``task`` is 0 while it is only planned."""

    title: str
    task: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One ticket at one instant, complete enough for every condition, template placeholder and effect.

    ``fields`` holds the order form's values by name; decimals are strings, dates ISO 8601, booleans "true"/"false".
    ``stamps`` holds the instants conditions may count from ("created", "updated", "status_changed", "customer_reply",
    "agent_reply", "assigned", ...). ``counters`` holds "customer_mails", "agent_mails", "reopens". ``version`` goes up
    by one with every committed change. ``timers`` are the pending timers and those that fired during the present stay.
    ``blockers`` are open tasks without which nobody solves it. ``language`` is that of the mail that opened it.
    ``queue`` is the assignment that shall find somebody for it, ``queue_told`` whether the lead knows that it waits.
    """

    id: int
    version: int
    now: datetime
    subject: str
    status: Status
    priority: str
    order_address: str
    channel: str
    requester: Person
    organization: Organization | None = None
    group: str | None = None
    assignee: str | None = None
    form: str | None = None
    tags: frozenset[str] = frozenset()
    fields: tuple[tuple[str, str], ...] = ()
    orders: tuple[Order, ...] = ()
    needs_review: bool = False
    review_reasons: tuple[str, ...] = ()
    unread: bool = False
    stamps: tuple[tuple[str, datetime], ...] = ()
    counters: tuple[tuple[str, int], ...] = ()
    follow_up_of: int | None = None
    timers: tuple[ArmedTimer, ...] = ()
    sla: Sla | None = None
    blockers: tuple[Blocker, ...] = ()
    language: str = ""
    blueprint: Stand | None = None
    department: str | None = None
    queue: str | None = None
    queue_told: bool = False

    def value(self, name: str) -> str | None:
        """A form field's value, None where empty."""
        return next((v for k, v in self.fields if k == name), None)

    def stamp(self, name: str) -> datetime | None:
        """An instant by its name; "sla.due" and "sla.expected" lie ahead, mostly."""
        if name.startswith("sla."):
            return getattr(self.sla, name.removeprefix("sla."), None)
        return next((v for k, v in self.stamps if k == name), None)

    def counter(self, name: str) -> int:
        return next((v for k, v in self.counters if k == name), 0)

    @property
    def expected(self) -> str:
        """The day by which it will be solved, in the customer's zone, as 2026-11-17; "" where nobody knows."""
        return self.expected_at[:10]

    @property
    def expected_at(self) -> str:
        """The same to the minute, as 2026-11-17 16:30 CET; without a zone of theirs in that of the desk's hours."""
        clock = self.sla.clock(Target.RESOLUTION) if self.sla else None
        if clock is None or not clock.is_open or clock.due is None:
            return ""
        theirs = (self.requester.fields, self.organization.fields if self.organization else ())
        return clock.due.astimezone(zone_of(*theirs, default=clock.zone)).strftime("%Y-%m-%d %H:%M %Z")

    @property
    def order(self) -> Order | None:
        """The order in force: the newest one read for this ticket."""
        return self.orders[-1] if self.orders else None


_PLACES = {name: place for place, name in enumerate(Snapshot.__slots__)}
_held = attrgetter(*_PLACES)


def changed(ticket: Snapshot, **values: Any) -> Snapshot:
    """As `dataclasses.replace`, which looks at every field each time and takes twice as long."""
    held = list(_held(ticket))
    for name, value in values.items():
        held[_PLACES[name]] = value
    return Snapshot(*held)
