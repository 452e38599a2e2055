"""Timers: exact, once per stay, re-checked, cancelled on leaving, fresh on coming back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from maild.domain.calendars import always, parse_duration
from maild.domain.effects import ArmTimer, CancelTimer, SendLetter
from maild.domain.events import FieldEdited, MacroApplied, MoveAsked, TimerFired
from maild.domain.terms import quiet
from maild.domain.ticket import Snapshot, Status
from maild.domain.timer import ArmedTimer
from rules.automations import _next, backfill
from rules.simulate import Happening, Life, simulate
from rules.triggers import Outcome, run
from tests.rules.builders import AGENT, LEAD, NOW, later, reply, rules, ticket

OFFICE = '[schedule.default]\nzone = "Europe/Berlin"\n' + "".join(
    f'{day} = "08:00-17:00"\n' for day in ("mon", "tue", "wed", "thu", "fri")
)
REMIND = """
[[automation]]
name = "remind"
all = ["status == pending", "hours_since('status_changed') >= 24"]
do = [{ notify = "requester", template = "reminder" }]
"""
OPEN = ticket(status=Status.OPEN, assignee="orders-agent", group="Orders")
TO_PENDING = MoveAsked(AGENT, Status.PENDING)
TOUCH = FieldEdited(AGENT, (("subject", "touched"),))
DAY = timedelta(days=1)


def armed(outcome: Outcome, rule: str = "remind") -> list[datetime]:
    return [p.effect.due for p in outcome.effects if isinstance(p.effect, ArmTimer) and p.effect.rule == rule]


def cancelled(outcome: Outcome, rule: str = "remind") -> list[str]:
    return [p.effect.why for p in outcome.effects if isinstance(p.effect, CancelTimer) and p.effect.rule == rule]


def sent(outcome: Outcome) -> list[str]:
    return [p.effect.template for p in outcome.effects if isinstance(p.effect, SendLetter)]


def fired(rule: str, due: datetime, step: int = 0) -> TimerFired:
    return TimerFired(1, rule, step, due.isoformat())


def waiting() -> Snapshot:
    """Pending, with its reminder armed."""
    return run(rules(REMIND), OPEN, TO_PENDING).after


def test_a_timer_is_armed_to_the_second() -> None:
    outcome = run(rules(REMIND), OPEN, TO_PENDING)
    assert armed(outcome) == [NOW + DAY]
    assert outcome.after.timers == (ArmedTimer("remind", 0, NOW + DAY),)


def test_it_is_armed_once_however_often_the_ticket_is_touched() -> None:
    outcome = run(rules(REMIND), later(waiting(), hours=3), TOUCH)
    assert armed(outcome) == []
    assert cancelled(outcome) == []


def test_trap_12_leaving_cancels_and_coming_back_starts_afresh() -> None:
    left = run(rules(REMIND), later(waiting(), hours=20), MoveAsked(AGENT, Status.OPEN))
    assert cancelled(left) == ["the conditions no longer hold"]
    assert left.after.timers == ()
    back = run(rules(REMIND), later(left.after, hours=1), TO_PENDING)
    assert armed(back) == [NOW + timedelta(hours=21) + DAY]


def test_leaving_and_coming_back_in_one_event_moves_the_timer() -> None:
    bounce = """
    [[trigger]]
    name = "back to pending"
    on = "mail"
    all = ["status == open"]
    do = [{ set = { status = "pending" } }]
    """
    outcome = run(rules(REMIND + bounce), later(waiting(), hours=20), reply())
    assert outcome.after.status is Status.PENDING
    assert armed(outcome) == [NOW + timedelta(hours=20) + DAY]
    assert [t.due for t in outcome.after.timers] == [NOW + timedelta(hours=44)]


def test_it_fires_once_per_stay() -> None:
    outcome = run(rules(REMIND), later(waiting(), days=1), fired("remind", NOW + DAY))
    assert sent(outcome) == ["reminder"]
    assert outcome.after.timers == (ArmedTimer("remind", 0, NOW + DAY, fired=True),)
    for hours in (1, 100):
        assert armed(run(rules(REMIND), later(outcome.after, hours=hours), TOUCH)) == []


def test_trap_05_two_runs_in_a_row_act_once() -> None:
    due = later(waiting(), days=1)
    first = run(rules(REMIND), due, fired("remind", NOW + DAY))
    assert sent(first) == ["reminder"]
    assert armed(first) == []


def test_after_it_fired_a_new_stay_fires_again() -> None:
    happened = simulate(
        rules(REMIND),
        OPEN,
        [
            Happening(NOW, TO_PENDING),
            Happening(NOW + 2 * DAY, reply()),
            Happening(NOW + 3 * DAY, TO_PENDING),
        ],
        until=NOW + 30 * DAY,
    )
    assert letters_at(happened, "reminder") == [NOW + DAY, NOW + 4 * DAY]


def test_trap_12_the_conditions_are_asked_again_when_it_is_due() -> None:
    stale = replace(later(waiting(), days=1), status=Status.OPEN)
    outcome = run(rules(REMIND), stale, fired("remind", NOW + DAY))
    assert sent(outcome) == []
    step = next(step for step in outcome.steps if step.what == "suppressed")
    assert (step.rule, step.condition, step.seen) == ("remind", 0, "status: open")


def test_d05_after_downtime_it_fires_once_and_late() -> None:
    outcome = run(rules(REMIND), later(waiting(), days=9), fired("remind", NOW + DAY))
    assert sent(outcome) == ["reminder"]
    assert armed(outcome) == []


def test_d09_a_closed_ticket_waits_for_nothing() -> None:
    forever = '[[automation]]\nname = "age"\nall = ["hours_since(\'created\') >= 1000"]\ndo = [{ add_tags = ["old"] }]'
    waits = run(rules(forever), OPEN, TOUCH).after
    assert [t.rule for t in waits.timers] == ["age"]
    outcome = run(rules(forever), waits, MoveAsked(LEAD, Status.CLOSED))
    assert outcome.after.timers == ()
    suppressed = run(rules(forever), replace(waits, status=Status.CLOSED), fired("age", NOW))
    assert [step.why for step in suppressed.steps if step.what == "suppressed"] == ["the ticket is closed"]


def test_a_rule_that_is_gone_takes_its_timers_along() -> None:
    outcome = run(rules(""), waiting(), TOUCH)
    assert cancelled(outcome) == ["there is no such rule any more"]
    late = run(rules(""), waiting(), fired("remind", NOW + DAY))
    assert [step.why for step in late.steps if step.what == "suppressed"] == ["there is no such rule any more"]
    assert [timer.fired for timer in late.after.timers] == [True]


def test_a_rule_that_comes_back_knows_what_it_did_in_this_stay() -> None:
    done = run(rules(REMIND), later(waiting(), days=1), fired("remind", NOW + DAY)).after
    without = run(rules(""), later(done, days=1), TOUCH).after
    assert backfill(rules(REMIND), later(without, days=1)) == ()


def test_a_changed_threshold_moves_the_timer() -> None:
    outcome = run(rules(REMIND.replace("24", "48")), waiting(), TOUCH)
    assert cancelled(outcome) == ["its time has moved"]
    assert armed(outcome) == [NOW + 2 * DAY]


def test_a_timer_that_is_due_and_not_yet_fired_is_left_alone() -> None:
    assert run(rules(REMIND), later(waiting(), days=2), TOUCH).after.timers == waiting().timers


def test_a_condition_met_already_fires_at_once() -> None:
    tagged = REMIND.replace('"status == pending"', '"status == pending", "tags any [\'late\']"')
    old = replace(later(OPEN, days=5), status=Status.PENDING)
    outcome = run(rules(tagged), old, FieldEdited(AGENT, (("tags", "+late"),)))
    assert armed(outcome) == [old.now]


EVERY = REMIND + 'every = "1bd"\nmax = 3\n'


def test_every_repeats_in_working_days_and_max_ends_it() -> None:
    happened = simulate(rules(OFFICE + EVERY), OPEN, [Happening(NOW, TO_PENDING)], until=NOW + 30 * DAY)
    # due Wednesday 10:00 in Berlin, then one working day apart: Thursday, Friday
    assert letters_at(happened, "reminder") == [NOW + DAY, NOW + 2 * DAY, NOW + 3 * DAY]


def test_every_skips_the_weekend() -> None:
    friday = replace(OPEN, now=datetime(2026, 11, 19, 9, tzinfo=UTC))
    happened = simulate(rules(OFFICE + EVERY), friday, [Happening(friday.now, TO_PENDING)], until=NOW + 30 * DAY)
    assert [at.day for at in letters_at(happened, "reminder")] == [20, 23, 24]


def test_d05_repetitions_missed_in_downtime_are_not_bunched() -> None:
    ruleset = rules(REMIND + 'every = "1d"\nmax = 5\n')
    pending = run(ruleset, OPEN, TO_PENDING).after
    late = run(ruleset, later(pending, days=4, hours=1), fired("remind", NOW + DAY))
    assert sent(late) == ["reminder"]
    assert armed(late) == [NOW + 5 * DAY]


def test_leaving_ends_the_repetitions() -> None:
    happened = simulate(
        rules(REMIND + 'every = "1d"\n'),
        OPEN,
        [Happening(NOW, TO_PENDING), Happening(NOW + timedelta(days=3, hours=1), reply())],
        until=NOW + 30 * DAY,
    )
    assert len(letters_at(happened, "reminder")) == 3
    assert max(len(chapter.outcome.after.timers) for chapter in happened.chapters) == 1
    assert [t for t in happened.ticket.timers if t.rule == "remind"] == []


CHAIN = """
[[sequence]]
name = "collect"
while = ["status == pending"]
since = "status_changed"
cancel_on = ["left", "customer_reply"]
steps = [
  { after = "0d", do = [{ notify = "requester", template = "reply" }] },
  { after = "2d", do = [{ notify = "requester", template = "reminder" }] },
  { after = "3d", do = [{ notify = "requester", template = "reminder" }, { task = "Call {{ requester.name }}" }] },
]
"""


def letters_at(life: Life, template: str) -> list[datetime]:
    return [
        chapter.at
        for chapter in life.chapters
        for planned in chapter.outcome.effects
        if isinstance(planned.effect, SendLetter) and planned.effect.template == template
    ]


def test_the_chain_of_0_2_and_3_days_ends_with_a_task() -> None:
    happened = simulate(rules(CHAIN), OPEN, [Happening(NOW, TO_PENDING)], until=NOW + 30 * DAY)
    assert letters_at(happened, "reply") == [NOW]
    assert letters_at(happened, "reminder") == [NOW + 2 * DAY, NOW + 3 * DAY]
    assert letters_at(happened, "notify_agent") == [NOW + 3 * DAY]


def test_the_chain_ends_when_the_state_is_left() -> None:
    events = [Happening(NOW, TO_PENDING), Happening(NOW + timedelta(hours=50), MoveAsked(AGENT, Status.HOLD))]
    happened = simulate(rules(CHAIN), OPEN, events, until=NOW + 30 * DAY)
    assert letters_at(happened, "reminder") == [NOW + 2 * DAY]
    assert happened.ticket.timers == ()


def test_the_chain_ends_when_the_customer_replies_even_if_the_state_stays() -> None:
    keep = '[[trigger]]\nname = "keep"\non = "mail"\ndo = [{ set = { status = "pending" } }]\n'
    stays = CHAIN.replace('since = "status_changed"', 'since = "created"')
    events = [Happening(NOW, TO_PENDING), Happening(NOW + DAY, reply())]
    happened = simulate(rules(stays + keep), OPEN, events, until=NOW + 30 * DAY)
    assert happened.ticket.status is Status.PENDING
    assert letters_at(happened, "reminder") == []


STARTED = CHAIN.replace('since = "status_changed"\n', "") + (
    '[[macro]]\nname = "start"\ndo = [{ set = { status = "pending" } }, { start = "collect" }]\n'
    '[[trigger]]\nname = "stop"\non = "edited"\ndo = [{ stop = "collect" }]\n'
)


def test_a_sequence_is_started_by_an_action_and_counts_from_there() -> None:
    start = Happening(NOW + timedelta(hours=5), MacroApplied(AGENT, "start"))
    happened = simulate(rules(STARTED), OPEN, [start], until=NOW + 30 * DAY)
    assert letters_at(happened, "reminder") == [start.at + 2 * DAY, start.at + 3 * DAY]
    again = simulate(rules(STARTED), happened.ticket, [Happening(happened.ticket.now, TOUCH)], until=NOW + 90 * DAY)
    assert letters_at(again, "reminder") == []


def test_a_started_sequence_ends_by_a_reply_or_by_stop() -> None:
    for ending in (reply(), TOUCH):
        events = [Happening(NOW, MacroApplied(AGENT, "start")), Happening(NOW + DAY, ending)]
        happened = simulate(rules(STARTED), OPEN, events, until=NOW + 30 * DAY)
        assert letters_at(happened, "reminder") == []
        assert happened.ticket.timers == ()


LIMITS = """
[[form]]
name = "order"
[matrix.order.limits]
open = { after = "4bh", notify = "lead", template = "notify_lead" }
[[view]]
name = "late"
all = ["overdue"]
"""


def test_a_time_limit_tells_the_lead_and_overdue_is_derived() -> None:
    ruleset = rules(OFFICE + LIMITS)
    new = ticket(
        form="order", now=datetime(2026, 11, 20, 15, tzinfo=UTC)
    )  # Friday 16:00: one hour left, three on Monday
    opened = Happening(new.now, FieldEdited(AGENT, (("assignee", "orders-agent"),)))
    happened = simulate(ruleset, new, [opened], until=NOW + 30 * DAY)
    due = datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert letters_at(happened, "notify_lead") == [due]
    late = ruleset.views["late"].conditions
    assert late.hold(quiet(replace(happened.ticket, now=due)))
    assert not late.hold(quiet(replace(happened.ticket, now=due - timedelta(microseconds=1))))
    left = run(ruleset, replace(happened.ticket, now=due), MoveAsked(AGENT, Status.HOLD)).after
    assert not late.hold(quiet(left))


def test_solved_closes_after_28_days_even_without_a_rule() -> None:
    solved = Happening(NOW, MoveAsked(AGENT, Status.SOLVED))
    happened = simulate(rules(""), OPEN, [solved], until=NOW + 60 * DAY)
    assert [(c.at, c.outcome.after.status) for c in happened.chapters][-1] == (NOW + 28 * DAY, Status.CLOSED)
    reopened = simulate(rules(""), OPEN, [solved, Happening(NOW + 27 * DAY, reply())], until=NOW + 60 * DAY)
    assert reopened.ticket.status is Status.OPEN


def test_the_time_until_closing_is_configurable() -> None:
    own = '[[automation]]\nname = "system.close"\nall = ["status == solved", "days_since(\'status_changed\') >= 7"]\n'
    ruleset = rules(own + 'do = [{ set = { status = "closed" } }]')
    happened = simulate(ruleset, OPEN, [Happening(NOW, MoveAsked(AGENT, Status.SOLVED))], until=NOW + 60 * DAY)
    assert happened.chapters[-1].at == NOW + 7 * DAY


def test_trap_06_fires_at_exactly_the_hour_not_before() -> None:
    early = run(rules(REMIND), replace(later(waiting(), days=1), now=NOW + DAY - timedelta(microseconds=1)), TOUCH)
    assert early.after.timers == waiting().timers
    assert sent(run(rules(REMIND), replace(waiting(), now=NOW + DAY), fired("remind", NOW + DAY))) == ["reminder"]


def test_a_year_of_one_ticket_is_few_steps() -> None:
    """The cost follows what falls due, not the time that passes."""
    weekly = [Happening(NOW + 7 * DAY * week, reply() if week % 2 else TO_PENDING) for week in range(52)]
    happened = simulate(rules(OFFICE + REMIND + CHAIN), OPEN, weekly, until=NOW + 365 * DAY)
    assert len(happened.chapters) == 52 + 26 * 4
    assert not happened.cut


def test_a_new_rule_file_meets_an_old_ticket() -> None:
    """What is missing is armed, what has fired stays fired, what has lost its rule is taken back."""
    assert backfill(rules(REMIND), waiting()) == ()
    bare = replace(waiting(), timers=())
    assert backfill(rules(REMIND), bare) == (ArmTimer("remind", NOW + DAY),)
    assert backfill(rules(REMIND), later(bare, days=9)) == (ArmTimer("remind", NOW + 9 * DAY),)
    done = replace(later(bare, days=9), timers=(ArmedTimer("remind", 0, NOW + DAY, fired=True),))
    assert backfill(rules(REMIND), done) == ()
    assert [type(effect) for effect in backfill(rules(""), waiting())] == [CancelTimer]


def test_a_beat_of_a_minute_is_found_in_one_step_after_a_hundred_years() -> None:
    last = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    now = last + timedelta(days=36525, seconds=1)
    assert _next(always("UTC"), last, parse_duration("1m"), now) == last + timedelta(days=36525, minutes=1)
    assert _next(always("UTC"), last, parse_duration("1m"), last) == last + timedelta(minutes=1)
    assert _next(always("UTC"), last, parse_duration("7h"), last + timedelta(hours=14)) == last + timedelta(hours=21)
