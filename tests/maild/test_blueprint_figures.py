"""The figures of a blueprint: what a visit is, what counts in which period, and where tickets wait."""

from datetime import UTC, datetime, timedelta
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from maild.domain.blueprint_figures import Period, figures, mean, waiting
from maild.domain.calendars import Schedule, business_seconds_between
from maild.domain.stand import Move
from maild.domain.ways import ways

START = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)  # a Monday
HOUR = 3600.0


def after(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def walk(ticket: int, *steps: tuple[float, str, str], department: str = "", due: float | None = None) -> list[Move]:
    """Steps as (hours after START, transition, state); the first enters, and "shipped" is the end."""
    found: list[Move] = []
    whole = after(due) if due is not None else None
    for hours, transition, target in steps:
        limit = after(hours + 4) if target == "received" else None
        source = found[-1].target if found else ""
        final = target == "shipped"
        found.append(Move(ticket, after(hours), "orders", transition, source, target, department, limit, whole, final))
    return found


ONE = walk(1, (0, "", "received"), (2, "approve", "approved"), (10, "ship", "shipped"), due=24)
BACK = walk(
    2, (0, "", "received"), (1, "approve", "approved"), (3, "undo", "received"), (20, "approve", "approved"), due=12
)
LATE = walk(3, (5, "", "received"), department="service")
MOVES = [*ONE, *BACK, *LATE]
WEEK = Period(START, after(100))


def test_trap_35_the_six_figures_by_hand() -> None:
    found = figures(list(ways(MOVES)), WEEK)
    assert (found.active, found.over_limit, found.broken) == (2, 1, 1)
    assert found.completed == [10 * HOUR]
    received, approved = found.states["received"], found.states["approved"]
    assert sorted(received.ended) == [1 * HOUR, 2 * HOUR, 17 * HOUR]
    assert received.going_on == [95 * HOUR]
    assert (sorted(approved.ended), approved.going_on) == ([2 * HOUR, 8 * HOUR], [80 * HOUR])
    assert "shipped" not in found.states
    assert found.transitions.most_common(1) == [(("approve", "received", "approved"), 3)]
    assert found.transitions["ship", "approved", "shipped"] == 1


def test_what_ends_without_a_sale_is_not_completed() -> None:
    lost = Move(5, after(3), "orders", "drop", "received", "dropped", final=True, dropped=True)
    found = figures(list(ways([*ONE, *walk(5, (0, "", "received")), lost])), WEEK)
    assert (found.active, found.completed, found.dropped) == (0, [10 * HOUR], [3 * HOUR])


def test_who_leaves_the_blueprint_is_under_way_no_more_and_who_comes_back_begins_anew() -> None:
    """``walk`` writes a step without a target for leaving; what follows enters again."""
    gone = walk(4, (0, "", "received"), (3, "approve", "approved"), (8, "", ""), due=24)
    again = walk(4, (20, "", "received"), (22, "approve", "approved"), (30, "ship", "shipped"))
    one, other = list(ways([*gone, *again]))
    assert (one.left, one.completed, one.broken(), one.under_way) == (after(8), None, None, False)
    assert (other.entered, other.completed) == (after(20), after(30))
    found = figures([one, other], WEEK)
    assert (found.active, found.over_limit, found.broken, found.completed) == (0, 0, 0, [10 * HOUR])
    assert sorted(found.states["approved"].ended) == [5 * HOUR, 8 * HOUR]
    assert sum(found.transitions.values()) == 3, "leaving is none"
    assert {slow.length for slow in waiting([one, other], WEEK).slowest} == {10 * HOUR}
    late = walk(5, (0, "", "received"), (30, "", ""), due=24)
    assert [way.broken() for way in ways(late)] == [after(24)], "the limit had passed before"


def test_trap_35_visits_are_counted_where_they_end_and_open_ones_apart() -> None:
    early = figures(list(ways([move for move in MOVES if move.at <= after(2.5)])), Period(START, after(2.5)))
    assert early.states["received"].ended == [2 * HOUR, 1 * HOUR]
    assert early.states["approved"].ended == []
    assert mean(early.states["approved"].ended) is None
    assert (early.active, early.completed) == (2, [])
    later = figures(list(ways(MOVES)), Period(after(15), after(100)))
    assert later.completed == []
    assert later.states["received"].ended == [17 * HOUR]
    assert later.broken == 0


def test_a_period_is_half_open() -> None:
    found = list(ways(MOVES))
    assert figures(found, Period(START, after(10))).completed == []
    assert figures(found, Period(after(10), after(11))).completed == [10 * HOUR]


def test_departments_count_their_own() -> None:
    found = list(ways(MOVES))
    service, others = figures(found, WEEK, "service"), figures(found, WEEK, "")
    assert (service.active, service.over_limit, service.broken) == (1, 1, 0)
    assert (others.active, others.over_limit, others.broken) == (1, 0, 1)
    assert list(service.states) == ["received"]


def test_working_time_counts_only_what_is_worked() -> None:
    office = Schedule("office", "UTC", (((8 * 60, 17 * 60),),) * 5 + ((), ()))
    found = figures(list(ways(MOVES)), WEEK, length=partial(business_seconds_between, office))
    assert found.completed == [9 * HOUR]
    assert sorted(found.states["received"].ended) == [1 * HOUR, 2 * HOUR, 6 * HOUR]


def test_a_way_that_ended_in_time_or_was_resumed() -> None:
    resumed = walk(4, (0, "", "received"), (1, "ship", "shipped"), (5, "reopen", "received"), due=3)
    found = figures(list(ways(resumed)), WEEK)
    assert (found.active, found.completed, found.broken) == (1, [], 1)
    assert figures(list(ways(resumed[:2])), WEEK).broken == 0


def test_another_version_does_not_end_a_visit() -> None:
    adopted = [*LATE, Move(3, after(7), "orders", "", "received", "received", "service", after(30), after(60))]
    [way] = ways(adopted)
    assert (len(way.visits), way.here.begin, way.here.due, way.due) == (1, after(5), after(30), after(60))
    moved = [*adopted, Move(3, after(8), "orders", "", "received", "boxed", "service")]
    found = figures(list(ways(moved)), WEEK)
    assert found.states["received"].ended == [3 * HOUR]
    assert not found.transitions


def test_where_orders_wait() -> None:
    found = waiting(list(ways(MOVES)), Period(START, after(100)))
    spent = dict(found.shares)
    assert spent == {"received": (2 + 1 + 17 + 95) * HOUR, "approved": (8 + 2 + 80) * HOUR}
    assert [state for state, _ in found.shares] == ["received", "approved"]
    [slow] = found.slowest
    assert (slow.ticket, slow.length, slow.state, slow.ended) == (2, 100 * HOUR, "approved", False)
    assert [(b.transition, b.taken, b.sent_back) for b in found.back] == [("approve", 3, 1), ("undo", 1, 1)]
    clipped = dict(waiting(list(ways(MOVES)), Period(after(90), after(100))).shares)
    assert clipped == {"received": 10 * HOUR, "approved": 10 * HOUR}


STEPS = st.lists(
    st.tuples(st.floats(0, 50), st.sampled_from(["received", "approved", "shipped"])), min_size=1, max_size=6
)


@settings(max_examples=50, deadline=None)
@given(st.lists(STEPS, max_size=4), st.floats(1, 40))
def test_the_time_in_states_adds_up_to_the_time_there_was(tickets: list[list[tuple[float, str]]], cut: float) -> None:
    """A ticket is in exactly one state at each instant from entering on; a period split in two loses none."""
    moves: list[Move] = []
    for number, steps in enumerate(tickets):
        times = sorted(hours for hours, _ in steps)
        moves += walk(number, *((at, "go" if n else "", steps[n][1]) for n, at in enumerate(times)))
    found = list(ways(moves))
    whole = sum(dict(waiting(found, Period(START, after(60))).shares).values())
    parts = [Period(START, after(cut)), Period(after(cut), after(60))]
    assert abs(sum(sum(dict(waiting(found, part).shares).values()) for part in parts) - whole) < 1
    expected = sum(
        ((visit.end or after(60)) - visit.begin).total_seconds()
        for way in found
        for visit in way.visits
        if not visit.final
    )
    assert abs(whole - expected) < 1
    taken = figures(found, Period(START, after(60))).transitions
    assert sum(taken.values()) == sum(len(way.visits) - 1 for way in found)
