"""Working time once more, in the plainest way: what the oracle counts with."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

ZONE = ZoneInfo("Europe/Berlin")
EXTRA = (date(2026, 12, 24), date(2026, 12, 31))


@lru_cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("DE", subdiv="BY", years=year)) | frozenset(EXTRA)


def works(day: date) -> bool:
    return day.weekday() < 5 and day not in _holidays(day.year)


def at(day: date, clock: time) -> datetime:
    """The instant of a local time; one that a clock change leaves out is the change's end."""
    found = datetime.combine(day, clock, ZONE).astimezone(UTC)
    if found.astimezone(ZONE).time() != clock:  # left out: the clock jumps from 2 to 3
        return datetime.combine(day, time(3), ZONE).astimezone(UTC)
    return found


def opens(day: date) -> datetime:
    return at(day, time(8))


def closes(day: date) -> datetime:
    return at(day, time(15 if day.weekday() == 4 else 17))


def working_day_after(day: date) -> date:
    day += timedelta(days=1)
    while not works(day):
        day += timedelta(days=1)
    return day


def business_days(start: datetime, days: int) -> datetime:
    """From within a working day to the same time so many working days on; from outside it counts from the opening."""
    day = start.astimezone(ZONE).date()
    if not works(day) or start >= closes(day):
        day = working_day_after(day)
        from_opening = True
    else:
        from_opening = start < opens(day)
    clock = start.astimezone(ZONE).time()
    for _ in range(days):
        day = working_day_after(day)
    if from_opening:
        return opens(day)
    return min(max(at(day, clock), opens(day)), closes(day))


def business_hours(start: datetime, hours: float) -> datetime:
    left, day = timedelta(hours=hours), start.astimezone(ZONE).date()
    while True:
        if works(day):
            begin, end = max(start, opens(day)), closes(day)
            if begin < end:
                if end - begin >= left:
                    return begin + left
                left -= end - begin
        day += timedelta(days=1)


def worked(start: datetime, end: datetime) -> timedelta:
    """The working time between two instants."""
    found, day = timedelta(), start.astimezone(ZONE).date()
    while day <= end.astimezone(ZONE).date():
        if works(day):
            found += max(timedelta(), min(end, closes(day)) - max(start, opens(day)))
        day += timedelta(days=1)
    return found


def days(start: datetime, count: int) -> datetime:
    """The same local time so many days on; the second pass through a repeated hour counts as its end."""
    local = start.astimezone(ZONE)
    if local.fold:
        local = local.replace(hour=3, minute=0, second=0, microsecond=0, fold=0)
    return at(local.date() + timedelta(days=count), local.time().replace(tzinfo=None, fold=0))


def midnight(text: str) -> datetime:
    return at(date.fromisoformat(text), time())
