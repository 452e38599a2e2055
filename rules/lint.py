"""What is allowed in a rule file and still most likely a mistake: each as "file:line: what (hint)"."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import chain, combinations

from maild.domain.conditions import Changed, Conditions, Node, Not, Or, Replied, Since, Tagged, leaves, reads
from maild.domain.ticket import Status
from rules.contradict import contradiction, flattened
from rules.matrix import DEFAULT_CLASS, row
from rules.model import Action, Automation, Chain, Macro, Notify, Put, Ruleset, Tag, Trigger, View
from rules.timed import CLOSE

NO_PLACEHOLDERS: Mapping[str, Collection[str]] = {}


@dataclass(frozen=True, slots=True)
class Finding:
    where: str
    what: str
    hint: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} ({self.hint})" if self.hint else text


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
        _tags_nobody_sets(ruleset),
        _tags_hidden(ruleset),
        _ages(ruleset),
        _undoing(ruleset),
        _repeating(ruleset),
        _boundless(ruleset),
        _conflicts(ruleset),
        _idle_sequences(ruleset),
        _matrix(ruleset),
    )
    return list(dict.fromkeys(str(finding) for finding in findings))


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: str
    name: str
    where: str
    conditions: Conditions
    actions: tuple[Action, ...]

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r}"


def _rules(ruleset: Ruleset) -> Iterator[_Rule]:
    for t in ruleset.triggers:
        yield _Rule("trigger", t.name, t.where, t.conditions, t.actions)
    for a in ruleset.timed:
        yield _Rule("automation", a.name, a.where, a.conditions, a.actions)
    for m in ruleset.macros.values():
        yield _Rule("macro", m.name, m.where, m.conditions, m.actions)


def _everything(ruleset: Ruleset) -> Iterator[_Rule]:
    yield from _rules(ruleset)
    for v in ruleset.views.values():
        yield _Rule("view", v.name, v.where, v.conditions, ())


def letters_named(ruleset: Ruleset) -> Iterator[tuple[str, str]]:
    """Each letter a rule sends, and the rule's place."""
    for rule in _rules(ruleset):
        for action in rule.actions:
            if isinstance(action, Notify):
                yield action.template, rule.where


def _letters(ruleset: Ruleset, templates: Collection[str]) -> Iterator[Finding]:
    for template, where in letters_named(ruleset):
        if template not in templates:
            yield Finding(where, f"there is no letter {template!r}", _near(template, templates))


def _placeholders(ruleset: Ruleset, placeholders: Mapping[str, Collection[str]]) -> Iterator[Finding]:
    for template, where in letters_named(ruleset):
        for name in placeholders.get(template, ()):
            field = name.removeprefix("ticket.fields.")
            if field != name and field.split(".")[0] not in ruleset.fields:
                what = f"letter {template!r} asks for {name}, and there is no such field"
                yield Finding(where, what, _near(field, ruleset.fields))


def _never(ruleset: Ruleset) -> Iterator[Finding]:
    for rule in _everything(ruleset):
        if why := contradiction(rule.conditions):
            what = "never shows anything" if rule.kind == "view" else "never acts"
            yield Finding(rule.where, f"{rule} {what}: {why}")


def _tags_nobody_sets(ruleset: Ruleset) -> Iterator[Finding]:
    known = _tags_set(ruleset)
    for rule in _everything(ruleset):
        for node in flattened(rule.conditions.nodes()):
            for tags in _wanted(node):
                if tags.isdisjoint(known):
                    names = " or ".join(sorted(tags))
                    hint = _near(sorted(tags)[0], known) or "is it set by hand?"
                    yield Finding(rule.where, f"{rule} waits for the tag {names}, which no rule sets", hint)


def _tags_hidden(ruleset: Ruleset) -> Iterator[Finding]:
    """A tag that a rule sets to pass an order on, that no view asks for, and that a view leaves out on purpose."""
    asked = {
        tag
        for v in ruleset.views.values()
        for n in flattened(v.conditions.nodes())
        for tags in _wanted(n)
        for tag in tags
    }
    for view in ruleset.views.values():
        hidden = {tag for node in flattened(view.conditions.nodes()) for tag in _excluded(node)}
        for macro in ruleset.macros.values():
            for tag in sorted(_added(macro.actions) & hidden - asked):
                what = f"{tag} is set by macro {macro.name!r}, but no view shows it, and view {view.name!r} hides it"
                yield Finding(view.where, what, f"should {view.name!r} have tags any [{tag!r}]?")


def _ages(ruleset: Ruleset) -> Iterator[Finding]:
    """Views that share a clock should meet exactly: below n in one, from n on in the other."""
    for one, other in combinations(ruleset.views.values(), 2):
        for young, old in ((one, other), (other, one)):
            for below, above in ((b, a) for b in _bounds(young, "<") for a in _bounds(old, ">=")):
                if (below.stamp, below.duration.unit) != (above.stamp, above.duration.unit):
                    continue
                yield from _seam(young, old, below, above)


def _seam(young: View, old: View, below: Since, above: Since) -> Iterator[Finding]:
    end, start = (below.duration.amount, below.strict), (above.duration.amount, above.strict)
    unit = below.duration.unit.value
    if contradiction(_without_time(young), _without_time(old)) or abs(end[0] - start[0]) > max(1, end[0] / 10):
        return
    if end < start:
        at = (
            f"at exactly {end[0]:g}{unit}" if end[0] == start[0] else f"between {end[0]:g}{unit} and {start[0]:g}{unit}"
        )
        what = f"a ticket is neither in {young.name!r} nor in {old.name!r} {at} since {below.stamp}"
        yield Finding(old.where, what, f"use < {end[0]:g} in one and >= {end[0]:g} in the other")
    elif end > start:
        what = f"a ticket is in {young.name!r} and in {old.name!r} from {start[0]:g}{unit} on since {below.stamp}"
        yield Finding(old.where, what, f"use < {end[0]:g} in one and >= {end[0]:g} in the other")


def _without_time(view: View) -> Conditions:
    timeless = tuple(c for c in view.conditions.all if not any(isinstance(leaf, Since) for leaf in leaves(c.node)))
    return Conditions(timeless, view.conditions.any)


def _undoing(ruleset: Ruleset) -> Iterator[Finding]:
    for trigger in ruleset.triggers:
        if trigger.on <= {"created", "macro", "timer"} or any(_narrow(n) for n in trigger.conditions.nodes()):
            continue
        for action in trigger.actions:
            if isinstance(action, Put) and not action.default and not _asks_about(trigger, action.name):
                what = f"trigger {trigger.name!r} sets {action.name} again at every change, also over what a person set"
                yield Finding(trigger.where, what, 'on = "created", changed(...), or a condition it makes false')


def _narrow(node: Node) -> bool:
    asked = [leaf for leaf in leaves(node) if not isinstance(leaf, Since | Replied)]
    return any(isinstance(leaf, Changed) or leaf.term.of_event for leaf in asked)


def _timely(leaf: object) -> bool:
    return isinstance(leaf, Since | Replied)


def _asks_about(trigger: Trigger, name: str) -> bool:
    return bool({name, f"field.{name}"} & reads(*trigger.conditions.nodes()))


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
        nodes = flattened(automation.conditions.nodes())
        if all(all(_timely(leaf) for leaf in leaves(node)) for node in nodes):
            what = f"automation {automation.name!r} asks for a time only, so it meets solved tickets too"
            yield Finding(automation.where, what, 'add "status < solved"')


def _conflicts(ruleset: Ruleset) -> Iterator[Finding]:
    """Two triggers on one event that set the same thing to different values and may both fire."""
    for one, other in combinations(ruleset.triggers, 2):
        if not one.on & other.on:
            continue
        for name in _contested(one, other):
            if contradiction(one.conditions, other.conditions) is None:
                what = f"triggers {one.name!r} and {other.name!r} both set {name}, to different values; the later wins"
                yield Finding(other.where, what, "make their conditions exclude each other")


def _contested(one: Trigger, other: Trigger) -> Iterator[str]:
    first = {a.name: a.value.source for a in one.actions if isinstance(a, Put) and not a.default}
    second = {a.name: a.value.source for a in other.actions if isinstance(a, Put) and not a.default}
    yield from (name for name in first.keys() & second.keys() if first[name] != second[name])


def _idle_sequences(ruleset: Ruleset) -> Iterator[Finding]:
    started = {a.sequence for rule in _rules(ruleset) for a in rule.actions if isinstance(a, Chain) and a.start}
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


def _tags_set(ruleset: Ruleset) -> frozenset[str]:
    return frozenset(tag for rule in _rules(ruleset) for tag in _added(rule.actions))


def _added(actions: Collection[Action]) -> frozenset[str]:
    tags = [action.add | (action.replace or frozenset()) for action in actions if isinstance(action, Tag)]
    return frozenset(chain.from_iterable(tags))


def _wanted(node: Node) -> Iterator[frozenset[str]]:
    """Sets of ticket tags of which one at least must be there."""
    if isinstance(node, Tagged) and node.term.name == "tags" and node.how != "none":
        yield from [node.tags] if node.how == "any" else [frozenset({tag}) for tag in node.tags]
    elif isinstance(node, Or):
        parts = [list(_wanted(part)) for part in node.parts]
        if all(parts):
            yield frozenset(chain.from_iterable(tags for part in parts for tags in part))


def _excluded(node: Node) -> frozenset[str]:
    inner, positive = (node.part, False) if isinstance(node, Not) else (node, True)
    if isinstance(inner, Tagged) and inner.term.name == "tags" and (inner.how == "none") == positive:
        return inner.tags
    return frozenset()


def _bounds(view: View, op: str) -> list[Since]:
    return [node for node in flattened(view.conditions.nodes()) if isinstance(node, Since) and node.op == op]


def _near(word: str, known: Collection[str]) -> str:
    found = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"did you mean {found[0]}?" if found else ""
