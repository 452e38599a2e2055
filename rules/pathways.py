"""What waits for time in a blueprint, as plain automations: limits with their levels, and transitions that come due."""

from collections.abc import Iterator
from dataclasses import replace

from maild.domain.calendars import Duration, Unit
from maild.domain.conditions import And, Compare, Condition, Conditions, Node, Not, Since, leaves
from maild.domain.terms import TERMS
from maild.domain.ticket import Snapshot
from rules.action_model import Go
from rules.blueprint_model import Blueprint, Limit, Transition
from rules.model import Automation, Ruleset

AT_ONCE = Duration(0, Unit.HOURS)


def automations_of(ruleset: Ruleset, ticket: Snapshot) -> tuple[Automation, ...]:
    """Those that a ticket may wait for: of the rule file, and of the version of the blueprint that it keeps."""
    if ticket.blueprint is None:
        return ruleset.timed
    return (*ruleset.timed, *ruleset.walking.get(ticket.blueprint.version, ()))


def knowing(ruleset: Ruleset, blueprint: Blueprint) -> Ruleset:
    """The ruleset with a version of a blueprint that a ticket keeps and the file no longer has."""
    return replace(
        ruleset,
        pinned={**ruleset.pinned, blueprint.digest: blueprint},
        walking={**ruleset.walking, blueprint.digest: paced(blueprint)},
    )


def paced(blueprint: Blueprint) -> tuple[Automation, ...]:
    """All of a blueprint's automations. They are asked for tickets of this very version only."""
    return tuple(_all(blueprint))


def _all(blueprint: Blueprint) -> Iterator[Automation]:
    under_way = Condition("the way has not ended", Not(Since("blueprint_completed", ">=", AT_ONCE, blueprint.schedule)))
    yield from _levels(blueprint.limit, f"blueprint.{blueprint.name}", "blueprint_entered", under_way, blueprint.where)
    for state in blueprint.states.values():
        here = Condition(f"state == '{state.name}'", Compare(TERMS["state"], "==", state.name))
        name = f"blueprint.{blueprint.name}.state.{state.name}"
        yield from _levels(state.limit, name, "state_entered", here, state.where)
    for transition in blueprint.transitions.values():
        if transition.automatic and _timed(transition):
            yield _by_itself(blueprint, transition)


def _levels(limit: Limit | None, name: str, stamp: str, here: Condition, where: str) -> Iterator[Automation]:
    for number, level in enumerate(limit.levels if limit else ()):
        assert limit is not None
        over = Condition(f"{level.after} since {stamp}", Since(stamp, ">=", level.after, limit.schedule))
        yield Automation(name, Conditions((here, over)), level.actions, step=number, where=where)


def _timed(transition: Transition) -> bool:
    return any(isinstance(leaf, Since) for node in transition.conditions.nodes() for leaf in leaves(node))


def _by_itself(blueprint: Blueprint, transition: Transition) -> Automation:
    """Wakes the ticket when the transition's conditions come true by the passing of time."""
    states = [state for state in blueprint.states if transition.leaves(state)]
    here: tuple[Node, ...] = tuple(Not(Compare(TERMS["state"], "==", state)) for state in states)
    source = Condition(f"state in [{', '.join(states)}]", Not(And(here)))
    conditions = Conditions((source, *transition.conditions.all), transition.conditions.any)
    name = named(blueprint, transition)
    return Automation(name, conditions, (Go(transition.name),), where=transition.where, later_only=True)


def named(blueprint: Blueprint, transition: Transition) -> str:
    """How traces, timers and letters call a transition."""
    return f"blueprint.{blueprint.name}.{transition.name}"
