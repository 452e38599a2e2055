"""The flow of tags and statuses as the rules make it, as a Mermaid flowchart."""

from collections.abc import Iterator
from typing import NamedTuple

from maild.domain.conditions import Compare, Conditions, Tagged
from maild.domain.ticket import Status
from rules.contradict import flattened
from rules.model import Action, Put, Ruleset, Tag, slug

START = "start"


class Edge(NamedTuple):
    """A rule leads from one mark of a ticket to another: "tag open_order", "status solved", or "start"."""

    source: str
    target: str
    rule: str


def edges(ruleset: Ruleset) -> tuple[Edge, ...]:
    """What each rule sets, seen from what it takes away or asks for; from the start where it asks for nothing."""
    found: list[Edge] = []
    for trigger in ruleset.triggers:
        found += _of(trigger.name, trigger.conditions, trigger.actions)
    for automation in ruleset.timed:
        found += _of(automation.name, automation.conditions, automation.actions)
    for macro in ruleset.macros.values():
        found += _of(macro.label, macro.conditions, macro.actions)
    return tuple(dict.fromkeys(found))


def mermaid(ruleset: Ruleset) -> str:
    """The edges as text that Mermaid draws; statuses are rounded, tags are boxes."""
    drawn = edges(ruleset)
    marks = dict.fromkeys(mark for edge in drawn for mark in (edge.source, edge.target))
    lines = ["flowchart LR", *(f"    {_node(mark)}" for mark in marks)]
    lines += [f"    {_id(e.source)} -->|{_quoted(e.rule)}| {_id(e.target)}" for e in drawn]
    return "\n".join(lines) + "\n"


def _of(rule: str, conditions: Conditions, actions: tuple[Action, ...]) -> Iterator[Edge]:
    targets = list(_set(actions))
    gone = [f"tag {tag}" for action in actions if isinstance(action, Tag) for tag in sorted(action.remove)]
    sources = gone or list(_asked(conditions)) or [START]
    for target in targets:
        yield from (Edge(source, target, rule) for source in sources if source != target)


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
