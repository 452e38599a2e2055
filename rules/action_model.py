"""Actions as values: what rules, macros, transitions and escalation levels may do."""

from dataclasses import dataclass, field
from typing import TypeAlias

from maild.domain.calendars import Duration, Schedule, always
from rules.wording import Wording

NATIVE = ("department", "status", "priority", "subject", "form", "group", "assignee")
"""What can be set apart from form fields."""


@dataclass(frozen=True, slots=True)
class Put:
    """Set ``name`` (a form field, status, priority, subject, form, group or assignee); ``default`` only where empty."""

    name: str
    value: Wording
    default: bool = False


@dataclass(frozen=True, slots=True)
class Tag:
    """Add and remove tags, or replace them all."""

    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()
    replace: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Say:
    text: Wording
    public: bool = False


@dataclass(frozen=True, slots=True)
class Notify:
    """Send a letter; ``to`` as `maild.domain.effects.SendLetter` has it, ``where`` its place in the rule file."""

    to: str
    template: str
    text: Wording | None = None
    urgent: bool = False
    where: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Task:
    """Something for a person to do: "assignee", "group", "lead" or "user:<name>".

    ``due`` and ``remind`` count from the moment it is given; without ``remind`` its owner is reminded when it is due.
    Nobody solves the ticket while one that ``blocks`` is open.
    """

    title: Wording
    to: str
    due: Duration | None = None
    remind: Duration | None = None
    schedule: Schedule = field(default_factory=lambda: always("UTC"))
    priority: str = "normal"
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """Call a webhook of the configuration."""

    webhook: str
    text: Wording


@dataclass(frozen=True, slots=True)
class Chain:
    """Start or stop a sequence."""

    sequence: str
    start: bool


@dataclass(frozen=True, slots=True)
class Review:
    on: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Go:
    """Take a transition of the blueprint that the ticket is in; ``text`` is the comment that goes with it."""

    transition: str
    text: Wording | None = None


Action: TypeAlias = Put | Tag | Say | Notify | Task | Call | Chain | Review | Go
