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
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from maild.config.mistakes import Loc
from maild.domain.calendars import Schedule
from maild.domain.condition_syntax import Vocabulary
from maild.domain.conditions import Condition, Conditions, Since
from maild.domain.people import Role
from maild.domain.ticket import Status
from rules.action_model import Notify, Put
from rules.blueprint_model import MOST_LEVELS, Blueprint, Level, Limit, Owners, State, Transition
from rules.load_actions import Surroundings, read_actions
from rules.table import Table, near
from rules.wording import Wording

ANY = "any"
WORKING_ROLES = tuple(role.value for role in Role if role not in (Role.CUSTOMER, Role.LIGHT))
_STATUSES = tuple(status.word for status in Status if status is not Status.CLOSED)
_NAME = re.compile(r"[a-z0-9_-]{1,60}")
_COMMENTS = {True: "private", False: "", None: "", "private": "private", "public": "public"}
_SHORTEST = 1 / 60  # of the unit of a duration: a minute

Locate = Callable[[Loc], str]


@dataclass(frozen=True, slots=True)
class Known:
    """What a blueprint may name."""

    vocabulary: Vocabulary
    around: Surroundings
    locate: Locate


def read_blueprints(rules: Table, known: Known) -> Mapping[str, Blueprint]:
    """In the order of the file, in which tickets are offered to them."""
    found: dict[str, Blueprint] = {}
    for table in rules.tables("blueprint"):
        name = _name(table, found, "blueprint")
        if name:
            found[name] = _blueprint(table, name, known)
        table.finish()
    return found


def names(sections: Mapping[str, Any], *path: str) -> tuple[str, ...]:
    """The names of all states or transitions (or, without a path, blueprints), before they are read."""
    entries = sections.get("blueprint")
    several = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    for key in path:
        inner = [entry.get(key) for entry in several]
        several = [one for many in inner if isinstance(many, list) for one in many if isinstance(one, dict)]
    return tuple(dict.fromkeys(str(entry["name"]) for entry in several if "name" in entry))


def _blueprint(table: Table, name: str, known: Known) -> Blueprint:
    schedule = _schedule(table, known.vocabulary)
    states = _states(table, known, schedule)
    transitions = _transitions(table, known, schedule, states)
    exempt = _owners(table, "exempt", known)
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


def _name(table: Table, taken: Mapping[str, object], what: str) -> str:
    name = table.text("name", None)
    if name in taken and name:
        table.wrong("name", f"there are two called {name!r}")
    elif name and not _NAME.fullmatch(name):
        table.wrong("name", f"{name!r} is no name of a {what}", "small letters, digits, _ and -; the label has words")
    return name


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
        name = _name(inside, found, "state")
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


def _transitions(table: Table, known: Known, schedule: Schedule, states: Mapping[str, State]) -> dict[str, Transition]:
    found: dict[str, Transition] = {}
    for inside in table.tables("transition", "write [[blueprint.transition]]"):
        name = _name(inside, found, "transition")
        found[name] = _transition(inside, name, known, schedule, tuple(states))
        _elsewhere(inside, found[name], states)
        inside.finish()
    return found


def _elsewhere(table: Table, transition: Transition, states: Mapping[str, State]) -> None:
    """Whose own actions set another status than its state has is refused whenever it is asked for.

    Unless they move the ticket to another department before: that may end the blueprint.
    """
    for action in transition.actions if transition.to in states else ():
        if not isinstance(action, Put):
            continue
        if action.name == "department":
            return
        constant = action.name == "status" and not (action.default or action.value.names)
        status = states[transition.to].status.word
        if constant and action.value.source.strip().lower() != status:
            what = f"it sets status {action.value.source!r}, and its state {transition.to!r} is {status}"
            table.wrong("do", f"{transition.name} could never be taken: {what}", "leave it out, or lead elsewhere")


def _transition(table: Table, name: str, known: Known, schedule: Schedule, states: Sequence[str]) -> Transition:
    on_reply = table.choice("on", ("reply",), "") == "reply"
    conditions, after = table.conditions(known.vocabulary), _after(table, known)
    if after is not None:
        late = Condition(f"{after} since state_entered", Since("state_entered", ">=", after, schedule))
        conditions = Conditions((*conditions.all, late), conditions.any)
    inside = replace(known.around, transitions=None)
    found = Transition(
        name=name,
        label=table.text("label", name),
        sources=_sources(table, states),
        to=table.choice("to", states, None) if states else table.text("to", None),
        who=_owners(table, "who", known),
        conditions=conditions,
        needs=table.words("needs", tuple(known.around.fields)),
        comment=_comment(table),
        attachment=table.flag("attachment"),
        actions=read_actions(table, inside) if "do" in table else (),
        automatic=table.flag("automatic"),
        after=after,
        on_reply=on_reply,
        where=known.locate(table.loc),
    )
    _nobody_there(table, found)
    return found


def _nobody_there(table: Table, transition: Transition) -> None:
    """What is taken by itself or by a mail has nobody who could say more."""
    by_itself = transition.automatic or transition.on_reply
    if by_itself and (transition.comment or transition.attachment):
        key = "comment" if transition.comment else "attachment"
        table.wrong(key, f"nobody is there to give one: {transition.name} is taken without a person")
    if transition.automatic and transition.on_reply:
        table.wrong("on", "either automatic or at the customer's answer", "make two transitions of it")


def _sources(table: Table, states: Sequence[str]) -> frozenset[str]:
    if table.take("from") == ANY:
        return frozenset()
    if "from" not in table:
        table.wrong("from", "from is missing", 'from = ["received"], or from = "any" for every state')
    return frozenset(table.words("from", states))


def _after(table: Table, known: Known) -> Any:
    after = table.duration("after", working=known.around.working)
    if after is not None and not table.take("automatic"):
        table.wrong("after", "only an automatic transition is taken after some time", "automatic = true")
    if after is not None and after.amount < _SHORTEST:
        table.wrong("after", f"{after} is no time to wait", "a minute (1m) is the shortest")
        return None
    return after


def _comment(table: Table) -> str:
    value = table.take("comment")
    if isinstance(value, str | bool | None) and value in _COMMENTS:
        return _COMMENTS[value]
    table.wrong("comment", f"comment cannot be {value!r}", "true, private or public")
    return ""


def _schedule(table: Table, vocabulary: Vocabulary) -> Schedule:
    if "schedule" not in table:
        return vocabulary.schedule
    return vocabulary.schedules.get(table.choice("schedule", tuple(vocabulary.schedules), None), vocabulary.schedule)


def _owners(table: Table, key: str, known: Known) -> Owners:
    kinds: dict[str, set[str]] = {"user": set(), "group": set(), "role": set(), "department": set()}
    words = table.words(key)
    for index, word in enumerate(words):
        kind, name = _owner(word, known)
        if kind in kinds:
            kinds[kind].add(name)
        elif kind:
            table.wrong((key, index), f"{word!r} is nobody", kind)
    return Owners(
        users=frozenset(kinds["user"]),
        groups=frozenset(kinds["group"]),
        roles=frozenset(kinds["role"]),
        departments=frozenset(kinds["department"]),
        assignee="assignee" in words,
        requester="requester" in words,
        rules="rules" in words,
        anyone="agents" in words,
        words=words,
    )


def _owner(word: str, known: Known) -> tuple[str, str]:
    """user, group, role or department with its name; "" for a word of its own, and a hint for nobody."""
    if word in FIXED_OWNERS:
        return "", word
    named = {
        "user": known.around.users,
        "group": known.around.groups,
        "role": WORKING_ROLES,
        "department": known.around.departments,
    }
    kind, colon, name = word.partition(":")
    if colon and kind in named:
        return (kind, name) if name in named[kind] else (near(name, named[kind]) or f"no {kind} has that name", "")
    found = next((kind for kind, all_names in named.items() if word in all_names), None)
    everybody = [*FIXED_OWNERS, *(f"{kind}:{name}" for kind, several in named.items() for name in several)]
    return (found, word) if found else (near(word, everybody) or "write user:, group:, role: or department:", "")


FIXED_OWNERS = ("agents", "assignee", "requester", "rules")
