"""Reports of blueprints, from the log of steps: the figures of each, and where its tickets wait."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import partial

from maild.control.operation import Operation, Request, Row
from maild.control.report_options import NONE, department, hours, schedule
from maild.domain.blueprint_figures import Figures, Period, figures, mean, waiting
from maild.domain.calendars import always, business_seconds_between, midnight
from maild.domain.ways import Length, Way, elapsed, ways
from maild.errors import UsageError
from maild.store import stands
from maild.store.tx import Tx
from pipeline.furniture import Desk

DAYS = 30
"""How far the period goes back where nobody says."""
FIRST, LAST = date(1970, 1, 1), date(2999, 12, 31)
"""Days that a period may be of; beyond, an instant of another zone may be none at all."""
ALL = "all"
"""The department in rows about all of them."""


def blueprint(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """For each blueprint and department a row for each figure; see `maild.domain.blueprint_figures` for what counts."""
    period, length, asked = _period(tx, desk, request), _length(desk, request), department(tx, desk, request)
    for name, found in _by_blueprint(tx, desk, request, period):
        for label, one in _departments(asked, found):
            rows = _rows(figures(found, period, one, length))
            yield from ({"blueprint": name, "department": label} | row for row in rows)


def _rows(found: Figures) -> Iterator[Row]:
    yield _row("active", count=found.active)
    yield _row("over the state limit", count=found.over_limit)
    yield _row("completed", count=len(found.completed), average=mean(found.completed))
    yield _row("dropped", count=len(found.dropped), average=mean(found.dropped))
    yield _row("broke the limit of the way", count=found.broken)
    for state, times in found.states.items():
        going_on = {"going_on": len(times.going_on), "going_on_hours": hours(mean(times.going_on))}
        yield _row("time in state", state, len(times.ended), mean(times.ended)) | going_on
    for (transition, source, target), count in sorted(found.transitions.items(), key=lambda one: (-one[1], one[0])):
        yield _row("transition", f"{transition}: {source} to {target}", count)


def _row(figure: str, name: str = "", count: int = 0, average: float | None = None) -> Row:
    row = {"figure": figure, "name": name, "count": count, "average_hours": hours(average)}
    return row | {"going_on": None, "going_on_hours": None}


def where_waiting(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Each state's share of the time, the slowest tenth of the tickets, and transitions that were sent back."""
    period, length, asked = _period(tx, desk, request), _length(desk, request), department(tx, desk, request)
    for name, found in _by_blueprint(tx, desk, request, period):
        here = {"blueprint": name, "department": ALL if asked is None else asked or NONE}
        waits = waiting(found, period, asked, length)
        whole = sum(seconds for _, seconds in waits.shares)
        for state, seconds in waits.shares:
            share = round(100 * seconds / whole, 1) if whole else None
            yield here | {"what": "state", "name": state, "hours": hours(seconds), "share": share}
        for slow in waits.slowest:
            told = f"{'took longest' if slow.ended else 'is longest'} in {slow.state}"
            row = {"what": "slowest", "name": f"#{slow.ticket}", "hours": hours(slow.length), "share": None}
            yield here | row | {"ticket": slow.ticket, "note": told}
        for back in waits.back:
            name_of = f"{back.transition}: {back.source} to {back.target}"
            share = round(100 * back.sent_back / back.taken, 1)
            told = f"{back.sent_back} of {back.taken} sent back"
            yield here | {"what": "sent back", "name": name_of, "hours": None, "share": share, "note": told}


def _by_blueprint(tx: Tx, desk: Desk, request: Request, period: Period) -> Iterator[tuple[str, list[Way]]]:
    """Those of the rules in force, or the one asked for, which may be one of the past."""
    known = {*desk.ruleset.blueprints, *(row["name"] for row in stands.versions(tx))}
    only = request.optional("blueprint")
    if only is not None and only not in known:
        hint = f"there are {', '.join(sorted(known))}" if known else "the rules have none"
        raise UsageError(f"no blueprint {only!r}", hint)
    for name in [only] if only else [*desk.ruleset.blueprints]:
        yield name, list(ways(stands.moves(tx, name, period.until, request.hidden)))


def _departments(asked: str | None, found: Iterable[Way]) -> list[tuple[str, str | None]]:
    """The one asked for; else all together and, where there are several, each of them."""
    if asked is not None:
        return [(asked or NONE, asked)]
    each = sorted({visit.department for way in found for visit in way.visits})
    return [(ALL, None), *((name or NONE, name) for name in each if each != [""])]


def _period(tx: Tx, desk: Desk, request: Request) -> Period:
    """From the beginning of one date to the end of another, in site.timezone; up to now as without."""
    zone = desk.config.site.timezone
    since, until = _day(request, "since"), _day(request, "until")
    now = tx.now + timedelta(microseconds=1)  # what happens now has happened
    end = min(now, midnight(always(zone), until + timedelta(days=1))) if until else now
    begin = midnight(always(zone), since) if since else end - timedelta(days=DAYS)
    if begin >= end:
        raise UsageError("the period ends before it begins", "--from DATE is the earlier one")
    return Period(begin, end)


def _day(request: Request, name: str) -> date | None:
    text = request.optional(name)
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"{text!r} is no date", "write it like 2026-11-21") from None
    if day is not None and not FIRST <= day <= LAST:
        raise UsageError(f"{day} is beyond what is counted", f"from {FIRST} to {LAST}")
    return day


def _length(desk: Desk, request: Request) -> Length:
    """Hours of the calendar, or with ``schedule`` working hours of that one."""
    wanted = schedule(desk, request)
    return partial(business_seconds_between, wanted) if wanted else elapsed


OPERATIONS = {
    "report.blueprint": Operation(blueprint),
    "report.waiting": Operation(where_waiting),
}
