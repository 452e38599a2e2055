"""Reports: sales, orders, stages, late, touchless, satisfaction, sla. Months and days are those of site.timezone."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from maild.control.operation import Operation, Request, Row
from maild.control.report_options import hours, schedule, sight
from maild.domain.calendars import always, business_seconds_between, midnight
from maild.domain.stages import stages
from maild.errors import UsageError
from maild.store import ratings, reports, sla_report, touchless
from maild.store.reports import Span
from maild.store.tx import Tx
from pipeline.furniture import Desk


def sales(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """By month, organization and currency, this month included."""
    zone = desk.config.site.timezone
    months = _months(zone, _today(tx.now, zone), _number(request, "months", 12, 120))
    return reports.sales(tx, months, sight(tx, desk, request))


def orders(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """By day, today included."""
    zone = desk.config.site.timezone
    today, count = _today(tx.now, zone), _number(request, "days", 30, 366)
    days = [today + timedelta(days=n + 1 - count) for n in range(count + 1)]
    spans = [(day.isoformat(), midnight(always(zone), day)) for day in days]
    return reports.orders(tx, spans, sight(tx, desk, request))


def time_per_stage(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Of tickets that came in the last days: stays in each status and under each tag, in hours.

    They are hours of the calendar, or with ``schedule`` working hours of that one.
    """
    since = tx.now - timedelta(days=_number(request, "days", 90, 3660))
    happened = reports.happened(tx, since, sight(tx, desk, request))
    wanted = schedule(desk, request)
    working = partial(business_seconds_between, wanted) if wanted else None
    for stage in stages(happened, working) if working else stages(happened):
        yield {
            "stage": stage.name,
            "ended": len(stage.ended),
            "going_on": stage.going_on,
            "average_hours": hours(stage.average),
            "median_hours": hours(stage.middle),
            "longest_hours": hours(max(stage.ended, default=None)),
        }


def touchless_share(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """By month, this month included: the orders that went through without a person's edit, and their share."""
    zone = desk.config.site.timezone
    read = frozenset(field.name for field in desk.ruleset.fields.values() if field.source)
    months = _months(zone, _today(tx.now, zone), _number(request, "months", 12, 120))
    return touchless.touchless(tx, months, read, sight(tx, desk, request))


def satisfaction(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """By month of the first rating, and organization, this month included."""
    zone = desk.config.site.timezone
    months = _months(zone, _today(tx.now, zone), _number(request, "months", 12, 120))
    return ratings.satisfaction(tx, months, sight(tx, desk, request))


def late(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    return reports.late(tx, _today(tx.now, desk.config.site.timezone), sight(tx, desk, request))


def service_levels(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """By month, this month included, department, policy and target: promises met and missed, and the share."""
    zone = desk.config.site.timezone
    months = _months(zone, _today(tx.now, zone), _number(request, "months", 12, 120))
    return sla_report.kept(tx, months, sight(tx, desk, request))


def _months(zone: str, today: date, count: int) -> list[Span]:
    """The last ``count`` months and the beginning of the next."""
    first = today.year * 12 + today.month - count
    firsts = [date(number // 12, number % 12 + 1, 1) for number in range(first, first + count + 1)]
    return [(f"{day:%Y-%m}", midnight(always(zone), day)) for day in firsts]


def _today(now: datetime, zone: str) -> date:
    return now.astimezone(ZoneInfo(zone)).date()


def _number(request: Request, name: str, default: int, most: int) -> int:
    number = int(request.arguments.get(name) or default)
    if not 1 <= number <= most:
        raise UsageError(f"{name} is from 1 to {most}, not {number}")
    return number


OPERATIONS = {
    "report.sales": Operation(sales),
    "report.orders": Operation(orders),
    "report.stages": Operation(time_per_stage),
    "report.late": Operation(late),
    "report.touchless": Operation(touchless_share),
    "report.satisfaction": Operation(satisfaction),
    "report.sla": Operation(service_levels),
}
