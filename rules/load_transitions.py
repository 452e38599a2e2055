"""[[blueprint.transition]]: from where to where, whose it is, what it needs and does."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from maild.domain.calendars import Schedule
from maild.domain.conditions import Condition, Conditions, Since
from rules.action_model import Put
from rules.blueprint_model import State, Transition
from rules.load_actions import read_actions
from rules.load_names import Known, read_name
from rules.load_owners import read_owners
from rules.table import Table

ANY = "any"
_COMMENTS = {True: "private", False: "", None: "", "private": "private", "public": "public"}
_SHORTEST = 1 / 60  # of the unit of a duration: a minute


def read_transitions(
    table: Table, known: Known, schedule: Schedule, states: Mapping[str, State]
) -> dict[str, Transition]:
    found: dict[str, Transition] = {}
    for inside in table.tables("transition", "write [[blueprint.transition]]"):
        name = read_name(inside, found, "transition")
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
        who=read_owners(table, "who", known.around),
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
