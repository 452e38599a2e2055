"""The past once more on paper: by the rules of its time it is what happened, by others it says what would have been."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maild.domain.mail import MailKind
from maild.domain.ticket import Status
from rules.replay import recorded, replay, replay_by
from rules.rule_diff import changed_names
from rules.rule_file import RuleFile
from rules.what_if import Difference, differences
from tests.rules.builders import ORDER
from tests.rules.recorded_desk import RecordedDesk, plain

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MORE = """
[matrix.order]
open = ["pending", "on-hold", "solved"]
pending = ["open", "on-hold", "solved"]

[matrix.order.limits]
pending = "2bd"
on-hold = { after = "30h", notify = "assignee", template = "notify_agent" }

[[automation]]
name = "Remind the customer"
all = ["status == pending", "hours_since('status_changed') >= 5"]
every = "7h"
max = 3
do = [{ notify = "requester", template = "reminder" }]

[[trigger]]
name = "Overdue and long"
on = "updated"
all = ["customer_mails > 2", "overdue"]
do = [{ add_tags = ["long"] }, { notify = "lead", template = "escalation" }]

[[trigger]]
name = "Well paid"
on = "mail"
all = ["organization.field.net_terms == '10'", "requester.tags any ['buyer']"]
do = [{ set = { priority = "high" } }]
"""
PROMISES = """
[[sla]]
name = "High"
all = ["priority >= high"]
resolution = "20bh"
escalate = [{ after = "0h", do = [{ add_tags = ["missed"] }] }]

[[sla]]
name = "All"
all = ["tags none ['rush']"]
first_reply = "6h"
next_reply = "4bh"
resolution = "3bd"
pause = ["pending", "on-hold"]
escalate = [
  { before = "2bh", do = [{ notify = "assignee", template = "notify_agent", text = "until {{ ticket.expected }}" }] },
  { target = "resolution", after = "1bd", do = [{ set = { priority = "high" } }] },
]
"""
OTHER = (MORE + PROMISES).replace("2bd", "1bd").replace("7h", "3h").replace("Overdue and long", "Long and overdue")
SPANS = st.sampled_from([timedelta(minutes=7), HOUR, 5 * HOUR, 20 * HOUR, DAY, 3 * DAY, 9 * DAY, 29 * DAY])
MACROS = ["approve", "confirm-processing", "shipped", "need-more-info", "problem"]
CHANGES = [
    ("so_number", "900"),
    ("carrier", "Swift"),
    ("tracking_number", "T-1"),
    ("shipment_state", "ready-to-collect"),
    ("shipment_state", "delivered"),
    ("tags", "+rush -open_order"),
    ("tags", ""),
    ("status", "pending"),
    ("priority", "urgent"),
    ("assignee", "lead"),
    ("assignee", ""),
    ("needs_review", "false"),
    ("total_cost", "12"),
]
PEOPLE: list[tuple[str, dict[str, Any]]] = [
    ("person.set", {"address": "pat@abc.example", "changes": [("tags", "buyer")]}),
    ("person.set", {"address": "pat@abc.example", "changes": [("tags", "")]}),
    ("organization.set", {"name": "ABC Company", "changes": [("net_terms", "10")]}),
    ("organization.set", {"name": "ABC Company", "changes": [("net_terms", "30")]}),
]
ACTS = st.one_of(
    st.builds(lambda name: ("ticket.macro", {"macro": name}), st.sampled_from(MACROS)),
    st.builds(lambda to: ("ticket.move", {"status": to.word}), st.sampled_from(list(Status))),
    st.builds(lambda change: ("ticket.set", {"changes": [change]}), st.sampled_from(CHANGES)),
    st.sampled_from([("ticket.note", {"text": "hm"}), ("ticket.reply", {"text": "Thank you."})]),
    st.sampled_from(PEOPLE),
    st.sampled_from(["mail", "mail", "auto", "private", "revised", "bounce", "doubt", "reload"]).map(lambda a: (a, {})),
)
LIVES = st.lists(st.tuples(SPANS, st.booleans(), ACTS), max_size=9)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordedDesk]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    made = RecordedDesk(tmp_path_factory.mktemp("desk"), MORE + PROMISES)
    yield made
    made.db.close_now()
    structlog.reset_defaults()


def act(desk: RecordedDesk, ticket: int, what: str, how: dict[str, Any]) -> None:
    match what:
        case "mail":
            desk.mail(ticket, text="Thanks!")
        case "auto":
            desk.mail(ticket, public=False, kind=MailKind.AUTO_REPLY, automatic=True)
        case "private":
            desk.mail(ticket, public=False)
        case "revised":
            desk.mail(ticket, order=replace(ORDER, total="990.00"))
        case "bounce":
            desk.bounce(ticket)
        case "doubt":
            desk.doubt(ticket, "somebody else asks for another address")
        case "reload":
            now = desk.desk.ruleset.limits[0].after
            desk.reload(desk.with_rules(OTHER if str(now) == "2bd" else MORE))
        case "person.set" | "organization.set":
            desk.do(what, **how)
        case _:
            desk.do(what, **{"id": ticket, **how})


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LIVES)
def test_the_past_by_the_rules_of_its_time_is_exactly_what_happened(
    desk: RecordedDesk, life: list[tuple[timedelta, bool, tuple[str, dict[str, Any]]]]
) -> None:
    for what, how in PEOPLE[1::2]:  # as it was before the last one
        act(desk, 0, what, how)
    ticket = desk.order()
    for span, asleep, (what, how) in life:
        desk.wait(span, asleep=asleep)
        act(desk, ticket, what, how)
    record, then = desk.record(ticket), cache(desk.then)
    again = replay(record, then, desk.clock.now())
    assert again.done == recorded(record).done
    assert plain(again.ticket) == plain(replace(record.ticket, now=desk.clock.now()))
    desk.forget(ticket)


def met(desk: RecordedDesk, ticket: int, more: str, *changes: tuple[str, str], **since: Any) -> dict[str, Difference]:
    """What would be different by other rules, by what it is about."""
    other = desk.with_rules(more, *changes)
    now = RuleFile.of(desk.desk.config)
    changed = changed_names(now, RuleFile.of(other.config))
    record, until = desk.record(ticket), desk.clock.now()
    after = replay_by(other.ruleset, record, cache(desk.then), since.get("since"), until)
    return {d.what: d for d in differences(recorded(record), after, changed)}


def next_plain_monday(now: datetime) -> datetime:
    """A Monday at noon in July: no holiday in its week, and the same day in every time zone of the rules."""
    july = datetime(now.year + 1, 7, 1, 12, tzinfo=now.tzinfo)
    return july + (-july.weekday() % 7) * DAY


@pytest.fixture
def past(desk: RecordedDesk) -> Iterator[tuple[RecordedDesk, int]]:
    """An order that waits two days, is approved, answered by the customer, and waits a month."""
    desk.reload(desk.with_rules(MORE))
    for what, how in PEOPLE[1::2]:
        act(desk, 0, what, how)
    desk.wait(next_plain_monday(desk.clock.now()) - desk.clock.now())  # or two days would not be two working days
    ticket = desk.order()
    desk.wait(2 * DAY)
    desk.do("ticket.macro", id=ticket, macro="approve")
    desk.wait(HOUR)
    desk.mail(ticket, text="Where is it?")
    desk.wait(30 * DAY)
    yield desk, ticket
    desk.forget(ticket)


def test_the_same_rules_would_differ_in_nothing(past: tuple[RecordedDesk, int]) -> None:
    assert met(*past, MORE) == {}


def test_a_new_timer_writes_letters_that_were_not(past: tuple[RecordedDesk, int]) -> None:
    more = MORE + (
        '[[automation]]\nname = "Ask"\nall = ["status == open", "hours_since(\'status_changed\') >= 7"]\n'
        'do = [{ notify = "requester", template = "reminder" }, { add_tags = ["asked"] }]\n'
    )
    found = met(*past, more)
    assert (found["tags"].now.split(), found["tags"].rule) == (["asked", "order_ready_to_process"], "Ask")
    letter = found["letter reminder to requester"]
    assert (letter.was, letter.now, letter.rule) == ("0 times", "1 time", "Ask")


def test_a_rule_that_is_gone_makes_the_difference(past: tuple[RecordedDesk, int]) -> None:
    escalation = ("business_days_since('created') >= 2", "business_days_since('created') >= 200")
    found = met(*past, MORE, escalation)
    name = "Escalate: not approved for 2 working days"
    assert (found["priority"].was, found["priority"].now, found["priority"].rule) == ("high", "normal", name)
    assert found["letter escalation to lead"].now == "0 times"


def test_another_macro_ends_the_ticket_elsewhere(past: tuple[RecordedDesk, int]) -> None:
    found = met(*past, MORE, ('add_tags = ["order_ready_to_process"] }', 'add_tags = ["to_pack"] }'))
    assert found["tags"].now == "to_pack"
    assert found["tags"].rule == "Orders :: Approve"
    assert "waits for Promise broken: approved, not processed for 3 working days" not in found
    assert found["letter notify_lead to lead"].now == "0 times"


def test_since_leaves_what_was_before_as_it_was(past: tuple[RecordedDesk, int]) -> None:
    desk, ticket = past
    change = ('add_tags = ["order_ready_to_process"] }', 'add_tags = ["to_pack"] }')
    assert met(desk, ticket, MORE, change, since=desk.clock.now() - 10 * DAY) == {}
    assert "tags" in met(desk, ticket, MORE, change, since=desk.clock.now() - 31 * DAY)


def test_since_meets_tickets_that_are_there_with_the_new_timers(past: tuple[RecordedDesk, int]) -> None:
    desk, ticket = past
    more = MORE + (
        '[[automation]]\nname = "Ask"\nall = ["status == open", "hours_since(\'status_changed\') >= 7"]\n'
        'do = [{ add_tags = ["asked"] }]\n'
    )
    assert "asked" in met(desk, ticket, more, since=desk.clock.now() - 10 * DAY)["tags"].now


def test_an_automation_without_end_is_stopped(past: tuple[RecordedDesk, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rules.replay.MOST_TIMERS", 50)
    desk, ticket = past
    more = MORE + (
        '[[automation]]\nname = "Nag"\nall = ["hours_since(\'created\') >= 1"]\nevery = "1m"\n'
        'do = [{ comment = "still here" }]\n'
    )
    other = desk.with_rules(more)
    life = replay_by(other.ruleset, desk.record(ticket), cache(desk.then), None, desk.clock.now())
    assert life.cut
    assert sum(done.deed.rule == "Nag" for done in life.done) <= 50
