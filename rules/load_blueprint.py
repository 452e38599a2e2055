"""[[blueprint]] with its [[blueprint.state]] and [[blueprint.transition]].

[[blueprint]]
name = "orders"
all = ["form == 'order'"]                                 # which tickets enter; the first blueprint that takes one
department = "orders"                                     # whose it is: a ticket that goes elsewhere leaves it
limit = "10bd"                                            # for the whole way

[[blueprint.state]]
name = "received"
status = "open"
limit = { after = "4bh", levels = [{ after = "4bh", do = [{ notify = "lead", template = "notify_lead" }] }] }

[[blueprint.transition]]
name = "approve"
from = ["received"]                                       # or "any"
to = "approved"
who = ["group:Orders"]
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from maild.domain.calendars import Schedule
from maild.domain.condition_syntax import Vocabulary
from maild.domain.ticket import Status
from rules.action_model import Notify
from rules.blueprint_model import MOST_LEVELS, Blueprint, Level, Limit, State, Transition
from rules.load_actions import read_actions
from rules.load_names import Known, read_name
from rules.load_owners import read_owners
from rules.load_transitions import read_transitions
from rules.table import Table
from rules.wording import Wording

_STATUSES = tuple(status.word for status in Status if status is not Status.CLOSED)


def read_blueprints(rules: Table, known: Known) -> Mapping[str, Blueprint]:
    """In the order of the file, in which tickets are offered to them."""
    found: dict[str, Blueprint] = {}
    for table in rules.tables("blueprint"):
        name = read_name(table, found, "blueprint")
        if name:
            found[name] = _blueprint(table, name, known)
        table.finish()
    return found


def _blueprint(table: Table, name: str, known: Known) -> Blueprint:
    schedule = _schedule(table, known.vocabulary)
    states = _states(table, known, schedule)
    transitions = read_transitions(table, known, schedule, states)
    exempt = read_owners(table, "exempt", known.around)
    strict = table.flag("strict")
    if exempt.words and not strict:
        table.wrong("exempt", "nobody needs to be exempt: the blueprint is not strict", "strict = true")
    return Blueprint(
        name=name,
        label=table.text("label", name),
        conditions=table.conditions(known.vocabulary),
        start=_start(table, states),
        states=_ended(states, transitions),
        transitions=transitions,
        departments=table.departments(known.vocabulary),
        strict=strict,
        exempt=exempt,
        limit=_limit(table, known, schedule, f"blueprint {name}"),
        schedule=schedule,
        digest=digest(table.raw),
        where=known.locate(table.loc),
    )


def digest(raw: Mapping[str, Any]) -> str:
    """What names a version: the SHA-256 of the blueprint's own section, comments and layout apart."""
    return hashlib.sha256(json.dumps(raw, sort_keys=True, default=str).encode()).hexdigest()


def _start(table: Table, states: Mapping[str, State]) -> str:
    if not states:
        table.wrong("state", "a blueprint needs states", '[[blueprint.state]] name = "received", status = "open"')
        return ""
    start = table.choice("start", tuple(states), next(iter(states)))
    for state in states.values():
        if state.status is Status.NEW and state.name != start:
            table.wrong("state", f"{state.name}: nothing goes back to new, so only the first state can be new")
    return start


def _states(table: Table, known: Known, schedule: Schedule) -> dict[str, State]:
    found: dict[str, State] = {}
    for inside in table.tables("state", "write [[blueprint.state]]"):
        name = read_name(inside, found, "state")
        status = Status.parse(inside.choice("status", _STATUSES, None) or "open")
        limit = _limit(inside, known, schedule, name)
        label, final = inside.text("label", name), inside.flag("final")
        customer = inside.text("customer", "")
        dropped = inside.choice("outcome", ("completed", "dropped"), "completed") == "dropped"
        if dropped and status is not Status.SOLVED:
            inside.wrong("outcome", "only a solved state ends an order", 'status = "solved"')
        final = final or dropped
        found[name] = State(name, label, status, final, limit, known.locate(inside.loc), customer, dropped)
        inside.finish()
    return found


def _ended(states: dict[str, State], transitions: Mapping[str, Transition]) -> dict[str, State]:
    """Solved states that nothing but common transitions leaves are the end of the way, said or not."""
    left = {source for transition in transitions.values() for source in transition.sources}
    return {
        name: replace(state, final=state.final or (state.status is Status.SOLVED and name not in left))
        for name, state in states.items()
    }


def _limit(table: Table, known: Known, schedule: Schedule, what: str) -> Limit | None:
    if "limit" not in table:
        return None
    value = table.take("limit")
    if isinstance(value, str):
        after = table.duration("limit", working=known.around.working)
        return Limit(after, (_told(after, what),), schedule) if after else None
    inside = table.table("limit")
    after = inside.duration("after", required=True, working=known.around.working)
    levels = tuple(_level(level, known) for level in inside.tables("levels", "levels = [{ after = ..., do = [...] }]"))
    if len(levels) > MOST_LEVELS:
        inside.wrong("levels", f"{len(levels)} levels; there are {MOST_LEVELS} at most")
    inside.finish()
    if after is None:
        return None
    return Limit(after, tuple(level for level in levels if level) or (_told(after, what),), schedule)


def _told(after: Any, what: str) -> Level:
    """What a limit does that says nothing else: the lead hears of it."""
    return Level(after, (Notify("lead", "notify_lead", Wording(f"{what} for longer than {after}")),))


def _level(table: Table, known: Known) -> Level | None:
    after = table.duration("after", required=True, working=known.around.working)
    actions = read_actions(table, known.around)
    table.finish()
    return Level(after, actions) if after else None


def _schedule(table: Table, vocabulary: Vocabulary) -> Schedule:
    if "schedule" not in table:
        return vocabulary.schedule
    return vocabulary.schedules.get(table.choice("schedule", tuple(vocabulary.schedules), None), vocabulary.schedule)
