"""The nodes of conditions: what each of them asks, and its answer for a scene.

Two values only: a comparison with an empty value is false, and the negations (``!=``, ``not in``, ``none``, ``not``) of
what is false are true. A term with many values (order lines) meets a comparison when one of them does; its negations
say that none does. Texts compare exactly; ``contains`` ignores case. A compiler to SQL owes the same answers.
"""

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TypeAlias

from maild.domain.calendars import Duration, Schedule, latest_start, midnight, threshold
from maild.domain.patterns import Pattern
from maild.domain.terms import STAMPS, Kind, Scene, Term, Value, day, read
from maild.domain.ticket import Snapshot

LONGEST_TEXT = 100_000
"""Characters of a text that a condition looks at: many rules over one huge mail stay quick."""

_TICK = timedelta(microseconds=1)
_COMPARE: dict[str, tuple[Callable[..., bool], bool]] = {
    "==": (operator.eq, False),
    "!=": (operator.eq, True),
    "<": (operator.lt, False),
    "<=": (operator.le, False),
    ">": (operator.gt, False),
    ">=": (operator.ge, False),
}
"""How an operator compares, and whether its answer is turned round."""


@dataclass(frozen=True, slots=True)
class Compare:
    """``term op value``: ==, != for all kinds; <, <=, >, >= where values have an order (statuses by rank)."""

    term: Term
    op: str
    value: Value

    def holds(self, scene: Scene) -> bool:
        seen = read(self.term, scene)
        compare, negated = _COMPARE[self.op]
        if isinstance(seen, tuple):
            return any(one is not None and compare(one, self.value) for one in seen) != negated
        return (seen is not None and compare(seen, self.value)) != negated


@dataclass(frozen=True, slots=True)
class OneOf:
    """``term in [...]``, or ``not in``."""

    term: Term
    values: frozenset[Value]
    negated: bool = False

    def holds(self, scene: Scene) -> bool:
        seen = read(self.term, scene)
        found = not self.values.isdisjoint(seen) if isinstance(seen, tuple) else seen in self.values
        return found != self.negated


@lru_cache(maxsize=16)
def lowered(text: str) -> str:
    """Kept for a while: many rules ask about the same mail."""
    return text[:LONGEST_TEXT].lower()


@dataclass(frozen=True, slots=True)
class Contains:
    """A text holds another, upper or lower case alike; ``needle`` is in lower case. Only LONGEST_TEXT of it is read."""

    term: Term
    needle: str
    negated: bool = False

    def holds(self, scene: Scene) -> bool:
        value = read(self.term, scene)
        if isinstance(value, str):
            return (self.needle in lowered(value)) != self.negated
        return any(self.needle in lowered(text) for text in _texts(self.term, scene)) != self.negated


@dataclass(frozen=True, slots=True)
class Matches:
    """A text fits a pattern somewhere, in linear time whatever the text is. There is no SQL for it: not for views."""

    term: Term
    pattern: Pattern

    def holds(self, scene: Scene) -> bool:
        return any(self.pattern.search(text) for text in _texts(self.term, scene))


@dataclass(frozen=True, slots=True)
class Tagged:
    """``how`` is any, all or none of ``tags``."""

    term: Term
    how: str
    tags: frozenset[str]

    def holds(self, scene: Scene) -> bool:
        seen = read(self.term, scene) or frozenset()
        if not isinstance(seen, frozenset):
            return False
        if self.how == "all":
            return self.tags <= seen
        return self.tags.isdisjoint(seen) == (self.how == "none")


@dataclass(frozen=True, slots=True)
class Empty:
    term: Term
    negated: bool = False

    def holds(self, scene: Scene) -> bool:
        return (read(self.term, scene) in (None, "", (), frozenset())) != self.negated


@dataclass(frozen=True, slots=True)
class Truth:
    """A flag is set; empty is not set."""

    term: Term

    def holds(self, scene: Scene) -> bool:
        return read(self.term, scene) is True


@dataclass(frozen=True, slots=True)
class Changed:
    """The event, or a rule it set off, changed the value."""

    term: Term

    def holds(self, scene: Scene) -> bool:
        return read(self.term, scene) != read(replace(self.term, was=True), scene)


@dataclass(frozen=True, slots=True)
class Replied:
    """The customer has answered since the stamp."""

    stamp: str

    def holds(self, scene: Scene) -> bool:
        since, reply = scene.ticket.stamp(self.stamp), scene.ticket.stamp("customer_reply")
        return since is not None and reply is not None and reply > since


@dataclass(frozen=True, slots=True)
class Since:
    """How long ago a stamp (or the local midnight that begins a date field) is, against a duration.

    ``op`` is >= or <; ``strict`` makes them > and <=, one microsecond later. Never having happened is false for both.
    """

    stamp: str
    op: str
    duration: Duration
    schedule: Schedule
    strict: bool = False

    def holds(self, scene: Scene) -> bool:
        start = self.start(scene.ticket)
        if start is None:
            return False
        due = self.due(scene.ticket)
        return (due is not None and scene.ticket.now >= due) == (self.op == ">=")

    def start(self, ticket: Snapshot) -> datetime | None:
        if self.stamp in STAMPS:
            return ticket.stamp(self.stamp)
        date = day(ticket.value(self.stamp) or "")
        try:
            return midnight(self.schedule, date) if date else None
        except OverflowError:
            return None

    def due(self, ticket: Snapshot) -> datetime | None:
        """The instant at which the answer turns; None if it never does."""
        start = self.start(ticket)
        try:
            due = threshold(self.schedule, start, self.duration) if start else None
            return due + _TICK if due and self.strict else due
        except OverflowError:
            return None

    def limit(self, now: datetime) -> datetime:
        """The latest stamp that is old enough at ``now``: >= holds for stamps up to it, < for later ones."""
        return latest_start(self.schedule, now - _TICK if self.strict else now, self.duration)


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"

    def holds(self, scene: Scene) -> bool:
        return not self.part.holds(scene)


@dataclass(frozen=True, slots=True)
class And:
    parts: "tuple[Node, ...]"

    def holds(self, scene: Scene) -> bool:
        return all(part.holds(scene) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    parts: "tuple[Node, ...]"

    def holds(self, scene: Scene) -> bool:
        return any(part.holds(scene) for part in self.parts)


Leaf: TypeAlias = Compare | OneOf | Contains | Matches | Tagged | Empty | Truth | Changed | Replied | Since
Node: TypeAlias = Leaf | Not | And | Or


def leaves(node: Node) -> Iterator[Leaf]:
    """The tests inside a condition, left to right."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)
        case _:
            yield node


def _texts(term: Term, scene: Scene) -> tuple[str, ...]:
    value = read(term, scene)
    several = value if isinstance(value, tuple) else (value,)
    return tuple(text for text in several if isinstance(text, str))


TEXTUAL = (Kind.TEXT, Kind.OPTION)
ORDERED = (Kind.STATUS, Kind.PRIORITY, Kind.NUMBER, Kind.DATE)
