"""A person's correction of what was read: the order afterwards, and what it teaches about such documents. Pure."""

import re
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from maild.domain.habits import FOR_HEAD, FOR_LINES, Habit
from maild.domain.order import Order, OrderLine, Place
from maild.domain.terms import day

_PATH = re.compile(r"lines\[([0-9]{1,4})\]\.([a-z_]{2,20})")
_FIGURE = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,10})?")
_FIXED = {"type", "ship_to", "bill_to", "lines", "format", "confidence", "needs_review", "problems", "provenance"}
HEAD = tuple(f.name for f in fields(Order) if f.name not in _FIXED | {"layout", "prices"})
LINE = tuple(f.name for f in fields(OrderLine))
_DECIMALS = frozenset({"total", "subtotal", "tax", "quantity", "unit_price", "price_per", "amount"})
_DATES = frozenset({"order_date", "requested_date"})
LONGEST = 200

Held = TypeVar("Held", Order, OrderLine)


@dataclass(frozen=True, slots=True)
class Correction:
    """``before`` is what was read. ``teaches`` is None where the next document will not say the same."""

    order: Order
    before: str | None
    teaches: Habit | None


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a correction makes no sense."""

    why: str


def corrected(order: Order, path: str, value: str, by: str) -> Correction | Wrong:
    """The order with one value replaced; ``path`` is a field, or as "lines[0].sku". "" clears it.

    The doubts about that very value are settled by it; whether the order proves itself is as it was.
    """
    value = " ".join(value.split())
    found = _PATH.fullmatch(path)
    name, number = (found[2], int(found[1])) if found else (path, None)
    if name not in (HEAD if number is None else LINE):
        known = ", ".join(HEAD if number is None else LINE)
        return Wrong(f"no field {path!r}; there are {known}" + ("" if found else " and lines[0].sku and so on"))
    if number is not None and number >= len(order.lines):
        return Wrong(f"the order has {len(order.lines)} lines, counted from 0")
    if wrong := _wrong(name, value):
        return Wrong(wrong)
    if number is None:
        before = getattr(order, name)
        changed = _with(order, name, value)
    else:
        line = order.lines[number]
        before = getattr(line, name)
        lines = (*order.lines[:number], _with(line, name, value), *order.lines[number + 1 :])
        changed = replace(order, lines=lines)
    kept = tuple(pair for pair in order.provenance if pair[0] != path)
    changed = replace(
        changed,
        problems=tuple(problem for problem in order.problems if problem.field != path),
        provenance=(*kept, (path, Place(text=f"corrected by {by}"))),
    )
    return Correction(changed, before, _taught(order, name, number, before, value))


def _with(record: Held, name: str, value: str) -> Held:
    changes: dict[str, Any] = {name: value or None}
    return replace(record, **changes)


def _wrong(name: str, value: str) -> str:
    if len(value) > LONGEST or not value.isprintable():
        return f"{name} has at most {LONGEST} characters that can be shown"
    if value and name in _DATES and day(value) is None:
        return f"{name} is a day, as 2026-11-21"
    if value and name in _DECIMALS and not _FIGURE.fullmatch(value):
        return f"{name} is a figure, as 1234.50"
    return ""


def _taught(order: Order, name: str, number: int | None, before: str | None, value: str) -> Habit | None:
    """Words of theirs for ours come again, numbers, dates and sums do not."""
    layout = order.layout or ""
    if not value or not layout:
        return None
    if number is None:
        return Habit(name, value, before or "", layout) if name in FOR_HEAD else None
    line = order.lines[number]
    said = (line.customer_sku or before or line.gtin) if name == "sku" else before
    return Habit(name, value, said, layout) if name in FOR_LINES and said else None
