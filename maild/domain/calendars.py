"""Working time: schedules, durations with units that stay apart, and their arithmetic over clock changes and holidays.

All instants are aware and answered in UTC. A wall-clock time that does not exist is read with the offset before the
gap, one that exists twice means the first occurrence (RFC 5545, 3.3.5). Intervals are half open; a holiday is a local
date of the schedule's zone.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

LONGEST_SEARCH = 3660
"""Days after which a search for working time gives up: holidays without an end must not hang anybody."""

MIDNIGHT = 24 * 60
_TICK = timedelta(microseconds=1)


class Unit(StrEnum):
    """Elapsed time (h), calendar days and months at the same local time (d, mo), working time (bh) and days (bd)."""

    HOURS = "h"
    DAYS = "d"
    MONTHS = "mo"
    BUSINESS_HOURS = "bh"
    BUSINESS_DAYS = "bd"


@dataclass(frozen=True, slots=True)
class Duration:
    """``24h``, ``1d``, ``24bh`` and ``1bd`` are four different things; days and months are whole numbers."""

    amount: float
    unit: Unit

    def __str__(self) -> str:
        return f"{self.amount:g}{self.unit.value}"


@dataclass(frozen=True, slots=True)
class Schedule:
    """Working hours by weekday (Monday first): pairs of minutes after local midnight, sorted, apart, at most 1440.

    An interval over midnight is two: its second half stands on the following day and follows that day's holidays.
    """

    name: str
    zone: str
    week: tuple[tuple[tuple[int, int], ...], ...]
    holidays: frozenset[date] = frozenset()

    def __hash__(self) -> int:
        return hash((self.name, self.zone))


def always(zone: str) -> Schedule:
    """Every hour of every day; what counts when no schedule is configured."""
    return Schedule("always", zone, (((0, MIDNIGHT),),) * 7)


_DURATION = re.compile(r"\s*(\d{1,6}(?:\.\d{1,3})?)\s*(bh|bd|mo|m|h|d|w)\s*")


def parse_duration(text: str) -> Duration:
    """Read ``30m``, ``24h``, ``1d``, ``2w``, ``1mo``, ``24bh`` or ``1bd``; raises ValueError for anything else."""
    found = _DURATION.fullmatch(text)
    if not found:
        known = "30m, 24h, 1d, 2w, 1mo, 24bh (working hours) or 1bd (working days)"
        raise ValueError(f"{text!r} is no duration; write {known}")
    amount, unit = float(found[1]), found[2]
    if unit == "m":
        return Duration(amount / 60, Unit.HOURS)
    if unit not in ("h", "bh") and not amount.is_integer():
        raise ValueError(f"{text!r}: {unit} counts whole ones; write hours for a part of a day")
    return Duration(amount * 7, Unit.DAYS) if unit == "w" else Duration(amount, Unit(unit))


def instant(zone: str, local: datetime) -> datetime:
    """The UTC instant of a naive local time; in a gap the offset before it counts, in a repeated hour the first one."""
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def midnight(schedule: Schedule, day: date) -> datetime:
    """When a local date begins."""
    return instant(schedule.zone, datetime.combine(day, time()))


@lru_cache(maxsize=16384)
def spans(schedule: Schedule, day: date) -> tuple[tuple[datetime, datetime], ...]:
    """The working intervals of one local date as UTC instants, in order and apart; none on a holiday."""
    if day in schedule.holidays:
        return ()
    start = datetime.combine(day, time())
    week = schedule.week[day.weekday()]
    hours = [[instant(schedule.zone, start + timedelta(minutes=minute)) for minute in pair] for pair in week]
    found: list[tuple[datetime, datetime]] = []
    for begin, end in sorted(hours):
        if found and begin <= found[-1][1]:  # a gap in the clock pushes what lies in it past what follows
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif begin < end:
            found.append((begin, end))
    return tuple(found)


def business_seconds_between(schedule: Schedule, start: datetime, end: datetime) -> float:
    """Seconds of working time in [start, end), 0 when end is not after start."""
    start = start.astimezone(UTC)
    last = end.astimezone(ZoneInfo(schedule.zone)).date()
    total = timedelta()
    for day in _days(schedule, start):
        if day > last:
            break
        for opens, closes in spans(schedule, day):
            worked = min(closes, end) - max(opens, start)
            if worked > timedelta():
                total += worked
    return total.total_seconds()


def add_business(schedule: Schedule, start: datetime, length: timedelta) -> datetime | None:
    """The first instant by which ``length`` of working time has passed since start; None if ten years do not do."""
    if length <= timedelta():
        return start
    start, left = start.astimezone(UTC), length
    for _, day in zip(range(LONGEST_SEARCH), _days(schedule, start), strict=False):
        for opens, closes in spans(schedule, day):
            begin = max(opens, start)
            if begin >= closes:
                continue
            if closes - begin >= left:
                return begin + left
            left -= closes - begin
    return None


def add_business_days(schedule: Schedule, start: datetime, days: int) -> datetime | None:
    """The same local time on the nth working day after, moved into that day's hours.

    After closing and on days off it counts from the next working day's opening: an order of Saturday counts as if it
    had come when the desk opened on Monday. Later starts never end earlier.
    """
    local = _once(start.astimezone(ZoneInfo(schedule.zone)))
    first = next(_working_days(schedule, local.date()), None)
    if first is None:
        return None
    late = first == local.date() and start >= spans(schedule, first)[-1][1]
    opening = late or first != local.date()
    later = _working_days(schedule, first + timedelta(days=1) if days or late else first)
    for count, day in enumerate(later, start=1):
        if count < days + late:
            continue
        hours = spans(schedule, day)
        return hours[0][0] if opening else _within(hours, _existing(schedule.zone, datetime.combine(day, local.time())))
    return None


def add(schedule: Schedule, start: datetime, duration: Duration) -> datetime | None:
    """The instant a duration after start; None when working time never gets that far (or the calendar ends)."""
    try:
        if duration.unit in (Unit.DAYS, Unit.MONTHS):
            local = start.astimezone(ZoneInfo(schedule.zone)).replace(tzinfo=None)
            return instant(schedule.zone, _later(local, duration))
        return threshold(schedule, start, duration)
    except OverflowError:
        return None


def threshold(schedule: Schedule, start: datetime, duration: Duration) -> datetime | None:
    """The instant from which "this long since start" holds. It never moves backwards when start moves forwards.

    Apart from `add` only where a calendar day ends in a gap of the clock: there the end of the gap counts.
    """
    match duration.unit:
        case Unit.HOURS:
            return start.astimezone(UTC) + timedelta(hours=duration.amount)
        case Unit.BUSINESS_HOURS:
            return add_business(schedule, start, timedelta(hours=duration.amount))
        case Unit.BUSINESS_DAYS:
            return add_business_days(schedule, start, int(duration.amount))
    local = _once(start.astimezone(ZoneInfo(schedule.zone))).replace(tzinfo=None)
    return _existing(schedule.zone, _later(local, duration))


def latest_start(schedule: Schedule, now: datetime, duration: Duration) -> datetime:
    """The latest instant s with ``threshold(s) <= now``: a stamp is old enough exactly when it is not after s.

    The earliest instant there is, when nothing within twenty years is old enough.
    """
    if duration.unit is Unit.HOURS:
        return now.astimezone(UTC) - timedelta(hours=duration.amount)
    low, high = _old_enough(schedule, now, duration), now.astimezone(UTC)
    if low is None:
        return datetime.min.replace(tzinfo=UTC)
    while high - low > _TICK:
        middle = low + (high - low) / 2
        low, high = (middle, high) if _reached(schedule, middle, now, duration) else (low, middle)
    return high if _reached(schedule, high, now, duration) else low


def _old_enough(schedule: Schedule, now: datetime, duration: Duration) -> datetime | None:
    now, back = now.astimezone(UTC), timedelta(days=1)
    while back < timedelta(days=2 * LONGEST_SEARCH):
        if _reached(schedule, now - back, now, duration):
            return now - back
        back *= 2
    return None


def _reached(schedule: Schedule, start: datetime, now: datetime, duration: Duration) -> bool:
    due = threshold(schedule, start, duration)
    return due is not None and due <= now


def _days(schedule: Schedule, start: datetime) -> Iterator[date]:
    day = start.astimezone(ZoneInfo(schedule.zone)).date()
    while day < date.max:
        yield day
        day += timedelta(days=1)


def _working_days(schedule: Schedule, day: date) -> Iterator[date]:
    """Local dates with working time, from ``day`` on, as far as the search goes."""
    for ahead in range(LONGEST_SEARCH):
        if spans(schedule, day + timedelta(days=ahead)):
            yield day + timedelta(days=ahead)


def _within(hours: tuple[tuple[datetime, datetime], ...], moment: datetime) -> datetime:
    for opens, closes in hours:
        if moment <= closes:
            return max(opens, moment)
    return hours[-1][1]


def _later(local: datetime, duration: Duration) -> datetime:
    """Calendar days or months after a naive local time; the 31st becomes the last day of a shorter month."""
    if duration.unit is Unit.DAYS:
        return local + timedelta(days=int(duration.amount))
    years, month = divmod(local.month - 1 + int(duration.amount), 12)
    year, month = local.year + years, month + 1
    if year > 9999:
        raise OverflowError("the calendar ends with the year 9999")
    return local.replace(year=year, month=month, day=min(local.day, calendar.monthrange(year, month)[1]))


def _existing(zone: str, local: datetime) -> datetime:
    """As `instant`, but a time in a gap counts as the gap's end."""
    found = instant(zone, local)
    while found.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local:
        local = local.replace(second=0, microsecond=0) + timedelta(minutes=1)
        found = instant(zone, local)
    return found


def _once(local: datetime) -> datetime:
    """The second pass through a repeated hour counts as its end, so that a later start never seems earlier."""
    while local.fold:
        minute = local.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        local = minute.astimezone(local.tzinfo)
    return local
