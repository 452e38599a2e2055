"""Sheets of cells (CSV, XLSX) as documents: also those with the order's number repeated on every row."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from maild.domain.order import Party
from maild.domain.problem import Problem
from pipeline.orders import dates, money, order_number, parties
from pipeline.orders.cells import figure_in
from pipeline.orders.code_columns import CODE_ROLES
from pipeline.orders.context import Context
from pipeline.orders.days import day_order
from pipeline.orders.found import Document, Draft, Value
from pipeline.orders.heads import head_columns
from pipeline.orders.labels import columns_of, field_of, longest_prefix, normal, word_set
from pipeline.orders.layout import GRID_STEP, Cell, Layout, Row, grid_cell
from pipeline.orders.lines import line_sum
from pipeline.orders.numbers import FIGURE, plain, vote
from pipeline.orders.pages import read_page

_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_")
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,40}")
MOST_COMPARED = 200
_REPEATED = ("po_number", "order_date", "requested_date", "currency", "buyer", "payment_terms")
_DELIVERY = ("liefer", "aflever", "leverans", "leverings")  # "Lieferstraße", "Liefer-PLZ"


def read_sheet(layout: Layout, context: Context) -> Document:
    """The orders of one sheet: apart by their PO number column where there is one, else as a page."""
    layout = _with_spaced_heads(layout)
    head, column = _number_column(layout.rows)
    if head is None:
        return read_page(layout, context)
    groups: dict[str, list[Row]] = {}
    for row in layout.rows[head + 1 :]:
        number = next((cell.text for cell in row.cells if _column(row, cell.x0) == column), None)
        if number and any(c.isdigit() for c in number):
            groups.setdefault(number, []).append(row)
    order = day_order(layout, context, parties.country_of(layout.text))
    drafts: list[Draft] = []
    for number, rows in groups.items():
        found = read_page(layout.only((layout.rows[head], *rows)), context)
        drafts += [_with_columns(draft, layout, layout.rows[head], rows, number, order) for draft in found.drafts]
    return Document(tuple(drafts)) if drafts else read_page(layout, context)


def _with_spaced_heads(layout: Layout) -> Layout:
    """A first row of identifiers ("PONumber", "ShipToZip") with its words apart."""
    if not layout.rows or not _identifiers(layout.rows[0]):
        return layout
    cells = tuple(grid_cell(_WORDS.sub(" ", cell.text), int(cell.x0 // GRID_STEP)) for cell in layout.rows[0].cells)
    return layout.only((replace(layout.rows[0], cells=cells), *layout.rows[1:]))


def _identifiers(row: Row) -> bool:
    texts = [cell.text for cell in row.cells]
    joined = sum(_WORDS.search(text) is not None for text in texts)
    return len(texts) > 3 and joined > 1 and all(_IDENTIFIER.fullmatch(text) for text in texts)


def _number_column(rows: Sequence[Row]) -> tuple[int | None, int]:
    """(row, column) of a head cell that names the PO number over rows of lines; (None, -1) without one."""
    for at, row in enumerate(rows[:30]):
        for cell in row.cells:
            if len(row.cells) >= 4 and _names_number(cell, row, rows[at + 1 :]) and head_columns(row):
                below = [
                    r for r in rows[at + 1 : at + 4] if any(_column(r, c.x0) == _column(row, cell.x0) for c in r.cells)
                ]
                if below:
                    return at, _column(row, cell.x0)
    return None, -1


def _names_number(cell: Cell, head: Row, below: Sequence[Row]) -> bool:
    """Whether a head names the order's number; one that may name an item's only where another head does so beyond
    doubt, and the same number stands on several rows."""
    if "po_number" not in field_of(cell.text):
        return False
    if not (roles := columns_of(cell.text)):
        return True
    others = [other.text for other in head.cells if other is not cell and "po_number" not in field_of(other.text)]
    texts = [c.text for row in below[:MOST_COMPARED] for c in row.cells if _column(row, c.x0) == _column(head, cell.x0)]
    items = any(columns_of(text) & CODE_ROLES for text in others)
    return bool(items and roles <= CODE_ROLES and len(set(texts)) < len(texts))


def _column(row: Row, x: float) -> int:
    return int(x // 1000)


def _with_columns(
    draft: Draft, layout: Layout, head: Row, rows: Sequence[Row], number: str, order: "dates.DayOrder | None"
) -> Draft:
    """Fields that stand as columns: equal on all rows of the order, they are the order's."""
    place = layout.place(rows[0], number)
    draft = replace(
        draft,
        values={**draft.values, "po_number": (Value(number.strip(), place, 4, "po number"),)},
        strict=_whole(draft, rows),
    )
    if len(draft.lines) < len(rows):
        draft = draft.doubt(Problem("po.unread", f"{len(rows)} rows, {len(draft.lines)} lines", "lines"))
    for cell in head.cells:
        fields = field_of(cell.text)
        texts = {c.text for row in rows for c in row.cells if _column(row, c.x0) == _column(head, cell.x0)}
        for name in _REPEATED[1:]:
            if name in fields and texts:
                value = _typed(name, sorted(texts)[0], order)
                if value and (len(texts) == 1 or name == "requested_date"):
                    draft = draft.with_values(name, Value(value, place, 4, name))
    total = None if draft.text("total") else _total(head, rows, line_sum(draft.lines))
    draft = draft.with_values("total", Value(plain(total), place, 4, "total")) if total else draft
    return replace(draft, ship_to=_ship_to(head, rows) or draft.ship_to)


def _total(head: Row, rows: Sequence[Row], made: Decimal | None) -> Decimal | None:
    """The order's total out of a column that repeats it on each row, beside another of the lines' amounts.

    A head that names nothing known heads it where its figure is what the lines come to.
    """
    amounts = [cell for cell in head.cells if columns_of(cell.text) & {"amount"}]
    style = vote([cell.text for row in rows for cell in row.cells if FIGURE.fullmatch(cell.text)])
    for cell in head.cells:
        named = "total" in field_of(cell.text) and (cell not in amounts or (len(amounts) > 1 and len(rows) > 1))
        if not named and (columns_of(cell.text) or len(rows) < 2):
            continue
        texts = [c.text for row in rows for c in row.cells if _column(row, c.x0) == _column(head, cell.x0)]
        figure = figure_in(texts[0], style) if len(texts) == len(rows) and len(set(texts)) == 1 else None
        if figure is not None and (named or figure == made):
            return figure
    return None


def _ship_to(head: Row, rows: Sequence[Row]) -> Party | None:
    """The address out of the columns whose heads begin with where to deliver; none where the rows differ."""
    parts: list[str] = []
    begun = False
    for cell in head.cells:
        _, fields = longest_prefix(tuple(cell.text.replace("_", " ").split()), frozenset({"ship_to"}))
        begun = (
            "ship_to" in fields or _delivered(cell.text) or (begun and normal(cell.text) in word_set("address_parts"))
        )
        if begun:
            texts = {c.text for row in rows for c in row.cells if _column(row, c.x0) == _column(head, cell.x0)}
            if len(texts) > 1:
                return None
            parts += texts
    return parties.party(_with_cities(parts)) if parts else None


def _delivered(head: str) -> bool:
    """Whether a head is a part of an address behind the word for delivery, in one word or two."""
    name = normal(head)
    parts = [name[len(word) :].strip() for word in _DELIVERY if name.startswith(word)]
    return any(part in word_set("address_parts") for part in parts)


def _with_cities(parts: Sequence[str]) -> list[str]:
    """The parts of an address, a lone postcode together with the city behind it."""
    joined: list[str] = []
    for part in parts:
        alone = bool(joined) and parties.postcode_in(joined[-1]) == joined[-1]
        joined[-1:] = [f"{joined[-1]} {part}"] if alone and not any(c.isdigit() for c in part) else [*joined[-1:], part]
    return joined


def _whole(draft: Draft, rows: Sequence[Row]) -> bool:
    """Whether each row became a line whose item number stands in its own column: then the fields are unambiguous."""
    cells = {cell.text for row in rows for cell in row.cells}
    coded = all({line.sku, line.customer_sku, line.gtin} & cells for line in draft.lines)
    return draft.way == "table" and len(draft.lines) == len(rows) and coded


def _typed(name: str, text: str, order: "dates.DayOrder | None") -> str | None:
    if name == "currency":
        return money.currency_of(text)
    if name in ("order_date", "requested_date"):
        found = dates.find(text)
        chosen = dates.choose(found[0], order) if found else None
        return chosen.isoformat() if chosen else None
    return order_number.number_in(text) if name == "po_number" else text
