"""What the history of a ticket holds, for whoever lets it happen again on paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from maild.domain.events import Event
from maild.domain.people import Organization, Person
from maild.domain.ticket import Blocker, Snapshot


@dataclass(frozen=True, slots=True)
class Outside:
    """What rules may ask of a ticket and no rule decides, as it stood when an event came."""

    requester: Person
    organization: Organization | None = None
    customer_mails: int = 0
    agent_mails: int = 0
    customer_reply: datetime | None = None
    agent_reply: datetime | None = None
    blockers: tuple[Blocker, ...] = ()


@dataclass(frozen=True, slots=True)
class Doubted:
    """The road raised the needs_review mark, for a reason that no rule knows."""

    reason: str


@dataclass(frozen=True, slots=True)
class RulesChanged:
    """Another rule file came into force, and the ticket was made to fit it."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What one rule did: its effects in words."""

    rule: str
    effects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a history. ``digest`` names the rule file of that time; ``deeds`` are what its rules did."""

    at: datetime
    event: Event | Doubted | RulesChanged
    digest: str = ""
    outside: Outside | None = None
    deeds: tuple[Deed, ...] = ()


TimerKey = tuple[str, int, datetime]
"""A rule, its step, and when it was due."""


@dataclass(frozen=True, slots=True)
class Record:
    """All that happened to one ticket. ``birth`` is the ticket before its first event.

    ``held`` says of timers until when they did not fire by themselves: one that was taken back after it was due, or
    is due and waits still (daemons rest now and then), or whose firing is an entry (for ever).
    """

    ticket: Snapshot
    birth: Snapshot
    entries: tuple[Entry, ...]
    held: Mapping[TimerKey, datetime]
