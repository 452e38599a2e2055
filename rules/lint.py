"""What is allowed in a rule file and still most likely a mistake: each as "file:line: what (hint)"."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain, combinations, pairwise

from maild.domain.calendars import add
from maild.domain.condition_nodes import And, Leaf, Not, Or
from maild.domain.conditions import (
    Changed,
    Compare,
    Conditions,
    Node,
    Replied,
    Since,
    leaves,
    reads,
)
from maild.domain.ticket import Status
from rules import lint_assignments, lint_blueprint, lint_departments, lint_views
from rules.contradict import contradiction, inwards, left_behind
from rules.findings import Finding, everything, letters_named, near, rules_of
from rules.matrix import DEFAULT_CLASS, row
from rules.model import Action, Automation, Chain, Macro, Put, Ruleset, Tag, Trigger
from rules.timed import CLOSE

NO_PLACEHOLDERS: Mapping[str, Collection[str]] = {}


def lint(
    ruleset: Ruleset, templates: Collection[str], placeholders: Mapping[str, Collection[str]] = NO_PLACEHOLDERS
) -> list[str]:
    """Every doubt, in the order of the checks.

    ``templates`` are the letters there are; ``placeholders`` lists, for each of them, the names it uses
    ("ticket.fields.po_number"), where known.
    """
    findings = chain(
        _letters(ruleset, templates),
        _placeholders(ruleset, placeholders),
        _never(ruleset),
        lint_views.tags_nobody_sets(ruleset),
        lint_views.tags_hidden(ruleset),
        lint_views.out_of_sight(ruleset),
        lint_views.ages(ruleset),
        _undoing(ruleset),
        _repeating(ruleset),
        _boundless(ruleset),
        _conflicts(ruleset),
        _cycles(ruleset),
        _idle_sequences(ruleset),
        _disordered(ruleset),
        _at_once(ruleset),
        _namesakes(ruleset),
        _matrix(ruleset),
        lint_blueprint.doubts(ruleset),
        lint_assignments.shadowed(ruleset),
        lint_assignments.without_room(ruleset),
        lint_assignments.unused_weights(ruleset),
        lint_departments.tasks_out_of_sight(ruleset),
    )
    return list(dict.fromkeys(str(finding) for finding in findings))


def _letters(ruleset: Ruleset, templates: Collection[str]) -> Iterator[Finding]:
    for template, where in letters_named(ruleset):
        if template not in templates:
            yield Finding(where, f"there is no letter {template!r}", near(template, templates))


def _placeholders(ruleset: Ruleset, placeholders: Mapping[str, Collection[str]]) -> Iterator[Finding]:
    for template, where in letters_named(ruleset):
        for name in placeholders.get(template, ()):
            field = name.removeprefix("ticket.fields.")
            if field != name and field.split(".")[0] not in ruleset.fields:
                what = f"letter {template!r} asks for {name}, and there is no such field"
                yield Finding(where, what, near(field, ruleset.fields))


def _never(ruleset: Ruleset) -> Iterator[Finding]:
    for rule in everything(ruleset):
        if why := contradiction(rule.conditions):
            what = "never shows anything" if rule.kind == "view" else "never acts"
            yield Finding(rule.where, f"{rule} {what}: {why}")


def _undoing(ruleset: Ruleset) -> Iterator[Finding]:
    for trigger in ruleset.triggers:
        if trigger.on <= {"created", "macro", "timer"} or _every_way(trigger.conditions, _narrow):
            continue
        for action in trigger.actions:
            if isinstance(action, Put) and not action.default and not _ends(trigger.conditions, action):
                what = f"trigger {trigger.name!r} sets {action.name} again at every change, also over what a person set"
                yield Finding(trigger.where, what, 'on = "created", changed(...), or a condition it makes false')


def _narrow(leaf: Leaf) -> bool:
    return not isinstance(leaf, Since | Replied) and (isinstance(leaf, Changed) or leaf.term.of_event)


def _timely(leaf: Leaf) -> bool:
    return isinstance(leaf, Since | Replied)


def _ends(conditions: Conditions, action: Put) -> bool:
    """Whether it asks about what it sets, other than for being different: that would undo every other value."""
    names = {action.name, f"field.{action.name}"}

    def asks(leaf: Leaf) -> bool:
        different = isinstance(leaf, Compare) and leaf.op == "!="
        return not isinstance(leaf, Since | Replied) and leaf.term.name in names and not different

    return _every_way(conditions, asks)


def _every_way(conditions: Conditions, says: Callable[[Leaf], bool]) -> bool:
    """Whether the conditions cannot hold without a leaf of this sort: in each alternative there is one."""
    ways = [c.node for c in conditions.any]
    return any(_needs(c.node, says) for c in conditions.all) or (bool(ways) and all(_needs(w, says) for w in ways))


def _needs(node: Node, says: Callable[[Leaf], bool]) -> bool:
    match inwards(node):
        case Or(parts):
            return all(_needs(part, says) for part in parts)
        case And(parts):
            return any(_needs(part, says) for part in parts)
        case Not(part):
            return _needs(part, says)
        case leaf:
            return says(leaf)


def _repeating(ruleset: Ruleset) -> Iterator[Finding]:
    for automation in ruleset.automations:
        if automation.every is not None and automation.most is None and not _ends_itself(automation):
            what = f"automation {automation.name!r} repeats for ever: nothing it does ends it"
            yield Finding(automation.where, what, "max = 3, or an action that makes a condition false")


def _ends_itself(automation: Automation) -> bool:
    asked = reads(*automation.conditions.nodes())
    changed = {name for action in automation.actions for name in _writes(action)}
    return bool(asked & changed)


def _writes(action: Action) -> frozenset[str]:
    if isinstance(action, Put):
        return frozenset({action.name, f"field.{action.name}"})
    return frozenset({"tags"}) if isinstance(action, Tag) else frozenset()


def _boundless(ruleset: Ruleset) -> Iterator[Finding]:
    for automation in ruleset.automations:
        if not _every_way(automation.conditions, lambda leaf: not _timely(leaf)):
            what = f"automation {automation.name!r} asks for a time only, so it meets solved tickets too"
            yield Finding(automation.where, what, 'add "status < solved"')


def _at_once(ruleset: Ruleset) -> Iterator[Finding]:
    """Automations that wait for no time: they ask for a time that has not passed yet, or for something else instead."""
    for automation in ruleset.automations:
        if not _every_way(automation.conditions, _passing):
            below = not any(_passing(leaf) for node in automation.conditions.nodes() for leaf in leaves(node))
            how = "below which it acts" if below else "beside another condition in an or"
            what = f"automation {automation.name!r} may act at once: its time is one {how}"
            yield Finding(automation.where, what, "hours_since(...) >= 24 under all, or make it a trigger")


def _passing(leaf: Leaf) -> bool:
    return isinstance(leaf, Since) and leaf.op == ">="


def _disordered(ruleset: Ruleset) -> Iterator[Finding]:
    """All steps of a sequence count from its start, so they are written in the order in which they come."""
    for sequence in ruleset.sequences.values():
        for one, other in pairwise(sequence.steps):
            first, second = (add(sequence.schedule, _MONDAY, step.after) for step in (one, other))
            if first is not None and second is not None and second < first:
                what = (
                    f"sequence {sequence.name!r}: the step after {other.after} comes before the one after {one.after}"
                )
                yield Finding(
                    sequence.where, what, "each step counts from the start of the sequence, not from the last"
                )


_MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
"""Of a common week, to compare spans by."""


def _namesakes(ruleset: Ruleset) -> Iterator[Finding]:
    """Macros with one short name: on a command line and in a mail it means neither."""
    for one, other in combinations(ruleset.macros.values(), 2):
        if one.key == other.key:
            what = (
                f"macros {one.name!r} and {other.name!r} are both called {one.key} for short, so neither answers to it"
            )
            yield Finding(other.where, what, "their whole names always work; or call one otherwise")


def _conflicts(ruleset: Ruleset) -> Iterator[Finding]:
    """Two triggers on one event that set the same thing to different values and may both fire."""
    for one, other in combinations(ruleset.triggers, 2):
        if not one.on & other.on:
            continue
        for name in _contested(one, other):
            if contradiction(one.conditions, other.conditions) is None:
                what = f"triggers {one.name!r} and {other.name!r} both set {name}, to different values; the later wins"
                yield Finding(other.where, what, "make their conditions exclude each other")


def _cycles(ruleset: Ruleset) -> Iterator[Finding]:
    """Two triggers of which each makes true what the other asks for, and undoes what it did."""
    left = {trigger.name: left_behind(ruleset, trigger.actions) for trigger in ruleset.triggers}
    for one, other in combinations(ruleset.triggers, 2):
        if not one.on & other.on or contradiction(left[one.name], left[other.name]) is None:
            continue
        led = _leads_to(one, left[one.name], other) and _leads_to(other, left[other.name], one)
        if led and contradiction(one.conditions, other.conditions):
            what = f"triggers {one.name!r} and {other.name!r} undo each other, once at every event"
            yield Finding(other.where, what, "let one of them ask for changed(...)")


def _leads_to(one: Trigger, left: Conditions, other: Trigger) -> bool:
    """What the one writes is read by the other, and lets it act."""
    written = {name for action in one.actions for name in _writes(action)}
    return bool(written & reads(*other.conditions.nodes())) and contradiction(other.conditions, left) is None


def _contested(one: Trigger, other: Trigger) -> Iterator[str]:
    first = {a.name: a.value.source for a in one.actions if isinstance(a, Put) and not a.default}
    second = {a.name: a.value.source for a in other.actions if isinstance(a, Put) and not a.default}
    yield from (name for name in first.keys() & second.keys() if first[name] != second[name])


def _idle_sequences(ruleset: Ruleset) -> Iterator[Finding]:
    started = {a.sequence for rule in rules_of(ruleset) for a in rule.actions if isinstance(a, Chain) and a.start}
    for sequence in ruleset.sequences.values():
        if sequence.since is None and sequence.name not in started:
            what = f"sequence {sequence.name!r} is never started"
            yield Finding(sequence.where, what, f'a rule with start = "{sequence.name}", or since = "status_changed"')


def _matrix(ruleset: Ruleset) -> Iterator[Finding]:
    for (order_class, role, status), followers in ruleset.matrix.rows.items():
        if not followers and status is not Status.CLOSED:
            yield Finding("", f"matrix {order_class}: {status.word} has no way out for {role}")
    free: list[Trigger | Automation | Macro] = [*ruleset.triggers, *ruleset.automations, *ruleset.macros.values()]
    for rule in free:
        if rule.outside_matrix:
            yield Finding(rule.where, f"{rule.name!r} works outside the status matrix")
        elif rule.name != CLOSE:
            yield from _impossible_steps(ruleset, rule)


def _impossible_steps(ruleset: Ruleset, rule: Trigger | Automation | Macro) -> Iterator[Finding]:
    """A status that a rule sets and that may follow no other, in any order class."""
    role = "agent" if isinstance(rule, Macro) else "rule"
    for action in rule.actions:
        if not isinstance(action, Put) or action.name != "status" or action.value.names:
            continue
        to = Status.parse(action.value.source)
        before = [s for s in Status if s not in (to, Status.CLOSED)]
        rows = [row(ruleset.matrix, c, role, s) for c in (*ruleset.forms, DEFAULT_CLASS) for s in before]
        if not any(followers is None or to in followers for followers in rows):
            yield Finding(rule.where, f"{rule.name!r} sets {to.word}, which the matrix lets follow nothing")
