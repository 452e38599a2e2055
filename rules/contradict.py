"""Whether conditions can ever hold together, as far as that can be read off them without a ticket."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from maild.domain.calendars import Unit
from maild.domain.condition_tokens import Token, literal
from maild.domain.conditions import (
    And,
    Compare,
    Condition,
    Conditions,
    Contains,
    Empty,
    Node,
    Not,
    OneOf,
    Or,
    Since,
    Tagged,
    Truth,
)
from maild.domain.terms import PRIORITIES, TERMS, Kind, Term, Value
from maild.domain.ticket import Status
from rules.fields import term as field_term
from rules.model import Action, Put, Ruleset, Tag

MOST_CHOICES = 64
"""Combinations of alternatives that are tried; where there are more, nothing is said."""


def contradiction(*several: Conditions) -> str | None:
    """Why these conditions never hold all at once; None when nothing speaks against it."""
    nodes: list[Node] = [c.node for conditions in several for c in conditions.all]
    nodes += [Or(tuple(c.node for c in conditions.any)) for conditions in several if conditions.any]
    return _clash(nodes, MOST_CHOICES)


def left_behind(ruleset: Ruleset, actions: Iterable[Action], below: Status | None = None) -> Conditions:
    """What is certain of a ticket after these actions, as conditions; ``below`` adds that its status is below one."""
    added, removed, nodes = frozenset[str](), frozenset[str](), list[Node]()
    if below is not None:
        nodes.append(Compare(TERMS["status"], "<", int(below)))
    for action in actions:
        if isinstance(action, Tag):
            added = (added - action.remove) | action.add | (action.replace or frozenset())
            removed = (removed | action.remove) - added
        elif isinstance(action, Put) and not action.default and not action.value.names:
            nodes.append(_is(ruleset, action.name, action.value.source))
    tags = TERMS["tags"]
    nodes += [Tagged(tags, "all", added), Tagged(tags, "none", removed)]
    return Conditions(tuple(Condition("", node) for node in nodes))


def _is(ruleset: Ruleset, name: str, word: str) -> Node:
    term = TERMS[name] if name not in ruleset.fields else field_term(ruleset.fields[name])
    value = literal(term.kind, Token("number" if term.kind is Kind.NUMBER else "text", word, 0)) if word else None
    return Empty(term) if value is None else Compare(term, "==", value)


def flattened(nodes: Iterable[Node]) -> Iterator[Node]:
    """The parts that must all hold, negations drawn inwards."""
    for node in map(inwards, nodes):
        if isinstance(node, And):
            yield from flattened(node.parts)
        else:
            yield node


def inwards(node: Node) -> Node:
    """A negation drawn one step inwards, where it can be."""
    match node:
        case Not(Not(part)):
            return inwards(part)
        case Not(Or(parts)):
            return And(tuple(Not(part) for part in parts))
        case Not(And(parts)):
            return Or(tuple(Not(part) for part in parts))
    return node


def _clash(nodes: Iterable[Node], budget: int) -> str | None:
    """One alternative after the other; each of them must clash with all the rest."""
    parts = list(flattened(nodes))
    choices = [part for part in parts if isinstance(part, Or)]
    sure = [part for part in parts if not isinstance(part, Or)]
    if why := _plain_clash(sure):
        return why
    if not choices or budget < len(choices[0].parts):
        return None
    first, *others = choices
    clashes = [_clash([*sure, *others, part], budget // len(first.parts)) for part in first.parts]
    return clashes[0] if all(clashes) else None


def _plain_clash(nodes: Iterable[Node]) -> str | None:
    facts = _Facts()
    for node in nodes:
        if why := facts.learn(node):
            return why
    return facts.tags_clash()


Bound = tuple[Decimal | date | int, bool]
"""A value, and whether it is itself left out (below, for a lower bound) or included (for an upper one)."""


@dataclass(slots=True)
class _Facts:
    """What is known so far, by name of term."""

    among: dict[str, frozenset[Value]] = field(default_factory=dict)
    never: dict[str, frozenset[Value]] = field(default_factory=dict)
    flags: dict[str, bool] = field(default_factory=dict)
    empty: dict[str, bool] = field(default_factory=dict)
    some: dict[str, list[frozenset[str]]] = field(default_factory=dict)
    none: dict[str, frozenset[str]] = field(default_factory=dict)
    least: dict[str, Bound] = field(default_factory=dict)
    most: dict[str, Bound] = field(default_factory=dict)

    def learn(self, node: Node, positive: bool = True) -> str | None:
        match node:
            case Not(part):
                return self.learn(part, not positive)
            case Compare(term, op, value) if not term.many:
                return self._compare(term, op, value) if positive else self._not(term, op, value)
            case OneOf(term, values, negated) if not term.many:
                return self._one_of(_key(term), values, negated == positive)
            case Truth(term):
                return self._note(self.flags, _key(term), positive, "is both true and false")
            case Empty(term, negated):
                return self._note(self.empty, _key(term), negated != positive, "is both empty and not")
            case Tagged(term, how, tags):
                return self._tagged(_key(term), how, tags, positive)
            case Since() if positive or node.stamp in _ALWAYS:
                return self._since(node, positive)
            case Contains() | Since():
                return self._note(self.flags, repr(node), positive, "is both true and false")
        return None

    def _compare(self, term: Term, op: str, value: Value) -> str | None:
        key = _key(term)
        if op == "!=":
            return self._one_of(key, frozenset({value}), True)
        if op == "==":
            return self._one_of(key, frozenset({value}), False)
        if term.kind in _RANKED:
            return self._one_of(key, frozenset(r for r in _RANKED[term.kind] if _fits(r, op, value)), False)
        if self.empty.get(key):
            return f"{key} is empty and has a value"
        return self._bounded(key, op, value) if isinstance(value, Decimal | date | int) else None

    def _not(self, term: Term, op: str, value: Value) -> str | None:
        """What is empty is neither below nor above a value, so only where nothing is empty does one follow."""
        if op in ("==", "!=") or term.kind in _RANKED:
            return self._compare(term, _OPPOSITE[op], value)
        return None

    def _bounded(self, key: str, op: str, value: Decimal | date | int) -> str | None:
        """``least`` and ``most`` as pairs sort like the instants and numbers that they let through."""
        if op in (">", ">="):
            self.least[key] = max(self.least.get(key, (value, op == ">")), (value, op == ">"))
        else:
            self.most[key] = min(self.most.get(key, (value, op == "<=")), (value, op == "<="))
        return self._outside(key)

    def _outside(self, key: str) -> str | None:
        least, most = self.least.get(key), self.most.get(key)
        if least is not None and most is not None and least >= most:
            return f"{key} is {'above' if least[1] else 'at least'} {_said(least)} and {_upper(most)} {_said(most)}"
        values = self.among.get(key)
        if values is not None and not any(_between(value, least, most) for value in values):
            return f"no {key} fits"
        return None

    def _one_of(self, key: str, values: frozenset[Value], negated: bool) -> str | None:
        if negated:
            self.never[key] = self.never.get(key, frozenset()) | values
        else:
            self.among[key] = self.among.get(key, values) & values
        if key in self.among and not self.among[key] - self.never.get(key, frozenset()):
            return f"no {key} fits"
        if self.empty.get(key) and key in self.among:
            return f"{key} is empty and has a value"
        return self._outside(key)

    def _note(self, known: dict[str, bool], key: str, value: bool, why: str) -> str | None:
        if known.setdefault(key, value) != value:
            return f"{key} {why}"
        held = key in self.among or key in self.least or key in self.most
        return f"{key} is empty and has a value" if known is self.empty and value and held else None

    def _tagged(self, key: str, how: str, tags: frozenset[str], positive: bool) -> str | None:
        if how == "all" and not positive:
            return None
        if (how == "none") == positive:
            self.none[key] = self.none.get(key, frozenset()) | tags
        else:
            wanted = [frozenset({tag}) for tag in tags] if how == "all" else [tags]
            self.some.setdefault(key, []).extend(wanted)
        return None

    def tags_clash(self) -> str | None:
        for key, wanted in self.some.items():
            for tags in wanted:
                if tags <= self.none.get(key, frozenset()):
                    return f"{key} need {' or '.join(sorted(tags))} and exclude it"
        return None

    def _since(self, node: Since, positive: bool) -> str | None:
        word = {(">=", False): ">=", (">=", True): ">", ("<", False): "<", ("<", True): "<="}[node.op, node.strict]
        unit, business = node.duration.unit, node.duration.unit in (Unit.BUSINESS_HOURS, Unit.BUSINESS_DAYS)
        key = f"the time since {node.stamp} in {_UNITS[unit]}{f' of {node.schedule.name}' if business else ''}"
        return self._bounded(key, word if positive else _OPPOSITE[word], Decimal(repr(node.duration.amount)))


def _between(value: Value, least: Bound | None, most: Bound | None) -> bool:
    if not isinstance(value, Decimal | date | int):
        return True
    return (least is None or least <= (value, False)) and (most is None or (value, False) < most)


def _said(bound: Bound) -> str:
    return f"{bound[0].normalize():f}" if isinstance(bound[0], Decimal) else str(bound[0])


def _upper(bound: Bound) -> str:
    return "at most" if bound[1] else "below"


_UNITS = {
    Unit.HOURS: "hours",
    Unit.DAYS: "days",
    Unit.MONTHS: "months",
    Unit.BUSINESS_HOURS: "working hours",
    Unit.BUSINESS_DAYS: "working days",
}
_ALWAYS = ("created", "updated", "status_changed")
"""Stamps of every ticket: what never happened is neither long ago nor lately."""
_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_RANKED = {Kind.STATUS: tuple(int(s) for s in Status), Kind.PRIORITY: tuple(range(len(PRIORITIES)))}


def _fits(rank: int, op: str, value: Value) -> bool:
    limit = int(str(value))
    return {"<": rank < limit, "<=": rank <= limit, ">": rank > limit, ">=": rank >= limit}[op]


def _key(term: Term) -> str:
    name = term.name.removeprefix("field.")
    return f"was {name}" if term.was else name
