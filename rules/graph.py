"""The flow of tags and statuses as the rules make it, as a Mermaid flowchart."""

from collections.abc import Iterator
from typing import NamedTuple

from maild.domain.conditions import Compare, Conditions, Tagged
from maild.domain.ticket import Status
from rules.contradict import flattened
from rules.model import Action, Put, Ruleset, Tag, slug
from rules.system import REOPENED_BY_A_REPLY

START = "start"


class Edge(NamedTuple):
    """A rule leads from one mark of a ticket to another: "tag open_order", "status solved", or "start"."""

    source: str
    target: str
    rule: str


class Transition(NamedTuple):
    """A rule, the marks that it takes away or asks for, and those that it sets; ``kind`` is person, clock or ""."""

    rule: str
    kind: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]


def transitions(ruleset: Ruleset) -> tuple[Transition, ...]:
    """Every rule that sets or takes away a tag or a status, and what assigning and replies do to statuses."""
    found = [_transition(t.name, "", t.conditions, t.actions) for t in ruleset.triggers]
    found += [_transition(a.name, "clock", a.conditions, a.actions) for a in ruleset.timed]
    found += [_transition(m.label, "person", m.conditions, m.actions) for m in ruleset.macros.values()]
    moved = [step for step in found if step.targets or step.sources]
    used = {mark for step in moved for mark in (*step.sources, *step.targets)}
    waiting = [f"status {s.word}" for s in REOPENED_BY_A_REPLY if f"status {s.word}" in used]
    opened = f"status {Status.OPEN.word}"
    system = [Transition("assigned to somebody", "", (f"status {Status.NEW.word}",), (opened,))]
    system += [Transition("the customer replies", "", tuple(waiting), (opened,))] if waiting else []
    return (*system, *moved)


def edges(ruleset: Ruleset) -> tuple[Edge, ...]:
    """What each rule sets, seen from what it takes away or asks for; from the start where it asks for nothing."""
    found = [
        Edge(source, target, step.rule)
        for step in transitions(ruleset)
        for target in step.targets
        for source in step.sources or (START,)
        if source != target
    ]
    return tuple(dict.fromkeys(found))


def mermaid(ruleset: Ruleset) -> str:
    """The edges as text that Mermaid draws; statuses are rounded, tags are boxes."""
    drawn = edges(ruleset)
    marks = dict.fromkeys(mark for edge in drawn for mark in (edge.source, edge.target))
    lines = ["flowchart LR", *(f"    {_node(mark)}" for mark in marks)]
    lines += [f"    {_id(e.source)} -->|{_quoted(e.rule)}| {_id(e.target)}" for e in drawn]
    return "\n".join(lines) + "\n"


def _transition(rule: str, kind: str, conditions: Conditions, actions: tuple[Action, ...]) -> Transition:
    """Empty at both ends where the rule has nothing to do with tags and statuses."""
    targets = tuple(dict.fromkeys(_set(actions)))
    gone = tuple(f"tag {tag}" for action in actions if isinstance(action, Tag) for tag in sorted(action.remove))
    asked = tuple(dict.fromkeys(_asked(conditions))) if targets else ()
    sources = tuple(mark for mark in gone or asked if mark not in targets)
    return Transition(rule, kind, sources, targets)


def _set(actions: tuple[Action, ...]) -> Iterator[str]:
    for action in actions:
        if isinstance(action, Tag):
            yield from (f"tag {tag}" for tag in sorted(action.add | (action.replace or frozenset())))
        elif isinstance(action, Put) and action.name == "status" and not action.value.names:
            yield f"status {action.value.source}"


def _asked(conditions: Conditions) -> Iterator[str]:
    for node in flattened(conditions.nodes()):
        if isinstance(node, Tagged) and node.how != "none" and node.term.name == "tags":
            yield from (f"tag {tag}" for tag in sorted(node.tags))
        elif isinstance(node, Compare) and node.term.name == "status" and node.op == "==":
            yield f"status {Status(int(str(node.value))).word}"


def _node(mark: str) -> str:
    word = mark.partition(" ")[2] or mark
    return f"{_id(mark)}([{_quoted(word)}])" if not mark.startswith("tag ") else f"{_id(mark)}[{_quoted(word)}]"


def _id(mark: str) -> str:
    return slug(mark).replace("-", "_")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "#quot;") + '"'
