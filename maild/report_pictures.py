"""How each report is drawn: rows of an operation ``report.<name>`` in, bar charts out."""

from collections.abc import Callable
from typing import Any

from maild.picture import Chart

Rows = list[dict[str, Any]]
PERCENT, BEST = 100.0, 5.0  # what shares and ratings go up to

NOTES = {
    "sla": "The department is the one that the ticket was with when the promise was given, wherever it is now.",
    "sales": "All that was ordered, whatever became of it. What a customer bought is told on their tickets.",
}
"""What to know for reading the figures of a report."""


def _plain(name: str) -> str:
    return name.replace("_", " ")


def stage_name(stage: str) -> str:
    """A stage of the report ``stages`` as people call it: ``status on-hold`` is "On hold"; tags are as they are set."""
    kind, _, name = stage.partition(" ")
    return name.replace("-", " ").capitalize() if kind == "status" else f"Tag {name}"


def _sales(rows: Rows) -> list[Chart]:
    """One chart a currency: sums of different money are no sum."""
    months = sorted({row["month"] for row in rows})
    charts = []
    for currency in sorted({row["currency"] for row in rows}):
        sums = dict.fromkeys(months, 0.0)
        for row in rows:
            if row["currency"] == currency:
                sums[row["month"]] += float(row["total"])
        charts.append(Chart(f"Sales by month{', ' + currency if currency else ''}", list(sums.items())))
    return charts


def _service_levels(rows: Rows) -> list[Chart]:
    """A chart for each target: the share of promises kept, in percent, by month; months without any are left out."""
    charts = []
    for target in sorted({row["target"] for row in rows}):
        counts: dict[str, tuple[int, int]] = {}
        for row in rows:
            if row["target"] == target:
                met, missed = counts.get(row["month"], (0, 0))
                counts[row["month"]] = met + row["met"], missed + row["missed"]
        shares = [(month, 100 * met / (met + missed)) for month, (met, missed) in counts.items() if met + missed]
        charts.append(Chart(f"{_plain(target)}: kept, percent", shares, PERCENT))
    return charts


def _blueprint(rows: Rows) -> list[Chart]:
    """Of all departments, or the one asked for: tickets, hours in each state, and how often transitions were taken."""
    first = rows[0]["department"] if rows else ""
    charts = []
    for name in dict.fromkeys(row["blueprint"] for row in rows):
        mine = [row for row in rows if row["blueprint"] == name and row["department"] == first]
        states = [row for row in mine if row["figure"] == "time in state"]
        taken = [row for row in mine if row["figure"] == "transition"]
        plain = [row for row in mine if row not in states and row not in taken]
        charts.append(Chart(f"{name}: tickets", [(row["figure"], row["count"]) for row in plain]))
        charts.append(Chart(f"{name}: hours in state", [(row["name"], row["average_hours"] or 0.0) for row in states]))
        charts.append(Chart(f"{name}: transitions taken", [(row["name"], row["count"]) for row in taken]))
    return charts


def _waiting(rows: Rows) -> list[Chart]:
    charts = []
    for name in dict.fromkeys(row["blueprint"] for row in rows):
        mine = [row for row in rows if row["blueprint"] == name]
        shares = [(row["name"], row["share"] or 0.0) for row in mine if row["what"] == "state"]
        charts.append(Chart(f"{name}: share of the time, percent", shares, PERCENT))
        slow = [(row["name"], row["hours"]) for row in mine if row["what"] == "slowest"]
        charts.append(Chart(f"{name}: hours of the slowest", slow))
    return charts


def _now(rows: Rows) -> list[Chart]:
    """Who has how much, and what is to do about all of it."""
    everybody = rows[0] if rows else {}
    figures = [(name, float(count)) for name, count in everybody.items() if name not in ("assignee", "oldest_hours")]
    return [
        Chart("Open tickets", [(_WORDS.get(name, _plain(name)), count) for name, count in figures]),
        Chart("Open tickets by colleague", [(row["assignee"], row["open"]) for row in rows[1:]]),
    ]


_WORDS = {"missed": "promise missed"}


CHARTS: dict[str, Callable[[Rows], list[Chart]]] = {
    "now": _now,
    "sales": _sales,
    "orders": lambda rows: [Chart("Orders by day", [(row["day"], row["orders"]) for row in rows])],
    "stages": lambda rows: [
        Chart("Hours per stage", [(stage_name(row["stage"]), row["average_hours"] or 0.0) for row in rows])
    ],
    "touchless": lambda rows: [
        Chart("Touchless orders, percent", [(r["month"], r["share"] or 0.0) for r in rows], PERCENT)
    ],
    "sla": _service_levels,
    "blueprint": _blueprint,
    "waiting": _waiting,
    "satisfaction": lambda rows: [
        Chart("Average rating", [(f"{r['month']} {r['organization']}".strip(), r["average"]) for r in rows], BEST)
    ],
    "late": lambda rows: [
        Chart("Days late", [(row["po_number"] or f"#{row['id']}", row["days_late"]) for row in rows])
    ],
}
