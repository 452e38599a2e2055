"""What a customer's orders are known to mean: words of theirs for ours, and what they leave unsaid. Pure.

A habit changes what an order says, never whether it proves itself: its problems stay.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from maild.domain.order import Order, OrderLine, Place

NAMES = ("day_order", "decimal", "sku", "unit", "ship_method", "freight_terms", "freight_account", "payment_terms")
OPTIONS = {"day_order": ("day", "month"), "decimal": ("point", "comma")}
FOR_LINES = ("sku", "unit")
FOR_HEAD = NAMES[4:]


@dataclass(frozen=True, slots=True)
class Habit:
    """``said`` is what stands in the document ("" where nothing does), ``value`` what it means.

    ``layout`` is the fingerprint of the documents it is true of, "" for all. ``why`` tells where it comes from.
    """

    name: str
    value: str
    said: str = ""
    layout: str = ""
    why: str = ""


Usual = Mapping[str, Mapping[str, str]]
"""By domain or address, how numbers and dates are usually written there: {"day_order": "day", "decimal": "comma"}."""


def usual_of(address: str, known: Usual) -> Mapping[str, str]:
    """What is usual where an address is: its own before its domain's, that before those of the domains above."""
    domain = address.rpartition("@")[2].lower()
    labels = domain.split(".")[-10:]
    names = (address.lower(), *(".".join(labels[at:]) for at in range(len(labels))))
    return next((known[name] for name in names if name in known), {})


def applied(order: Order, habits: Iterable[Habit]) -> Order:
    """The order in our words; every value that a habit gave says so in its provenance."""
    mine = [habit for habit in habits if habit.layout in ("", order.layout or "")]
    table: dict[tuple[str, str], Habit] = {}
    for habit in sorted(mine, key=lambda habit: habit.layout):  # the one for this layout last
        table[habit.name, _fold(habit.said)] = habit
    if not table:
        return order
    places: list[tuple[str, Place]] = []
    lines = tuple(_line(line, number, table, places) for number, line in enumerate(order.lines))
    head: dict[str, Any] = {}
    for name in FOR_HEAD:
        held = getattr(order, name)
        told = table.get((name, _fold(held or "")))
        if told is not None and told.value != held:
            head[name] = told.value
            places.append((name, Place(text=told.why)))
    if not places:
        return order
    gone = {path for path, _ in places}
    kept = tuple(pair for pair in order.provenance if pair[0] not in gone)
    return replace(order, **head, lines=lines, provenance=(*kept, *places))


def _line(
    line: OrderLine, number: int, table: dict[tuple[str, str], Habit], places: list[tuple[str, Place]]
) -> OrderLine:
    unit = table.get(("unit", _fold(line.unit or "")))
    if unit is not None and unit.value != line.unit:
        line = replace(line, unit=unit.value)
        places.append((f"lines[{number}].unit", Place(text=unit.why)))
    said: Sequence[str | None] = (line.customer_sku, line.sku, line.gtin)
    sku = next((table["sku", _fold(text)] for text in said if text and ("sku", _fold(text)) in table), None)
    if sku is not None and sku.value != line.sku:
        line = replace(line, sku=sku.value, customer_sku=line.customer_sku or line.sku)
        places.append((f"lines[{number}].sku", Place(text=sku.why)))
    return line


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())
