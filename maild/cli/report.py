"""``maild report``: figures for people, as a table, JSON lines, CSV, or a picture in a file."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from maild import spreadsheet
from maild.cli.asking import objects
from maild.cli.harmless import shown
from maild.cli.output import json_line, table
from maild.errors import CannotCreate, UsageError
from maild.picture import html, svg
from maild.report_pictures import CHARTS, NOTES

Rows = list[dict[str, Any]]

COLUMNS = {
    "now": (
        *("assignee", "open", "new", "urgent", "to_review", "unread", "overdue", "missed", "due_soon", "oldest_hours"),
    ),
    "sales": ("month", "organization", "orders", "total", "currency"),
    "orders": ("day", "orders", "tickets"),
    "stages": ("stage", "ended", "going_on", "average_hours", "median_hours", "longest_hours"),
    "touchless": ("month", "orders", "touchless", "share", "dropped"),
    "sla": ("month", "department", "policy", "target", "met", "missed", "running", "share"),
    "satisfaction": ("month", "organization", "ratings", "average", "satisfied"),
    "blueprint": (
        *("blueprint", "department", "figure", "name", "count", "average_hours", "going_on", "going_on_hours"),
    ),
    "waiting": ("blueprint", "department", "what", "name", "hours", "share", "note"),
    "late": (
        "days_late",
        "ship_date",
        "id",
        "status",
        "organization",
        "requester",
        "po_number",
        "so_number",
        "total_cost",
    ),
}
NUMBERS = (
    *("open", "new", "urgent", "to_review", "unread", "overdue", "due_soon", "oldest_hours"),
    "orders",
    "touchless",
    "share",
    "total",
    "tickets",
    "ended",
    "going_on",
    "average_hours",
    "median_hours",
    "longest_hours",
    "count",
    "going_on_hours",
    "hours",
    "met",
    "missed",
    "running",
    "ratings",
    "average",
    "satisfied",
)


def run(arguments: Namespace) -> int:
    rows = objects(arguments, f"report.{arguments.name}", **_asked(arguments))
    columns = [name for name in COLUMNS[arguments.name] if not rows or name in rows[0]]
    if arguments.svg:
        _draw(arguments, columns, rows)
    elif arguments.csv:
        spreadsheet.write(rows, columns, (*NUMBERS, "days_late", "id", "total_cost"))
    elif arguments.json:
        for row in rows:
            print(json_line(row))
    else:
        table(rows, columns)
        if rows and arguments.name in NOTES:
            print(f"\n{NOTES[arguments.name]}")
    return 0


def _asked(arguments: Namespace) -> dict[str, Any]:
    names = ("months", "days", "schedule", "blueprint", "department", "since", "until")
    return {name: getattr(arguments, name) for name in names}


def _draw(arguments: Namespace, columns: Sequence[str], rows: Rows) -> None:
    path = writable(arguments.svg, force=arguments.force)
    charts = CHARTS[arguments.name](rows)
    if path.suffix.lower() in (".html", ".htm"):
        cells = [["" if row.get(c) is None else shown(str(row[c])) for c in columns] for row in rows]
        text = html(charts, columns, cells)
    else:
        text = svg(charts)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CannotCreate(f"{path}: {error.strerror or error}") from None
    print(f"{path}: written")


def writable(given: str, *, force: bool) -> Path:
    """Where to write: below this folder, and nothing that is there already, unless --force says so."""
    path = Path(given)
    if not given or (not force and not path.resolve().is_relative_to(Path.cwd().resolve())):
        raise UsageError(f"{given or 'the file'} lies outside of this folder", "--force writes there all the same")
    if path.exists() and not force:
        raise CannotCreate(f"{path} exists", "--force replaces it")
    return path
