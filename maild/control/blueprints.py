"""Blueprints in an operator's hands: which there are and in which versions, their pictures, and taking tickets over."""

import secrets
from collections.abc import Collection, Iterable, Iterator

from maild.control.at_hand import somebody
from maild.control.operation import Operation, Request, Row
from maild.control.visibility import no_ticket
from maild.domain.events import MigrationAsked
from maild.errors import DataError, NotPermitted, UsageError
from maild.store import stands, tickets
from maild.store.tx import Tx
from pipeline import desk as door
from pipeline.furniture import Desk
from pipeline.pinned import in_force, version
from rules import triggers
from rules.blueprint_model import Blueprint, Limit, Transition
from rules.blueprint_picture import mermaid, picture
from rules.describe import words
from rules.entering import may_migrate
from rules.findings import near

BATCH = 200


def list_blueprints(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Those of the rules in force, and versions that tickets entered, with the tickets that stand there."""
    entered = stands.versions(tx, request.hidden)
    known = {row["digest"] for row in entered}
    for blueprint in desk.ruleset.blueprints.values():
        if blueprint.digest not in known:
            yield _version(blueprint.name, blueprint, blueprint.digest, None, 0, today=True)
    for row in entered:
        current = desk.ruleset.blueprints.get(row["name"])
        today = current is not None and current.digest == row["digest"]
        found = current if today else version(tx, row["name"], row["digest"])
        yield _version(row["name"], found, row["digest"], row["number"], int(row["tickets"]), today=today)


def _version(
    name: str, blueprint: Blueprint | None, digest: str, number: int | None, count: int, *, today: bool
) -> Row:
    return {
        "name": name,
        "label": blueprint.label if blueprint else name,
        "version": number,
        "digest": digest,
        "today": today,
        "states": len(blueprint.states) if blueprint else None,
        "transitions": len(blueprint.transitions) if blueprint else None,
        "tickets": count,
        "where": blueprint.where if blueprint else "",
    }


def show(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Its states with their limits and how many tickets stand in each, then its transitions."""
    blueprint = _named(desk, request.text("name"))
    live = stands.counts(tx, blueprint.name, request.hidden)
    for state in blueprint.states.values():
        yield {
            "kind": "state",
            "name": state.name,
            "label": state.label,
            "status": state.status.word,
            "start": state.name == blueprint.start,
            "final": state.final,
            "limit": _limit(state.limit),
            "tickets": live.pop(state.name, 0),
            "where": state.where,
        }
    for name, count in live.items():  # of older versions
        yield {"kind": "state", "name": name, "label": name, "status": None, "gone": True, "tickets": count}
    for transition in blueprint.transitions.values():
        yield _transition(transition)


def _transition(transition: Transition) -> Row:
    asks = [*transition.needs, *(["comment"] if transition.comment else [])]
    return {
        "kind": "transition",
        "name": transition.name,
        "label": transition.label,
        "from": sorted(transition.sources) or ["any"],
        "to": transition.to,
        "who": str(transition.who),
        "conditions": [condition.source for condition in (*transition.conditions.all, *transition.conditions.any)],
        "needs": [*asks, *(["attachment"] if transition.attachment else [])],
        "by": "time" if transition.automatic else "reply" if transition.on_reply else "hand",
        "where": transition.where,
    }


def _limit(limit: Limit | None) -> str | None:
    return None if limit is None else str(limit.after)


def graph(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """The picture, as SVG or as Mermaid text; ``live`` says how many tickets stand in each state."""
    blueprint = _named(desk, request.text("name"))
    live = stands.counts(tx, blueprint.name, request.hidden) if request.arguments.get("live") else None
    if request.optional("form") == "svg":
        return [{"svg": picture(blueprint, live)}]
    return [{"mermaid": mermaid(blueprint, live)}]


def rehearse(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """What migrating would do to each ticket of an older version; the last row tells where to go on."""
    event = _migration(tx, desk, request)
    numbers, last = _older(tx, desk, request)
    for number in numbers:
        ticket = tickets.snapshot(tx, number)
        outcome = triggers.run(in_force(tx, desk, ticket), ticket, event)
        effects = [words(planned.effect) for planned in outcome.effects]
        yield {"ticket": number, "effects": effects, "refused": [] if effects else list(outcome.asked)}
    yield {"after": last}


def migrate(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Take tickets over to the version of today; one that cannot stays as it is, with the reason."""
    event = _migration(tx, desk, request)
    numbers, last = _older(tx, desk, request)
    for number in numbers:
        outcome = door.handle(tx, desk, number, event, f"hand:{secrets.token_hex(8)}")
        assert outcome is not None  # the key is fresh
        effects = [words(planned.effect) for planned in outcome.effects]
        yield {"ticket": number, "effects": effects, "refused": [] if effects else list(outcome.asked)}
    yield {"after": last}


def _migration(tx: Tx, desk: Desk, request: Request) -> MigrationAsked:
    """What is asked for; refused as a whole to who may not, and where a state that it names is none."""
    blueprint, who = _named(desk, request.text("name")), somebody(desk, request)
    if why := may_migrate(desk.ruleset, who):
        raise NotPermitted(why, "--as one of them")
    states = tuple((str(old), str(new)) for old, new in request.arguments.get("states") or ())
    if states:
        before = dict.fromkeys(name for found in _versions(tx, blueprint) for name in found.states)
        for old, new in states:
            _demand_state(old, before, f"no version of blueprint {blueprint.name} has a state {old!r}")
            _demand_state(new, blueprint.states, f"blueprint {blueprint.name} has no state {new!r} today")
    return MigrationAsked(who, states)


def _versions(tx: Tx, blueprint: Blueprint) -> Iterator[Blueprint]:
    """That of today, and those that tickets entered."""
    yield blueprint
    for row in stands.versions(tx):
        found = version(tx, row["name"], row["digest"]) if row["name"] == blueprint.name else None
        if found is not None:
            yield found


def _demand_state(name: str, known: Collection[str], why: str) -> None:
    if name not in known:
        there = f"there are {', '.join(known)}"
        guess = near(name, list(known))
        raise UsageError(why, f"{guess} {there}" if guess else there)


def _older(tx: Tx, desk: Desk, request: Request) -> tuple[list[int], int | None]:
    """The next tickets that keep another version than today's, or the one that was named."""
    blueprint = _named(desk, request.text("name"))
    only = request.arguments.get("ticket")
    if only is not None:
        if not tickets.exists(tx, int(only)):
            raise no_ticket(int(only))
        stand = tickets.snapshot(tx, int(only)).blueprint
        if stand is None or stand.blueprint != blueprint.name:
            raise DataError(f"ticket {only} is not in blueprint {blueprint.name}")
        return [int(only)], None
    after = int(request.arguments.get("after") or 0)
    found = stands.tickets_in(tx, blueprint.name, blueprint.digest, after, BATCH, request.hidden)
    return found, found[-1] if len(found) == BATCH else None


def _named(desk: Desk, name: str) -> Blueprint:
    known = desk.ruleset.blueprints
    if name not in known:
        hint = near(name, list(known)) or (f"there are {', '.join(known)}" if known else "the rules have none")
        raise UsageError(f"no blueprint {name!r}", hint)
    return known[name]


OPERATIONS = {
    "blueprint.list": Operation(list_blueprints),
    "blueprint.show": Operation(show),
    "blueprint.graph": Operation(graph),
    "blueprint.rehearse": Operation(rehearse),
    "blueprint.migrate": Operation(migrate, writes=True),
}
