"""Service levels of one ticket: a clock for each target, which keeps the time consumed and never a due instant alone.

A clock counts the time of its schedule: working time, or all time where it has none. What it consumed before it last
began to run is a plain length, so a pause adds nothing, and another policy, another schedule, a holiday or a change of
the clocks between two segments changes nothing that was counted already.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class Target(StrEnum):
    """What is promised: a first answer, an answer to each further mail of the customer, and the ticket solved."""

    FIRST_REPLY = "first_reply"
    NEXT_REPLY = "next_reply"
    RESOLUTION = "resolution"


class Standing(StrEnum):
    """``late`` is missed and still to be done, ``missed`` is done too late; ``dropped``: no policy asks for it now."""

    RUNNING = "running"
    PAUSED = "paused"
    LATE = "late"
    MET = "met"
    MISSED = "missed"
    DROPPED = "dropped"


class Ending(StrEnum):
    """``met`` by an answer or a solution; ``released``: solved before an answer was due; ``dropped`` by the rules."""

    MET = "met"
    RELEASED = "released"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Clock:
    """One target's clock; ``run`` counts from 0 how often it was started.

    ``allowed`` and ``consumed`` are lengths in the time of ``schedule`` ("" for all time); ``consumed`` is what went by
    before ``since``. ``since`` is None while it stands still. ``due`` is told only while it runs, and kept when it has
    ended. ``breached`` is the instant that was missed. ``zone`` is the schedule's.
    """

    target: Target
    run: int
    policy: str
    schedule: str
    zone: str
    started: datetime
    allowed: timedelta
    consumed: timedelta = timedelta()
    since: datetime | None = None
    due: datetime | None = None
    breached: datetime | None = None
    ended: datetime | None = None
    ending: Ending | None = None

    @property
    def is_open(self) -> bool:
        return self.ended is None

    @property
    def standing(self) -> Standing:
        if self.ending is Ending.DROPPED:
            return Standing.DROPPED
        if self.ended is not None:
            return Standing.MISSED if self.breached else Standing.MET
        if self.breached is not None:
            return Standing.LATE
        return Standing.RUNNING if self.since is not None else Standing.PAUSED


@dataclass(frozen=True, slots=True)
class Sla:
    """The policy in force ("" for none any more) and the newest clock of each target, in the order of Target."""

    policy: str
    clocks: tuple[Clock, ...] = ()

    def clock(self, target: str) -> Clock | None:
        return next((clock for clock in self.clocks if clock.target == target), None)

    @property
    def due(self) -> datetime | None:
        """The next instant by which something must be done, missed ones included; None where nothing runs."""
        return min((c.due for c in self.clocks if c.is_open and c.due is not None), default=None)

    @property
    def expected(self) -> datetime | None:
        """When the ticket will be solved by; None while the clock stands still, for then nobody knows."""
        clock = self.clock(Target.RESOLUTION)
        return clock.due if clock is not None and clock.is_open else None

    @property
    def breached(self) -> bool:
        return any(clock.breached is not None for clock in self.clocks if clock.standing is not Standing.DROPPED)

    @property
    def paused(self) -> bool:
        """Something is still to be done, and no time counts now."""
        return any(clock.standing is Standing.PAUSED for clock in self.clocks)


def zone_of(*fields: tuple[tuple[str, str], ...], default: str) -> ZoneInfo:
    """The first time zone that exists among the ``timezone`` fields of a person and of an organization."""
    for pairs in fields:
        found = _zone(dict(pairs).get("timezone", "").strip())
        if found is not None:
            return found
    return ZoneInfo(default)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
