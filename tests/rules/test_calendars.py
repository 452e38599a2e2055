"""Durations, schedules and clock changes."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maild.domain.calendars import (
    Schedule,
    add,
    add_business,
    always,
    business_seconds_between,
    instant,
    latest_start,
    parse_duration,
    spans,
    threshold,
)
from maild.domain.terms import day

BERLIN = "Europe/Berlin"
ZONES = (BERLIN, "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Africa/Casablanca")
DAY = (480, 1020)  # 08:00 to 17:00
OFFICE = Schedule("office", BERLIN, ((DAY,),) * 4 + (((480, 900),), (), ()), frozenset({date(2026, 12, 25)}))


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(BERLIN)).astimezone(UTC)


@pytest.mark.parametrize(
    ("duration", "due"),
    [
        ("24h", berlin(2026, 11, 21, 14)),  # Friday 14:00 and a day is Saturday
        ("1d", berlin(2026, 11, 21, 14)),
        ("1bd", berlin(2026, 11, 23, 14)),
        ("24bh", berlin(2026, 11, 25, 13)),  # 1 h on Friday, 9 on Monday, 9 on Tuesday, 5 on Wednesday
        ("30m", berlin(2026, 11, 20, 14, 30)),
        ("2w", berlin(2026, 12, 4, 14)),
        ("1mo", berlin(2026, 12, 20, 14)),
    ],
)
def test_trap_13_units_stay_apart(duration: str, due: datetime) -> None:
    assert add(OFFICE, berlin(2026, 11, 20, 14), parse_duration(duration)) == due


def test_a_day_is_23_or_25_hours_when_the_clock_changes_and_24h_never_is() -> None:
    before_spring, before_autumn = berlin(2026, 3, 28, 12), berlin(2026, 10, 24, 12)
    for start, hours in ((before_spring, 23), (before_autumn, 25)):
        assert add(OFFICE, start, parse_duration("1d")) == start + timedelta(hours=hours)
        assert add(OFFICE, start, parse_duration("24h")) == start + timedelta(hours=24)


@pytest.mark.parametrize("text", ["", "1", "h", "1.5d", "-1h", "1 y", "1h30", "1e3h", "bd", "0x1h"])
def test_what_is_no_duration_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|whole"):
        parse_duration(text)


def test_d02_a_time_in_the_gap_is_an_hour_later_once() -> None:
    assert instant(BERLIN, datetime(2026, 3, 29, 2, 30)) == berlin(2026, 3, 29, 3, 30)
    assert add(OFFICE, berlin(2026, 3, 28, 2, 30), parse_duration("1d")) == berlin(2026, 3, 29, 3, 30)


def test_d03_a_time_that_comes_twice_is_the_first() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert instant(BERLIN, datetime(2026, 10, 25, 2, 30)) == first
    assert add(OFFICE, berlin(2026, 10, 24, 2, 30), parse_duration("1d")) == first


@pytest.mark.parametrize(
    ("start", "duration", "due"),
    [
        ((2026, 1, 31, 9), "1mo", (2026, 2, 28, 9)),
        ((2028, 1, 31, 9), "1mo", (2028, 2, 29, 9)),
        ((2028, 2, 29, 9), "12mo", (2029, 2, 28, 9)),
        ((2026, 12, 31, 9), "2mo", (2027, 2, 28, 9)),
        ((2028, 2, 28, 9), "1d", (2028, 2, 29, 9)),
    ],
)
def test_d04_ends_of_months(start: tuple[int, ...], duration: str, due: tuple[int, ...]) -> None:
    assert add(OFFICE, berlin(*start), parse_duration(duration)) == berlin(*due)


@pytest.mark.parametrize(
    "text", ["2026-02-29", "2026-11-31", "23:59:60", "2026-12-31T23:59:60", "0000-01-01", "２０２６-01-01"]
)
def test_d04_dates_that_do_not_exist_are_no_dates(text: str) -> None:
    assert day(text) is None


def test_the_end_of_the_calendar_is_no_crash() -> None:
    last = datetime(9999, 12, 30, tzinfo=UTC)
    for duration in ("999999h", "9999d", "999mo", "99999bh", "9999bd"):
        assert add(OFFICE, last, parse_duration(duration)) is None


def test_d06_a_customers_zone_does_not_matter_only_the_schedules() -> None:
    start = berlin(2026, 11, 20, 14).astimezone(ZoneInfo("Asia/Tokyo"))
    assert add(OFFICE, start, parse_duration("1bd")) == berlin(2026, 11, 23, 14)
    assert add(OFFICE, start, parse_duration("2bh")) == berlin(2026, 11, 23, 9)


def test_d07_a_chain_of_holidays_longer_than_a_month_ends() -> None:
    closed = frozenset(date(2026, 12, 1) + timedelta(days=n) for n in range(45))
    works = Schedule("closed", BERLIN, OFFICE.week, closed)
    assert add_business(works, berlin(2026, 11, 30, 16), timedelta(hours=2)) == berlin(2027, 1, 15, 9)


def test_d07_no_working_time_at_all_is_never_not_for_ever() -> None:
    never = Schedule("never", BERLIN, ((),) * 7)
    for duration in ("1bh", "1bd"):
        assert add(never, berlin(2026, 11, 30, 16), parse_duration(duration)) is None
        assert latest_start(never, berlin(2026, 11, 30, 16), parse_duration(duration)) == datetime.min.replace(
            tzinfo=UTC
        )
    assert business_seconds_between(never, berlin(2026, 1, 1), berlin(2027, 1, 1)) == 0


def test_trap_16_time_outside_hours_does_not_count_as_nothing() -> None:
    saturday = berlin(2026, 11, 21, 11)
    assert add(OFFICE, saturday, parse_duration("1bh")) == berlin(2026, 11, 23, 9)
    assert add(OFFICE, saturday, parse_duration("1bd")) == berlin(2026, 11, 24, 8)
    assert add(OFFICE, berlin(2026, 11, 23, 20), parse_duration("1bd")) == berlin(2026, 11, 25, 8)


def test_a_working_day_later_is_moved_into_that_days_hours() -> None:
    assert add(OFFICE, berlin(2026, 11, 19, 16), parse_duration("1bd")) == berlin(2026, 11, 20, 15)
    assert add(OFFICE, berlin(2026, 11, 19, 6), parse_duration("1bd")) == berlin(2026, 11, 20, 8)


def test_trap_17_a_holiday_is_a_local_date_of_the_schedule() -> None:
    assert add(OFFICE, berlin(2026, 12, 24, 16, 30), parse_duration("1bh")) == berlin(2026, 12, 28, 8, 30)
    assert spans(OFFICE, date(2026, 12, 25)) == ()


def test_trap_18_intervals_over_midnight_are_two() -> None:
    night = Schedule("night", BERLIN, (((0, 360), (1320, 1440)),) * 7, frozenset({date(2026, 12, 25)}))
    assert business_seconds_between(night, berlin(2026, 11, 20, 21), berlin(2026, 11, 21, 7)) == 8 * 3600
    # the holiday takes the hours of its own date: to 6 in the morning, and from 22 in the evening
    assert business_seconds_between(night, berlin(2026, 12, 24, 21), berlin(2026, 12, 26, 7)) == (2 + 6) * 3600


def test_a_night_shift_lasts_an_hour_less_in_spring_and_more_in_autumn() -> None:
    night = Schedule("night", BERLIN, (((0, 360), (1320, 1440)),) * 7)
    spring = business_seconds_between(night, berlin(2026, 3, 28, 21), berlin(2026, 3, 29, 7))
    autumn = business_seconds_between(night, berlin(2026, 10, 24, 21), berlin(2026, 10, 25, 7))
    assert (spring, autumn) == (7 * 3600, 9 * 3600)


def test_intervals_that_the_gap_pushes_over_each_other_count_once_and_wholly() -> None:
    pushed = Schedule("pushed", BERLIN, (((150, 165), (180, 200)),) * 7)  # 02:30-02:45 is 03:30-03:45 that day
    met = Schedule("met", BERLIN, (((150, 165), (180, 240)),) * 7)  # and lies within 03:00-04:00
    for schedule, minutes in ((pushed, 35), (met, 60)):
        assert business_seconds_between(schedule, berlin(2026, 3, 29), berlin(2026, 3, 30)) == minutes * 60
        due = add_business(schedule, berlin(2026, 3, 29), timedelta(minutes=minutes))
        assert due == max(end for _, end in spans(schedule, date(2026, 3, 29)))


def transitions(zone: str) -> list[datetime]:
    """The clock changes of a zone from 2026 to 2030, to the hour."""
    found, at, info = [], datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo(zone)
    while at.year < 2031:
        after = at + timedelta(hours=1)
        if at.astimezone(info).utcoffset() != after.astimezone(info).utcoffset():
            found.append(after)
        at = after
    return found


CHANGES = [(zone, change) for zone in ZONES for change in transitions(zone)]


def test_there_are_clock_changes_in_all_five_zones() -> None:
    assert {zone for zone, _ in CHANGES} == set(ZONES)
    assert len(CHANGES) >= 50


SHAPES = {
    "office": ((DAY,),) * 5 + ((), ()),
    "night": (((0, 360), (1320, 1440)),) * 7,
    "always": (((0, 1440),),) * 7,
    "small hours": (((30, 150), (170, 185)),) * 7,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_dst_weeks_2026_to_2030_in_five_zones(shape: str) -> None:
    """Around every change of the clock: what is added is what is counted, and nothing is counted twice."""
    for zone, change in CHANGES:
        schedule = Schedule(shape, zone, SHAPES[shape])
        start, end = change - timedelta(days=3), change + timedelta(days=4)
        pieces = [start + timedelta(minutes=97 * n) for n in range(104)]
        parts = sum(business_seconds_between(schedule, a, b) for a, b in pairwise(pieces))
        assert parts == business_seconds_between(schedule, start, pieces[-1])
        for seconds in (1, 1800, 7200, 30_000):
            due = add_business(schedule, change - timedelta(hours=5), timedelta(seconds=seconds))
            assert due is not None
            assert business_seconds_between(schedule, change - timedelta(hours=5), due) == seconds
        if shape == "always":
            assert business_seconds_between(schedule, start, end) == (end - start).total_seconds()


@pytest.mark.parametrize("unit", ["1d", "1bd", "3bh", "2bd"])
def test_later_starts_never_fall_due_earlier_around_clock_changes(unit: str) -> None:
    duration = parse_duration(unit)
    for zone, change in CHANGES[::3]:
        schedule = Schedule("small", zone, SHAPES["small hours"])
        for days in (0, 1, 2):
            begin = change - timedelta(days=days, hours=3)
            dues = [threshold(schedule, begin + timedelta(minutes=7 * n), duration) for n in range(50)]
            assert None not in dues
            assert dues == sorted(dues)  # type: ignore[type-var]


@settings(max_examples=200, deadline=None)
@given(
    shape=st.sampled_from(sorted(SHAPES)),
    zone=st.sampled_from(ZONES),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2030, 12, 31)),
    unit=st.sampled_from(["1h", "5bh", "1d", "3d", "1bd", "2bd", "40bh"]),
)
def test_latest_start_is_the_edge(shape: str, zone: str, now: datetime, unit: str) -> None:
    schedule, duration, at = Schedule(shape, zone, SHAPES[shape]), parse_duration(unit), now.replace(tzinfo=UTC)
    edge = latest_start(schedule, at, duration)
    tick = timedelta(microseconds=1)
    reached, beyond = threshold(schedule, edge, duration), threshold(schedule, edge + tick, duration)
    assert reached is not None and reached <= at
    assert beyond is not None and beyond > at


def test_always_is_every_second() -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    assert business_seconds_between(always(BERLIN), start, start + timedelta(days=60)) == 60 * 86400
