"""Reports as figures, pictures drawn here, and CSV."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from maild.control.desk_now import MOST, NOBODY
from maild.control.operation import Row
from maild.control.report_options import NONE
from maild.domain.people import Actor, Role
from maild.picture import svg
from maild.report_pictures import CHARTS, NOTES, stage_name
from maild.web import rendering
from maild.web.download import csv_of
from maild.web.house import ask, house_of
from maild.web.numbers import maybe_number
from maild.web.routes import page
from rules.departments import hidden_from

TITLES = {
    "now": "What stands now",
    "orders": "Orders by day",
    "sales": "Sales by month",
    "stages": "Where orders wait",
    "touchless": "Touchless share",
    "late": "Late orders",
    "blueprint": "Blueprint",
    "waiting": "Where orders wait in the blueprint",
    "sla": "Service levels",
    "satisfaction": "Satisfaction",
}
FIGURES = {
    "open": "Open",
    "new": "Not begun",
    "urgent": "Urgent",
    "to_review": "To look at",
    "unread": "Unread",
    "overdue": "Over limit",
    "missed": "Promise missed",
    "due_soon": "Due in 4 h",
}
"""What the figures of what stands now are called; those that are ``BAD`` are to be nought."""
BAD = ("overdue", "missed")
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


ASKED = {"since": "from", "until": "to", "department": "department", "blueprint": "blueprint", "schedule": "schedule"}
"""What reports may be narrowed by, and how the address calls it."""
PERIODS = {
    "sales": "months",
    "touchless": "months",
    "satisfaction": "months",
    "sla": "months",
    "orders": "days",
    "stages": "days",
}
"""In what the period of the others is counted, up to now."""
MOST_LENGTH = 9999
DATED = ("blueprint", "waiting")


async def reports(request: Request) -> Response:
    """All of them, each with its picture."""
    rules = house_of(request).desk().ruleset
    without = set() if rules.blueprints else {"blueprint", "waiting"}
    without |= set() if rules.sla else {"sla"}
    shown = {name: title for name, title in TITLES.items() if name in CHARTS and name not in without}
    now = await ask(request, "report.now")
    return rendering.page(request, "console/reports.html", titles=shown, now=now, called=FIGURES, bad=BAD)


async def behind(request: Request) -> Response:
    """The tickets that a figure of what stands now counts, of everybody or of one colleague."""
    name, who = request.path_params["name"], request.query_params.get("assignee")
    whose = {} if who is None else {"assignee": "" if who == NOBODY else who[:100]}
    rows = await ask(request, "now.tickets", figure=name, limit=MOST, **whose)
    title = FIGURES[name] + (f", {who}" if who else "")
    return rendering.page(request, "console/behind.html", title=title, rows=rows, most=MOST)


async def report(request: Request) -> Response:
    name, rows = await _rows(request)
    if name == "stages":
        rows = [row | {"stage": stage_name(row["stage"])} for row in rows]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    numbers = [c for c in columns if any(isinstance(row.get(c), int | float | Decimal) for row in rows)]
    return rendering.page(
        request,
        "console/report.html",
        name=name,
        title=TITLES.get(name, name),
        rows=rows,
        columns=columns,
        numbers=numbers,
        asked=dict(request.query_params),
        query=urlencode(list(request.query_params.items())),
        period=PERIODS.get(name, ""),
        dated=name in DATED,
        departments=_departments(request),
        schedules=list(house_of(request).desk().ruleset.schedules) if name in (*DATED, "stages") else [],
        note=NOTES.get(name, ""),
    )


def _departments(request: Request) -> list[tuple[str, str]]:
    """Name and label of those that whoever asks may see, and of none; nothing on a desk without departments."""
    rules = house_of(request).desk().ruleset
    hidden = hidden_from(rules, Actor("agent", request.state.user))
    shown = [(name, one.label) for name, one in rules.departments.items() if name not in hidden]
    return [*shown, (NONE, "none")] if rules.departments else []


async def picture(request: Request) -> Response:
    name, rows = await _rows(request)
    headers = {"content-security-policy": PICTURE_POLICY}
    return Response(svg(CHARTS[name](rows)), media_type="image/svg+xml", headers=headers)


async def as_csv(request: Request) -> Response:
    name, rows = await _rows(request)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return csv_of(request, name, rows, columns)


async def _rows(request: Request) -> tuple[str, list[Row]]:
    name = request.path_params["name"]
    if name not in CHARTS:
        raise HTTPException(404)
    asked = request.query_params
    wanted: dict[str, Any] = {key: asked[word][:100] for key, word in ASKED.items() if asked.get(word)}
    for key in ("months", "days"):
        if (length := maybe_number(asked.get(key), key, MOST_LENGTH)) is not None:
            wanted[key] = length
    return name, await ask(request, f"report.{name}", **wanted)


ROUTES = [
    page("/reports", reports, Role.LEAD),
    page("/reports/now/{name}", behind, Role.LEAD),
    page("/reports/{name}.svg", picture, Role.LEAD),
    page("/reports/{name}.csv", as_csv, Role.LEAD),
    page("/reports/{name}", report, Role.LEAD),
]
