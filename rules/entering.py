"""How a ticket comes into a blueprint, from one version of it to another, and out of it."""

from collections.abc import Mapping

from maild.domain.effects import AdoptVersion, Effect, EnterBlueprint, LeaveBlueprint, SetDepartment, SetStatus
from maild.domain.people import Actor
from maild.domain.ticket import Snapshot, Status
from rules.blueprint import due
from rules.blueprint_model import Blueprint
from rules.departments import label
from rules.findings import near
from rules.matrix import role_of
from rules.model import Ruleset
from rules.project import project


def entered(blueprint: Blueprint, ticket: Snapshot) -> list[Effect] | str:
    """The effects of coming in, or why a ticket whose criteria hold cannot."""
    start = blueprint.states[blueprint.start]
    if start.status is Status.NEW and ticket.status is not Status.NEW:
        return f"it begins as new, the ticket is {ticket.status.word}, and nothing goes back to new"
    whole, limit = due(blueprint.limit, ticket.now), due(start.limit, ticket.now)
    enters = EnterBlueprint(blueprint.name, blueprint.digest, start.name, whole, limit, start.final)
    return [enters, SetStatus(start.status)]


def left(ruleset: Ruleset, ticket: Snapshot) -> LeaveBlueprint | None:
    """What a ticket does that has come to another department: a blueprint belongs to those that it names."""
    blueprint = ruleset.blueprint_of(ticket)
    return LeaveBlueprint(blueprint.name) if blueprint is not None and blueprint.ends_in(ticket.department) else None


def settled(ruleset: Ruleset, ticket: Snapshot, effect: Effect) -> Snapshot:
    """The ticket as an effect leaves it, with what the effect means for its blueprint."""
    after = project(ticket, effect)
    leaves = left(ruleset, after) if isinstance(effect, SetDepartment) else None
    return project(after, leaves) if leaves else after


def may_migrate(ruleset: Ruleset, actor: Actor) -> str | None:
    """Why somebody may not take tickets over to another version; None when they may."""
    if role_of(ruleset, actor) in ("lead", "admin"):
        return None
    return f"{actor.name} is no lead, and only leads and admins take tickets over to another version"


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
    if fresh.ends_in(ticket.department):
        here, there = label(ruleset, ticket.department), ", ".join(label(ruleset, name) for name in fresh.departments)
        return f"blueprint {fresh.label} is for {there} today, and the ticket is with {here}; move it there first"
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
