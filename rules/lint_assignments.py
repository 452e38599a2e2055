"""Assignments that can never give anybody a ticket."""

from collections.abc import Iterator

from rules.departments import of_colleague
from rules.desk_model import Order
from rules.findings import Finding
from rules.model import Ruleset


def shadowed(ruleset: Ruleset) -> Iterator[Finding]:
    """One without conditions takes whatever comes to it: those behind it are asked of nothing."""
    before = None
    for rule in ruleset.assignments:
        if before is not None:
            what = f"assignment {rule.name!r} is never asked: {before.name!r} before it takes every ticket"
            yield Finding(rule.where, what, "give that one conditions, or put it last")
        elif not rule.conditions.nodes() and (rule.assignee or not rule.direct):
            before = rule


def unused_weights(ruleset: Ruleset) -> Iterator[Finding]:
    """Weights say who gets more of the turns; another order looks at none."""
    for rule in ruleset.assignments:
        if rule.weights and rule.order is not Order.WEIGHTED:
            what = f"assignment {rule.name!r}: weights count for nothing with order = {rule.order.value!r}"
            yield Finding(rule.where, what, f"write order = {Order.WEIGHTED.value!r}, or leave the weights out")


def without_room(ruleset: Ruleset) -> Iterator[Finding]:
    """Everybody is away by definition: nobody of it belongs to any department."""
    if not ruleset.departments:
        return
    for rule in ruleset.assignments:
        people = (ruleset.colleague(name) for name in rule.agents)
        homeless = [one.name for one in people if one is not None and not of_colleague(ruleset, one)]
        if homeless:
            what = f"assignment {rule.name!r}: {', '.join(homeless)} belongs to no department and gets no ticket of one"
            yield Finding(rule.where, what, "list them under users of a [[department]]")
