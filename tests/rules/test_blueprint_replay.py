"""A blueprint's past once more on paper: versions that tickets keep, migrations, transitions by time and by reply."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache, reduce
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maild.store import doctor, stands, tickets
from rules.replay import recorded, replay
from tests.rules.recorded_desk import RecordedDesk, plain

WAY = """
[[blueprint]]
name = "way"
all = ["form == 'order'"]
limit = "2d"
[[blueprint.state]]
name = "received"
status = "open"
limit = { after = "5h", levels = [{ after = "3h", do = [{ add_tags = ["slow"] }] }, { after = "5h", do = [{ set = { priority = "high" } }] }] }
[[blueprint.state]]
name = "asked"
status = "pending"
[[blueprint.state]]
name = "done"
status = "solved"
[[blueprint.transition]]
name = "ask"
from = "any"
to = "asked"
who = ["agents"]
comment = "public"
[[blueprint.transition]]
name = "answered"
from = ["asked"]
to = "received"
on = "reply"
[[blueprint.transition]]
name = "finish"
from = ["received"]
to = "done"
who = ["agents", "rules"]
needs = ["so_number"]
[[blueprint.transition]]
name = "urgent"
from = ["asked"]
to = "done"
automatic = true
all = ["priority == urgent"]
[[blueprint.transition]]
name = "give-up"
from = ["asked"]
to = "done"
automatic = true
after = "30h"
"""  # noqa: E501
CHANGES = (('who = ["agents", "rules"]', 'who = ["role:lead"]'), ('"5h"', '"4h"'), ('"asked"', '"waiting"'))
OTHER = reduce(lambda text, change: text.replace(*change), CHANGES, WAY)
HOUR = timedelta(hours=1)
ACTS: st.SearchStrategy[tuple[str, dict[str, Any]]] = st.sampled_from(
    [
        ("ticket.move", {"status": "ask", "comment": "Which?"}),
        ("ticket.move", {"status": "finish"}),
        ("ticket.move", {"status": "finish", "inputs": [["so_number", "7"]]}),
        ("ticket.set", {"changes": [("priority", "urgent")]}),
        ("ticket.set", {"changes": [("status", "solved")]}),
        ("ticket.set", {"changes": [("so_number", "9")]}),
        ("ticket.macro", {"macro": "need-more-info"}),
        ("blueprint.migrate", {"name": "way", "states": [["asked", "waiting"], ["waiting", "asked"]]}),
        ("mail", {}),
        ("reload", {}),
    ]
)
LIVES = st.lists(st.tuples(st.sampled_from([HOUR, 4 * HOUR, 31 * HOUR, 50 * HOUR]), ACTS), max_size=8)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordedDesk]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    made = RecordedDesk(tmp_path_factory.mktemp("way"), WAY)
    yield made
    assert made.db.read_now(doctor.check) == []
    made.db.close_now()
    structlog.reset_defaults()


def act(desk: RecordedDesk, ticket: int, what: str, how: dict[str, Any]) -> None:
    match what:
        case "mail":
            desk.mail(ticket, text="The blue one.")
        case "reload":
            asked = "asked" in desk.desk.ruleset.blueprints["way"].states
            desk.reload(desk.with_rules(OTHER if asked else WAY))
        case "blueprint.migrate":
            today = desk.desk.ruleset.blueprints["way"].states
            there = [pair for pair in how["states"] if pair[1] in today]
            desk.do(what, "lead", **how | {"states": there}, ticket=ticket)
        case _:
            desk.do(what, id=ticket, **how)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LIVES)
def test_the_past_of_a_way_is_exactly_what_happened(
    desk: RecordedDesk, life: list[tuple[timedelta, tuple[str, dict[str, Any]]]]
) -> None:
    ticket = desk.order()
    for span, (what, how) in life:
        desk.wait(span)
        act(desk, ticket, what, how)
    record, then = desk.record(ticket), cache(desk.then)
    again = replay(record, then, desk.clock.now())
    assert again.done == recorded(record).done
    assert plain(again.ticket) == plain(replace(record.ticket, now=desk.clock.now()))
    desk.forget(ticket)


def test_the_log_of_steps_ends_where_the_ticket_stands(desk: RecordedDesk) -> None:
    ticket = desk.order()
    for what, how in (("ticket.move", {"status": "ask", "comment": "?"}), ("mail", {}), ("reload", {})):
        desk.wait(HOUR)
        act(desk, ticket, what, how)
    gone = [["asked", "waiting"]]
    assert desk.do("blueprint.migrate", "lead", name="way", ticket=ticket, states=gone)
    moves = desk.db.read_now(lambda tx: stands.of_ticket(tx, ticket))
    held = desk.db.read_now(lambda tx: tickets.snapshot(tx, ticket)).blueprint
    assert held is not None
    assert moves[-1].target == held.state == "received"
    assert [move.source for move in moves][1:] == [move.target for move in moves][:-1]
    assert len({row["digest"] for row in desk.db.read_now(stands.versions)}) == 2
