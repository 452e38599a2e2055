"""Order lines out of rows without a head: rows whose own figures say which is quantity, price and amount."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pipeline.orders import codes, dates, identity
from pipeline.orders.arithmetic import product
from pipeline.orders.closing import closing
from pipeline.orders.east import SCRIPT
from pipeline.orders.found import Line
from pipeline.orders.item_codes import opening
from pipeline.orders.labels import columns_of, normal, units
from pipeline.orders.layout import Layout, Row, Word
from pipeline.orders.money import Amount, amounts
from pipeline.orders.numbers import FIGURE, Style

MAX_FIGURES = 14
_SIZE = re.compile(r"[x×*]\d")  # behind a figure: the first side of a size
_EAST_NAME = re.compile(rf"[{SCRIPT}]{{2}}")  # goods that need no row above to name them
SAME_PLACE = 1.5  # points on a page, columns of characters in a text


@dataclass(frozen=True, slots=True)
class _Triple:
    quantity: Amount
    price: Amount
    amount: Amount
    per: Decimal


def read_bare(layout: Layout, style: Style | None) -> list[Line]:
    """The rows in which one figure times another makes a third."""
    lines = []
    for at, row in enumerate(layout.rows):
        if closing(row):
            continue
        text = _flat(row)
        triple = _triple(text, style)
        if triple is not None and not _orders_in_words(row):
            lines.append(_with_neighbours(_line(layout, at, row, text, triple), layout.rows, at))
    return _same_place(_same_column(lines, layout.rows), layout.rows)


def _orders_in_words(row: Row) -> bool:
    """Whether a row is a sentence that names its order and the total too: "PO 4471: 10 boxes AB-10 at 5.00, 50.00"."""
    return row.box is None and not row.grid and ":" in row.text and bool(identity.spoken(row.text))


def unread(layout: Layout, lines: Sequence[Line], style: Style | None) -> list[Row]:
    """Rows that none of the lines is, though their own figures make a position or they are made like a line's row."""
    known = {(line.quantity, line.price, line.amount) for line in lines}
    taken = {line.at for line in lines}
    shapes = {layout.rows[at].grid: _shape(layout.rows[at]) for at in taken if layout.rows[at].grid}
    left = []
    for at, row in enumerate(layout.rows):
        if at in taken or closing(row):
            continue
        if row.grid and row.grid in shapes and at > min(taken) - 3 and _shape(row) >= shapes[row.grid] > 1:
            left.append(row)
            continue
        triple = _triple(_flat(row), style)
        if triple and (triple.quantity.value, triple.price.value, triple.amount.value) not in known:
            left.append(row)
    return left


def _shape(row: Row) -> int:
    """How many cells of a row are figures."""
    return sum(bool(FIGURE.fullmatch(cell.text.strip(" $€£¥%"))) for cell in row.cells)


def _with_neighbours(line: Line, rows: Sequence[Row], at: int) -> Line:
    """The row above that opens the position with its number and code, and codes with their own labels below."""
    if line.sku is None and at and not rows[at].grid:
        opened = opening(rows[at - 1].text) if not closing(rows[at - 1]) else None
        if opened:
            number, code, described = opened
            line = replace(line, number=number, sku=code, description=described.strip() or line.description, sure=True)
    for row in rows[at + 1 : at + 4]:
        if closing(row) or (row.gap and not row.box):
            break
        for role, code in codes.labelled(row.text):
            if role == "customer_sku" and line.customer_sku is None:
                line = replace(line, customer_sku=code)
            elif role == "sku" and line.sku is None:
                line = replace(line, sku=code)
            elif role == "gtin" and line.gtin is None:
                line = replace(line, gtin=code)
    return line


def _same_column(lines: list[Line], rows: Sequence[Row]) -> list[Line]:
    """Where most lines of a table have their code in the first cell, the others have it there too, digits or not."""
    first = {line.at: rows[line.at].cells[0].text for line in lines if rows[line.at].grid}
    fitting = [line for line in lines if line.sku and first.get(line.at) == line.sku]
    if len(fitting) * 2 <= len(lines):
        return lines
    return [
        line if line.sku == first.get(line.at) or " " in first.get(line.at, " ") else replace(line, sku=first[line.at])
        for line in lines
    ]


def _same_place(lines: list[Line], rows: Sequence[Row]) -> list[Line]:
    """Item numbers that stand at the same place in all rows, below one another: what else looks like one is none.

    Where no place has one in each row, those found where a row holds several are not sure.
    """
    if any(rows[line.at].grid for line in lines) or not any(line.sku for line in lines):
        return lines
    found = [_code_words(rows[line.at], line) for line in lines]
    for x, word in sorted((word.x0, word.text) for word in found[0]):
        below = codes.agreed(
            [next((w.text.strip(".,;:()") for w in words if abs(w.x0 - x) <= SAME_PLACE), None) for words in found]
        )
        if below and word and len(lines) > 1:
            second = _beside(found, x)
            return [
                replace(line, sku=code, customer_sku=line.customer_sku if second is None else second[n])
                for n, (line, code) in enumerate(zip(lines, below, strict=True))
            ]
    return [
        line if len(words) < 2 or line.customer_sku or line.gtin else replace(line, sure=False)
        for line, words in zip(lines, found, strict=True)
    ]


def _beside(found: Sequence[Sequence[Word]], x: float) -> list[str] | None:
    """The numbers of a second column of codes, right of the one at ``x``; None where not all rows have one."""
    for word in sorted(found[0], key=lambda w: w.x0):
        if word.x0 <= x + SAME_PLACE:
            continue
        below = [next((w.text for w in words if abs(w.x0 - word.x0) <= SAME_PLACE), None) for words in found]
        if all(below):
            return [text.strip(".,;:()") for text in below if text]
    return None


def _code_words(row: Row, line: Line) -> list[Word]:
    """The words of a row that may be item numbers, its figures aside."""
    figures = {str(value) for value in (line.quantity, line.price, line.amount)}
    words = (word for cell in row.cells for word in cell.words)
    return [
        w
        for w in words
        if (codes.looks_like_code(w.text) or codes.may_be_code(w.text)) and w.text.strip(".,;:()") not in figures
    ]


def _flat(row: Row) -> str:
    return "  ".join(" ".join(cell.lines) if cell.lines else cell.text for cell in row.cells)


def _triple(text: str, style: Style | None) -> _Triple | None:
    """Quantity, price, amount in this order, the amount rightmost; a quantity with a unit is preferred."""
    figures = amounts(text, style)[:MAX_FIGURES]
    best: tuple[int, _Triple] | None = None
    for k in range(len(figures) - 1, 1, -1):
        amount = figures[k]
        if _SIZE.match(text, amount.end):
            continue
        for j in range(k - 1, 0, -1):
            for i in range(j - 1, -1, -1):
                quantity, price = figures[i], figures[j]
                if (
                    quantity.currency is not None
                    or quantity.value <= 0
                    or price.value <= 0
                    or (text[quantity.end : quantity.end + 2] == ") " and not text[: quantity.start].strip(" ("))
                    or dates.find(text[quantity.start : quantity.end + 8])
                ):
                    continue
                agreed = product(quantity.value, price.value, amount.value, Decimal(1))
                if not agreed:
                    continue
                if quantity.value == 1 and not (
                    _unit_at(text, quantity.end)
                    or amount.currency is not None
                    or "." in amount.figure
                    or "," in amount.figure
                ):
                    continue
                if price.value == 1 and price.currency is None:
                    continue
                if _unit_at(text, amount.end) or (price.currency is None and _counts(text, price, quantity)):
                    continue
                if not any(f.currency is not None or re.search(r"[.,]\d", f.figure) for f in (price, amount)):
                    continue
                rank = (
                    2 * bool(_unit_at(text, quantity.end)) + bool(price.currency is not None) + (k == len(figures) - 1)
                )
                if best is None or rank > best[0]:
                    best = (rank, _Triple(quantity, price, amount, agreed.per))
    return best[1] if best else None


def _counts(text: str, price: Amount, quantity: Amount) -> bool:
    """Whether the figure taken for the price has a unit behind it and the quantity none: then it counts something."""
    return _unit_at(text, price.end) is not None and not (quantity.end < price.start and quantity.value != 1)


def _unit_at(text: str, end: int) -> str | None:
    match = re.match(r"\s{0,3}([^\W\d_]{1,14})\b(?!-\d)", text[end : end + 20])
    return match.group(1) if match and normal(match.group(1)) in units() else None


def _line(layout: Layout, at: int, row: Row, text: str, triple: _Triple) -> Line:
    before = text[: triple.quantity.start]
    between = text[triple.quantity.end : triple.price.start]
    lead = re.match(r"\s*(\d{1,4})[.)]?\s+(?=\S)", before)
    own = before[lead.end() :] if lead and re.search(r"[^\W\d_]", before) else before
    unit = _unit_at(text, triple.quantity.end)
    described = " ".join((own + " " + (between if not unit or len(between.split()) > 2 else "")).split())
    labelled = dict(reversed(codes.labelled(text)))
    sku, customer, gtin = _codes(own, labelled)
    if not (sku or customer or gtin):
        sku, customer, gtin = _codes(between, labelled)
    if not _EAST_NAME.search(described) and (len(re.findall(r"[^\W\d_]{3,}", described)) < 1 or labelled):
        described = _above(layout.rows, at) or described
    place = layout.place(row)
    return Line(
        quantity=triple.quantity.value,
        price=triple.price.value,
        amount=triple.amount.value,
        per=triple.per if triple.per != 1 else None,
        number=lead.group(1) if lead else None,
        sku=sku,
        customer_sku=customer,
        gtin=gtin,
        description=described[:500] or None,
        unit=unit,
        places=tuple((name, place) for name in ("quantity", "unit_price", "amount", "sku", "description")),
        sure=True,
        at=at,
    )


def _codes(text: str, labelled: dict[str, str]) -> tuple[str | None, str | None, str | None]:
    sku = labelled.get("sku") or labelled.get("item")
    customer, gtin = labelled.get("customer_sku"), labelled.get("gtin")
    if not (sku or customer or gtin):
        tokens = [t.split("(")[0].strip(".,;:()") if len(t) > 8 else t.strip(".,;:()") for t in text.split()]
        found = [t for t in tokens[:4] if codes.looks_like_code(t)] or [
            t for t in tokens if codes.looks_like_code(t, 5)
        ]
        sku = found[0] if found else None
        if len(found) > 1 and tokens.index(found[1]) == tokens.index(found[0]) + 1:
            customer = found[1]
    return sku, customer, gtin


def _above(rows: Sequence[Row], at: int) -> str | None:
    """The text row above, where a position's name stands over its figures."""
    for row in reversed(rows[max(0, at - 2) : at]):
        if re.search(r"[^\W\d_]{3,}", row.text) and not closing(row) and not columns_of(row.cells[0].text):
            return row.text
    return None
