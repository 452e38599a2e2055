"""The flow of tags and statuses as the rules make it, as a Mermaid flowchart; `rules.flow_picture` draws the same."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from zlib import crc32

from maild.domain.conditions import Compare, Conditions, Tagged
from maild.domain.revision import CANCELLATION, UNSEEN
from maild.domain.ticket import Status
from rules.contradict import flattened
from rules.model import Action, Put, Ruleset, Tag, slug
from rules.system import REOPENED_BY_A_REPLY


class Arrow(NamedTuple):
    """``sure`` is False where the rule takes a mark away if it happens to be there."""

    source: str
    target: str
    sure: bool = True


class Transition(NamedTuple):
    """A rule, the marks that it asks for, and those that it sets; ``kind`` is person, clock or "".

    ``also`` are those that it takes away without asking for them; where it asks for none they are its sources.
    """

    rule: str
    kind: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    also: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Apart from marks, and from a rule of another kind with the same name."""
        return f"rule {self.kind} {self.rule}"


def transitions(ruleset: Ruleset) -> tuple[Transition, ...]:
    """Every rule that sets or takes away a tag or a status, and what assigning and replies do to statuses."""
    found = [_transition(t.name, "", t.conditions, t.actions) for t in ruleset.triggers]
    found += [_transition(a.name, "clock", a.conditions, a.actions) for a in ruleset.timed]
    found += [_transition(m.label, "person", m.conditions, m.actions) for m in ruleset.macros.values()]
    return (*_SYSTEM, *(step for step in found if step.targets or step.sources))


def _of_status(*statuses: Status) -> tuple[str, ...]:
    return tuple(f"status {status.word}" for status in statuses)


_SYSTEM = (
    Transition("assigned to somebody", "", _of_status(Status.NEW), _of_status(Status.OPEN)),
    Transition("the customer replies", "", _of_status(*REOPENED_BY_A_REPLY), _of_status(Status.OPEN)),
    Transition("the customer revises the order", "", (), (f"tag {UNSEEN}",)),
    Transition("somebody looks at it (ticket seen)", "person", (f"tag {UNSEEN}",), ()),
    Transition("the customer wishes to cancel", "", (), (f"tag {CANCELLATION}",)),
)
"""What happens whatever the rules say."""


def arrows(steps: Iterable[Transition]) -> tuple[Arrow, ...]:
    """From what a rule asks for or takes away to the rule, and from the rule to what it sets."""
    found = []
    for step in steps:
        found += [Arrow(source, step.id) for source in step.sources]
        found += [Arrow(source, step.id, sure=False) for source in step.also]
        found += [Arrow(step.id, target) for target in step.targets]
    return tuple(dict.fromkeys(found))


def marks(steps: Iterable[Transition]) -> tuple[str, ...]:
    """Every tag and status that the steps touch."""
    return tuple(dict.fromkeys(mark for step in steps for mark in (*step.sources, *step.also, *step.targets)))


def mermaid(ruleset: Ruleset) -> str:
    """The arrows as text that Mermaid draws; statuses are rounded, tags are boxes, macros lean, the clock's are cut."""
    steps = transitions(ruleset)
    lines = [*(_mark(mark) for mark in marks(steps)), *(_rule(step) for step in steps)]
    lines += [f"{_name(a.source)} {'-->' if a.sure else '-.->'} {_name(a.target)}" for a in arrows(steps)]
    return "flowchart LR\n" + "".join(f"    {line}\n" for line in lines)


def _transition(rule: str, kind: str, conditions: Conditions, actions: tuple[Action, ...]) -> Transition:
    """Empty at both ends where the rule has nothing to do with tags and statuses."""
    targets = tuple(dict.fromkeys(_set(actions)))
    gone = tuple(f"tag {tag}" for action in actions if isinstance(action, Tag) for tag in sorted(action.remove))
    asked = tuple(dict.fromkeys(_asked(conditions))) if targets or gone else ()
    sources = tuple(mark for mark in asked or gone if mark not in targets)
    return Transition(rule, kind, sources, targets, tuple(mark for mark in gone if mark not in sources))


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


_SHAPES = {"person": ("[/", "/]"), "clock": ("{{", "}}"), "": ("[[", "]]")}


def _rule(step: Transition) -> str:
    left, right = _SHAPES[step.kind]
    return f"{_name(step.id)}{left}{_quoted(step.rule)}{right}"


def _mark(mark: str) -> str:
    word = mark.partition(" ")[2]
    return f"{_name(mark)}([{_quoted(word)}])" if mark.startswith("status ") else f"{_name(mark)}[{_quoted(word)}]"


def _name(node: str) -> str:
    """Letters, digits and _, another for each node: a sum tells apart what slug takes for one."""
    return f"{slug(node).replace('-', '_')}_{crc32(node.encode()):x}"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "#quot;") + '"'
