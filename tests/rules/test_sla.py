"""Service levels: what starts, pauses, meets and misses their clocks, and when somebody hears of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maild.domain.calendars import add_business, business_seconds_between
from maild.domain.effects import SendLetter
from maild.domain.events import CommentWritten, Event, FieldEdited, MacroApplied, MoveAsked, TimerFired
from maild.domain.people import Actor
from maild.domain.sla import Clock, Standing, Target
from maild.domain.ticket import Snapshot, Status
from maild.domain.timer import ArmedTimer
from maild.errors import ConfigError
from rules.automations import refit
from rules.explain import explain
from rules.model import Ruleset
from rules.simulate import Happening, Life, simulate
from rules.triggers import run
from tests.rules.builders import AGENT, BUYER, CUSTOMER, created, reply, rules, ticket

DAYS = "".join(f'{day} = "08:00-17:00"\n' for day in ("mon", "tue", "wed", "thu", "fri"))
OFFICE = f'[schedule.default]\nzone = "Europe/Berlin"\n{DAYS}holidays = {{ extra = ["2026-11-18"] }}\n'
NIGHT = '[schedule.night]\nzone = "Europe/Berlin"\nmon = "22:00-06:00"\nsun = "00:00-06:00"\n'
GOLD = """
[[sla]]
name = "Gold"
all = ["organization.tags any ['gold']"]
first_reply = "1bh"
resolution = "4bh"
[[sla]]
name = "Urgent"
all = ["priority == urgent"]
first_reply = "2h"
resolution = "8h"
[[sla]]
name = "Standard"
first_reply = "4bh"
next_reply = "8bh"
resolution = "2bd"
pause = ["pending", "on-hold"]
escalate = [
  { target = "first_reply", before = "1bh", do = [{ notify = "assignee", template = "notify_agent", text = "soon" }] },
  { target = "first_reply", after = "0h", do = [{ notify = "lead", template = "notify_lead", text = "late" }] },
  { target = "first_reply", after = "1bd", do = [{ set = { assignee = "lead", priority = "high" } }] },
]
"""
RULES = rules(OFFICE + NIGHT + GOLD)
BERLIN = timedelta(hours=1)  # before UTC, in winter
TUESDAY = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)  # 10:00 in Berlin; Wednesday is a holiday of this schedule
ANSWER = CommentWritten(AGENT, "Here is your answer.", public=True)


def born(now: datetime = TUESDAY, ruleset: Ruleset = RULES, **changes: object) -> Snapshot:
    return run(ruleset, ticket(now=now, **changes), created()).after


def at(snapshot: Snapshot, now: datetime, event: Event, ruleset: Ruleset = RULES) -> Snapshot:
    if isinstance(event, CommentWritten) and event.public:
        snapshot = replace(snapshot, stamps=(*snapshot.stamps, ("agent_reply", now)))
    return run(ruleset, replace(snapshot, now=now), event).after


def clock(snapshot: Snapshot, target: Target = Target.RESOLUTION) -> Clock:
    assert snapshot.sla is not None
    found = snapshot.sla.clock(target)
    assert found is not None
    return found


def local(day: int, hour: int, minute: int = 0) -> datetime:
    """November 2026 in Berlin."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - BERLIN


def test_the_first_policy_that_matches_is_chosen() -> None:
    gold = replace(BUYER, tags=frozenset({"gold"}))
    assert [born(**given).sla.policy for given in ({}, {"organization": gold}, {"priority": "urgent"})] == [  # type: ignore[union-attr]
        "Standard",
        "Gold",
        "Urgent",
    ]


def test_without_policies_nothing_is_kept_and_nothing_is_traced() -> None:
    outcome = run(rules(OFFICE), ticket(), created())
    assert outcome.after.sla is None
    assert not any("sla" in step.rule for step in outcome.steps)


def test_trap_13_working_time_and_calendar_time_are_different_clocks() -> None:
    assert clock(born(), Target.FIRST_REPLY).due == local(17, 14)
    assert clock(born(local(17, 16)), Target.FIRST_REPLY).due == local(19, 11), "one hour today, none on the holiday"
    assert clock(born(priority="urgent"), Target.FIRST_REPLY).due == local(17, 12)
    assert clock(born()).due == local(20, 10), "2bd: the same time of day on the second working day"


def test_a_persons_answer_meets_the_first_reply_and_automatic_letters_do_not() -> None:
    confirming = rules(OFFICE + GOLD + CONFIRMATION)
    fresh = born(ruleset=confirming)
    assert clock(fresh, Target.FIRST_REPLY).standing is Standing.RUNNING
    answered = at(fresh, local(17, 12), ANSWER, confirming)
    met = clock(answered, Target.FIRST_REPLY)
    assert (met.standing, met.consumed, met.ended) == (Standing.MET, timedelta(hours=2), local(17, 12))
    assert not [timer for timer in answered.timers if "first_reply" in timer.rule]


CONFIRMATION = """
[[trigger]]
name = "confirm"
on = "created"
do = [{ notify = "requester", template = "order_received" }]
[[macro]]
name = "Orders :: Confirm"
do = [{ notify = "requester", template = "order_processed" }]
"""


def test_a_macros_letter_to_the_customer_is_an_answer() -> None:
    confirming = rules(OFFICE + GOLD + CONFIRMATION)
    answered = at(born(ruleset=confirming), local(17, 12), MacroApplied(AGENT, "confirm"), confirming)
    assert clock(answered, Target.FIRST_REPLY).standing is Standing.MET


def test_who_solves_and_answers_in_one_deed_has_answered() -> None:
    macro = """
[[macro]]
name = "Done"
do = [{ set = { status = "solved" } }, { notify = "requester", template = "confirm_processing" }]
"""
    ruleset = rules(OFFICE + GOLD + macro)
    outcome = run(ruleset, replace(born(ruleset=ruleset), now=local(17, 12)), MacroApplied(AGENT, "Done"))
    told = [effect for step in outcome.steps for effect in step.effects if effect.startswith("sla ")]
    assert told == ["sla first_reply met, resolution met"]


def test_the_next_reply_counts_from_the_first_mail_that_nobody_has_answered() -> None:
    answered = at(born(), local(17, 11), ANSWER)
    assert answered.sla is not None
    assert answered.sla.clock(Target.NEXT_REPLY) is None
    asked = at(answered, local(17, 12), reply())
    again = at(asked, local(17, 15), reply())
    assert clock(again, Target.NEXT_REPLY).started == local(17, 12)
    assert clock(again, Target.NEXT_REPLY).due == local(19, 11), "five hours on Tuesday, three on Thursday"
    told = at(again, local(17, 16), ANSWER)
    assert clock(told, Target.NEXT_REPLY).standing is Standing.MET
    assert clock(at(told, local(19, 9), reply()), Target.NEXT_REPLY).run == 1


def test_before_the_first_answer_a_second_mail_starts_no_clock() -> None:
    asked = at(born(), local(17, 11), reply())
    assert asked.sla is not None
    assert asked.sla.clock(Target.NEXT_REPLY) is None


def test_trap_14_a_pause_adds_nothing_and_the_due_moves_by_the_working_time_of_the_hold() -> None:
    held = at(born(), local(17, 12), MoveAsked(AGENT, Status.HOLD))
    assert (clock(held).standing, clock(held).due) == (Standing.PAUSED, None)
    assert held.sla is not None
    assert held.sla.expected is None, "while it stands still nobody knows"
    on = at(held, local(19, 9), MoveAsked(AGENT, Status.OPEN))
    assert clock(on).consumed == timedelta(hours=2)
    assert clock(on).due == local(20, 16), "five hours on Tuesday and one on Thursday: six after Friday at 10"


def test_trap_14_a_hold_over_night_adds_no_time_at_all() -> None:
    before = born()
    held = at(before, local(17, 18), MoveAsked(AGENT, Status.HOLD))
    on = at(held, local(19, 7), MoveAsked(AGENT, Status.OPEN))
    assert clock(on).due == clock(before).due


def test_trap_15_an_offset_before_the_due_ends_within_working_hours() -> None:
    early = born(local(17, 13, 30))  # due on Thursday at 08:30
    [soon] = [timer for timer in early.timers if timer.step == 1 and "first_reply" in timer.rule]
    assert clock(early, Target.FIRST_REPLY).due == local(19, 8, 30)
    assert soon.due == local(17, 16, 30)


@pytest.mark.parametrize(
    ("came", "due"),
    [
        (local(14, 11), local(16, 12)),  # a Saturday
        (local(17, 3), local(17, 12)),  # before opening
        (local(17, 20), local(19, 12)),  # after closing, before the holiday
        (local(18, 10), local(19, 12)),  # on the holiday
    ],
)
def test_trap_16_trap_17_what_comes_outside_of_hours_counts_from_the_next_opening(
    came: datetime, due: datetime
) -> None:
    assert clock(born(came), Target.FIRST_REPLY).due == due


def test_trap_16_an_sla_of_one_weekday_still_ends() -> None:
    mondays = rules('[schedule.default]\nzone = "UTC"\nmon = "09:00-10:00"\n[[sla]]\nname = "x"\nresolution = "3bh"\n')
    assert clock(born(ruleset=mondays)).due == datetime(2026, 12, 7, 10, tzinfo=UTC)


def test_trap_16_nobody_is_told_at_midnight() -> None:
    for hour in range(24):
        fresh = born(local(17, 0) + timedelta(hours=hour))
        for timer in fresh.timers:
            seconds = business_seconds_between(RULES.schedules["default"], timer.due - timedelta(minutes=1), timer.due)
            opening = business_seconds_between(RULES.schedules["default"], timer.due, timer.due + timedelta(minutes=1))
            assert timer.rule == "system.close" or seconds + opening > 0, timer


def test_trap_18_over_midnight_and_in_the_schedules_own_zone() -> None:
    night = rules(OFFICE + NIGHT + '[[sla]]\nname = "n"\nschedule = "night"\nresolution = "3bh"\n')
    assert clock(born(local(16, 23), night)).due == local(17, 2)


@pytest.mark.parametrize(("day", "due_hour"), [(25, 4), (29, 2)], ids=["autumn", "spring"])
def test_trap_18_dst_a_night_shift_has_an_hour_more_or_less(day: int, due_hour: int) -> None:
    night = rules(
        '[schedule.default]\nzone = "Europe/Berlin"\nsat = "22:00-06:00"\n[[sla]]\nname = "n"\nresolution = "7bh"\n'
    )
    month = 10 if day == 25 else 3
    evening = datetime(2026, month, day - 1, 20 if month == 10 else 21, tzinfo=UTC)  # Saturday at 22:00 in Berlin
    due = clock(born(evening, night)).due
    assert due is not None
    if month == 10:
        assert due == evening + timedelta(hours=7)
        assert due.hour == due_hour - 1, "04:00 in winter time: nine hours are worked that night"
    else:
        assert due == evening + timedelta(hours=7), "seven hours are all there are"


def test_a_breach_is_kept_at_its_instant_and_each_level_acts_once() -> None:
    life = simulate(RULES, ticket(now=TUESDAY), [Happening(TUESDAY, created())], TUESDAY + timedelta(days=5))
    assert letters(life) == [(local(17, 13), "notify_agent"), (local(17, 14), "notify_lead")]
    assert clock(life.ticket, Target.FIRST_REPLY).breached == local(17, 14)
    assert (life.ticket.assignee, life.ticket.priority) == ("lead", "high"), "reassigned and set a working day later"
    assert clock(life.ticket).breached == local(20, 10)


def letters(life: Life) -> list[tuple[datetime, str]]:
    return [
        (c.at, p.effect.template) for c in life.chapters for p in c.outcome.effects if isinstance(p.effect, SendLetter)
    ]


def test_a_level_that_has_acted_does_not_act_again_after_a_pause() -> None:
    happenings = [
        Happening(TUESDAY, created()),
        Happening(local(17, 13, 30), MoveAsked(AGENT, Status.HOLD)),
        Happening(local(19, 9), MoveAsked(AGENT, Status.OPEN)),
    ]
    life = simulate(RULES, ticket(now=TUESDAY), happenings, TUESDAY + timedelta(days=2, hours=4))
    assert letters(life) == [(local(17, 13), "notify_agent"), (local(19, 9, 30), "notify_lead")]


def test_solving_meets_the_resolution_and_opening_again_goes_on_with_the_same_clock() -> None:
    solved = at(born(), local(17, 14), MoveAsked(AGENT, Status.SOLVED))
    assert clock(solved).standing is Standing.MET
    assert solved.sla is not None
    assert clock(solved, Target.FIRST_REPLY).ending == "released", "nobody owes an answer any more"
    reopened = at(solved, local(20, 9), reply())
    assert (reopened.status, clock(reopened).standing, clock(reopened).run) == (Status.OPEN, Standing.RUNNING, 0)
    assert clock(reopened).consumed == timedelta(hours=4)
    assert not [timer for timer in solved.timers if timer.rule.startswith("sla.") and not timer.fired]


def test_late_is_missed_for_ever_however_it_ends() -> None:
    late = at(born(), local(17, 15), ANSWER)
    assert (clock(late, Target.FIRST_REPLY).standing, clock(late, Target.FIRST_REPLY).breached) == (
        Standing.MISSED,
        local(17, 14),
    )
    assert late.sla is not None
    assert late.sla.breached


def test_at_the_due_instant_itself_it_is_missed() -> None:
    assert clock(at(born(), local(17, 14), ANSWER), Target.FIRST_REPLY).standing is Standing.MISSED
    before = local(17, 14) - timedelta(microseconds=1)
    assert clock(at(born(), before, ANSWER), Target.FIRST_REPLY).standing is Standing.MET


def test_another_policy_keeps_what_was_consumed_by_the_schedule_of_its_time() -> None:
    """Chosen anew at the very change: two working hours under Standard, then eight hours of all time."""
    urgent = at(born(), local(17, 12), FieldEdited(AGENT, (("priority", "urgent"),)))
    assert urgent.sla is not None
    assert urgent.sla.policy == "Urgent"
    assert clock(urgent).consumed == timedelta(hours=2)
    assert clock(urgent).due == local(17, 18), "six hours are left, also after closing"
    back = at(urgent, local(17, 19), FieldEdited(AGENT, (("priority", "normal"),)))
    assert clock(back).consumed == timedelta(hours=9), "segments add up: two working hours and seven of all time"
    assert clock(back).breached == local(17, 18), "what was missed stays missed"
    assert {t.rule.split(".")[1] for t in back.timers if t.rule.startswith("sla.")} == {"Standard"}


def test_a_letter_tells_the_policy_that_its_own_rule_has_brought() -> None:
    ruleset = rules(OFFICE + GOLD + PROMISE)
    outcome = run(ruleset, ticket(now=TUESDAY, subject="urgent: line down"), created())
    [letter] = [p.effect for p in outcome.effects if isinstance(p.effect, SendLetter)]
    assert letter.text == "We expect to be done on 2026-11-17."


PROMISE = """
[[trigger]]
name = "promise"
on = "created"
all = ["subject contains 'urgent'"]
do = [
  { set = { priority = "urgent" } },
  { notify = "requester", template = "reply", text = "We expect to be done on {{ ticket.expected }}." },
]
"""


def test_the_expected_day_is_that_of_the_customers_zone() -> None:
    ruleset = rules(OFFICE + GOLD + PROMISE)
    far = replace(BUYER, fields=(("timezone", "Pacific/Kiritimati"),))
    outcome = run(ruleset, ticket(now=TUESDAY, subject="urgent", organization=far), created())
    [letter] = [p.effect for p in outcome.effects if isinstance(p.effect, SendLetter)]
    assert letter.text == "We expect to be done on 2026-11-18."


def test_a_policy_that_comes_later_counts_from_then() -> None:
    old = ticket(now=TUESDAY - timedelta(days=30), status=Status.OPEN)
    outcome = refit(RULES, replace(old, now=TUESDAY))
    assert clock(outcome.after).started == TUESDAY
    assert clock(outcome.after, Target.FIRST_REPLY).due == local(17, 14)
    assert refit(RULES, outcome.after).effects == ()


def test_a_policy_that_goes_drops_its_clocks_and_one_that_comes_back_goes_on() -> None:
    gone = refit(rules(OFFICE), replace(born(), now=local(17, 12))).after
    assert clock(gone).standing is Standing.DROPPED
    assert [timer for timer in gone.timers if timer.rule.startswith("sla.")] == []
    assert gone.sla is not None
    assert (gone.sla.policy, gone.sla.breached, gone.sla.due) == ("", False, None)
    back = refit(RULES, replace(gone, now=local(17, 15))).after
    assert (clock(back).run, clock(back).consumed) == (0, timedelta(hours=2))


def test_a_shorter_length_at_a_reload_is_missed_at_once_where_it_is_used_up() -> None:
    short = rules((OFFICE + GOLD).replace('"4bh"\nnext', '"1bh"\nnext').replace('before = "1bh"', 'before = "1h"'))
    outcome = refit(short, replace(born(), now=local(17, 13)))
    assert clock(outcome.after, Target.FIRST_REPLY).breached == local(17, 13)


def test_every_timer_is_there_once() -> None:
    fresh = born()
    keys = [(timer.rule, timer.step) for timer in fresh.timers]
    assert len(keys) == len(set(keys))
    assert sorted(step for rule, step in keys if rule == "sla.Standard.first_reply") == [0, 1, 2, 3]


def test_a_timer_whose_clock_has_ended_does_nothing() -> None:
    answered = at(born(), local(17, 11), ANSWER)
    stale = replace(
        answered, now=local(17, 14), timers=(*answered.timers, ArmedTimer("sla.Standard.first_reply", 2, local(17, 14)))
    )
    outcome = run(RULES, stale, TimerFired(1, "sla.Standard.first_reply", 2, local(17, 14).isoformat()))
    assert [step.what for step in outcome.steps if step.rule == "sla.Standard.first_reply"] == ["suppressed", "timer"]


def test_triggers_hear_of_a_breach() -> None:
    ruleset = rules(OFFICE + GOLD + HEARD)
    life = simulate(ruleset, ticket(now=TUESDAY), [Happening(TUESDAY, created())], local(17, 15))
    assert "breached" in life.ticket.tags


HEARD = """
[[trigger]]
name = "heard"
on = "timer"
all = ["changed('sla.breached')", "sla.breached", "sla.first_reply == late", "sla.policy == 'Standard'"]
do = [{ add_tags = ["breached"] }]
"""


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('[[sla]]\nname = "x"\n', "an sla needs a target"),
        ('[[sla]]\nname = "x"\nfirst_replay = "4h"\nresolution = "1d"\n', "did you mean first_reply?"),
        ('[[sla]]\nname = "x"\nresolution = "4bh"\n', "4bh needs working hours"),
        ('[[sla]]\nname = "x"\nresolution = "0h"\n', "leaves no time at all"),
        ('[[sla]]\nname = "x"\nresolution = "4h"\npause = ["solved"]\n', "'solved' is not possible"),
        (
            '[[sla]]\nname = "x"\nresolution = "4h"\nall = ["hours_since(\'created\') > 4"]\n',
            "not by the passing of time",
        ),
        ('[[sla]]\nname = "x"\nresolution = "4h"\nall = ["sla.breached"]\n', "follows from the policy"),
        ('[[sla]]\nname = "x"\nresolution = "4h"\nall = ["changed(\'status\')"]\n', "is about an event"),
        ('[[sla]]\nname = "x"\nresolution = "4h"\n[[sla]]\nname = "y"\nresolution = "4h"\n', "is never chosen"),
        ('[[sla]]\nname = "x"\nresolution = "4h"\nescalate = [{ do = [{ review = "late" }] }]\n', "either before"),
        ('[[sla]]\nname = "x"\nresolution = "4h"\nescalate = [{ after = "1h" }]\n', "there is nothing to do"),
        (
            '[[sla]]\nname = "x"\nresolution = "4h"\nescalate = ['
            + '{ after = "1h", do = [{ review = "late" }] },' * 5
            + "]\n",
            "more than 4 levels",
        ),
        (
            '[[automation]]\nname = "sla.x"\nall = ["hours_since(\'created\') > 4"]\ndo = [{ review = "x" }]\n',
            "are taken",
        ),
    ],
)
def test_mistakes_are_told(toml: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        rules(toml)
    assert any(said in mistake for mistake in refused.value.mistakes), refused.value.mistakes


STEPS = st.lists(
    st.tuples(
        st.integers(0, 60 * 24 * 4),
        st.sampled_from(["pause", "open", "urgent", "normal", "answer", "ask", "solve", "touch"]),
    ),
    max_size=12,
)


def event_of(word: str) -> Event:
    match word:
        case "pause":
            return MoveAsked(AGENT, Status.PENDING)
        case "open":
            return MoveAsked(AGENT, Status.OPEN)
        case "solve":
            return MoveAsked(AGENT, Status.SOLVED)
        case "answer":
            return ANSWER
        case "ask":
            return reply()
        case "touch":
            return FieldEdited(AGENT, (("subject", "touched"),))
    return FieldEdited(AGENT, (("priority", word),))


@settings(max_examples=50, deadline=None)
@given(STEPS)
def test_consumed_time_never_decreases_pauses_add_nothing_and_segments_add_up(steps: list[tuple[int, str]]) -> None:
    happenings, when = [Happening(TUESDAY, created())], TUESDAY
    for minutes, word in steps:
        when += timedelta(minutes=minutes)
        happenings.append(Happening(when, event_of(word)))
    life = simulate(RULES, ticket(now=TUESDAY), happenings, when + timedelta(days=30))
    seen: dict[tuple[Target, int], timedelta] = {}
    counted: dict[tuple[Target, int], timedelta] = {}
    stops = [ticket(now=TUESDAY), *(chapter.outcome.after for chapter in life.chapters)]
    for before, after in pairwise(stops):
        for one in before.sla.clocks if before.sla else ():
            key = (one.target, one.run)
            ran = between(one, before.now, after.now)
            counted[key] = counted.get(key, timedelta()) + ran
            assert one.since is not None or ran == timedelta()
        for one in after.sla.clocks if after.sla else ():
            key = (one.target, one.run)
            used = one.consumed + (between(one, one.since, after.now) if one.since else timedelta())
            assert used >= seen.get(key, timedelta())
            assert used == counted.get(key, timedelta()), one
            seen[key] = used
            if one.breached is None and one.due is not None and one.since is not None:
                assert after.now < one.due
        steps_of = [(t.rule, t.step) for t in after.timers]
        assert len(steps_of) == len(set(steps_of))


def between(one: Clock, start: datetime, end: datetime) -> timedelta:
    """What a clock that ran at ``start`` counts until ``end``."""
    if one.since is None:
        return timedelta()
    if not one.schedule:
        return end - start
    return timedelta(seconds=business_seconds_between(RULES.schedules[one.schedule], start, end))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 60 * 24 * 14), st.integers(0, 60 * 24 * 3), st.integers(0, 60 * 24 * 3))
def test_after_a_pause_the_due_is_the_old_one_and_the_hold_in_working_time(came: int, ran: int, held: int) -> None:
    start = TUESDAY + timedelta(minutes=came)
    first = born(start)
    schedule = RULES.schedules["default"]
    reply_clock = clock(first, Target.FIRST_REPLY)
    pause = start + timedelta(minutes=ran)
    assert reply_clock.due is not None
    if pause >= reply_clock.due:
        return
    on = pause + timedelta(minutes=held)
    resumed = at(at(first, pause, MoveAsked(AGENT, Status.PENDING)), on, MoveAsked(AGENT, Status.OPEN))
    hold = timedelta(seconds=business_seconds_between(schedule, pause, on))
    assert clock(resumed, Target.FIRST_REPLY).due == add_business(schedule, reply_clock.due, hold)


def test_strangers_and_machines_start_no_clock() -> None:
    answered = at(born(), local(17, 11), ANSWER)
    for event in (reply(public=False), reply(automatic=True)):
        assert at(answered, local(17, 12), event).sla == answered.sla
    assert Actor("customer", "pat@buyer.example") == CUSTOMER


def test_explaining_names_the_condition_by_which_a_policy_was_not_chosen() -> None:
    answers = {(a.rule, a.what): a.why for a in explain(RULES, born()) if a.kind == "sla"}
    assert "organization.tags" in answers["Gold", "miss"]
    assert answers["Standard", "hit"] == ""
    assert answers["sla.Standard.first_reply", "running"] == "until 2026-11-17 13:00:00Z"
