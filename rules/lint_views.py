"""Lint of views and of the tags that carry orders from one view to the next."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain, permutations

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
    spans = [span for view in ruleset.views.values() for span in _spans(view)]
    for young, old in permutations(spans, 2):
        if young.view.name == old.view.name or young.clock != old.clock or young.end is None or old.start is None:
            continue
        if contradiction(_without_time(young.view), _without_time(old.view)):
            continue
        near_by = abs(young.end[0] - old.start[0]) <= max(1, young.end[0] / 10)
        if near_by or _shared(young.view, old.view):
            yield from _seam(young, old, spans)


@dataclass(frozen=True, slots=True)
class _Span:
    """The ages that a view shows, by one clock: amounts, and whether a start is left out or an end included."""

    view: View
    clock: tuple[str, str, str]
    start: tuple[float, bool] | None
    end: tuple[float, bool] | None


def _spans(view: View) -> Iterator[_Span]:
    """One for each clock that the view looks at."""
    bounds: dict[tuple[str, str, str], list[Since]] = {}
    for node in flattened(
        view.conditions.nodes() if not view.conditions.any else [c.node for c in view.conditions.all]
    ):
        if isinstance(node, Since):
            bounds.setdefault((node.stamp, node.duration.unit.value, node.schedule.name), []).append(node)
    for clock, nodes in bounds.items():
        starts = [(node.duration.amount, node.strict) for node in nodes if node.op == ">="]
        ends = [(node.duration.amount, node.strict) for node in nodes if node.op == "<"]
        yield _Span(view, clock, max(starts, default=None), min(ends, default=None))


def _seam(young: _Span, old: _Span, spans: Collection[_Span]) -> Iterator[Finding]:
    assert young.end is not None and old.start is not None
    end, start, (stamp, unit, _) = young.end, old.start, young.clock
    hint = f"use < {end[0]:g} in one and >= {end[0]:g} in the other"
    if end < start and not any(_bridges(span, young, old) for span in spans):
        at = (
            f"at exactly {end[0]:g}{unit}" if end[0] == start[0] else f"between {end[0]:g}{unit} and {start[0]:g}{unit}"
        )
        what = f"a ticket is neither in {young.view.name!r} nor in {old.view.name!r} {at} since {stamp}"
        yield Finding(old.view.where, what, hint)
    elif end > start and not _inside(young, old) and not _inside(old, young):
        until = f"from {start[0]:g}{unit} to {end[0]:g}{unit}" if end[0] > start[0] else f"at exactly {end[0]:g}{unit}"
        what = f"a ticket is in {young.view.name!r} and in {old.view.name!r} {until} since {stamp}"
        yield Finding(old.view.where, what, hint)


_EVER = (float("inf"), False)


def _bridges(span: _Span, young: _Span, old: _Span) -> bool:
    """Whether a third view shows some of what lies between two; where it ends too early, it has a seam of its own."""
    if span.clock != young.clock or contradiction(_without_time(span.view), _without_time(young.view)):
        return False
    return (span.start or (0.0, False)) < (old.start or _EVER) and (span.end or _EVER) > (young.end or _EVER)


def _inside(one: _Span, other: _Span) -> bool:
    return (one.start or (0.0, False)) >= (other.start or (0.0, False)) and (one.end or _EVER) <= (other.end or _EVER)


def _shared(one: View, other: View) -> bool:
    """Whether two views divide the same orders between them: they ask for the same tag, or for all the same."""
    tags = [{tag for node in _timeless(view) for wanted in _wanted(node) for tag in wanted} for view in (one, other)]
    return bool(tags[0] & tags[1]) or _sources(one) == _sources(other)


def _timeless(view: View) -> list[Node]:
    return list(flattened(_without_time(view).nodes()))


def _sources(view: View) -> set[str]:
    return {condition.source for condition in _without_time(view).all}


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
