"""How the desk is divided as values: departments, how work is handed out, templates of tickets typed by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from maild.domain.conditions import Conditions


@dataclass(frozen=True, slots=True)
class Department:
    """A part of the desk with people, forms and words of its own.

    Mail to ``addresses`` begins here. ``groups`` and ``users`` belong to it: only they see and work its tickets, and
    admins. ``forms`` are those it uses, all where it names none; ``options`` are what it offers of a field's;
    ``statuses`` are its own labels. ``moves`` are the departments its tickets may go to, None for any.
    """

    name: str
    label: str
    addresses: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    schedule: str | None = None
    statuses: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    moves: tuple[str, ...] | None = None
    where: str = ""


class Order(StrEnum):
    """In which order an assignment chooses among those who have room."""

    LEAST_LOADED = "least_loaded"
    ROTATE = "rotate"
    WEIGHTED = "weighted"


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who gets a ticket that has nobody.

    A direct one names the ``assignee`` or (and then the next assignments are asked too) the ``group``. Another chooses
    among ``agents`` in the ``order`` given: those with room under their cap (None: without bound), on line unless
    ``offline``. Open work that ``counts`` holds counts. ``alert`` hears once when nobody can take it.
    A ticket without a group comes to ``home``, one of the ``groups`` or that of all its people: its lead is the lead.
    """

    name: str
    conditions: Conditions
    assignee: str | None = None
    group: str | None = None
    groups: tuple[str, ...] = ()
    home: str | None = None
    agents: tuple[str, ...] = ()
    order: Order = Order.LEAST_LOADED
    weights: Mapping[str, int] = field(default_factory=dict)
    cap: int | None = None
    caps: Mapping[str, int] = field(default_factory=dict)
    counts: Conditions = field(default_factory=Conditions)
    offline: bool = False
    alert: tuple[str, ...] = ("lead",)
    template: str = "notify_lead"
    where: str = ""

    @property
    def direct(self) -> bool:
        return not self.agents

    def cap_of(self, agent: str) -> int | None:
        return self.caps.get(agent, self.cap)


@dataclass(frozen=True, slots=True)
class TicketTemplate:
    """What a ticket typed by hand begins with: ``values`` as an edit has them, for members of ``groups`` (or all).

    ``address`` is the order address it belongs to, "" for the department's own or the desk's first.
    """

    name: str
    label: str
    values: tuple[tuple[str, str], ...] = ()
    address: str = ""
    groups: tuple[str, ...] = ()
    where: str = ""
