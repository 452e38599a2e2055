"""Service level policies as values: what `rules.load_sla` reads and `rules.sla` decides by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from maild.domain.calendars import (
    Duration,
    Schedule,
    Unit,
    add_business,
    always,
    business_seconds_between,
    latest_start,
    threshold,
)
from maild.domain.conditions import Conditions
from maild.domain.sla import Target
from maild.domain.ticket import Status
from rules.action_model import Action

MOST_LEVELS = 4
"""Levels of escalation that a target may have."""

TICK = timedelta(microseconds=1)
NEVER = timedelta(days=100_000)
"""The length of what ends after the calendar does, or never for want of working time."""
_WORKING = (Unit.BUSINESS_HOURS, Unit.BUSINESS_DAYS)


@dataclass(frozen=True, slots=True)
class Level:
    """One level of escalation of a target, counted from 1: so long ``before`` it is due, or after."""

    number: int
    target: Target
    offset: Duration
    before: bool
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Taken by the first tickets whose ``conditions`` hold; ``pause`` are the statuses in which no time counts.

    ``reads`` are the names that the choice of a policy depends on.
    """

    name: str
    conditions: Conditions
    targets: Mapping[Target, Duration]
    pause: frozenset[Status] = frozenset()
    levels: tuple[Level, ...] = ()
    schedule: Schedule = field(default_factory=lambda: always("UTC"))
    where: str = ""
    reads: frozenset[str] = frozenset()

    def schedule_of(self, target: Target) -> Schedule | None:
        """In whose time a target counts; None for all time."""
        return self.schedule if self.targets[target].unit in _WORKING else None

    def allowed(self, target: Target, started: datetime) -> timedelta:
        """How much of its time a target may take that began then: days have the length that they have from there."""
        length = self.targets[target]
        if length.unit in (Unit.HOURS, Unit.BUSINESS_HOURS):
            return timedelta(hours=length.amount)
        try:
            end = threshold(self.schedule, started, length)
        except OverflowError:
            end = None
        return NEVER if end is None else passed(self.schedule_of(target), started, end)

    def due(self, target: Target, started: datetime, since: datetime, left: timedelta) -> datetime | None:
        """When a clock that runs ``since`` then and has so much ``left`` will have used it up; None for never.

        A working day that ends with the closing of the desk is told as the next opening, as ``1bd`` means it.
        """
        if left <= timedelta():
            return since
        schedule = self.schedule_of(target)
        try:
            if schedule is None:
                return since + left
            at = _reached(schedule, since, left)
        except OverflowError:
            return None
        if at is None or self.targets[target].unit is not Unit.BUSINESS_DAYS:
            return at
        end = threshold(schedule, started, self.targets[target])
        first = _reached(schedule, started, self.allowed(target, started))
        if end is None or first is None or end == first:
            return at
        opening = _reached(schedule, at, TICK)
        return at if opening is None else opening - TICK


@lru_cache(maxsize=4096)
def _reached(schedule: Schedule, start: datetime, length: timedelta) -> datetime | None:
    return add_business(schedule, start, length)


def passed(schedule: Schedule | None, start: datetime, end: datetime) -> timedelta:
    """The time of a schedule, or all time, in [start, end)."""
    if schedule is None:
        return max(end - start, timedelta())
    return timedelta(seconds=business_seconds_between(schedule, start, end))


def instant(level: Level, schedule: Schedule, due: datetime) -> datetime | None:
    """When a level acts; before the due, the latest instant that is its whole offset ahead. None for never."""
    if level.before:
        return latest_start(schedule, due, level.offset)
    return threshold(schedule, due, level.offset)
