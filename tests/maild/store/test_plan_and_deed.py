"""What rules plan (``rules.project``) is what the store then holds (``pipeline.apply`` through the Draft)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maild.clock import ManualClock
from maild.domain.effects import (
    AddTags,
    AdoptVersion,
    ArmTimer,
    Assign,
    CancelTimer,
    Effect,
    Enqueue,
    EnterBlueprint,
    LeaveBlueprint,
    MarkForReview,
    MarkRead,
    MoveState,
    RemoveTags,
    SetDepartment,
    SetField,
    SetForm,
    SetPriority,
    SetStatus,
    SetSubject,
    SetTags,
)
from maild.domain.ticket import Snapshot, Status
from maild.store import doctor, stands, tickets, timers
from maild.store.db import Database
from maild.store.draft import Draft
from maild.store.tx import Tx
from pipeline import apply
from rules.project import project
from tests.maild.store import builders
from tests.maild.store.conftest import START

NAMES = st.sampled_from(["", "orders", "parts"])
TAGS = st.frozensets(st.sampled_from(["open_order", "vip", "late", "a b"]))
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
DUE = st.integers(-5, 500).map(lambda hours: START + timedelta(hours=hours))
STATES = st.sampled_from(["received", "approved", "shipped"])
LIMITS = (st.none() | DUE, st.none() | DUE, st.booleans())
RULES = st.sampled_from(["remind", "escalate"])

EFFECTS: st.SearchStrategy[Effect] = st.one_of(
    st.builds(SetStatus, st.sampled_from(Status)),
    st.builds(SetField, st.sampled_from(["po_number", "total", "rush"]), st.sampled_from(["", "7001", "true"])),
    st.builds(SetPriority, st.sampled_from(["low", "normal", "urgent"])),
    st.builds(SetSubject, WORDS),
    st.builds(SetForm, NAMES),
    st.builds(AddTags, TAGS),
    st.builds(RemoveTags, TAGS),
    st.builds(SetTags, TAGS),
    st.builds(Assign, st.none() | NAMES, st.none() | NAMES),
    st.builds(SetDepartment, NAMES),
    st.builds(Enqueue, NAMES, st.booleans()),
    st.builds(MarkRead, st.booleans()),
    st.builds(MarkForReview, st.booleans(), st.sampled_from(["", "totals differ", "no number"])),
    st.builds(EnterBlueprint, st.just("orders"), st.sampled_from(["v1", "v2"]), STATES, *LIMITS),
    st.builds(MoveState, st.just("go"), STATES, *LIMITS[1:]),
    st.builds(AdoptVersion, st.just("v3"), STATES, *LIMITS),
    st.just(LeaveBlueprint("orders")),
    st.builds(ArmTimer, RULES, DUE, st.integers(0, 2)),
    st.builds(CancelTimer, RULES, st.just("over"), st.none() | st.integers(0, 2)),
)


def told(ticket: Snapshot) -> dict[str, Any]:
    """Everything of a ticket but its version, in an order that does not matter."""
    return {
        **{name: getattr(ticket, name) for name in Snapshot.__slots__},
        "stamps": dict(ticket.stamps),
        "counters": dict(ticket.counters),
        "timers": sorted(ticket.timers, key=lambda timer: (timer.rule, timer.step)),
        "version": None,
    }


def deed(tx: Tx, before: Snapshot, effects: list[Effect]) -> None:
    draft = Draft(tx, before)
    for effect in effects:
        apply.change(draft, effect)
    draft.flush()
    at = before
    for effect in effects:
        match effect:
            case EnterBlueprint() | MoveState() | AdoptVersion() | LeaveBlueprint():
                stands.log(tx, at, effect, "agent:dana", "rules")
            case ArmTimer(rule, due, step):
                timers.arm(tx, before.id, rule, step, due)
            case CancelTimer(rule, why, step):
                timers.cancel(tx, before.id, rule, step, why)
            case _:
                pass
        at = project(at, effect)


def plan(before: Snapshot, effects: list[Effect]) -> Snapshot:
    after = before
    for effect in effects:
        after = project(after, effect)
    return after


class Undone(Exception):
    """Ends each example, so that the next one begins with the same ticket."""


def prepare(tx: Tx, steps: list[Effect]) -> int:
    """A ticket with a past: an hour ago, so that its stamps differ from now."""
    ticket = builders.ticket(tx, fields=(("po_number", "7001"),), needs_review=True, review_reasons=("no number",))
    deed(tx, tickets.snapshot(tx, ticket), steps)
    return ticket


@pytest.fixture(scope="module")
def shared(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, ManualClock]]:
    path = tmp_path_factory.mktemp("plan") / "maild.db"
    path.write_bytes(sqlite_template.read_bytes())
    clock = ManualClock(START)
    db = Database(f"sqlite:///{path}", clock)
    yield db, clock
    assert db.read_now(doctor.check) == []
    db.close_now()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(EFFECTS, max_size=4), st.lists(EFFECTS, max_size=8), st.booleans())
def test_the_plan_is_the_deed(
    shared: tuple[Database, ManualClock], past: list[Effect], effects: list[Effect], fired: bool
) -> None:
    db, clock = shared

    def run(tx: Tx) -> None:
        ticket = prepare(tx, past)
        if fired:
            tx.now += timedelta(hours=1)
            for timer in timers.due(tx, 100):
                assert timers.fire(tx, timer.id)
        tx.now += timedelta(hours=1)
        before = tickets.snapshot(tx, ticket)
        deed(tx, before, effects)
        after = tickets.snapshot(tx, ticket)
        planned = plan(before, effects)
        assert told(after) == told(planned)
        changed = replace(planned, timers=()) != replace(before, timers=())
        assert after.version == before.version + changed
        by_rules = ("timer", "waits for somebody")  # what no rule would plan, any effects may lead to
        assert not [finding for finding in doctor.check(tx) if not any(word in finding for word in by_rules)]
        raise Undone

    with pytest.raises(Undone):
        db.write_now(run)
    clock.move_to(START)


@pytest.mark.parametrize(
    "effects",
    [
        [SetStatus(Status.OPEN), SetStatus(Status.NEW)],
        [AddTags(frozenset({"vip"})), RemoveTags(frozenset({"vip"}))],
        [SetPriority("urgent"), SetPriority("normal")],
        [Assign("orders", "dana"), Assign("", "")],
        [
            EnterBlueprint("orders", "v1", "received"),
            MoveState("go", "shipped", None, True),
            MoveState("back", "received"),
        ],
    ],
)
def test_there_and_back_is_a_change_in_both(db: Database, effects: list[Effect]) -> None:
    ticket = db.write_now(builders.ticket)
    before = db.read_now(lambda tx: tickets.snapshot(tx, ticket))
    db.write_now(lambda tx: deed(tx, before, effects))
    after = db.read_now(lambda tx: tickets.snapshot(tx, ticket))
    assert told(after) == told(plan(before, effects))
    assert after.version == before.version + 1


@pytest.mark.parametrize(
    "effect",
    [
        SetStatus(Status.NEW),
        SetPriority("normal"),
        SetField("rush", ""),
        RemoveTags(frozenset({"vip"})),
        Assign(None, ""),
        MarkRead(False),
        MarkForReview(False),
        SetForm(""),
        MoveState("go", "shipped"),
        AdoptVersion("v2", "shipped"),
        LeaveBlueprint("orders"),
    ],
)
def test_what_sets_what_is_there_changes_nothing(db: Database, clock: ManualClock, effect: Effect) -> None:
    ticket = db.write_now(builders.ticket)
    clock.advance(timedelta(hours=1))
    before = db.read_now(lambda tx: tickets.snapshot(tx, ticket))
    db.write_now(lambda tx: deed(tx, before, [effect]))
    after = db.read_now(lambda tx: tickets.snapshot(tx, ticket))
    assert (after, plan(before, [effect])) == (before, before)


def test_a_reopened_ticket_is_counted(db: Database) -> None:
    ticket = db.write_now(builders.ticket)
    for status in (Status.SOLVED, Status.OPEN, Status.CLOSED, Status.NEW):
        db.write_now(lambda tx, to=status: deed(tx, tickets.snapshot(tx, ticket), [SetStatus(to)]))
    assert db.read_now(lambda tx: tickets.snapshot(tx, ticket)).counter("reopens") == 2


def stamp(ticket: Snapshot, name: str) -> datetime | None:
    return ticket.stamp(name)


def test_stamps_follow_what_they_name(db: Database, clock: ManualClock) -> None:
    ticket = db.write_now(builders.ticket)
    clock.advance(timedelta(hours=1))
    db.write_now(lambda tx: deed(tx, tickets.snapshot(tx, ticket), [Assign("orders", "dana")]))
    clock.advance(timedelta(hours=1))
    db.write_now(lambda tx: deed(tx, tickets.snapshot(tx, ticket), [Assign("parts", "dana")]))
    after = db.read_now(lambda tx: tickets.snapshot(tx, ticket))
    hour = timedelta(hours=1)
    assert [stamp(after, name) for name in ("created", "assigned", "updated")] == [
        START,
        START + hour,
        START + 2 * hour,
    ]
