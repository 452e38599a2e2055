"""The past once more on paper: by the rules of its time it is what happened, by others it says what would have been."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maild.domain.mail import MailKind
from maild.domain.ticket import Snapshot, Status
from rules.replay import recorded, replay
from tests.rules.builders import ORDER
from tests.rules.recorded_desk import RecordedDesk

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
OTHER = MORE.replace("2bd", "1bd").replace("7h", "3h").replace("Overdue and long", "Long and overdue")
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
    made = RecordedDesk(tmp_path_factory.mktemp("desk"), MORE)
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


def plain(ticket: Snapshot) -> Snapshot:
    """What can be compared: the version is the store's, and timers have no order."""
    timers = tuple(sorted(ticket.timers, key=lambda t: (t.rule, t.step, t.due)))
    stamps, counters = tuple(sorted(ticket.stamps)), tuple(sorted(ticket.counters))
    return replace(ticket, version=0, timers=timers, stamps=stamps, counters=counters)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
