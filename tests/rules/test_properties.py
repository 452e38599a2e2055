"""What holds for every rule file and every event."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from maild.domain.effects import ArmTimer, Assign, CancelTimer, SetStatus
from maild.domain.events import CommentWritten, Event, FieldEdited, MoveAsked
from maild.domain.mail import MailKind
from maild.domain.terms import EVENTS, Scene
from maild.domain.ticket import Snapshot, Status
from rules.actions import draw
from rules.load import load_rules
from rules.model import Ruleset, Trigger
from rules.plan import Plan
from rules.project import project
from rules.triggers import _consequences, run
from tests.rules.builders import AGENT, NOW, ORDER, config, created, hits, reply, ticket

TAGS = st.sampled_from(["a", "b", "c", "d"])
CONDITIONS = st.sampled_from(
    [
        "tags any ['a']",
        "tags none ['a']",
        "tags all ['b', 'c']",
        "'d' in tags or tags any ['c']",
        "status < solved",
        "status == open",
        "status >= pending and not status == closed",
        "priority > normal",
        "priority == urgent",
        "group == 'Orders'",
        "assignee is empty",
        "note is empty",
        "note == 'x'",
        "needs_review",
        "changed('status')",
        "changed('tags') or changed('note')",
        "was('priority') == normal",
        "hours_since('status_changed') < 1",
        "hours_since('created') >= 5",
        "mail.kind == reply",
        "event.actor == agent",
    ]
)
ACTIONS = st.one_of(
    st.lists(TAGS, min_size=1, max_size=2).map(lambda tags: {"add_tags": tags}),
    st.lists(TAGS, min_size=1, max_size=2).map(lambda tags: {"remove_tags": tags}),
    st.lists(TAGS, max_size=2).map(lambda tags: {"set_tags": tags}),
    st.sampled_from(["open", "pending", "on-hold", "solved", "closed"]).map(lambda to: {"set": {"status": to}}),
    st.sampled_from(["low", "normal", "high", "urgent"]).map(lambda to: {"set": {"priority": to}}),
    st.sampled_from([{"group": "Orders"}, {"assignee": "lead"}, {"assignee": ""}]).map(lambda to: {"set": to}),
    st.sampled_from(["x", "y", ""]).map(lambda to: {"set": {"note": to}}),
    st.just({"default": {"note": "filled"}}),
    st.just({"comment": "noted: {{ ticket.fields.note }}"}),
    st.just({"notify": "requester", "template": "reply"}),
    st.just({"review": "look"}),
)
EVENT_WORDS = st.lists(st.sampled_from([*EVENTS.values(), "updated"]), min_size=1, max_size=3, unique=True)
TRIGGERS = st.fixed_dictionaries(
    {
        "on": EVENT_WORDS,
        "all": st.lists(CONDITIONS, max_size=2),
        "any": st.lists(CONDITIONS, max_size=2),
        "do": st.lists(ACTIONS, min_size=1, max_size=3),
    }
)
AUTOMATIONS = st.fixed_dictionaries(
    {
        "all": st.tuples(
            st.sampled_from(["status < solved", "status == pending", "tags any ['a']", "note is empty"]),
            st.sampled_from(["hours_since('created') >= 6", "hours_since('status_changed') >= 2"]),
        ).map(list),
        "do": st.lists(ACTIONS, min_size=1, max_size=2),
    }
)


@st.composite
def rulesets(draw: Any) -> Ruleset:
    raw = {
        "fields": {"note": {"type": "text"}},
        "trigger": [{"name": f"t{n}", **one} for n, one in enumerate(draw(st.lists(TRIGGERS, max_size=7)))],
        "automation": [{"name": f"a{n}", **one} for n, one in enumerate(draw(st.lists(AUTOMATIONS, max_size=3)))],
    }
    if draw(st.booleans()):
        raw["matrix"] = {"default": {"open": ["pending", "solved"], "pending": ["open"]}}
    return load_rules(config("", **raw))


EVENTS_ASKED = st.sampled_from(
    [
        created(ORDER),
        reply(),
        reply(kind=MailKind.AUTO_REPLY, automatic=True),
        reply(public=False),
        FieldEdited(AGENT, (("priority", "high"), ("note", "x"))),
        FieldEdited(AGENT, (("tags", "+a -b"),)),
        MoveAsked(AGENT, Status.PENDING),
        MoveAsked(AGENT, Status.SOLVED),
        CommentWritten(AGENT, "hello", True),
    ]
)
TICKETS = st.builds(
    lambda status, priority, tags, note, assignee: ticket(
        status=status, priority=priority, tags=tags, fields={"note": note} if note else {}, assignee=assignee
    ),
    st.sampled_from(list(Status)),
    st.sampled_from(["low", "normal", "high", "urgent"]),
    st.sets(TAGS),
    st.sampled_from(["", "x", "z"]),
    st.sampled_from([None, "orders-agent"]),
)


@settings(max_examples=150, deadline=None)
@given(ruleset=rulesets(), snapshot=TICKETS, event=EVENTS_ASKED)
def test_the_effects_alone_lead_to_the_ticket_afterwards(ruleset: Ruleset, snapshot: Snapshot, event: Event) -> None:
    outcome = run(ruleset, snapshot, event)
    seen = snapshot
    for planned in outcome.effects:
        assert planned.at == seen
        seen = project(seen, planned.effect)
    assert seen == outcome.after
    assert run(ruleset, snapshot, event) == outcome


@settings(max_examples=150, deadline=None)
@given(ruleset=rulesets(), snapshot=TICKETS, event=EVENTS_ASKED)
def test_each_trigger_is_traced_and_fires_once_at_most(ruleset: Ruleset, snapshot: Snapshot, event: Event) -> None:
    outcome = run(ruleset, snapshot, event)
    asked = ruleset.by_event[EVENTS[type(event)]]
    for trigger in asked:
        steps = [step for step in outcome.steps if step.rule == trigger.name]
        assert steps, f"{trigger.name} left no trace"
        assert len([step for step in steps if step.what in ("hit", "miss", "noop")]) <= 1
    assert len(hits(outcome)) == len(set(hits(outcome)))


def plain_cycle(ruleset: Ruleset, snapshot: Snapshot, event: Event) -> Snapshot:
    """The cycle as it is told: from the top after every change, without those that fired, until a clean pass."""
    plan = Plan(ruleset, snapshot)
    _consequences(plan, event)
    fired: set[str] = set()
    restart = True
    while restart:
        restart = False
        for trigger in ruleset.by_event[EVENTS[type(event)]]:
            scene = Scene(plan.ticket, snapshot, event)
            if trigger.name in fired or not trigger.conditions.hold(scene):
                continue
            fired.add(trigger.name)
            before = plan.ticket
            act(plan, trigger)
            if plan.ticket != before:
                restart = True
                break
    return plan.ticket


def act(plan: Plan, trigger: Trigger) -> None:
    drawn = draw(plan.ruleset, trigger.actions, plan.ticket)
    plan.carry_out(trigger.name, "rule", drawn.effects, outside_matrix=trigger.outside_matrix)


@settings(max_examples=200, deadline=None)
@given(ruleset=rulesets(), snapshot=TICKETS, event=EVENTS_ASKED)
def test_trap_01_asking_only_whom_a_change_concerns_is_the_same_as_starting_again(
    ruleset: Ruleset, snapshot: Snapshot, event: Event
) -> None:
    after = run(ruleset, snapshot, event).after
    assert replace(after, timers=()) == plain_cycle(ruleset, snapshot, event)


@settings(max_examples=150, deadline=None)
@given(ruleset=rulesets(), snapshot=TICKETS, event=EVENTS_ASKED)
def test_no_door_leads_past_the_matrix(ruleset: Ruleset, snapshot: Snapshot, event: Event) -> None:
    for planned in run(ruleset, snapshot, event).effects:
        if isinstance(planned.effect, SetStatus):
            now, to = planned.at.status, planned.effect.to
            row = ruleset.matrix.rows.get(("default", "any", now))
            assert row is None or to in row
            assert now is not Status.CLOSED and to is not Status.NEW


@settings(max_examples=150, deadline=None)
@given(ruleset=rulesets(), snapshot=TICKETS, events=st.lists(EVENTS_ASKED, min_size=1, max_size=4))
def test_timers_fit_the_ticket_after_every_event(ruleset: Ruleset, snapshot: Snapshot, events: list[Event]) -> None:
    for event in events:
        snapshot = run(ruleset, snapshot, event).after
    keys = [(timer.rule, timer.step) for timer in snapshot.timers]
    assert len(keys) == len(set(keys))
    if snapshot.status is Status.CLOSED:
        assert snapshot.timers == ()
    again = run(ruleset, snapshot, FieldEdited(AGENT, ()))
    if replace(again.after, timers=()) == replace(snapshot, timers=()):
        changed = [p for p in again.effects if isinstance(p.effect, ArmTimer | CancelTimer)]
        assert changed == []


@settings(max_examples=100, deadline=None)
@given(ruleset=rulesets(), snapshot=TICKETS, event=EVENTS_ASKED)
def test_whoever_is_assigned_a_new_ticket_opens_it(ruleset: Ruleset, snapshot: Snapshot, event: Event) -> None:
    outcome = run(ruleset, replace(snapshot, status=Status.NEW, assignee=None), event)
    assigned = any(isinstance(p.effect, Assign) and p.effect.assignee for p in outcome.effects)
    if assigned and outcome.after.assignee:
        assert outcome.after.status is not Status.NEW
    assert outcome.after.stamp("created") == NOW
