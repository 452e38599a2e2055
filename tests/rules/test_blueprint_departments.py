"""A blueprint belongs to the departments that it names: who goes elsewhere leaves it, and may enter another there."""

from dataclasses import replace
from datetime import timedelta

import pytest

from maild.domain.effects import CancelTimer, LeaveBlueprint
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
from maild.domain.people import Actor
from maild.domain.stand import STAMPS
from maild.domain.ticket import Snapshot, Status
from rules.lint_blueprint import doubts
from rules.model import Ruleset
from rules.pathways import knowing
from rules.plan import Outcome
from rules.triggers import run
from tests.rules.builders import AGENT, LEAD, ORDER, created, reply, ticket
from tests.rules.divided import divided

HELPER = Actor("agent", "helper")
WAYS = """
[[blueprint]]
name = "orders"
label = "Order handling"
department = "orders"
limit = "5d"
[[blueprint.state]]
name = "received"
status = "open"
limit = { after = "4h", levels = [{ after = "2h", do = [{ add_tags = ["slow"] }] }] }
[[blueprint.state]]
name = "asked"
status = "pending"
[[blueprint.state]]
name = "shipped"
status = "solved"
[[blueprint.transition]]
name = "ask"
from = ["received"]
to = "asked"
who = ["agents"]
[[blueprint.transition]]
name = "ship"
from = ["received"]
to = "shipped"
who = ["agents"]
[[blueprint.transition]]
name = "give-up"
from = ["asked"]
to = "shipped"
automatic = true
after = "2d"
[[blueprint.transition]]
name = "hand-over"
from = ["received"]
to = "asked"
who = ["agents"]
do = [{ set = { department = "service", status = "on-hold" } }]

[[blueprint]]
name = "repairs"
label = "Repairs"
department = "service"
all = ["topic == repair"]
[[blueprint.state]]
name = "bench"
status = "on-hold"
limit = "1h"
[[blueprint.state]]
name = "mended"
status = "solved"
[[blueprint.transition]]
name = "mend"
from = ["bench"]
to = "mended"
who = ["department:service"]

[[macro]]
name = "To service"
do = [{ set = { department = "service" } }]
[[trigger]]
name = "To service"
on = "comment"
all = ["comment.text contains 'repair'"]
do = [{ set = { department = "service" } }, { add_tags = ["repair"] }]
[[automation]]
name = "Too long"
all = ["hours_since('created') >= 100"]
do = [{ set = { department = "service" } }]
"""
RULES = divided(WAYS)
STRICT = divided(
    WAYS.replace('label = "Order handling"', 'label = "Order handling"\nstrict = true\nexempt = ["role:lead"]')
)


def entered(ruleset: Ruleset = RULES, **fields: str) -> Snapshot:
    begun = ticket(order_address="orders@shop.example", status=Status.OPEN, fields=fields)
    after = run(ruleset, begun, created(ORDER)).after
    assert stand(after) == ("orders", "received")
    return after


def stand(ticket: Snapshot) -> tuple[str, str] | None:
    return (ticket.blueprint.blueprint, ticket.blueprint.state) if ticket.blueprint else None


def moved(before: Snapshot, to: str, ruleset: Ruleset = RULES, actor: Actor = LEAD) -> Outcome:
    return run(ruleset, before, FieldEdited(actor, (("department", to),)))


def test_leaving_the_department_ends_the_blueprint_with_its_limits_and_the_history_says_so() -> None:
    before = entered()
    assert {timer.rule for timer in before.timers} >= {"blueprint.orders", "blueprint.orders.state.received"}
    outcome = moved(before, "service")
    after = outcome.after
    assert (after.department, after.status, after.blueprint) == ("service", Status.OPEN, None)
    assert not [timer for timer in after.timers if timer.rule.startswith("blueprint.")]
    assert not any(after.stamp(name) for name in STAMPS)
    told = {(step.rule, step.why): step.effects for step in outcome.steps}
    assert told["system.blueprint", "it is with Service now, where the blueprint ends"] == ("leaves blueprint orders",)
    gone = {e.effect.why for e in outcome.effects if isinstance(e.effect, CancelTimer)}
    assert gone == {"the ticket has left the blueprint"}
    assert run(RULES, after, MoveAsked(HELPER, Status.PENDING)).after.status is Status.PENDING, "free again"
    assert run(RULES, after, TransitionAsked(HELPER, "ask")).effects == ()


def test_coming_to_a_department_enters_its_blueprint_from_the_start_and_back_again() -> None:
    there = moved(entered(topic="repair"), "service").after
    assert (stand(there), there.status) == (("repairs", "bench"), Status.HOLD)
    assert there.stamp("state_due") == there.now + timedelta(hours=1)
    assert [timer.rule for timer in there.timers if timer.rule.startswith("blueprint.")] == [
        "blueprint.repairs.state.bench"
    ]
    back = moved(replace(there, now=there.now + timedelta(minutes=5)), "orders").after
    assert (stand(back), back.status) == (("orders", "received"), Status.OPEN)
    assert back.stamp("blueprint_entered") == back.now, "its way begins anew"
    assert {t.due for t in back.timers if t.rule == "blueprint.orders.state.received"} == {
        back.now + timedelta(hours=2)
    }


def test_a_limit_that_fired_before_it_left_fires_again_on_another_stay() -> None:
    before = entered()
    timer = next(t for t in before.timers if t.rule == "blueprint.orders.state.received")
    fired = run(
        RULES, replace(before, now=timer.due), TimerFired(1, timer.rule, timer.step, timer.due.isoformat())
    ).after
    assert "slow" in fired.tags
    back = moved(moved(fired, "service").after, "orders").after
    again = [t for t in back.timers if t.rule == timer.rule and t.step == timer.step]
    assert [(t.due, t.fired) for t in again] == [(back.now + timedelta(hours=2), False)]


@pytest.mark.parametrize(
    "event",
    [
        FieldEdited(AGENT, (("department", "service"),)),
        FieldEdited(AGENT, (("status", "pending"), ("department", "service"))),
        MacroApplied(AGENT, "to-service"),
        CommentWritten(AGENT, "for repair", public=False),
        TransitionAsked(AGENT, "hand-over"),
        TimerFired(1, "Too long", 0, "2026-11-30T00:00:00+00:00"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_it_ends_by_every_door(event: Event) -> None:
    before = entered()
    late = replace(before, now=before.now + timedelta(hours=101)) if isinstance(event, TimerFired) else before
    outcome = run(RULES, late, event)
    assert (outcome.refusals, outcome.after.department, outcome.after.blueprint) == ((), "service", None)
    assert [planned.rule for planned in outcome.effects if isinstance(planned.effect, LeaveBlueprint)] == [
        "system.blueprint"
    ]


def test_what_the_deed_does_next_is_done_outside_of_it() -> None:
    assert run(RULES, entered(), TransitionAsked(AGENT, "hand-over")).after.status is Status.HOLD
    edit = FieldEdited(AGENT, (("status", "pending"), ("department", "service")))
    assert run(RULES, entered(), edit).after.status is Status.PENDING


def test_without_departments_it_goes_along_with_the_ticket() -> None:
    everywhere = divided(WAYS.replace('department = "orders"\nlimit', 'all = ["form == order"]\nlimit'))
    assert stand(moved(entered(everywhere), "service", everywhere).after) == ("orders", "received")
    both = divided(WAYS.replace('department = "orders"\nlimit', 'department = ["orders", "service"]\nlimit'))
    assert stand(moved(entered(both), "service", both).after) == ("orders", "received")


def test_a_version_of_before_ends_with_its_own_departments() -> None:
    before = entered()
    other = divided(WAYS.replace('department = "orders"\nlimit', 'department = ["orders", "service"]\nlimit'))
    both = knowing(other, RULES.blueprints["orders"])
    effects = [planned.effect for planned in moved(before, "service", both).effects]
    assert LeaveBlueprint("orders") in effects
    after = moved(before, "service", both).after.blueprint
    assert after is not None and after.version == other.blueprints["orders"].digest, "the version of today takes it"


def test_migration_takes_nobody_into_a_blueprint_of_another_department() -> None:
    both = divided(WAYS.replace('department = "orders"\nlimit', 'department = ["orders", "service"]\nlimit'))
    there = moved(entered(both), "service", both).after
    today = knowing(RULES, both.blueprints["orders"])
    why = "blueprint Order handling is for Orders today, and the ticket is with Service; move it there first"
    assert run(today, there, MigrationAsked(LEAD)).refusals == (why,)


def test_a_strict_one_is_left_by_a_transition_or_by_the_exempt() -> None:
    before = entered(STRICT)
    for event in (FieldEdited(AGENT, (("department", "service"),)), MacroApplied(AGENT, "to-service")):
        assert run(STRICT, before, event).refusals == (
            "the ticket leaves its department by a transition only, as blueprint Order handling is strict; "
            "from 'received' there are ask, ship, hand-over",
        )
    assert moved(before, "service", STRICT, LEAD).after.blueprint is None
    assert run(STRICT, before, TransitionAsked(AGENT, "hand-over")).after.blueprint is None


def test_what_is_solved_leaves_and_enters_nothing_before_it_is_reopened() -> None:
    done = run(RULES, entered(topic="repair"), TransitionAsked(AGENT, "ship")).after
    there = moved(done, "service").after
    assert (there.status, there.blueprint) == (Status.SOLVED, None)
    assert stand(run(RULES, there, reply()).after) == ("repairs", "bench")


def test_conditions_that_name_a_department_do_not_say_whose_it_is() -> None:
    loose = divided(WAYS.replace('department = "orders"\nlimit', "all = [\"department == 'orders'\"]\nlimit"))
    [found] = [finding for finding in doubts(loose) if "department" in finding.what]
    assert "'orders' enters by department and is kept elsewhere" in found.what
    assert not [finding for finding in doubts(RULES) if "department" in finding.what]


def shared(who: str) -> Ruleset:
    """The orders' way, with a transition out of asked for ``who``."""
    more = f'[[blueprint.transition]]\nname = "check"\nfrom = ["asked"]\nto = "received"\nwho = ["{who}"]\n\n'
    return divided(WAYS.replace('[[blueprint]]\nname = "repairs"', more + '[[blueprint]]\nname = "repairs"'))


def test_a_department_sees_and_works_a_ticket_while_a_transition_is_its_own_and_no_longer() -> None:
    ruleset = shared("department:service")
    before = entered(ruleset)
    note = CommentWritten(HELPER, "looks fine", public=False)
    hidden = ("ticket 7 is with Orders, and helper does not belong there",)
    assert run(ruleset, before, note).refusals == hidden
    asked = run(ruleset, before, TransitionAsked(AGENT, "ask")).after
    assert run(ruleset, asked, note).refusals == ()
    back = run(ruleset, asked, TransitionAsked(HELPER, "check")).after
    assert stand(back) == ("orders", "received")
    assert run(ruleset, back, note).refusals == hidden
    assert ruleset.blueprints["orders"].shares() == (("asked", "service"),)


@pytest.mark.parametrize("who", ["group:Support", "user:helper", "helper"])
def test_an_owner_who_does_not_see_the_ticket_is_a_doubt(who: str) -> None:
    [found] = [finding for finding in doubts(shared(who)) if "nobody sees" in finding.what]
    assert found.what == (
        f"transition 'check' of blueprint 'orders' is for {who}, and there nobody sees tickets of Orders"
    )
    asked = run(shared(who), entered(shared(who)), TransitionAsked(AGENT, "ask")).after
    assert run(shared(who), asked, TransitionAsked(HELPER, "check")).refusals[0].startswith("ticket 7 is with Orders")


@pytest.mark.parametrize("who", ["department:service", "group:Orders", "lead", "agents", "role:lead", "assignee"])
def test_others_are_none(who: str) -> None:
    assert not [finding for finding in doubts(shared(who)) if "nobody sees" in finding.what]
