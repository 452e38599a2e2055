"""Whether conditions can ever hold together, as far as that can be read off them without a ticket."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from maild.domain.condition_tokens import Token, literal
from maild.domain.conditions import (
    And,
    Compare,
    Condition,
    Conditions,
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


def contradiction(*several: Conditions) -> str | None:
    """Why these conditions never hold all at once; None when nothing speaks against it."""
    every = [c.node for conditions in several for c in conditions.all]
    fixed = _clash(every)
    if fixed:
        return fixed
    for conditions in several:
        clashes = [_clash([*every, c.node]) for c in conditions.any]
        if clashes and all(clashes):
            return clashes[0]
    return None


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
    """The parts that must all hold."""
    for node in nodes:
        if isinstance(node, And):
            yield from flattened(node.parts)
        else:
            yield node


def _clash(nodes: Iterable[Node]) -> str | None:
    facts, choices = _Facts(), list[Or]()
    for node in flattened(nodes):
        if isinstance(node, Or):
            choices.append(node)
        elif why := facts.learn(node):
            return why
    if why := facts.tags_clash():
        return why
    for choice in choices:
        others = [n for n in flattened(nodes) if n is not choice and not isinstance(n, Or)]
        clashes = [_clash([*others, part]) for part in choice.parts]
        if all(clashes):
            return clashes[0]
    return None


@dataclass(slots=True)
class _Facts:
    """What is known so far, by name of term."""

    among: dict[str, frozenset[Value]] = field(default_factory=dict)
    never: dict[str, frozenset[Value]] = field(default_factory=dict)
    flags: dict[str, bool] = field(default_factory=dict)
    empty: dict[str, bool] = field(default_factory=dict)
    some: dict[str, list[frozenset[str]]] = field(default_factory=dict)
    none: dict[str, frozenset[str]] = field(default_factory=dict)
    least: dict[str, float] = field(default_factory=dict)
    most: dict[str, float] = field(default_factory=dict)

    def learn(self, node: Node, positive: bool = True) -> str | None:
        match node:
            case Not(part):
                return self.learn(part, not positive)
            case Compare(term, op, value) if not term.many:
                return self._compare(term, op if positive else _OPPOSITE[op], value)
            case OneOf(term, values, negated) if not term.many:
                return self._one_of(_key(term), values, negated == positive)
            case Truth(term):
                return self._note(self.flags, _key(term), positive, "is both true and false")
            case Empty(term, negated):
                return self._note(self.empty, _key(term), negated != positive, "is both empty and not")
            case Tagged(term, how, tags):
                return self._tagged(_key(term), how, tags, positive)
            case Since():
                return self._since(node, node.op if positive else {">=": "<", "<": ">="}[node.op])
        return None

    def _compare(self, term: Term, op: str, value: Value) -> str | None:
        key = _key(term)
        if op not in ("==", "!=") and term.kind not in _RANKED:
            return None
        if op == "!=":
            return self._one_of(key, frozenset({value}), True)
        fits = frozenset({value}) if op == "==" else frozenset(r for r in _RANKED[term.kind] if _fits(r, op, value))
        return self._one_of(key, fits, False)

    def _one_of(self, key: str, values: frozenset[Value], negated: bool) -> str | None:
        if negated:
            self.never[key] = self.never.get(key, frozenset()) | values
        else:
            self.among[key] = self.among.get(key, values) & values
        if key in self.among and not self.among[key] - self.never.get(key, frozenset()):
            return f"no {key} fits"
        if self.empty.get(key) and key in self.among:
            return f"{key} is empty and has a value"
        return None

    def _note(self, known: dict[str, bool], key: str, value: bool, why: str) -> str | None:
        if known.setdefault(key, value) != value:
            return f"{key} {why}"
        return f"{key} is empty and has a value" if known is self.empty and value and key in self.among else None

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

    def _since(self, node: Since, op: str) -> str | None:
        key = f"{node.stamp} in {node.duration.unit.value}"
        if op == ">=":
            self.least[key] = max(self.least.get(key, 0), node.duration.amount)
        else:
            self.most[key] = min(self.most.get(key, node.duration.amount), node.duration.amount)
        if key in self.most and self.least.get(key, 0) >= self.most[key] and not node.strict:
            return f"the time since {key} is below {self.most[key]:g} and at least {self.least[key]:g}"
        return None


_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_RANKED = {Kind.STATUS: tuple(int(s) for s in Status), Kind.PRIORITY: tuple(range(len(PRIORITIES)))}


def _fits(rank: int, op: str, value: Value) -> bool:
    limit = int(str(value))
    return {"<": rank < limit, "<=": rank <= limit, ">": rank > limit, ">=": rank >= limit}[op]


def _key(term: Term) -> str:
    name = term.name.removeprefix("field.")
    return f"was {name}" if term.was else name
