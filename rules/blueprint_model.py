"""A blueprint as a value: states, the transitions between them, and who may take which with what."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from maild.domain.calendars import Duration, Schedule, always
from maild.domain.conditions import Conditions
from maild.domain.ticket import Status
from rules.action_model import Action

MOST_LEVELS = 4
"""Levels of escalation of one time limit."""


@dataclass(frozen=True, slots=True)
class Level:
    """What is done ``after`` so long in a state (or on the whole way), counted from its beginning."""

    after: Duration
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a state, or the whole way, may take; ``levels`` may act before, at and after that."""

    after: Duration
    levels: tuple[Level, ...]
    schedule: Schedule = field(default_factory=lambda: always("UTC"))


@dataclass(frozen=True, slots=True)
class State:
    """A state stands for a status category. In a ``final`` one the way has ended.

    ``customer`` is what customers read on the page of their order; "" tells them the status alone. One that is
    ``dropped`` ends the way without a sale.
    """

    name: str
    label: str
    status: Status
    final: bool = False
    limit: Limit | None = None
    where: str = ""
    customer: str = ""
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class Owners:
    """Who may take a transition: whoever is in one of these. Nobody when all are empty.

    ``requester`` is the customer's side, ``rules`` are triggers, automations and sequences, ``anyone`` every agent who
    may work on tickets.
    """

    users: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    assignee: bool = False
    requester: bool = False
    rules: bool = False
    anyone: bool = False
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ", ".join(self.words) or "nobody"


@dataclass(frozen=True, slots=True)
class Transition:
    """The way to another state: ``sources`` are where it begins, empty for every state but its own (a common one).

    ``needs`` are form fields that must be filled, before or with it; ``comment`` is "", private or public.
    An ``automatic`` one is taken by itself as soon as its conditions hold, and not before ``after`` in the state;
    ``on_reply`` is taken by the customer's answer.
    """

    name: str
    label: str
    sources: frozenset[str]
    to: str
    who: Owners
    conditions: Conditions
    needs: tuple[str, ...] = ()
    comment: str = ""
    attachment: bool = False
    actions: tuple[Action, ...] = ()
    automatic: bool = False
    after: Duration | None = None
    on_reply: bool = False
    where: str = ""

    @property
    def common(self) -> bool:
        return not self.sources

    def leaves(self, state: str) -> bool:
        return state in self.sources if self.sources else state != self.to


@dataclass(frozen=True, slots=True)
class Blueprint:
    """The one way that tickets take which met its conditions, the first of the file's that does.

    ``digest`` names this version: tickets keep the one they entered. ``strict`` forbids people to change form fields
    and to answer the customer outside of a transition, except those in ``exempt``. ``limit`` is for the whole way.
    It ends for a ticket that comes to none of its ``departments``; without any it goes along wherever the ticket goes.
    """

    name: str
    label: str
    conditions: Conditions
    start: str
    states: Mapping[str, State]
    transitions: Mapping[str, Transition]
    departments: tuple[str, ...] = ()
    strict: bool = False
    exempt: Owners = Owners()
    limit: Limit | None = None
    schedule: Schedule = field(default_factory=lambda: always("UTC"))
    digest: str = ""
    where: str = ""

    def ends_in(self, department: str | None) -> bool:
        """Whether a ticket that comes to this department leaves."""
        return bool(self.departments) and department not in self.departments

    def shares(self) -> tuple[tuple[str, str], ...]:
        """Each state with the departments that own a transition from there: their people see the tickets there."""
        found = {(state, name) for state in self.states for t in self.from_state(state) for name in t.who.departments}
        return tuple(sorted(found))

    def drops(self) -> tuple[str, ...]:
        """The states in which the way ends without a sale."""
        return tuple(state.name for state in self.states.values() if state.dropped)

    def ways_out(self, state: str) -> str:
        """In words, what a person may do instead of what was refused, or what they wait for."""
        here, at = self.from_state(state), self.states[state].label if state in self.states else state
        if by_hand := [t.name for t in here if t.who.words]:
            return f"from {at!r} there are {', '.join(by_hand)}"
        others = ["the customer's answer"] if any(t.on_reply for t in here) else []
        others += ["what happens by itself"] if any(t.automatic for t in here) else []
        return f"{at!r} ends with {' or '.join(others)}" if others else f"nothing leads out of {at!r}"

    def from_state(self, state: str) -> tuple[Transition, ...]:
        """Those that begin there, in the order of the file."""
        return tuple(t for t in self.transitions.values() if t.leaves(state))
