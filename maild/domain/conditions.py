"""Conditions as data: lists of lines with one meaning each, their predicate over a scene and the reason of its answer.

The nodes, and what they mean for empty and for many values, are in ``maild.domain.condition_nodes``; the text that
people write is read by ``maild.domain.condition_syntax``.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from maild.domain.condition_nodes import (
    ORDERED,
    TEXTUAL,
    And,
    Changed,
    Compare,
    Contains,
    Empty,
    Leaf,
    Matches,
    Node,
    Not,
    OneOf,
    Or,
    Replied,
    Since,
    Tagged,
    Truth,
    leaves,
)
from maild.domain.terms import STAMPS, Scene, quiet, read
from maild.domain.ticket import Snapshot
from maild.domain.values import shown

__all__ = [
    "HIT",
    "ORDERED",
    "OWN_WORDS",
    "TEXTUAL",
    "And",
    "Changed",
    "Compare",
    "Condition",
    "Conditions",
    "Contains",
    "Empty",
    "Leaf",
    "Matches",
    "Node",
    "Not",
    "OneOf",
    "Or",
    "Replied",
    "Since",
    "Tagged",
    "Truth",
    "Verdict",
    "first_true",
    "leaves",
    "reads",
    "seen",
]

_JOINTS = (And, Or, Not)
_TIMED = (Since, Replied)
_PASSING = (*_JOINTS, Since)  # what may read differently by the passing of time alone
OWN_WORDS = (*_JOINTS, *_TIMED, Changed)


@dataclass(frozen=True, slots=True)
class Condition:
    """One line: its source as written and its meaning."""

    source: str
    node: Node


@dataclass(frozen=True, slots=True)
class Verdict:
    """``index`` of the condition that decided a miss, counted from 0 over all, then any, and what it ``seen``."""

    hit: bool
    index: int | None = None
    seen: str | None = None


HIT = Verdict(True)


@dataclass(frozen=True, slots=True)
class Conditions:
    """Every one of ``all`` and, unless it is empty, one of ``any``."""

    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()

    def hold(self, scene: Scene) -> bool:
        return self.failing(scene) is None

    def failing(self, scene: Scene, known: dict[str, bool] | None = None) -> int | None:
        """The index of the condition that decides a miss, None for a hit; for a missed ``any`` that of its first.

        ``known`` gathers what lines say of this very scene, for whoever asks many rules of one file.
        """
        if known is None:
            known = {}
        for index, condition in enumerate(self.all):
            held = known.get(condition.source) if condition.source else None
            if held is None:
                held = known[condition.source] = condition.node.holds(scene)
            if not held:
                return index
        if not self.any:
            return None
        for condition in self.any:
            if condition.node.holds(scene):
                return None
        return len(self.all)

    def seen_at(self, index: int, scene: Scene, known: dict[tuple[str, bool], str] | None = None) -> str:
        """What the condition at the index saw; for ``any``, what all of its conditions saw.

        ``known`` gathers by term what conditions saw of this very scene, for whoever asks many of them.
        """
        if index < len(self.all):
            node = self.all[index].node
            if known is None or isinstance(node, OWN_WORDS):
                return seen(node, scene)
            key = (node.term.name, node.term.was)
            if key not in known:
                known[key] = seen(node, scene)
            return known[key]
        return "; ".join(dict.fromkeys(seen(condition.node, scene) for condition in self.any))

    def check(self, scene: Scene) -> Verdict:
        """As `hold`, with the reason of a miss."""
        index = self.failing(scene)
        return HIT if index is None else Verdict(False, index, self.seen_at(index, scene))

    def nodes(self) -> tuple[Node, ...]:
        return tuple(c.node for c in (*self.all, *self.any))

    def source(self, index: int) -> str:
        return (*self.all, *self.any)[index].source


def reads(*nodes: Node) -> frozenset[str]:
    """The names of the terms and stamps the answers depend on, apart from the passing of time."""
    names: set[str] = set()
    for node in nodes:
        for leaf in leaves(node):
            if isinstance(leaf, Replied):
                names |= {leaf.stamp, "customer_reply"}
            elif isinstance(leaf, Since):
                names.add(leaf.stamp if leaf.stamp in STAMPS else f"field.{leaf.stamp}")
            else:
                names.add(leaf.term.name)
    return frozenset(names)


def first_true(conditions: Conditions, ticket: Snapshot) -> datetime | None:
    """The first instant from ``ticket.now`` on at which the conditions hold if only time passes; None for never.

    Between the instants at which a time condition turns nothing changes, so only these need a look.
    """
    now = quiet(ticket)
    if not all(isinstance(one.node, _PASSING) or one.node.holds(now) for one in conditions.all):
        return None  # most wait for something that no passing of time brings
    turns = {ticket.now}
    for node in conditions.nodes():
        for leaf in leaves(node):
            if isinstance(leaf, Since) and (due := leaf.due(ticket)) is not None and due > ticket.now:
                turns.add(due)
    for instant in sorted(turns):
        if conditions.hold(now if instant == ticket.now else quiet(replace(ticket, now=instant))):
            return instant
    return None


def seen(node: Node, scene: Scene) -> str:
    """What a condition saw, as "term: value", each term once."""
    if not isinstance(node, _JOINTS):
        return _seen(node, scene)
    return ", ".join(dict.fromkeys(_seen(leaf, scene) for leaf in leaves(node)))


def _seen(leaf: Leaf, scene: Scene) -> str:
    if isinstance(leaf, _TIMED):
        return _seen_time(leaf, scene)
    term = leaf.term
    name = term.name.removeprefix("field.")
    value = shown(read(term, scene), term.kind)
    if isinstance(leaf, Changed):
        return f"{name}: {value}, before {shown(read(replace(term, was=True), scene), term.kind)}"
    return f"was {name}: {value}" if term.was else f"{name}: {value}"


def _seen_time(leaf: Since | Replied, scene: Scene) -> str:
    if isinstance(leaf, Replied):
        reply = scene.ticket.stamp("customer_reply")
        return f"customer_reply: {reply:%Y-%m-%d %H:%M:%S}Z" if reply else "customer_reply: never"
    start, due = leaf.start(scene.ticket), leaf.due(scene.ticket)
    turns = f", {leaf.duration} reached {due:%Y-%m-%d %H:%M:%S}Z" if due else ""
    return f"{leaf.stamp}: {start:%Y-%m-%d %H:%M:%S}Z{turns}" if start else f"{leaf.stamp}: never"
