"""What was assigned by the loads of its time is assigned so again on paper, ticket by ticket, whatever came between."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maild.store import doctor
from pipeline import assigning
from rules.replay import recorded, replay, replay_by
from rules.what_if import differences
from tests.rules.recorded_desk import RecordedDesk
from tests.rules.test_replay import plain

TURNS = """
[[assignment]]
name = "Turns"
groups = ["Orders"]
cap = 1
order = "weighted"
weights = { orders-agent = 2 }
"""
NOBODY_YET = ('assignee = "orders-agent", form = "order"', 'form = "order"')
PEOPLE = ["orders-agent", "approver", "lead", "escalation-agent"]
ACTS = st.one_of(
    st.just(("order", {})),
    st.just(("drain", {})),
    st.builds(lambda to: ("ticket.move", {"status": to}), st.sampled_from(["pending", "solved", "open"])),
    st.builds(lambda to: ("ticket.set", {"changes": [("assignee", to)]}), st.sampled_from(["", *PEOPLE])),
    st.builds(lambda who, on: ("user.presence", {"name": who, "online": on}), st.sampled_from(PEOPLE), st.booleans()),
    st.just(("mail", {})),
)
LIVES = st.lists(st.tuples(ACTS, st.integers(0, 5)), min_size=4, max_size=14)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordedDesk]:
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    made = RecordedDesk(tmp_path_factory.mktemp("turns"))
    made.desk = made.with_rules(TURNS, NOBODY_YET)
    yield made
    assert made.db.read_now(doctor.check) == []
    made.db.close_now()
    structlog.reset_defaults()


def drain(desk: RecordedDesk) -> None:
    for queue in desk.db.read_now(partial(assigning.waiting, desk_=desk.desk)):
        while desk.db.write_now(partial(assigning.offer, desk_=desk.desk, queue=queue)):
            pass


def act(desk: RecordedDesk, tickets: list[int], which: int, what: str, how: dict[str, Any]) -> None:
    match what:
        case "order":
            tickets.append(desk.order())
        case "drain":
            drain(desk)
        case "mail":
            desk.mail(tickets[which % len(tickets)], text="Where is it?")
        case "user.presence":
            desk.do(what, "lead", **how)
        case _:
            desk.do(what, "lead", **{"id": tickets[which % len(tickets)], **how})


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LIVES)
def test_the_past_is_assigned_exactly_as_it_was(
    desk: RecordedDesk, life: list[tuple[tuple[str, dict[str, Any]], int]]
) -> None:
    tickets = [desk.order(), desk.order()]
    for (what, how), which in life:
        desk.wait(timedelta(minutes=7))
        act(desk, tickets, which, what, how)
    drain(desk)
    for ticket in tickets:
        record = desk.record(ticket)
        again = replay(record, cache(desk.then), desk.clock.now())
        assert again.done == recorded(record).done
        assert plain(again.ticket).assignee == record.ticket.assignee
        assert plain(again.ticket).queue == record.ticket.queue
        desk.do("ticket.set", "lead", id=ticket, changes=[("assignee", "lead")])
        desk.do("ticket.move", "lead", id=ticket, status="solved")  # the next example begins with everybody free
        desk.forget(ticket)


def test_other_rules_use_the_loads_that_were_seen(desk: RecordedDesk, tmp_path: Path) -> None:
    for name in PEOPLE:
        desk.do("user.presence", "lead", name=name, online=True)
    ticket = desk.order()
    drain(desk)
    assert desk.record(ticket).ticket.assignee is not None
    other = desk.with_rules(
        TURNS + "caps = { orders-agent = 1, approver = 1, lead = 1, escalation-agent = 1 }\n", NOBODY_YET
    )
    record, now = desk.record(ticket), desk.clock.now()
    same = replay_by(other.ruleset, record, cache(desk.then), None, now)
    assert differences(recorded(record), same) == ()
    direct = desk.with_rules(
        TURNS.replace("[[assignment]]", '[[assignment]]\nname = "All"\nassignee = "lead"\n[[assignment]]'), NOBODY_YET
    )
    found = {
        d.what: d for d in differences(recorded(record), replay_by(direct.ruleset, record, cache(desk.then), None, now))
    }
    assert (found["assignee"].now, found["assignee"].rule) == ("lead", "All")
    desk.forget(ticket)
