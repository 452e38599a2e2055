"""The rule file as values: what `rules.load` reads and everything else in this room works on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from maild.domain.calendars import Duration, Schedule, always
from maild.domain.conditions import Conditions
from maild.domain.patterns import Pattern
from maild.domain.people import Role
from maild.domain.ticket import Snapshot, Status
from maild.domain.vocabulary import Vocabulary
from rules.action_model import Action, Call, Chain, Go, Notify, Put, Review, Say, Tag, Task
from rules.blueprint_model import Blueprint
from rules.desk_model import Assignment, Department, TicketTemplate
from rules.sla_model import Policy
from rules.trigger_model import Index, Trigger
from rules.wording import Wording

__all__ = [
    "Action",
    "Blueprint",
    "Call",
    "Chain",
    "Go",
    "Index",
    "Notify",
    "Put",
    "Review",
    "Say",
    "Tag",
    "Task",
    "Trigger",
]


class FieldKind(StrEnum):
    TEXT = "text"
    MULTILINE = "multiline"
    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"
    DATE = "date"
    CHECKBOX = "checkbox"
    DROPDOWN = "dropdown"
    MULTISELECT = "multiselect"
    REGEXP = "regexp"


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of a drop-down: ``id`` is stored and stays, ``label`` is shown and may change, ``also`` are other
    spellings that customers use for it."""

    id: str
    label: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the order form.

    ``source`` names the values of a purchase order that fill it ("order.po_number"): the first that is there, or for
    drop-downs the one in whose words an option is found. ``negative`` lets a sum of money be below zero.
    """

    name: str
    kind: FieldKind
    label: str
    options: tuple[Option, ...] = ()
    pattern: Pattern | None = None
    prefix: str = ""
    source: tuple[str, ...] = ()
    negative: bool = False


@dataclass(frozen=True, slots=True)
class FormField:
    """One place on a form. ``shown_if`` makes it conditional; ``required_from`` is the status that needs it filled."""

    name: str
    required_from: Status | None = None
    shown_if: Conditions | None = None


@dataclass(frozen=True, slots=True)
class Form:
    name: str
    label: str
    fields: tuple[FormField, ...]
    public: bool = False


@dataclass(frozen=True, slots=True)
class Automation:
    """Acts when its conditions come true by the passing of time, once per stay in them.

    ``every`` repeats it, ``most`` bounds the number of times. The steps of a sequence and the time limits of statuses
    are automations too: steps share the ``name`` and differ in ``step``. A ``manual`` one is armed only by a Chain
    action, ``after`` its start; ``cancel_on_reply`` says that a customer's answer ends it. One ``later_only`` waits for
    instants to come, and leaves what is so already to whoever looks at each event.
    """

    name: str
    conditions: Conditions
    actions: tuple[Action, ...]
    every: Duration | None = None
    most: int | None = None
    step: int = 0
    schedule: Schedule = field(default_factory=lambda: always("UTC"))
    manual: bool = False
    after: Duration | None = None
    cancel_on_reply: bool = False
    outside_matrix: bool = False
    where: str = ""
    later_only: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One rung of a sequence, ``after`` the start."""

    after: Duration
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Sequence:
    """A chain of steps, all counted from one start.

    With ``since`` it runs by itself while its conditions hold, counted from that stamp; without, a Chain action starts
    it. Leaving the conditions always ends it.
    """

    name: str
    conditions: Conditions
    steps: tuple[Step, ...]
    since: str | None
    cancel_on_reply: bool
    schedule: Schedule = field(default_factory=lambda: always("UTC"))
    where: str = ""


@dataclass(frozen=True, slots=True)
class Macro:
    """Actions at a person's word, for members of ``groups`` (all when empty); ``requires`` are fields to be filled.

    ``otherwise`` says for each condition of ``all`` what to tell where it does not hold; "" leaves it to the condition.
    """

    name: str
    label: str
    conditions: Conditions
    actions: tuple[Action, ...]
    groups: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    outside_matrix: bool = False
    departments: tuple[str, ...] = ()
    where: str = ""
    otherwise: tuple[Wording, ...] = ()

    @property
    def key(self) -> str:
        """The short name for command lines: "Orders :: Approve" is approve."""
        return slug(self.label.rpartition("::")[2])


@dataclass(frozen=True, slots=True)
class View:
    """``columns`` are ticket attributes or form fields; ``sort`` the same, with "-" in front for the largest first."""

    name: str
    label: str
    conditions: Conditions
    columns: tuple[str, ...]
    sort: tuple[str, ...] = ("requested",)
    groups: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """How long a ticket of an order class may stay in a status, and whom to tell when it does longer."""

    form: str
    status: Status
    after: Duration
    notify: str
    template: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Which status may follow which, by order class (the ticket's form) and role; see `rules.matrix`."""

    rows: Mapping[tuple[str, str, Status], frozenset[Status]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of our own people, as far as rules ask."""

    name: str
    address: str
    role: Role
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ruleset:
    """All rules of one configuration; ``digest`` names this state of the rule file in histories.

    ``by_event``, ``index`` and ``timed`` are drawn from the rest when it is loaded: the triggers asked on each event,
    in file order, the same line by line, and every automation, sequence step and time limit. ``pinned`` are versions
    of blueprints, by their digest, that the file no longer has and a ticket at hand keeps; ``walking`` are the
    automations of blueprints, likewise.
    ``asking`` is what conditions may speak of that a person types.
    """

    fields: Mapping[str, Field] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    triggers: tuple[Trigger, ...] = ()
    automations: tuple[Automation, ...] = ()
    sequences: Mapping[str, Sequence] = field(default_factory=dict)
    limits: tuple[TimeLimit, ...] = ()
    sla: tuple[Policy, ...] = ()
    macros: Mapping[str, Macro] = field(default_factory=dict)
    views: Mapping[str, View] = field(default_factory=dict)
    matrix: Matrix = Matrix()
    people: tuple[Colleague, ...] = ()
    groups: tuple[str, ...] = ()
    by_event: Mapping[str, tuple[Trigger, ...]] = field(default_factory=dict)
    index: Mapping[str, Index] = field(default_factory=dict)
    timed: tuple[Automation, ...] = ()
    digest: str = ""
    departments: Mapping[str, Department] = field(default_factory=dict)
    layouts: Mapping[tuple[str, str], Form] = field(default_factory=dict)
    assignments: tuple[Assignment, ...] = ()
    templates: Mapping[str, TicketTemplate] = field(default_factory=dict)
    blueprints: Mapping[str, Blueprint] = field(default_factory=dict)
    pinned: Mapping[str, Blueprint] = field(default_factory=dict)
    walking: Mapping[str, tuple[Automation, ...]] = field(default_factory=dict)
    asking: Vocabulary = field(default_factory=Vocabulary, compare=False)

    def blueprint_of(self, ticket: Snapshot) -> Blueprint | None:
        """The version that the ticket keeps; None where it is in no blueprint, or its version is not known here."""
        if ticket.blueprint is None:
            return None
        current = self.blueprints.get(ticket.blueprint.blueprint)
        if current is not None and current.digest == ticket.blueprint.version:
            return current
        return self.pinned.get(ticket.blueprint.version)

    def assignment(self, name: str) -> Assignment | None:
        return next((rule for rule in self.assignments if rule.name == name), None)

    def ticket_template(self, name: str) -> TicketTemplate | None:
        """By name or label, as typed on a command line."""
        wanted = slug(name)
        return next((t for t in self.templates.values() if wanted in (slug(t.name), slug(t.label))), None)

    def colleague(self, name: str) -> Colleague | None:
        """By name or address, upper or lower case alike."""
        wanted = name.casefold()
        return next((c for c in self.people if wanted in (c.name.casefold(), c.address.casefold())), None)

    def macro(self, name: str) -> Macro | None:
        """By full name, label or key; None where several share it."""
        found = self.macros_called(name)
        return found[0] if len(found) == 1 else None

    def macros_called(self, name: str) -> tuple[Macro, ...]:
        """Those that a typed name may mean: the one of that full name, else all with that label or key."""
        wanted = slug(name)
        exact = [m for m in self.macros.values() if name == m.name] or [
            m for m in self.macros.values() if wanted == slug(m.name)
        ]
        return tuple(exact or (m for m in self.macros.values() if wanted in (slug(m.label), m.key)))

    def view(self, name: str) -> View | None:
        wanted = slug(name)
        return self.views.get(name) or next(
            (v for v in self.views.values() if wanted in (slug(v.name), slug(v.label))), None
        )


def slug(text: str) -> str:
    """A name as typed on a command line: lower case, words joined by hyphens."""
    return "-".join("".join(c if c.isalnum() else " " for c in text.lower()).split())
