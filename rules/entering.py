"""How a ticket comes into a blueprint, and from one version of it to another."""

from collections.abc import Mapping

from maild.domain.effects import AdoptVersion, Effect, EnterBlueprint, SetStatus
from maild.domain.ticket import Snapshot, Status
from rules.blueprint import due
from rules.blueprint_model import Blueprint
from rules.findings import near
from rules.model import Ruleset


def entered(blueprint: Blueprint, ticket: Snapshot) -> list[Effect] | str:
    """The effects of coming in, or why a ticket whose criteria hold cannot."""
    start = blueprint.states[blueprint.start]
    if start.status is Status.NEW and ticket.status is not Status.NEW:
        return f"it begins as new, the ticket is {ticket.status.word}, and nothing goes back to new"
    whole, limit = due(blueprint.limit, ticket.now), due(start.limit, ticket.now)
    enters = EnterBlueprint(blueprint.name, blueprint.digest, start.name, whole, limit, start.final)
    return [enters, SetStatus(start.status)]


def adopted(ruleset: Ruleset, ticket: Snapshot, states: Mapping[str, str]) -> list[Effect] | str:
    """What takes a ticket over to its blueprint of today, or why not. ``states`` maps states that are gone."""
    if ticket.blueprint is None:
        return "the ticket is in no blueprint"
    held = ticket.blueprint
    fresh = ruleset.blueprints.get(held.blueprint)
    if fresh is None:
        return f"there is no blueprint {held.blueprint!r} any more; the ticket ends as it began"
    if fresh.digest == held.version:
        return "the ticket keeps today's version already"
    to = states.get(held.state, held.state)
    state = fresh.states.get(to)
    if state is None:
        hint = near(to, list(fresh.states)) or f"one of {', '.join(fresh.states)}"
        return (
            f"blueprint {fresh.label} has no state {to!r} today; say which takes its place: {held.state}=... ({hint})"
        )
    since = ticket.stamp("state_entered") if to == held.state else None
    began = ticket.stamp("blueprint_entered") or ticket.now
    limits = due(fresh.limit, began), due(state.limit, since or ticket.now)
    return [AdoptVersion(fresh.digest, state.name, *limits, state.final), SetStatus(state.status)]
