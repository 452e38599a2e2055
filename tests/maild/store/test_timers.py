from datetime import datetime, timedelta

import pytest

from maild.clock import ManualClock
from maild.domain.timer import ArmedTimer
from maild.store import figures, open_work, timers
from maild.store.db import Database
from maild.store.timers import Due
from maild.store.tx import Tx
from tests.maild.store import builders
from tests.maild.store.conftest import START

HOUR = timedelta(hours=1)


def arm(db: Database, ticket: int, rule: str = "remind", step: int = 0, due: datetime = START + HOUR) -> None:
    db.write_now(lambda tx: timers.arm(tx, ticket, rule, step, due))


def cancel(db: Database, ticket: int, step: int | None = None, rule: str = "remind") -> None:
    db.write_now(lambda tx: timers.cancel(tx, ticket, rule, step, "answered"))


def listed(db: Database, ticket: int) -> list[tuple[str, int, datetime, bool]]:
    found = db.read_now(lambda tx: timers.listed(tx, ticket))
    assert all(isinstance(timer, ArmedTimer) for timer in found)
    return [(timer.rule, timer.step, timer.due, timer.fired) for timer in found]


def due(db: Database) -> list[Due]:
    return db.read_now(lambda tx: timers.due(tx, 100))


def fire_all(db: Database) -> int:
    return sum(db.write_now(lambda tx, t=timer.id: timers.fire(tx, t)) for timer in due(db))


def test_arming_twice_moves_the_one_that_is_pending(db: Database) -> None:
    ticket = db.write_now(builders.ticket)
    arm(db, ticket)
    arm(db, ticket, due=START + 5 * HOUR)
    assert listed(db, ticket) == [("remind", 0, START + 5 * HOUR, False)]
    assert len(db.read_now(lambda tx: timers.listing(tx, ticket, all_states=True))) == 1


def test_each_rule_step_and_ticket_has_its_own(db: Database) -> None:
    one, two = db.write_now(builders.ticket), db.write_now(builders.ticket)
    for ticket in (one, two):
        for rule in ("remind", "escalate"):
            for step in (0, 1):
                arm(db, ticket, rule, step)
    cancel(db, one, step=1)
    assert [(rule, step) for rule, step, *_ in listed(db, one)] == [("remind", 0), ("escalate", 0), ("escalate", 1)]
    cancel(db, one)
    assert [(rule, step) for rule, step, *_ in listed(db, one)] == [("escalate", 0), ("escalate", 1)]
    assert len(listed(db, two)) == 4


def test_a_fired_timer_stays_listed_until_its_stay_is_over(db: Database, clock: ManualClock) -> None:
    ticket = db.write_now(builders.ticket)
    arm(db, ticket)
    clock.advance(HOUR)
    assert fire_all(db) == 1
    assert listed(db, ticket) == [("remind", 0, START + HOUR, True)]
    cancel(db, ticket)
    assert listed(db, ticket) == []
    states = [row["state"] for row in db.read_now(lambda tx: timers.listing(tx, ticket, all_states=True))]
    assert states == ["fired"]


def test_arming_after_the_fire_begins_anew(db: Database, clock: ManualClock) -> None:
    ticket = db.write_now(builders.ticket)
    arm(db, ticket)
    arm(db, ticket, step=1, due=START + 9 * HOUR)
    clock.advance(HOUR)
    fire_all(db)
    arm(db, ticket, due=START + 3 * HOUR)
    assert sorted(listed(db, ticket)) == [
        ("remind", 0, START + 3 * HOUR, False),
        ("remind", 1, START + 9 * HOUR, False),
    ]


def test_cancelling_tells_why_and_can_be_done_twice(db: Database) -> None:
    ticket = db.write_now(builders.ticket)
    arm(db, ticket)
    for _ in range(2):
        cancel(db, ticket)
    row = db.read_now(lambda tx: timers.listing(tx, ticket, all_states=True))[0]
    assert (row["state"], row["why"], row["settled_at"]) == ("cancelled", "answered", START)
    assert db.read_now(lambda tx: timers.listing(tx, ticket)) == []


def test_timers_come_due_in_their_order_and_not_before(db: Database, clock: ManualClock) -> None:
    ticket = db.write_now(builders.ticket)
    for step, hours in enumerate((3, 1, 2, 1)):
        arm(db, ticket, step=step, due=START + hours * HOUR)
    assert (due(db), db.read_now(timers.next_due)) == ([], START + HOUR)
    clock.advance(HOUR - timedelta(microseconds=1))
    assert due(db) == []
    clock.advance(timedelta(microseconds=1))
    assert [timer.step for timer in due(db)] == [1, 3]
    assert db.read_now(open_work.count) == 2
    clock.advance(5 * HOUR)
    assert [timer.step for timer in due(db)] == [1, 3, 2, 0]
    assert [timer.step for timer in db.read_now(lambda tx: timers.due(tx, 2))] == [1, 3]
    left_out = [timer.id for timer in due(db)[:3]]
    assert [timer.step for timer in db.read_now(lambda tx: timers.due(tx, 100, left_out))] == [0]
    assert db.read_now(figures.overdue)["timer"] == 5 * 3600.0


def test_a_timer_fires_once(db: Database, clock: ManualClock) -> None:
    ticket = db.write_now(builders.ticket)
    arm(db, ticket)
    timer = 1
    assert not db.write_now(lambda tx: timers.fire(tx, timer))  # not yet due
    clock.advance(HOUR)
    assert db.write_now(lambda tx: (timers.fire(tx, timer), timers.fire(tx, timer))) == (True, False)
    assert not db.write_now(lambda tx: timers.fire(tx, timer))
    assert (due(db), db.read_now(timers.next_due)) == ([], None)


def test_a_cancelled_timer_never_fires(db: Database, clock: ManualClock) -> None:
    ticket = db.write_now(builders.ticket)
    arm(db, ticket)
    clock.advance(HOUR)
    found = due(db)
    cancel(db, ticket)
    assert not db.write_now(lambda tx: timers.fire(tx, found[0].id))


def test_a_timer_that_was_moved_meanwhile_does_not_fire_early(db: Database, clock: ManualClock) -> None:
    ticket = db.write_now(builders.ticket)
    arm(db, ticket)
    clock.advance(HOUR)
    found = due(db)
    arm(db, ticket, due=START + 9 * HOUR)
    assert not db.write_now(lambda tx: timers.fire(tx, found[0].id))


def test_a_fire_that_is_undone_comes_again(db: Database, clock: ManualClock) -> None:
    ticket = db.write_now(builders.ticket)
    arm(db, ticket)
    clock.advance(HOUR)

    def fail(tx: Tx) -> None:
        assert timers.fire(tx, 1)
        raise ZeroDivisionError("a bug in a rule")

    with pytest.raises(ZeroDivisionError):
        db.write_now(fail)
    assert [timer.id for timer in due(db)] == [1]
    assert fire_all(db) == 1
