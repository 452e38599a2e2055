"""Conditions, what they saw, and effects as people read them: labels of fields and options instead of their names."""

import re

from maild.domain.conditions import (
    And,
    Changed,
    Compare,
    Conditions,
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
    Verdict,
    leaves,
)
from maild.domain.terms import Kind, Term, Value, shown
from rules.model import Ruleset

_EARLIER = {"<": "is before", "<=": "is not after", ">": "is after", ">=": "is not before"}
_LESS = {"<": "is below", "<=": "is at most", ">": "is above", ">=": "is at least"}
_SAME = {"==": "is", "!=": "is not"}
_TAGGED = {"any": "have one of", "all": "have all of", "none": "have none of"}
_SET = re.compile(r"([a-z][a-z0-9_]*) (?:= (['\"])(.*)\2|cleared)", re.DOTALL)


def unmet(ruleset: Ruleset, conditions: Conditions, verdict: Verdict) -> str:
    """The condition that a miss was decided by, and what it saw; "" for a hit."""
    if verdict.hit or verdict.index is None:
        return ""
    seen = saw(ruleset, conditions, verdict.index, verdict.seen or "")
    return f"{asks(ruleset, conditions, verdict.index)} ({seen})"


def asks(ruleset: Ruleset, conditions: Conditions, index: int) -> str:
    """The condition at an index in words; for ``any`` all of them, as one of them is enough."""
    return " or ".join(_asks(ruleset, node) for node in _at(conditions, index))


def saw(ruleset: Ruleset, conditions: Conditions, index: int, seen: str) -> str:
    """What ``maild.domain.conditions`` says that a condition saw, "topic: empty", with labels: "Topic: empty"."""
    found, position = list[tuple[int, int, str, str]](), 0
    for name in dict.fromkeys(_name(leaf) for node in _at(conditions, index) for leaf in leaves(node)):
        begins = seen.find(f"{name}: ", position)
        if begins < 0:
            continue
        position = begins + len(name) + 2
        found.append((begins, position, name.removeprefix("was "), "was " if name.startswith("was ") else ""))
    ends = [begins for begins, *_ in found[1:]] + [len(seen)]
    told = (
        f"{was}{called(ruleset, name)}: {_values(ruleset, name, seen[start:end])}"
        for (_, start, name, was), end in zip(found, ends, strict=True)
    )
    return "".join(told) if found else seen


def effect(ruleset: Ruleset, text: str) -> str:
    """An effect as ``rules.describe`` words it, ``topic = 'repair'``, with labels: "Topic: Repair"."""
    found = _SET.fullmatch(text)
    if found is not None and found[1] in ruleset.fields:
        value = value_of(ruleset, found[1], found[3]) if found[2] else "cleared"
        return f"{called(ruleset, found[1])}: {value}"
    word, _, rest = text.partition(" ")
    return f"{word} {value_of(ruleset, word, rest)}" if word == "department" else text


def called(ruleset: Ruleset, name: str) -> str:
    """A term by its label: a field's own, else its words."""
    field = ruleset.fields.get(name)
    return field.label if field is not None and field.label else name.replace("_", " ").replace(".", " ")


def value_of(ruleset: Ruleset, name: str, text: str) -> str:
    """A value as it is shown: options and departments by their labels, flags as yes and no."""
    if name == "department":
        held = ruleset.departments.get(text)
        return held.label if held is not None else text
    field = ruleset.fields.get(name)
    if field is not None and field.options:
        labels = {option.id: option.label for option in field.options}
        return labels.get(text) or ", ".join(labels.get(part, part) for part in re.split(r"[ ,]+", text))
    return {"true": "yes", "false": "no"}.get(text, text)


def _at(conditions: Conditions, index: int) -> list[Node]:
    """The condition that an index of a verdict means; a missed ``any`` is that of its first."""
    several = conditions.any if index >= len(conditions.all) else (conditions.all[index],)
    return [condition.node for condition in several]


def _name(leaf: Leaf) -> str:
    if isinstance(leaf, Replied | Since):
        return "customer_reply" if isinstance(leaf, Replied) else leaf.stamp
    name = leaf.term.name.removeprefix("field.")
    return f"was {name}" if leaf.term.was and not isinstance(leaf, Changed) else name


def _values(ruleset: Ruleset, name: str, said: str) -> str:
    """A value, and for what changed the one before it; what divides it from the next is kept."""
    text = said.removesuffix(", ").removesuffix("; ")
    now, before, former = text.partition(", before ")
    told = value_of(ruleset, name, now) + (f"{before}{value_of(ruleset, name, former)}" if before else "")
    return told + said[len(text) :]


def _asks(ruleset: Ruleset, node: Node) -> str:
    match node:
        case And(parts):
            return " and ".join(_within(ruleset, part) for part in parts)
        case Or(parts):
            return " or ".join(_within(ruleset, part) for part in parts)
        case Not(part):
            return f"not ({_asks(ruleset, part)})"
        case Replied(stamp):
            return f"the customer has replied since it was {called(ruleset, stamp)}"
        case Since():
            ago = f"{'more than ' if node.strict else ''}{node.duration} ago" + ("" if node.strict else " or longer")
            return f"{called(ruleset, node.stamp)} was {ago if node.op == '>=' else f'less than {node.duration} ago'}"
    said = _leaf(ruleset, node)
    name = called(ruleset, node.term.name.removeprefix("field."))
    return f"{name} {_past(said) if node.term.was else said}"


def _within(ruleset: Ruleset, part: Node) -> str:
    said = _asks(ruleset, part)
    return f"({said})" if isinstance(part, And | Or) else said


def _leaf(ruleset: Ruleset, node: Leaf) -> str:
    match node:
        case Compare(term, op, value):
            order = _EARLIER if term.kind in (Kind.STATUS, Kind.DATE) else _LESS
            return f"{_SAME.get(op) or order[op]} {_shown(ruleset, term, value)}"
        case OneOf(term, values, negated):
            several = ", ".join(sorted(_shown(ruleset, term, value) for value in values))
            words = ("is not", "is none of") if negated else ("is", "is one of")
            return f"{words[len(values) > 1]} {several}"
        case Contains(_, needle, negated):
            return f"{'does not contain' if negated else 'contains'} '{needle}'"
        case Matches(_, pattern):
            return f"is like {pattern.source}"
        case Tagged(term, how, tags):
            return f"{_TAGGED[how]} {', '.join(sorted(value_of(ruleset, _plain(term), tag) for tag in tags))}"
        case Empty(_, negated):
            return "is filled" if negated else "is empty"
        case Truth():
            return "is yes"
        case Changed():
            return "has changed"
    raise AssertionError(node)


def _shown(ruleset: Ruleset, term: Term, value: Value) -> str:
    return value_of(ruleset, _plain(term), shown(value, term.kind))


def _plain(term: Term) -> str:
    return term.name.removeprefix("field.")


def _past(said: str) -> str:
    return re.sub(r"^(is|have)\b", lambda found: {"is": "was", "have": "had"}[found[0]], said)
