"""Blueprints decide: who may take which transition with what, and that nothing else moves a ticket."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from maild.domain.effects import AddComment, ArmTimer, CancelTimer, SendLetter
from maild.domain.events import (
    CommentWritten,
    Event,
    FieldEdited,
    MacroApplied,
    MigrationAsked,
    MoveAsked,
    TimerFired,
    TransitionAsked,
)
from maild.domain.mail import MailKind
from maild.domain.people import Actor
from maild.domain.terms import EVENTS
from maild.domain.ticket import Snapshot, Status
from rules.blueprint import legal_steps
from rules.explain import explain
from rules.matrix import next_steps
from rules.model import Ruleset
from rules.pathways import knowing
from rules.triggers import Outcome, run
from tests.rules.blueprints import way
from tests.rules.builders import AGENT, CUSTOMER, LEAD, NOW, ORDER, created, later, letters, reply, ticket

WAY = way()
HELPER = Actor("agent", "helper")
LIGHT = Actor("agent", "watcher")
HOUR = timedelta(hours=1)


def entered(ruleset: Ruleset = WAY, **changes: object) -> Snapshot:
    """A ticket that has just entered: received."""
    given = {"form": "order", "group": "Orders", "assignee": "orders-agent", "fields": {"total_cost": "100"}}
    return run(ruleset, ticket(**{**given, **changes}), created(ORDER)).after


def at(state: str, ruleset: Ruleset = WAY) -> Snapshot:
    """A ticket in this state, by the shortest way."""
    found = entered(ruleset, fields={"total_cost": "100", "so_number": "1", "ship_date": "2026-12-01"})
    steps = {
        "received": (),
        "approved": ("approve",),
        "asked": ("ask",),
        "packed": ("approve", "pack"),
        "shipped": ("approve", "pack", "ship"),
        "dropped": ("drop",),
    }
    for step in steps[state]:
        asked = TransitionAsked(LEAD if step == "drop" else AGENT, step, (), "a word", "list.pdf")
        found = run(ruleset, found, asked).after
    assert found.blueprint is not None
    assert found.blueprint.state == state
    return found


def state(outcome: Outcome | Snapshot) -> str:
    after = outcome.after if isinstance(outcome, Outcome) else outcome
    assert after.blueprint is not None
    return after.blueprint.state


def take(snapshot: Snapshot, transition: str, actor: Actor = AGENT, ruleset: Ruleset = WAY, **given: object) -> Outcome:
    return run(ruleset, snapshot, TransitionAsked(actor, transition, **given))  # type: ignore[arg-type]


def refused(outcome: Outcome) -> str:
    assert outcome.effects == ()
    return "; ".join(outcome.refusals)


def test_a_ticket_enters_the_first_blueprint_whose_criteria_hold() -> None:
    second = """
[[blueprint]]
name = "others"
all = ["status < solved"]
[[blueprint.state]]
name = "begun"
status = "open"
[[blueprint.state]]
name = "done"
status = "solved"
[[blueprint.transition]]
name = "finish"
from = ["begun"]
to = "done"
who = ["agents"]
"""
    ruleset = way(second)
    orders, other = entered(ruleset), run(ruleset, ticket(form=None), created(ORDER)).after
    assert (orders.blueprint.blueprint, other.blueprint.blueprint) == ("orders", "others")  # type: ignore[union-attr]
    assert (state(orders), orders.status) == ("received", Status.OPEN)
    assert orders.stamp("blueprint_entered") == orders.stamp("state_entered") == NOW
    assert orders.stamp("state_due") == NOW + 4 * HOUR


def test_a_solved_ticket_enters_none_and_one_that_meets_no_criteria_says_why() -> None:
    assert (
        run(WAY, ticket(form="order", status=Status.SOLVED), FieldEdited(AGENT, (("note", "x"),))).after.blueprint
        is None
    )
    steps = run(WAY, ticket(), created(ORDER)).steps
    [miss] = [step for step in steps if step.rule == "blueprint.orders"]
    assert (miss.what, miss.why) == ("miss", "form == 'order' failed, it saw form: empty")


def test_a_trigger_that_fits_the_form_lets_it_enter_and_others_hear_of_the_state() -> None:
    more = """
[[trigger]]
name = "form"
on = "created"
do = [{ set = { form = "order" } }]
[[trigger]]
name = "first of all"
all = ["changed('state')", "state == 'received'"]
do = [{ add_tags = ["seen"] }]
"""
    outcome = run(way(more), ticket(), created(ORDER))
    assert state(outcome) == "received"
    assert "seen" in outcome.after.tags


def test_a_transition_moves_the_state_its_status_and_acts_afterwards() -> None:
    outcome = take(entered(), "Approve")
    assert (state(outcome), outcome.after.status) == ("approved", Status.OPEN)
    assert "approved" in outcome.after.tags
    assert letters(outcome) == [("reply", "requester")]
    assert outcome.steps[0].rule == "blueprint.orders.approve"
    packed = at("packed")
    assert packed.status is Status.HOLD
    assert packed.stamp("state_due") is None


def test_a_state_names_the_one_transition_that_leads_to_it() -> None:
    assert state(take(entered(), "asked", comment="How many?")) == "asked"
    both = take(entered(), "approved", HELPER)
    assert "'approved' may be approve or approve-dear; name the transition" in refused(both)
    assert state(take(entered(), "approved", AGENT)) == "approved"  # the other one is not theirs
    assert "did you mean approve?" in refused(take(entered(), "aprove"))


def test_trap_10_deny_by_default_no_owner_is_nobody() -> None:
    for actor in (AGENT, LEAD, Actor("agent", "nobody-known"), Actor("operator", "cli"), CUSTOMER, Actor("rule", "t")):
        assert "is for nobody" in refused(take(entered(), "nobodys", actor))


@pytest.mark.parametrize(
    ("transition", "where", "actor", "allowed"),
    [
        ("approve", "received", AGENT, True),
        ("approve", "received", HELPER, False),
        ("approve", "received", LIGHT, False),
        ("approve", "received", CUSTOMER, False),
        ("ship", "packed", AGENT, True),
        ("ship", "packed", LEAD, False),
        ("drop", "received", LEAD, True),
        ("drop", "received", AGENT, False),
        ("drop", "received", CUSTOMER, True),
        ("ask", "received", HELPER, True),
        ("ask", "received", Actor("operator", "root"), False),
        ("ask", "received", Actor("rule", "t"), False),
    ],
)
def test_owners_are_asked(transition: str, where: str, actor: Actor, allowed: bool) -> None:
    snapshot = at(where)
    [step] = [step for step in legal_steps(WAY, snapshot, actor) if step.transition.name == transition]
    assert step.allowed == allowed
    outcome = take(snapshot, transition, actor, comment="a word")
    assert (state(outcome) != where) == allowed
    assert allowed or "is for" in refused(outcome)


def test_another_department_may_own_a_transition() -> None:
    desks = (
        '[[department]]\nname = "packing"\ngroups = ["Support"]\n[[department]]\nname = "orders"\ngroups = ["Orders"]\n'
    )
    ruleset = way(desks, ('who = ["group:Orders"]', 'who = ["department:packing"]'))
    snapshot = entered(ruleset)
    assert "is for the people of" in refused(take(snapshot, "approve", AGENT, ruleset))
    assert state(take(snapshot, "approve", HELPER, ruleset)) == "approved"


def test_criteria_are_asked_of_the_ticket_as_it_is() -> None:
    dear = entered(fields={"total_cost": "20000"})
    assert "Approve needs: total cost is below 10000 (total cost: 20000)" in refused(take(dear, "approve"))
    assert "approve-dear is for everybody who is a lead, not for orders-agent" in refused(take(dear, "approve-dear"))
    assert state(take(dear, "approve-dear", LEAD)) == "approved"


def test_all_that_is_missing_is_told_at_once_and_nothing_is_half_done() -> None:
    approved = take(entered(), "approve").after
    why = refused(take(approved, "pack", inputs=(("ship_date", "soon"), ("nonsense", "1"))))
    for part in (
        "SO number, Ship date, a comment, an attachment",
        "ship_date: 'soon' is not a date",
        "no field 'nonsense'",
    ):
        assert part in why
    [step] = [s for s in legal_steps(WAY, approved, AGENT) if s.transition.name == "pack"]
    assert step.allowed
    assert (step.missing, step.fields) == (
        ("SO number", "Ship date", "a comment", "an attachment"),
        ("so_number", "ship_date"),
    )
    given = (("so_number", "4711"), ("ship_date", "2026-12-01"))
    outcome = take(approved, "pack", inputs=given, comment="in two boxes", attachment="list.pdf")
    assert state(outcome) == "packed"
    assert dict(outcome.after.fields)["so_number"] == "4711"
    assert [p.effect for p in outcome.effects if isinstance(p.effect, AddComment)] == [
        AddComment("in two boxes", False)
    ]


def test_a_public_comment_is_mailed_and_a_noted_one_not_written_again() -> None:
    outcome = take(entered(), "ask", comment="How many?")
    assert [p.effect for p in outcome.effects if isinstance(p.effect, AddComment | SendLetter)] == [
        AddComment("How many?", True),
        SendLetter("reply", "requester", automatic=False, text="How many?"),
    ]
    assert outcome.after.status is Status.PENDING
    approved = at("approved")
    noted = take(approved, "pack", comment="boxed", attachment="x", noted=True)
    assert not [p for p in noted.effects if isinstance(p.effect, AddComment)]


def test_an_action_that_cannot_be_done_refuses_the_transition_as_a_whole() -> None:
    ruleset = way("", ('text = "Approved."', 'text = "SO {{ ticket.fields.so_number }}"'))
    assert "ticket.fields.so_number" in refused(take(entered(ruleset), "approve", ruleset=ruleset))


def test_trap_19_a_reply_takes_its_declared_transition_or_is_a_note() -> None:
    answered = run(WAY, at("asked"), reply())
    assert (state(answered), answered.after.status) == ("received", Status.OPEN)
    packed = run(WAY, at("packed"), reply())
    assert (state(packed), packed.after.status) == ("packed", Status.HOLD)
    assert packed.after.unread
    [step] = [step for step in packed.steps if step.rule == "system.reopen"]
    assert (step.what, "it is a note" in step.why) == ("suppressed", True)


def test_automatic_mail_takes_no_transition() -> None:
    outcome = run(WAY, at("asked"), reply(kind=MailKind.AUTO_REPLY, automatic=True))
    assert state(outcome) == "asked"


def test_a_shipped_ticket_is_not_reopened_by_thanks() -> None:
    outcome = run(WAY, at("shipped"), reply(text="Thanks"))
    assert (state(outcome), outcome.after.status) == ("shipped", Status.SOLVED)


ANYWAY = """
[[macro]]
name = "solve"
outside_matrix = true
do = [{ set = { status = "solved" } }, { add_tags = ["sneaked"] }]
[[trigger]]
name = "sneak"
on = "edited"
outside_matrix = true
do = [{ set = { status = "solved" } }, { add_tags = ["half"] }]
[[automation]]
name = "by the hour"
all = ["hours_since('created') >= 1"]
do = [{ set = { status = "pending" } }]
"""


@pytest.mark.parametrize(
    "event",
    [
        MoveAsked(LEAD, Status.SOLVED),
        MoveAsked(AGENT, Status.CLOSED),
        FieldEdited(LEAD, (("status", "solved"),)),
        FieldEdited(AGENT, (("priority", "high"),)),
        MacroApplied(LEAD, "solve"),
        TimerFired(1, "by the hour", 0, NOW.isoformat()),
        TimerFired(1, "system.close", 0, NOW.isoformat()),
        reply(),
        CommentWritten(CUSTOMER, "please stop", True),
        TransitionAsked(AGENT, "ship"),
    ],
)
def test_trap_10_no_door_leads_past_the_transitions(event: Event) -> None:
    ruleset = way(ANYWAY)
    before = later(entered(ruleset), hours=2)
    after = run(ruleset, before, event).after
    assert (state(after), after.status) == ("received", Status.OPEN)


def test_a_refused_status_is_a_step_with_the_ways_that_there_are() -> None:
    outcome = run(way(ANYWAY), entered(), FieldEdited(AGENT, (("priority", "high"),)))
    [step] = [s for s in outcome.steps if s.rule == "sneak" and s.what == "refused"]
    assert "only transitions change the status; from 'Received' there are approve, approve-dear, ask, drop" in step.why
    assert "half" in outcome.after.tags
    assert next_steps(WAY, entered(), "agent") == ()


def test_the_matrix_binds_tickets_in_no_blueprint_only() -> None:
    matrix = '\n[matrix.default]\nopen = ["pending"]\nnew = ["open"]\n'
    ruleset = way(matrix)
    assert run(ruleset, ticket(status=Status.OPEN), MoveAsked(AGENT, Status.SOLVED)).refusals != ()
    assert state(take(at("packed", ruleset), "ship", ruleset=ruleset)) == "shipped"


def test_a_ticket_at_the_end_of_its_way_closes_in_time_and_stays_where_it_is() -> None:
    shipped = at("shipped")
    assert shipped.stamp("blueprint_completed") == NOW
    due = next(timer for timer in shipped.timers if timer.rule == "system.close").due
    closed = run(WAY, replace(shipped, now=due), TimerFired(1, "system.close", 0, due.isoformat())).after
    assert (closed.status, state(closed), closed.timers) == (Status.CLOSED, "shipped", ())
    assert "only transitions change" in refused(run(WAY, shipped, MoveAsked(LEAD, Status.CLOSED)))


def test_a_common_transition_begins_in_every_state_but_its_own() -> None:
    for where in ("received", "approved", "asked", "packed", "shipped"):
        assert state(take(at(where), "drop", LEAD)) == "dropped"
    why = "no transition 'drop' begins here in blueprint Order handling; nothing leads out of 'dropped'"
    assert why in refused(take(at("dropped"), "drop", LEAD))


def test_trap_13_the_limit_of_a_state_has_four_levels_each_at_its_instant() -> None:
    snapshot = entered()
    name = "blueprint.orders.state.received"
    dues = [timer.due - NOW for timer in snapshot.timers if timer.rule == name]
    assert dues == [2 * HOUR, 4 * HOUR, 6 * HOUR, 8 * HOUR]
    told = []
    for step, due in enumerate(dues):
        instant = NOW + due
        outcome = run(WAY, replace(snapshot, now=instant), TimerFired(1, name, step, instant.isoformat()))
        told += letters(outcome)
        snapshot = outcome.after
    assert told == [("notify_agent", "assignee"), ("notify_lead", "lead")]
    assert (snapshot.assignee, snapshot.priority, state(snapshot)) == ("lead", "urgent", "received")


def test_trap_12_leaving_a_state_takes_its_timers_back_and_coming_back_begins_anew() -> None:
    name = "blueprint.orders.state.received"
    asked = take(later(entered(), hours=1), "ask", comment="?")
    assert {p.effect.step for p in asked.effects if isinstance(p.effect, CancelTimer) and p.effect.rule == name} == {
        0,
        1,
        2,
        3,
    }
    again = run(WAY, later(asked.after, hours=5), reply())
    dues = [p.effect.due for p in again.effects if isinstance(p.effect, ArmTimer) and p.effect.rule == name]
    assert dues == [NOW + 6 * HOUR + n * HOUR for n in (2, 4, 6, 8)]
    stale = TimerFired(1, name, 0, (NOW + 2 * HOUR).isoformat())
    assert letters(run(WAY, later(asked.after, hours=1), stale)) == []


@pytest.mark.parametrize(
    ("came", "due"),
    [
        ("2026-11-17T06:00Z", "2026-11-17T11:00Z"),  # before opening: four hours from 8:00 in Berlin
        ("2026-11-20T13:00Z", "2026-11-23T10:00Z"),  # on Friday an hour before closing, the rest on Monday
        ("2026-11-21T12:00Z", "2026-11-23T11:00Z"),  # on Saturday
    ],
)
def test_trap_16_a_limit_in_working_time_begins_when_the_desk_opens(came: str, due: str) -> None:
    ruleset = way("", *(((f'after = "{n}h"', f'after = "{n}bh"')) for n in (2, 4)))
    snapshot = entered(ruleset, now=datetime.fromisoformat(came))
    assert snapshot.stamp("state_due") == datetime.fromisoformat(due)
    timers = {t.step: t.due for t in snapshot.timers if t.rule == "blueprint.orders.state.received"}
    assert timers[0] < timers[1] == snapshot.stamp("state_due")


def test_the_limit_of_the_whole_way_counts_working_days_until_its_end() -> None:
    snapshot = entered()
    due = next(timer for timer in snapshot.timers if timer.rule == "blueprint.orders").due
    assert due == snapshot.stamp("blueprint_due") == NOW + timedelta(days=7)
    over = run(WAY, replace(snapshot, now=due), TimerFired(1, "blueprint.orders", 0, due.isoformat())).after
    assert "late_way" in over.tags
    assert not [timer for timer in at("shipped").timers if timer.rule == "blueprint.orders"]


def test_an_automatic_transition_is_taken_after_its_time_and_not_when_left() -> None:
    asked = at("asked")
    timer = next(timer for timer in asked.timers if timer.rule == "blueprint.orders.give-up")
    assert timer.due == NOW + timedelta(days=2)
    outcome = run(WAY, replace(asked, now=timer.due), TimerFired(1, timer.rule, 0, timer.due.isoformat()))
    assert (state(outcome), letters(outcome)) == ("dropped", [("reply", "requester")])
    left = run(WAY, asked, reply()).after
    assert "blueprint.orders.give-up" not in {timer.rule for timer in left.timers}


QUICK = """
[[blueprint.transition]]
name = "urgent-first"
from = ["received"]
to = "approved"
automatic = true
all = ["priority == urgent"]
[[blueprint.transition]]
name = "and-back"
from = ["approved"]
to = "received"
automatic = true
all = ["priority == urgent"]
"""


def test_trap_01_automatic_transitions_follow_at_once_and_never_go_round() -> None:
    ruleset = way(QUICK)
    outcome = run(ruleset, entered(ruleset), FieldEdited(AGENT, (("priority", "urgent"),)))
    taken = [step.rule for step in outcome.steps if step.what == "hit" and step.rule.startswith("blueprint.")]
    assert taken == ["blueprint.orders.urgent-first", "blueprint.orders.and-back"]
    assert not [t for t in outcome.after.timers if t.rule in taken]
    assert [s.why for s in run(ruleset, entered(ruleset), reply()).steps if s.rule == taken[0]] == [
        "priority == urgent failed, it saw priority: normal"
    ]


def test_a_rule_takes_a_transition_only_where_rules_may() -> None:
    more = """
[[trigger]]
name = "pack it"
on = "edited"
all = ["state == 'approved'"]
do = [{ move = "pack", text = "by itself" }]
[[trigger]]
name = "ship it"
on = "edited"
all = ["state == 'packed'"]
do = [{ move = "ship" }]
"""
    ruleset = way(more, ("attachment = true", "attachment = false"))
    outcome = run(ruleset, at("approved", ruleset), FieldEdited(AGENT, (("note", "x"),)))
    assert state(outcome) == "packed"
    [why] = [step.why for step in outcome.steps if step.rule == "ship it" and step.what == "refused"]
    assert "ship is for its assignee (orders-agent), not for rules" in why


def test_a_macro_takes_a_transition_as_the_person_who_applies_it() -> None:
    more = '[[macro]]\nname = "go"\ndo = [{ set = { note = "gone" } }, { move = "approve" }]\n'
    ruleset = way(more)
    assert state(run(ruleset, entered(ruleset), MacroApplied(AGENT, "go"))) == "approved"
    outcome = run(ruleset, entered(ruleset), MacroApplied(HELPER, "go"))
    assert outcome.effects == ()


STRICT = ('label = "Order handling"', 'label = "Order handling"\nstrict = true\nexempt = ["role:lead"]')


def test_strict_forbids_fields_and_answers_outside_of_transitions_to_all_but_the_exempt() -> None:
    more = '[[macro]]\nname = "note it"\ndo = [{ set = { note = "x" } }]\n'
    more += '[[macro]]\nname = "tag it"\ndo = [{ add_tags = ["x"] }]\n'
    more += '[[form]]\nname = "other"\nfields = []\n[[macro]]\nname = "form it"\ndo = [{ set = { form = "other" } }]\n'
    ruleset = way(more, STRICT)
    snapshot = entered(ruleset)
    for event in (
        FieldEdited(AGENT, (("note", "x"),)),
        FieldEdited(AGENT, (("form", ""),)),
        MacroApplied(AGENT, "note it"),
        MacroApplied(AGENT, "form it"),
        CommentWritten(AGENT, "hello", True),
    ):
        assert "is strict" in refused(run(ruleset, snapshot, event))
        assert run(ruleset, snapshot, replace(event, actor=LEAD)).effects != ()
    for free in (
        CommentWritten(AGENT, "a note", False),
        FieldEdited(AGENT, (("assignee", "lead"),)),
        MacroApplied(AGENT, "tag it"),
    ):
        assert run(ruleset, snapshot, free).effects != ()
    assert run(ruleset, snapshot, CommentWritten(CUSTOMER, "hello", True)).effects != ()
    assert state(take(snapshot, "approve", ruleset=ruleset, inputs=(("note", "x"),))) == "approved"


def test_a_ticket_keeps_the_version_it_entered_until_somebody_migrates_it() -> None:
    old, new = (
        way(),
        way(
            "", ('who = ["group:Orders"]', 'who = ["group:Support"]'), ('after = "4h", levels', 'after = "1h", levels')
        ),
    )
    snapshot = entered(old)
    both = knowing(new, old.blueprints["orders"])
    assert state(take(snapshot, "approve", AGENT, both)) == "approved"
    assert "not known here" in refused(run(new, snapshot, TransitionAsked(AGENT, "approve")))
    assert run(new, snapshot, MoveAsked(AGENT, Status.SOLVED)).effects == ()
    assert "no lead" in refused(run(both, snapshot, MigrationAsked(AGENT)))
    moved = run(both, later(snapshot, hours=1), MigrationAsked(LEAD)).after
    assert state(moved) == "received"
    assert moved.stamp("state_entered") == NOW
    assert moved.stamp("state_due") == NOW + HOUR
    assert "is for the group Support" in refused(take(moved, "approve", AGENT, both))
    assert "keeps today's version" in refused(run(both, moved, MigrationAsked(LEAD)))


def test_a_state_that_is_gone_must_be_mapped() -> None:
    old = way()
    new = way(
        "",
        ('name = "packed"', 'name = "boxed"'),
        ('to = "packed"', 'to = "boxed"'),
        ('from = ["packed"]', 'from = ["boxed"]'),
    )
    packed, both = at("packed", old), knowing(new, old.blueprints["orders"])
    assert "has no state 'packed' today; say which takes its place: packed=..." in refused(
        run(both, packed, MigrationAsked(LEAD))
    )
    moved = run(both, later(packed, hours=1), MigrationAsked(LEAD, (("packed", "boxed"),))).after
    assert (state(moved), moved.stamp("state_entered")) == ("boxed", NOW + HOUR)


def test_a_ticket_changed_meanwhile_is_looked_at_again_first() -> None:
    assert "look again" in refused(take(entered(), "approve", expected_version=99))


def test_explain_tells_every_transition_from_here() -> None:
    told = {answer.rule: answer for answer in explain(WAY, entered())}
    assert told["blueprint.orders.approve"].what == "hit"
    assert told["blueprint.orders.approve-dear"].why == "[0] total_cost >= 10000 (total cost: 100)"
    assert told["blueprint.orders.state.received"].what == "waiting"
    assert "blueprint.orders.ship" not in told
    assert {a.rule: a.what for a in explain(WAY, ticket())}["blueprint.orders"] == "miss"


def test_events_have_words() -> None:
    assert (EVENTS[TransitionAsked], EVENTS[MigrationAsked]) == ("transition", "migration")


@pytest.mark.parametrize(
    ("who", "told"),
    [
        ('["user:lead"]', "lead"),
        ('["group:Support", "role:admin"]', "the group Support or everybody who is an admin"),
        ('["requester"]', "the customer"),
        ('["rules"]', "rules"),
        ('["assignee"]', "its assignee (nobody yet)"),
    ],
)
def test_refusals_name_people_as_people_do(who: str, told: str) -> None:
    ruleset = way("", ('who = ["group:Orders"]', f"who = {who}"))
    snapshot = replace(entered(ruleset), assignee=None)
    assert refused(take(snapshot, "approve", ruleset=ruleset)) == f"Approve is for {told}, not for orders-agent"


def test_what_nobody_takes_by_hand_says_what_takes_it_and_nothing_else() -> None:
    told = {name: refused(take(at("asked"), name)) for name in ("answered", "give-up")}
    assert told["answered"] == "answered is for nobody: the customer's answer takes it"
    assert told["give-up"] == "give-up is for nobody: it is taken by itself"
    why = "in blueprint Order handling only transitions change the status; from 'Asked the customer' there are drop"
    assert refused(run(WAY, at("asked"), MoveAsked(LEAD, Status.OPEN))) == why


def test_what_rules_cannot_do_is_their_history_and_no_refusal_of_a_note() -> None:
    more = '[[trigger]]\nname = "Open"\non = "comment"\ndo = [{ set = { status = "pending" } }]\n'
    outcome = run(way(more), entered(way(more)), CommentWritten(AGENT, "a note", False))
    assert (outcome.asked, [step.rule for step in outcome.steps if step.what == "refused"]) == ((), ["Open"])
    edit = run(way(more), entered(way(more)), FieldEdited(AGENT, (("status", "pending"),)))
    assert edit.asked == edit.refusals != ()


def test_assigning_what_is_new_in_a_blueprint_opens_nothing_and_refuses_nothing() -> None:
    ruleset = way("", ('label = "Received"\nstatus = "open"', 'label = "Received"\nstatus = "new"'))
    before = run(ruleset, ticket(form="order"), created(ORDER)).after
    assert (state(before), before.status) == ("received", Status.NEW)
    outcome = run(ruleset, before, FieldEdited(AGENT, (("assignee", "lead"),)))
    assert (outcome.after.assignee, outcome.after.status, outcome.refusals) == ("lead", Status.NEW, ())


def test_a_transition_whose_own_actions_ask_for_another_status_says_so() -> None:
    who = 'who = ["user:lead", "requester"]\n'
    ruleset = way("", (who, who + 'do = [{ set = { status = "{{ ticket.fields.note }}" } }]\n'))
    found = entered(ruleset, fields={"note": "open"})
    outcome = run(ruleset, found, TransitionAsked(LEAD, "drop", (), "a word"))
    assert outcome.asked == ("drop cannot be taken: it leads to solved, and what it does afterwards asks for open",)
