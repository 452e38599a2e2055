"""Lint of views and of the tags that carry orders from one view to the next."""

from collections.abc import Collection, Iterator
from itertools import chain, combinations

from maild.domain.conditions import Conditions, Node, Not, Or, Since, Tagged, leaves
from maild.domain.revision import CANCELLATION, UNSEEN
from maild.domain.ticket import Status
from rules.contradict import contradiction, flattened, left_behind
from rules.findings import Finding, everything, near, rules_of
from rules.model import Action, Ruleset, Tag, View


def tags_nobody_sets(ruleset: Ruleset) -> Iterator[Finding]:
    known = _tags_set(ruleset)
    for rule in everything(ruleset):
        for node in flattened(rule.conditions.nodes()):
            for tags in _wanted(node):
                if tags.isdisjoint(known):
                    names = " or ".join(sorted(tags))
                    hint = near(sorted(tags)[0], known) or "is it set by hand?"
                    yield Finding(rule.where, f"{rule} waits for the tag {names}, which no rule sets", hint)


def tags_hidden(ruleset: Ruleset) -> Iterator[Finding]:
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


def out_of_sight(ruleset: Ruleset) -> Iterator[Finding]:
    """A macro after which an order with work left is in no view."""
    for macro in ruleset.macros.values() if ruleset.views else ():
        marks = left_behind(ruleset, macro.actions, Status.SOLVED)
        if not contradiction(marks) and all(contradiction(v.conditions, marks) for v in ruleset.views.values()):
            yield Finding(
                macro.where, f"after macro {macro.name!r} an order is in no view", "no view shows its new tags"
            )


def ages(ruleset: Ruleset) -> Iterator[Finding]:
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


BUILT_IN = frozenset({UNSEEN, CANCELLATION})
"""Tags that system rules add."""


def _tags_set(ruleset: Ruleset) -> frozenset[str]:
    return BUILT_IN | {tag for rule in rules_of(ruleset) for tag in _added(rule.actions)}


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
