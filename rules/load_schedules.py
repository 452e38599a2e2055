"""[schedule.*]: working hours by weekday, and holidays expanded from the calendars of countries into plain dates."""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from maild.domain.calendars import MIDNIGHT, Schedule
from maild.domain.terms import day
from maild.imports import only_parts
from rules.table import Table

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
YEARS = range(2000, 2061)
"""Years whose public holidays are known to a schedule."""

_INTERVAL = re.compile(r"([0-9]{1,2}):([0-9]{2})-([0-9]{1,2}):([0-9]{2})")
_Week = list[list[tuple[int, int]]]


def read_schedules(rules: Table, zone: str) -> Mapping[str, Schedule]:
    """Every schedule by name; ``zone`` is the site's, for those that name none."""
    section = rules.table("schedule")
    return {name: _schedule(section.table(name), name, zone) for name in section.keys()}  # noqa: SIM118


def _schedule(table: Table, name: str, site_zone: str) -> Schedule:
    zone = table.text("zone", site_zone)
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        table.wrong("zone", f"there is no time zone {zone!r}", "an IANA name such as Europe/Berlin")
        zone = "UTC"
    week: _Week = [[] for _ in DAYS]
    for number, weekday in enumerate(DAYS):
        for text in table.text(weekday).replace(",", " ").split():
            _place(table, weekday, number, text, week)
    for number, weekday in enumerate(DAYS):
        week[number].sort()
        pairs = zip(week[number], week[number][1:], strict=False)
        if any(after[0] < before[1] for before, after in pairs):
            table.wrong(weekday, "two intervals overlap", "one over midnight reaches into the next day")
    if not any(week):
        table.wrong((), f"schedule {name} has no working hours", 'write mon = "08:00-17:00"')
    closed = _holidays(table.table("holidays"))
    table.finish()
    return Schedule(name, zone, tuple(tuple(hours) for hours in week), closed)


def _place(table: Table, weekday: str, number: int, text: str, week: _Week) -> None:
    """Put one interval into the week; one over midnight is split, its second half on the next day."""
    found = _INTERVAL.fullmatch(text)
    opens, closes = (int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])) if found else (0, 0)
    if not found or opens >= MIDNIGHT or closes > MIDNIGHT or int(found[2]) > 59 or int(found[4]) > 59:
        table.wrong(weekday, f"{text!r} is no interval", '"08:00-17:00", or "22:00-06:00" over midnight')
    elif opens < closes:
        week[number].append((opens, closes))
    else:
        week[number].append((opens, MIDNIGHT))
        if closes:
            week[(number + 1) % 7].append((0, closes))


def _holidays(table: Table) -> frozenset[date]:
    country, subdivision = table.text("country"), table.text("subdivision")
    found = set(_dates(table, "extra"))
    if country:
        try:
            found |= _public_holidays(country, subdivision)
        except (NotImplementedError, KeyError, ValueError):
            what = f"{country} {subdivision}".strip()
            table.wrong("country", f"no public holidays are known for {what!r}", 'country = "DE", subdivision = "BY"')
    elif subdivision:
        table.wrong("subdivision", "a subdivision needs its country")
    found -= set(_dates(table, "except"))
    table.finish()
    return frozenset(found)


@lru_cache(maxsize=16)
def _public_holidays(country: str, subdivision: str) -> frozenset[date]:
    import holidays  # many a desk names none

    def expanded() -> frozenset[date]:
        return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=YEARS))

    try:
        with only_parts("holidays.countries"):  # the calendars of all are 11 MiB and a twelfth of the daemon's start
            return expanded()
    except ImportError:  # one that is built upon its package
        return expanded()


def _dates(table: Table, key: str) -> list[date]:
    value = table.take(key)
    found: list[date] = []
    for index, one in enumerate(value if isinstance(value, list) else [] if value is None else [value]):
        read = one if type(one) is date else day(one) if isinstance(one, str) else None
        if read is None:
            table.wrong((key, index), f"{one!r} is no date", 'write "2026-12-24"')
        else:
            found.append(read)
    return found
