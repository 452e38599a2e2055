"""Traps that other rule engines have fallen into, one test each; the rest stand beside what they are about."""

from datetime import UTC, datetime, timedelta

import pytest

from maild.domain.calendars import Duration, Schedule, Unit, add, add_business, spans
from maild.domain.condition_tokens import ConditionError
from maild.domain.query import parse
from maild.domain.ticket import Status
from maild.store import ticket_list, timers, views
from maild.store.views import Listing
from pipeline import ticker
from pipeline.ticker import Ticker
from rules.automations import due
from rules.fields import Refused, checked
from tests.rules.builders import NOW, conditions, rules, shipped, ticket
from tests.rules.recorded_desk import RecordedDesk

OFFICE = '[schedule.default]\nzone = "Europe/Berlin"\n' + "".join(
    f'{day} = "08:00-17:00"\n' for day in ("mon", "tue", "wed", "thu", "fri")
)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def test_trap_07_what_is_over_a_cap_goes_first_next_time(
    desk: RecordedDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seven orders come due together, three a step: all are served, the oldest first, none twice."""
    monkeypatch.setattr(ticker, "BATCH", 3)
    orders = []
    for _ in range(7):
        orders.append(desk.order())
        desk.clock.advance(timedelta(seconds=1))
    desk.clock.advance(DAY)
    machine = Ticker(desk.db, desk.desk, desk.clock)
    assert [await machine.step() for _ in range(4)] == [3, 3, 1, 0]
    fired = [row for row in desk.db.read_now(lambda tx: timers.listing(tx, all_states=True)) if row["state"] == "fired"]
    assert [row["ticket"] for row in sorted(fired, key=lambda row: row["id"])] == orders
    told = [desk.record(number).entries[-1].deeds[0].rule for number in orders]
    assert set(told) == {"Urgent: waiting for approval for 24 hours"}


def test_trap_14_after_a_pause_the_limit_counts_anew_and_in_working_time() -> None:
    """Eight working hours in a status: time spent elsewhere neither counts nor is added on."""
    ruleset = rules(OFFICE + '[matrix.default.limits]\nopen = "8bh"\n')
    limit = next(a for a in ruleset.timed if a.name.startswith("limit."))
    came = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)  # a Friday, 14:00 in Berlin
    friday = ticket(now=came, status=Status.OPEN, status_changed=came)
    assert due(limit, friday) == datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # three hours left on Friday, five on Monday
    back = came + 5 * DAY + 2 * HOUR  # Wednesday, 16:00
    again = ticket(now=back, created=came, status=Status.OPEN, status_changed=back)
    assert due(limit, again) == datetime(2026, 11, 26, 14, 0, tzinfo=UTC)  # one hour on Wednesday, seven on Thursday


def test_trap_15_nothing_in_working_time_falls_due_while_the_desk_is_closed() -> None:
    office = rules(OFFICE).schedules["default"]
    for hours in range(24 * 14):
        start = datetime(2026, 3, 20, tzinfo=UTC) + hours * HOUR  # over the spring clock change
        for length in (HOUR, 8 * HOUR, 9 * HOUR, 40 * HOUR):
            found = add_business(office, start, length)
            assert found is not None and _is_open(office, found)
        day = add(office, start, Duration(1, Unit.BUSINESS_DAYS))
        assert day is not None and day > start


def _is_open(schedule: Schedule, moment: datetime) -> bool:
    """Within the hours, their end included."""
    days = {(moment + shift * HOUR).date() for shift in (-3, 0, 3)}
    return any(opens <= moment <= closes for day in days for opens, closes in spans(schedule, day))


@pytest.mark.parametrize("source", ["hours_since('ship_date') >= -24", "business_hours_since('created') < -1"])
def test_trap_15_no_time_before_a_deadline_can_be_asked_for(source: str) -> None:
    with pytest.raises(ConditionError):
        conditions(source)


@pytest.mark.parametrize(
    ("name", "typed", "stored"),
    [
        ("total_cost", "1234.50", "1234.50"),
        ("total_cost", "1.234,50", None),
        ("total_cost", "1,234.50", None),
        ("total_cost", "1e3", None),
        ("total_cost", "١٢", None),
        ("ship_date", "2026-12-04", "2026-12-04"),
        ("ship_date", "04/12/2026", None),
        ("ship_date", "4.12.2026", None),
        ("ship_date", "2026-02-30", None),
    ],
)
def test_trap_28_numbers_and_dates_are_stored_in_one_spelling_or_refused(
    name: str, typed: str, stored: str | None
) -> None:
    """What reads one way here and another way there is not guessed at."""
    found = checked(shipped().fields[name], typed)
    assert isinstance(found, Refused) if stored is None else found == stored


def test_trap_36_a_view_is_asked_anew_each_time(desk: RecordedDesk) -> None:
    """A count is a number at every moment, and the number of the rows."""
    view = shipped().views["open"]

    def look() -> tuple[int, int]:
        listing = Listing(view.conditions, view.columns, view.sort, {})
        count = desk.db.read_now(lambda tx: views.count(tx, view.conditions))
        return count, len(desk.db.read_now(lambda tx: views.page(tx, listing, 50)).rows)

    assert look() == (0, 0)
    number = desk.order()
    assert look() == (1, 1)
    desk.do("ticket.macro", id=number, macro="approve")
    assert look() == (0, 0)
    desk.do("ticket.set", id=number, changes=[("tags", "+open_order")])
    assert look() == (1, 1)
    desk.clock.move_to(NOW + DAY)
    assert look() == (0, 0)


def test_i09_signs_of_sql_in_a_search_are_letters(desk: RecordedDesk) -> None:
    odd, plain = desk.order(), desk.order()
    desk.do("ticket.set", id=odd, changes=[("subject", "100%_sure' OR 1=1 --")])
    desk.do("ticket.set", id=plain, changes=[("subject", "100 x sure")])

    def found(query: str) -> list[int]:
        return [row["id"] for row in desk.db.read_now(lambda tx: ticket_list.rows(tx, parse(query), 100))]

    assert found("100%") == [odd]
    assert found("%_s") == [odd]
    assert found("' OR 1=1 --") == [odd]
    assert found("tag:%") == found("po:%") == found("_______") == []
    assert sorted(found("sure")) == [odd, plain]
