"""The condition language: what it means, what it saw, and what it says about mistakes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maild.domain.calendars import Schedule
from maild.domain.condition_nodes import LONGEST_TEXT
from maild.domain.condition_syntax import parse
from maild.domain.condition_tokens import ConditionError
from maild.domain.conditions import first_true, reads
from maild.domain.events import FieldEdited
from maild.domain.mail import MailKind
from maild.domain.terms import Scene, quiet
from maild.domain.ticket import Status
from tests.rules.builders import AGENT, NOW, VOCABULARY, conditions, created, facts, later, reply, ticket

FULL = ticket(
    status=Status.PENDING,
    priority="high",
    group="Orders",
    assignee="orders-agent",
    tags={"open_order", "vip"},
    fields={
        "po_number": "PO-4711",
        "ship_date": "2026-11-16",
        "total_cost": "1250.50",
        "rush": "true",
        "extras": "crate,label",
        "ship_method": "2-day",
    },
    counters=(("customer_mails", 11), ("reopens", 2)),
    created=NOW - timedelta(hours=24),
    status_changed=NOW - timedelta(hours=3),
    customer_reply=NOW - timedelta(hours=2),
)


@pytest.mark.parametrize(
    ("source", "holds"),
    [
        ("status == pending", True),
        ("status < solved", True),
        ("status >= on-hold", False),
        ("status in [new, open]", False),
        ("status not in ['new', 'open']", True),
        ("not status == pending", False),
        ("priority >= high", True),
        ("priority > high", False),
        ("group == 'Orders' and assignee == 'orders-agent'", True),
        ("group == 'Support' or priority == high", True),
        ("group == 'Support' or (priority == high and status == new)", False),
        ("tags any ['open_order', 'other']", True),
        ("tags any of ['other']", False),
        ("tags all ['open_order', 'vip']", True),
        ("tags all ['open_order', 'other']", False),
        ("tags none ['other']", True),
        ("tags none ['vip']", False),
        ("'vip' in tags", True),
        ("'vip' not in tags", False),
        ("tags contains 'vip'", True),
        ("subject contains 'PURCHASE'", True),
        ("'rush' in subject", False),
        ("subject matches 'PO-[0-9]+$'", True),
        ("po_number == 'PO-4711'", True),
        ("field.po_number != 'PO-4711'", False),
        ("po_number is not empty", True),
        ("form is empty", True),
        ("form == ''", True),
        ("form != 'order'", True),
        ("total_cost > 1250", True),
        ("total_cost <= 1250.5", True),
        ("ship_date < '2026-11-17'", True),
        ("ship_date >= '2026-11-17'", False),
        ("ship_method in [ground, 2-day]", True),
        ("rush", True),
        ("not rush", False),
        ("rush == false", False),
        ("extras any ['crate']", True),
        ("needs_review", False),
        ("orders >= 1", True),
        ("order.total > 1000", True),
        ("order.lines == 2", True),
        ("lines.sku == 'BX-2'", True),
        ("lines.sku != 'BX-2'", False),
        ("lines.quantity >= 500", True),
        ("lines.quantity > 500", False),
        ("lines.description contains 'BOLT'", True),
        ("lines.sku in ['ZZ', 'AX-1']", True),
        ("lines.sku not in ['ZZ']", True),
        ("requester.domain == 'buyer.example'", True),
        ("requester.tags any ['buyer']", True),
        ("requester.field.phone is empty", True),
        ("organization.name == 'Buyer Works'", True),
        ("organization.field.net_terms == '30'", True),
        ("customer_mails > 10", True),
        ("reopens == 2", True),
        ("hours_since('created') >= 24", True),
        ("hours_since('created') > 24", False),
        ("hours_since('created') < 24", False),
        ("hours_since('created') <= 24", True),
        ("hours_since('agent_reply') >= 1", False),
        ("hours_since('agent_reply') < 1", False),
        ("days_since('ship_date') >= 1", True),
        ("days_since('ship_date') >= 2", False),
        ("replied_since('status_changed')", True),
    ],
)
def test_what_a_condition_means(source: str, holds: bool) -> None:
    assert conditions(source).hold(quiet(FULL)) is holds


@pytest.mark.parametrize(
    ("source", "holds"),
    [
        ("event == mail", True),
        ("event == created", False),
        ("mail.kind == reply", True),
        ("mail.text contains 'URGENT'", True),
        ("mail.from == 'pat@buyer.example'", True),
        ("mail.authenticated", False),
        ("mail.public and not mail.automatic", True),
        ("event.actor == customer", True),
        ("event.macro is empty", True),
        ("changed('status')", True),
        ("changed(status)", True),
        ("changed('tags')", False),
        ("was('status') == open", True),
        ("was('status') < pending", True),
        ("was('priority') == urgent", False),
    ],
)
def test_what_a_condition_means_during_an_event(source: str, holds: bool) -> None:
    scene = Scene(FULL, replace(FULL, status=Status.OPEN), reply(text="this is urgent, please"))
    assert conditions(source).hold(scene) is holds


def test_a_miss_names_its_condition_and_what_it_saw() -> None:
    verdict = conditions("status < solved", "tags any ['missing']", "priority == low").check(quiet(FULL))
    assert (verdict.hit, verdict.index, verdict.seen) == (False, 1, "tags: open_order vip")


def test_a_miss_of_any_counts_after_all() -> None:
    verdict = conditions("status < solved", any=("priority == low", "group == 'Support'")).check(quiet(FULL))
    assert (verdict.index, verdict.seen) == (1, "priority: high; group: Orders")


def test_any_needs_one_of_its_conditions() -> None:
    assert conditions("status < solved", any=("priority == low", "priority == high")).check(quiet(FULL)).hit


def test_a_time_condition_shows_when_it_turns() -> None:
    verdict = conditions("hours_since('created') >= 48").check(quiet(FULL))
    assert verdict.seen == "created: 2026-11-16 09:00:00Z, 48h reached 2026-11-18 09:00:00Z"


def test_changed_compares_with_the_ticket_before_the_event() -> None:
    event = FieldEdited(AGENT, (("priority", "high"),))
    verdict = conditions("changed('priority')").check(Scene(FULL, FULL, event))
    assert verdict.seen == "priority: high, before high"


@pytest.mark.parametrize(
    ("source", "column", "what", "hint"),
    [
        ("statsu == open", 1, "unknown term 'statsu'", "did you mean status?"),
        ("status == opne", 11, "status is never 'opne'", "did you mean open?"),
        ("status = open", 8, "= has no meaning here", "did you mean ==?"),
        ("status == open && rush", 16, "&& has no meaning here", "did you mean and?"),
        ("group == 'orders'", 10, "group is never 'orders'", "did you mean Orders?"),
        ("tags == 'vip'", 6, "tags are a set", "tags any ['...'], all [...] or none [...]"),
        ("subject > 'a'", 9, "texts have no order", "use == or !="),
        ("total_cost > 'much'", 14, "'much' is no number", "a number such as 12.50"),
        ("ship_date < '2026-02-30'", 13, "'2026-02-30' is no date", "a date such as '2026-11-21'"),
        ("hours_since('create') >= 1", 13, "unknown time 'create'", "did you mean created?"),
        ("hours_since('created') == 24", 24, "hours_since compares by >= or <", "an exact instant is never met"),
        ("days_since('created') >= 1.5", 26, "days are counted whole", "write hours for a part of a day"),
        ("business_hours_since('created') >= 1", 1, "business_hours_since needs working hours", ""),
        ("subject matches '(a'", 20, "in the pattern: this group is not closed", ""),
        ("subject == 'open", 12, "this text is not closed", "put ' at its end"),
        ("(status == open", 16, "expected ), found the end", ""),
        ("po_number == ship_date", 14, "expected a value, found 'ship_date'", "quote a text: 'like this'"),
        ("", 1, "the condition ends too early", ""),
        ("overdue", 1, "no status has a time limit", ""),
        ("since('created') >= 1", 1, "unknown function 'since'", ""),
        ("__import__('os')", 1, "unknown function '__import__'", ""),
    ],
)
def test_c04_every_mistake_has_its_column_and_hint(source: str, column: int, what: str, hint: str) -> None:
    with pytest.raises(ConditionError) as error:
        parse(source, VOCABULARY)
    assert (error.value.column, error.value.what) == (column, what)
    assert hint in error.value.hint


@pytest.mark.parametrize(
    "source", ["changed('status')", "was('status') == open", "mail.kind == order", "event == mail"]
)
def test_event_terms_are_for_triggers_only(source: str) -> None:
    with pytest.raises(ConditionError, match="which only triggers have"):
        parse(source, replace(VOCABULARY, events=False))


def test_matches_is_refused_where_there_is_no_sql_for_it() -> None:
    with pytest.raises(ConditionError, match="cannot be asked here"):
        parse("subject matches 'x'", replace(VOCABULARY, patterns=False))


def test_a_condition_names_what_it_reads() -> None:
    found = reads(
        *conditions("status < solved and total_cost > 1", "days_since('ship_date') >= 1", "'a' in tags").nodes()
    )
    assert found == {"status", "field.total_cost", "field.ship_date", "tags"}


def test_deep_nesting_is_refused_not_crashed_on() -> None:
    with pytest.raises(ConditionError, match="nested too deeply"):
        parse("(" * 400 + "rush" + ")" * 400, VOCABULARY)


def test_event_conditions_are_empty_without_a_mail() -> None:
    scene = Scene(FULL, FULL, FieldEdited(AGENT, ()))
    assert not conditions("mail.kind == order").hold(scene)
    assert not conditions("mail.automatic").hold(scene)
    assert conditions("mail.subject is empty").hold(scene)


def test_created_counts_its_orders() -> None:
    event = created(*FULL.orders, kind=MailKind.ORDER)
    assert conditions("mail.orders == 1", "event == created").hold(Scene(FULL, FULL, event))
    assert facts().kind is MailKind.REPLY


OFFICE = Schedule("default", "Europe/Berlin", (((480, 720), (780, 1020)),) * 5 + ((), ()))
TIMES = replace(VOCABULARY, schedules={"default": OFFICE}, schedule=OFFICE)
PARTS = st.sampled_from(
    [
        "status == pending",
        "status < pending",
        "hours_since('created') >= 30",
        "hours_since('status_changed') < 50",
        "hours_since('created') > 72",
        "business_hours_since('created') >= 12",
        "business_hours_since('status_changed') < 20",
        "business_days_since('created') >= 2",
        "days_since('created') <= 3",
        "days_since('ship_date') >= 1",
    ]
)
SOURCES = st.recursive(
    PARTS,
    lambda inner: st.one_of(
        inner.map(lambda one: f"not ({one})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} and {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} or {two[1]})"),
    ),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None)
@given(source=SOURCES, minutes=st.integers(0, 60 * 24 * 8), probes=st.lists(st.integers(1, 60 * 24 * 12), max_size=12))
def test_first_true_is_the_first_instant_and_none_comes_before(source: str, minutes: int, probes: list[int]) -> None:
    asked = conditions(source, vocabulary=TIMES)
    snapshot = ticket(
        status=Status.PENDING,
        now=NOW,
        created=NOW - timedelta(minutes=minutes),
        status_changed=NOW - timedelta(minutes=minutes // 2),
        fields={"ship_date": "2026-11-19"},
    )
    found = first_true(asked, snapshot)
    if found is not None:
        assert asked.hold(quiet(replace(snapshot, now=found)))
        if found > NOW:
            assert not asked.hold(quiet(replace(snapshot, now=found - timedelta(microseconds=1))))
    for minute in probes:
        probe = later(snapshot, minutes=minute)
        if asked.hold(quiet(probe)):
            assert found is not None and found <= probe.now


@settings(max_examples=150, deadline=None)
@given(
    source=st.sampled_from(
        [
            "hours_since('created') >= 24",
            "hours_since('created') > 24",
            "hours_since('created') < 24",
            "days_since('created') >= 2",
            "days_since('created') <= 2",
            "business_hours_since('created') >= 16",
            "business_hours_since('created') > 16",
            "business_days_since('created') >= 2",
            "business_days_since('created') < 2",
        ]
    ),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2030, 12, 31)),
    back=st.integers(0, 10 * 24 * 3600),
)
def test_the_limit_that_sql_compares_with_says_the_same(source: str, now: datetime, back: int) -> None:
    instant = now.replace(tzinfo=UTC)
    snapshot = ticket(now=instant, created=instant - timedelta(seconds=back))
    node = conditions(source, vocabulary=TIMES).all[0].node
    old_enough = (instant - timedelta(seconds=back)) <= node.limit(instant)  # type: ignore[union-attr]
    assert node.holds(quiet(snapshot)) is (old_enough == (node.op == ">="))  # type: ignore[union-attr]


def test_a_huge_mail_is_looked_at_in_part() -> None:
    scene = Scene(FULL, FULL, reply(text="x" * LONGEST_TEXT + "needle"))
    assert not conditions("mail.text contains 'needle'").hold(scene)
    assert conditions("mail.text contains 'xxx'").hold(scene)
