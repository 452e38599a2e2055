"""The order of a ticket as its page shows it: each value with its doubt, its place, and whether it may be put right."""

import re
from collections.abc import Iterable
from urllib.parse import quote

from maild.control.operation import Row
from maild.domain.address import one_line
from maild.web.pages.doubts import doubts

PLAIN = (
    *("po_number", "revision", "order_date", "requested_date", "currency", "buyer", "end_user"),
    *("ship_method", "freight_terms", "freight_account", "payment_terms", "notes"),
)
FIGURES = ("subtotal", "tax", "total")
LINE_FIGURES = ("quantity", "unit_price", "amount")
LINE = ("line", "sku", "description", "quantity", "unit", "unit_price", "amount", "requested_date")
LINE_ALWAYS = ("sku", "description", "quantity", "unit_price", "amount")
LINE_CORRECTED = LINE[1:]  # nobody puts a line's own number right


def order_table(shown: Row, choices: Row) -> Row | None:
    """The order in force as rows: each value with its doubt and the place where it was found."""
    if not shown["orders"]:
        return None
    order = shown["orders"][-1] | {"provenance": dict(shown["orders"][-1].get("provenance", ()))}
    mail = choices["order_mails"][-1] if choices["order_mails"] else None
    values = [_value(order, name, name, mail) for name in (*PLAIN, *FIGURES) if order.get(name) not in (None, "")]
    ordered = order.get("lines", [])
    columns = [
        name for name in LINE if name in LINE_ALWAYS or any(line.get(name) not in (None, "") for line in ordered)
    ]
    lines = [
        [_value(order, f"lines[{index}].{name}", name, mail, line) for name in columns]
        for index, line in enumerate(ordered)
    ]
    places = {who: one_line(order.get(who) or {}) for who in ("ship_to", "bill_to")}
    return {
        "order": order,
        "mail": mail,
        "single": values,
        "lines": lines,
        "columns": columns,
        "figures": LINE_FIGURES,
        "places": {who: said for who, said in places.items() if said},
        "doubts": doubts(order, {path: standing(order, path) for path in _doubted(order)}),
        "paths": [(path, standing(order, path), *_called(path, ordered)) for path in _paths(len(ordered))],
        "number": len(shown["orders"]),
    }


def standing(order: Row, path: str) -> str:
    """What an order says at a path as ``po_number`` or ``lines[0].sku``, "" for nothing."""
    line = re.fullmatch(r"lines\[([0-9]{1,4})\]\.([a-z_]+)", path, re.ASCII)
    lines = order.get("lines", [])
    held = order if line is None else lines[int(line[1])] if int(line[1]) < len(lines) else {}
    return str(held.get(line[2] if line else path) or "")


def _value(order: Row, path: str, name: str, mail: int | None, line: Row | None = None) -> Row:
    held = (order if line is None else line).get(name)
    place = order["provenance"].get(path) or {}
    doubts = [
        problem
        for problem in order.get("problems", [])
        if problem.get("field") in (path, name if line is None else path)
    ]
    return {
        "path": path,
        "name": name,
        "value": "" if held is None else str(held),
        "source": _source(mail, place) if mail is not None and place.get("part") else "",
        "place": place,
        "doubtful": bool(doubts),
        "figure": name in (*FIGURES, *LINE_FIGURES),
    }


def _doubted(order: Row) -> list[str]:
    return [problem["field"] for problem in order.get("problems", []) if problem.get("field")]


def _paths(lines: int) -> Iterable[str]:
    """Fields that may be put right by hand."""
    yield from (*PLAIN, *FIGURES)
    yield from (f"lines[{index}].{name}" for index in range(lines) for name in LINE_CORRECTED)


def _called(path: str, lines: list[Row]) -> tuple[str, str]:
    """The line that a path is about, as doubts tell it ("" for the whole order), and the field's name."""
    line, _, name = path.rpartition(".")
    index = int(line.removeprefix("lines[").removesuffix("]")) if line else 0
    sku = lines[index].get("sku") if line else None
    return f"Line {index + 1}{f' ({sku})' if sku else ''}: " if line else "", name


def _source(mail: int, place: Row) -> str:
    """The page on which a value's place is highlighted."""
    line = f"&line={place['line']}" if place.get("line") else ""
    box = "&box=" + ",".join(str(side) for side in place["box"]) if place.get("box") else ""
    said = f"&text={quote(str(place['text'])[:120])}" if place.get("text") else ""
    return f"/mails/{mail}/source?part={quote(place['part'])}&page={place.get('page') or 1}{line}{box}{said}#here"
