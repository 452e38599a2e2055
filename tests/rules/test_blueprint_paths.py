"""No path outside of the table: by whatever doors and rules, a ticket in a blueprint goes by its transitions."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from maild.domain.effects import AdoptVersion, EnterBlueprint, LeaveBlueprint, MoveState, SetStatus
from maild.domain.events import (
    CommentWritten,
    Event,
    FieldEdited,
    MacroApplied,
    MoveAsked,
    TimerFired,
    TransitionAsked,
)
from maild.domain.mail import MailKind
from maild.domain.people import Actor
from maild.domain.ticket import Snapshot, Status
from rules.blueprint import owns
from rules.blueprint_model import Blueprint
from rules.load import load_rules
from rules.model import Ruleset
from rules.plan import Outcome
from rules.project import project
from rules.triggers import run
from tests.rules.builders import AGENT, CUSTOMER, LEAD, ORDER, config, created, reply, ticket

STATES = ("a", "b", "c", "d")
STATUSES = st.sampled_from(["open", "pending", "on-hold", "solved"])
NAMES = ("t0", "t1", "t2", "t3", "t4")
OWNERS = st.lists(
    st.sampled_from(["agents", "role:lead", "group:Orders", "user:helper", "assignee", "requester", "rules"]),
    max_size=2,
    unique=True,
)
CRITERIA = st.sampled_from([[], [], ["note == 'x'"], ["priority == urgent"], ["hours_since('state_entered') >= 2"]])
WISHES = st.sampled_from(["open", "pending", "on-hold", "solved", "closed"])
ACTIONS = st.one_of(
    WISHES.map(lambda to: {"set": {"status": to}}),
    st.sampled_from(NAMES).map(lambda name: {"move": name}),
    st.just({"add_tags": ["x"]}),
    st.just({"set": {"note": "x"}}),
    st.just({"set": {"priority": "urgent"}}),
)
DEPARTMENTS = [
    {"name": "orders", "addresses": ["orders@shop.example"], "groups": ["Orders", "Support"]},
    {"name": "service", "groups": ["Orders", "Support"]},
]


@st.composite
def blueprints(draw: Any) -> dict[str, Any]:
    transitions = []
    for name in NAMES:
        kind = draw(st.sampled_from(["hand", "hand", "hand", "automatic", "later", "reply"]))
        one = {
            "name": name,
            "from": draw(st.just("any") | st.lists(st.sampled_from(STATES), min_size=1, max_size=2, unique=True)),
            "to": draw(st.sampled_from(STATES)),
            "all": draw(CRITERIA),
            "do": [{"add_tags": [f"by_{name}"]}],
        }
        extra: dict[str, Any] = {
            "hand": {"who": draw(OWNERS), "needs": draw(st.sampled_from([[], ["note"]]))},
            "automatic": {"automatic": True},
            "later": {"automatic": True, "after": "3h"},
            "reply": {"on": "reply"},
        }[kind]
        transitions.append(one | extra)
    states = [{"name": name, "status": draw(STATUSES), "limit": "4h"} for name in STATES]
    return {
        "name": "way",
        "all": draw(st.sampled_from([[], ["note == 'x'"]])),
        "state": states,
        "transition": transitions,
    }


@st.composite
def rulesets(draw: Any) -> Ruleset:
    several = st.lists(ACTIONS, min_size=1, max_size=3)
    raw = {
        "fields": {"note": {"type": "text"}},
        "blueprint": [draw(blueprints())],
        "trigger": [
            {"name": f"r{n}", "outside_matrix": draw(st.booleans()), "do": draw(several)}
            for n in range(draw(st.integers(0, 2)))
        ],
        "automation": [
            {"name": "a", "all": ["hours_since('updated') >= 1"], "every": "1h", "max": 3, "do": draw(several)}
        ],
        "macro": [{"name": "m", "outside_matrix": draw(st.booleans()), "do": draw(several)}],
    }
    if draw(st.booleans()):
        raw["department"] = DEPARTMENTS
        raw["blueprint"][0]["department"] = draw(st.sampled_from([["orders"], ["orders", "service"]]))
        raw["macro"][0]["do"].append({"set": {"department": "service"}})
    if draw(st.booleans()):
        raw["matrix"] = {"default": {"open": ["pending"], "pending": []}}
    return load_rules(config("", **raw))


ACTORS = st.sampled_from([AGENT, LEAD, Actor("agent", "helper"), Actor("agent", "watcher"), Actor("operator", "root")])
DOORS: st.SearchStrategy[Event | timedelta] = st.one_of(
    st.builds(MoveAsked, ACTORS, st.sampled_from(Status)),
    st.builds(FieldEdited, ACTORS, WISHES.map(lambda to: (("status", to),))),
    st.builds(FieldEdited, ACTORS, st.sampled_from([(("note", "x"),), (("note", ""),), (("priority", "urgent"),)])),
    st.builds(FieldEdited, ACTORS, st.sampled_from(["orders", "service"]).map(lambda to: (("department", to),))),
    st.builds(MacroApplied, ACTORS, st.just("m")),
    st.builds(TransitionAsked, st.one_of(ACTORS, st.just(CUSTOMER)), st.sampled_from([*NAMES, *STATES])),
    st.sampled_from([reply(), reply(kind=MailKind.AUTO_REPLY, automatic=True), reply(public=False)]),
    st.just(CommentWritten(CUSTOMER, "hello", True)),
    st.sampled_from([timedelta(hours=1), timedelta(hours=5), timedelta(days=40)]),
)


def lives(ruleset: Ruleset, doors: list[Event | timedelta]) -> list[Outcome]:
    """A ticket's life: what comes through the doors, and the timers that come due as time passes."""
    outcomes = [run(ruleset, ticket(), created(ORDER))]
    for door in doors:
        if isinstance(door, timedelta):
            outcomes += passing(ruleset, outcomes[-1].after, door)
        else:
            outcomes.append(run(ruleset, outcomes[-1].after, door))
    return outcomes


def passing(ruleset: Ruleset, snapshot: Snapshot, span: timedelta, most: int = 40) -> list[Outcome]:
    until, outcomes = snapshot.now + span, list[Outcome]()
    while len(outcomes) < most:
        waits = [timer for timer in snapshot.timers if not timer.fired and timer.due <= until]
        if not waits:
            return [*outcomes, run(ruleset, replace(snapshot, now=until), FieldEdited(AGENT, ()))]
        timer = min(waits, key=lambda one: (one.due, one.rule, one.step))
        snapshot = replace(snapshot, now=max(timer.due, snapshot.now))
        outcomes.append(run(ruleset, snapshot, TimerFired(0, timer.rule, timer.step, timer.due.isoformat())))
        snapshot = outcomes[-1].after
    return outcomes


def allowed(blueprint: Blueprint, at: Snapshot, effect: MoveState) -> bool:
    assert at.blueprint is not None
    transition = blueprint.transitions[effect.transition]
    begins = at.blueprint.state in transition.sources if transition.sources else at.blueprint.state != transition.to
    return begins and transition.to == effect.to


@settings(max_examples=60, deadline=None)
@given(rulesets(), st.lists(DOORS, max_size=8))
def test_trap_10_no_path_outside_of_the_table_by_any_door(ruleset: Ruleset, doors: list[Event | timedelta]) -> None:
    blueprint = ruleset.blueprints["way"]
    for outcome in lives(ruleset, doors):
        seen: Snapshot | None = None
        for planned in outcome.effects:
            assert seen is None or planned.at == seen
            seen = project(planned.at, planned.effect)
            match planned.effect:
                case EnterBlueprint(state=state):
                    assert planned.at.blueprint is None
                    assert state == blueprint.start
                case MoveState():
                    assert allowed(blueprint, planned.at, planned.effect)
                case SetStatus(to) if planned.at.blueprint is not None:
                    state_of = blueprint.states[planned.at.blueprint.state]
                    assert to is state_of.status or (to is Status.CLOSED and state_of.final)
                case LeaveBlueprint():
                    assert blueprint.ends_in(planned.at.department), "nothing but the department ends it"
                case AdoptVersion():
                    raise AssertionError("nobody has migrated it")
        after = outcome.after
        if after.blueprint is not None:
            assert not blueprint.ends_in(after.department)
            here = blueprint.states[after.blueprint.state]
            assert after.status is here.status or (after.status is Status.CLOSED and here.final)


@settings(max_examples=60, deadline=None)
@given(rulesets(), st.lists(DOORS, max_size=6), DOORS)
def test_trap_10_nobody_takes_a_transition_that_is_not_theirs(
    ruleset: Ruleset, doors: list[Event | timedelta], last: Event | timedelta
) -> None:
    before = lives(ruleset, doors)[-1].after
    if not isinstance(last, TransitionAsked | MacroApplied) or before.blueprint is None:
        return
    outcome = run(ruleset, before, last)
    own = f"blueprint.way.{last.transition}" if isinstance(last, TransitionAsked) else "m"
    for planned in outcome.effects:
        if isinstance(planned.effect, MoveState) and planned.rule == own:
            transition = ruleset.blueprints["way"].transitions[planned.effect.transition]
            by_reply = transition.on_reply and last.actor.kind == "customer"
            assert by_reply or owns(ruleset, transition.who, planned.at, last.actor)


@settings(max_examples=50, deadline=None)
@given(rulesets(), st.lists(DOORS, max_size=8))
def test_each_event_takes_an_automatic_transition_once_at_most(
    ruleset: Ruleset, doors: list[Event | timedelta]
) -> None:
    for outcome in lives(ruleset, doors):
        hits = [step.rule for step in outcome.steps if step.what == "hit" and step.rule.startswith("blueprint.way.t")]
        assert max((hits.count(rule) for rule in hits), default=0) <= 2  # by its timer or by hand, and by itself
