"""The order workflow that ships in config.example.toml, from the first mail to closing, and the traps it avoids."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from maild.domain.events import CommentWritten, Event, FieldEdited, MacroApplied
from maild.domain.mail import MailKind
from maild.domain.terms import quiet
from maild.domain.ticket import Snapshot, Status
from rules.lint import lint
from rules.simulate import Happening, Life, simulate
from rules.triggers import run
from tests.rules.builders import AGENT, NOW, ORDER, created, letters, reply, shipped, ticket

DAY = timedelta(days=1)
LETTERS = {
    *("order_received", "order_received_plain", "need_more_info", "reminder", "order_processed", "order_shipped"),
    *("problem_notice", "reply", "notify_approver", "notify_lead", "notify_agent", "escalation", "order_revised"),
}
FILL = FieldEdited(AGENT, (("so_number", "900"),))
TRACK = FieldEdited(AGENT, (("carrier", "UPS"), ("tracking_number", "1Z 99")))


def macro(name: str) -> MacroApplied:
    return MacroApplied(AGENT, name)


def arrived() -> Snapshot:
    return run(shipped(), ticket(), created(ORDER)).after


def after(snapshot: Snapshot, *events: Event) -> Snapshot:
    for event in events:
        outcome = run(shipped(), snapshot, event)
        assert outcome.refusals == ()
        snapshot = outcome.after
    return snapshot


def views(snapshot: Snapshot) -> set[str]:
    return {view.name for view in shipped().views.values() if view.conditions.hold(quiet(snapshot))}


def live(*happenings: tuple[timedelta, Event], until: timedelta = timedelta(days=60)) -> Life:
    first = Happening(NOW, created(ORDER))
    return simulate(shipped(), ticket(), [first, *(Happening(NOW + at, e) for at, e in happenings)], NOW + until)


def written(life: Life, template: str) -> list[tuple[datetime, str]]:
    return [(chapter.at, to) for chapter in life.chapters for name, to in letters(chapter.outcome) if name == template]


def test_the_creation_trigger_routes_tags_fills_and_confirms() -> None:
    outcome = run(shipped(), ticket(), created(ORDER))
    done = outcome.after
    assert (done.group, done.assignee, done.form, done.status) == ("Orders", "orders-agent", "order", Status.OPEN)
    assert done.tags == {"open_order"}
    assert letters(outcome) == [("order_received", "requester")]
    assert dict(done.fields) == {
        "po_number": "PO-4711",
        "ship_date": "2026-12-01",
        "ship_to": "Buyer Works - Arlington",
        "order_details": "10 pcs AX-1 Axle @ 100.00\n500 pcs BX-2 Bolt @ 0.50",
        "total_cost": "1250.00",
        "currency": "EUR",
        "ship_method": "overnight",
        "freight_charge_to": "prepaid",
    }


def test_where_the_order_says_nothing_it_is_ground_and_prepaid() -> None:
    done = run(shipped(), ticket(), created(replace(ORDER, ship_method=None))).after
    assert (done.value("ship_method"), done.value("freight_charge_to")) == ("ground", "prepaid")
    said = run(shipped(), ticket(), created(replace(ORDER, freight_terms="Freight Collect"))).after
    assert said.value("freight_charge_to") == "collect"


def test_a_mail_without_an_order_gets_one_plain_receipt_and_a_look() -> None:
    outcome = run(shipped(), ticket(orders=()), created())
    assert letters(outcome) == [("order_received_plain", "requester")]
    assert outcome.after.needs_review
    assert outcome.after.tags == {"open_order"}


def test_an_order_elsewhere_is_left_alone() -> None:
    outcome = run(shipped(), ticket(order_address="help@shop.example"), created(ORDER))
    assert letters(outcome) == []
    assert outcome.after.group is None


def test_the_six_views_follow_the_order() -> None:
    assert list(shipped().views) == ["open", "urgent", "approved", "processed", "on-hold", "escalations"]
    order = arrived()
    assert views(order) == {"open"}
    assert views(replace(order, now=NOW + DAY)) == {"urgent"}
    approved = after(order, macro("approve"))
    assert views(approved) == {"approved"}
    assert views(replace(approved, now=NOW + DAY)) == {"approved"}
    processed = after(approved, FILL, macro("confirm-processing"))
    assert views(processed) == {"processed"}
    assert views(after(processed, TRACK, macro("shipped"))) == set()


def test_trap_06_there_is_no_hole_at_exactly_24_hours() -> None:
    order = arrived()
    for offset in (-1, 0, 1):
        seen = views(replace(order, now=NOW + DAY + timedelta(microseconds=offset)))
        assert seen == ({"open"} if offset < 0 else {"urgent"})


def test_trap_19_a_thank_you_reopens_but_stays_in_processed() -> None:
    processed = after(arrived(), macro("approve"), FILL, macro("confirm-processing"))
    thanked = after(processed, reply(text="Thanks!"))
    assert (thanked.status, thanked.unread) == (Status.OPEN, True)
    assert views(thanked) == {"processed"}


def test_confirming_needs_what_its_letter_tells() -> None:
    bare = after(run(shipped(), ticket(orders=()), created()).after, macro("approve"))
    refused = run(shipped(), bare, macro("confirm-processing"))
    assert refused.refusals == (
        "Orders :: Confirm processing needs PO number, SO number, Ship to, Order details, Total",
    )
    assert refused.after == bare


def test_confirming_sets_subject_and_mails_as_a_person() -> None:
    outcome = run(shipped(), after(arrived(), macro("approve"), FILL), macro("confirm-processing"))
    assert outcome.after.subject == "Your order has been processed PO# PO-4711"
    assert outcome.after.status is Status.HOLD
    assert letters(outcome) == [("order_processed", "requester")]


def test_shipping_solves_and_sends_the_tracking() -> None:
    ready = after(arrived(), macro("approve"), FILL, macro("confirm-processing"))
    assert run(shipped(), ready, macro("shipped")).refusals == ("Orders :: Shipped needs Carrier, Tracking number",)
    outcome = run(shipped(), after(ready, TRACK), macro("shipped"))
    assert (outcome.after.status, outcome.after.tags) == (Status.SOLVED, {"order_shipped"})
    assert letters(outcome) == [("order_shipped", "requester")]
    assert outcome.after.value("shipment_state") == "shipped"


def test_need_more_info_holds_asks_reminds_and_then_a_person_calls() -> None:
    life = live((timedelta(hours=1), macro("need-more-info")))
    assert [to for _, to in written(life, "need_more_info")] == ["requester"]
    assert written(life, "reminder") == [  # Tuesday 11:00 in Berlin, and one and three working days later
        (datetime(2026, 11, 18, 10, tzinfo=UTC), "requester"),
        (datetime(2026, 11, 20, 10, tzinfo=UTC), "requester"),
    ]
    assert (datetime(2026, 11, 23, 10, tzinfo=UTC), "assignee") in written(life, "notify_agent")


def test_the_answer_clears_the_tag_reopens_and_ends_the_reminders() -> None:
    life = live((timedelta(hours=1), macro("need-more-info")), (timedelta(hours=30), reply()), until=5 * DAY)
    assert len(written(life, "reminder")) == 1
    assert "onhold_need_more_info" not in life.ticket.tags
    assert life.ticket.status is Status.OPEN
    assert [t for t in life.ticket.timers if t.rule.startswith("Ask again")] == []


def test_an_out_of_office_note_is_no_answer() -> None:
    away = reply(kind=MailKind.AUTO_REPLY, automatic=True)
    life = live((timedelta(hours=1), macro("need-more-info")), (timedelta(hours=30), away), until=7 * DAY)
    assert len(written(life, "reminder")) == 2
    assert "onhold_need_more_info" in life.ticket.tags
    assert views(life.ticket) == {"on-hold"}


def test_an_answer_to_a_problem_notice_escalates() -> None:
    noticed = after(arrived(), macro("problem"))
    assert "problem_notice" in noticed.tags
    outcome = run(shipped(), noticed, reply(text="This is not what we ordered"))
    assert outcome.after.assignee == "escalation-agent"
    assert "escalations" in views(outcome.after)
    assert ("notify_agent", "assignee") in letters(outcome)


def test_an_order_nobody_approves_is_told_to_the_approver_and_then_the_lead() -> None:
    life = live(until=20 * DAY)
    assert written(life, "notify_approver") == [(NOW + DAY, "user:approver")]
    assert written(life, "escalation") == [(NOW + 2 * DAY, "lead")]
    assert life.ticket.priority == "high"


def test_the_promise_of_two_working_days_is_watched() -> None:
    friday = datetime(2026, 11, 20, 9, tzinfo=UTC)
    events = [Happening(friday, created(ORDER)), Happening(friday + timedelta(hours=1), macro("approve"))]
    life = simulate(shipped(), ticket(now=friday), events, friday + 20 * DAY)
    assert written(life, "notify_agent") == [(datetime(2026, 11, 24, 9, tzinfo=UTC), "assignee")]
    assert written(life, "notify_lead") == [(datetime(2026, 11, 25, 9, tzinfo=UTC), "lead")]


def test_a_processed_order_past_its_ship_date_alerts_unless_it_has_tracking() -> None:
    steps = [(timedelta(hours=n + 1), e) for n, e in enumerate((macro("approve"), FILL, macro("confirm-processing")))]
    alert = datetime(2026, 12, 1, 23, 0, tzinfo=UTC)  # the 2nd of December begins in Berlin
    assert (alert, "assignee") in written(live(*steps), "notify_agent")
    tracked = live(*steps, (timedelta(hours=9), TRACK))
    assert written(tracked, "notify_agent") == []


def test_a_ship_date_that_moves_moves_its_alert() -> None:
    """Trap 12: recompute when the date field changes."""
    steps = [(timedelta(hours=n + 1), e) for n, e in enumerate((macro("approve"), FILL, macro("confirm-processing")))]
    moved = live(*steps, (timedelta(days=2), FieldEdited(AGENT, (("ship_date", "2026-12-10"),))))
    assert [at for at, _ in written(moved, "notify_agent")] == [datetime(2026, 12, 10, 23, 0, tzinfo=UTC)]


def test_the_collect_chain_stands_ready() -> None:
    ready = FieldEdited(AGENT, (("shipment_state", "ready-to-collect"),))
    life = live((timedelta(hours=1), macro("approve")), (timedelta(hours=2), ready), until=5 * DAY)
    start = NOW + timedelta(hours=2)
    assert [at for at, _ in written(life, "reply")] == [start, start + 2 * DAY, start + 3 * DAY]
    collected = FieldEdited(AGENT, (("shipment_state", "delivered"),))
    ended = live((timedelta(hours=2), ready), (timedelta(hours=50, minutes=1), collected), until=5 * DAY)
    assert len(written(ended, "reply")) == 2


def test_solved_closes_after_28_days_and_nothing_waits_any_more() -> None:
    steps = (macro("approve"), FILL, macro("confirm-processing"), TRACK, macro("shipped"))
    life = live(*((timedelta(hours=n + 1), event) for n, event in enumerate(steps)))
    assert life.ticket.status is Status.CLOSED
    assert life.chapters[-1].at == NOW + timedelta(hours=5) + 28 * DAY
    assert life.ticket.timers == ()


def test_the_shipped_rules_have_no_lint() -> None:
    assert lint(shipped(), LETTERS) == []


def test_columns_are_those_of_the_workflow() -> None:
    columns = {view.name: view.columns for view in shipped().views.values()}
    assert columns["open"] == columns["urgent"] == ("requested", "requester", "organization", "subject")
    assert columns["approved"] == ("requested", "requester", "ship_to", "po_number", "order_details", "total_cost")
    assert columns["processed"][0] == "so_number"
    assert columns["escalations"] == ("requested", "organization", "requester", "so_number", "po_number", "subject")


@pytest.mark.parametrize("name", ["approve", "confirm-processing", "shipped", "need-more-info", "problem"])
def test_the_five_macros_are_for_the_group(name: str) -> None:
    found = shipped().macro(name)
    assert found is not None and found.groups == ("Orders",)


def test_an_agents_answer_goes_out_once() -> None:
    outcome = run(shipped(), arrived(), CommentWritten(AGENT, "We look into it.", public=True))
    assert letters(outcome) == [("reply", "requester")]


STEPS: tuple[Event, ...] = (macro("approve"), FILL, macro("confirm-processing"), TRACK, macro("shipped"))


@pytest.mark.parametrize(
    ("done", "name", "why"),
    [
        (1, "approve", "approved already; Confirm processing comes next"),
        (3, "approve", "processed already; Shipped comes next"),
        (5, "approve", "the order is done; reopen it first: maild ticket move 7 open"),
        (0, "confirm-processing", "nobody has approved it yet; Approve comes first"),
        (3, "confirm-processing", "has the confirmation already; Shipped comes next"),
        (5, "confirm-processing", "the order is done"),
        (0, "shipped", "no confirmation yet; Approve and Confirm processing come first"),
        (1, "shipped", "no confirmation yet; Approve and Confirm processing come first"),
        (5, "shipped", "the order is done already"),
        (5, "need-more-info", "the order is done; write to the customer: maild ticket reply 7 TEXT"),
    ],
)
def test_a_macro_out_of_its_place_says_why_and_what_to_do(done: int, name: str, why: str) -> None:
    ready = after(arrived(), *STEPS[:done])
    outcome = run(shipped(), ready, macro(name))
    assert why in outcome.refusals[0]
    assert (outcome.after, outcome.effects) == (ready, ())


@pytest.mark.parametrize("name", ["approve", "confirm-processing", "shipped", "need-more-info", "problem"])
def test_no_macro_works_twice_or_on_a_closed_ticket(name: str) -> None:
    first = {"confirm-processing": 2, "shipped": 4}.get(name, 0)
    once = after(arrived(), *STEPS[:first], macro(name))
    again = run(shipped(), once, macro(name))
    assert again.refusals and again.effects == ()
    closed = replace(once, status=Status.CLOSED)
    assert run(shipped(), closed, macro(name)).refusals


def test_approving_ends_the_question_and_the_problem() -> None:
    asked = after(arrived(), macro("problem"), macro("need-more-info"), macro("approve"))
    assert (asked.status, asked.tags) == (Status.OPEN, {"order_ready_to_process"})
    assert views(asked) == {"approved"}
    assert [timer for timer in asked.timers if timer.rule.startswith("Ask again")] == []


def test_an_answered_problem_notice_hands_over_once() -> None:
    answered = after(arrived(), macro("problem"), reply(text="This is not what we ordered"))
    assert answered.tags == {"open_order", "fulfilment_escalation"}
    back = after(answered, FieldEdited(AGENT, (("assignee", "orders-agent"),)), reply(text="Thanks"))
    assert back.assignee == "orders-agent", "what a person has set stays"


def test_a_mail_after_shipping_does_not_get_lost() -> None:
    done = after(arrived(), *STEPS)
    outcome = run(shipped(), done, reply(text="One valve is broken"))
    assert views(outcome.after) == {"escalations"}
    assert letters(outcome) == [("notify_agent", "assignee")]
    assert views(after(outcome.after, FieldEdited(AGENT, (("status", "solved"),)))) == set()
