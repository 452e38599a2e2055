"""One row of a table into an order line: its figures, codes, description and day, with the rows that belong to it."""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from decimal import Decimal

from pipeline.orders import codes, dates
from pipeline.orders.cells import figure_in
from pipeline.orders.code_columns import OPEN_ENDS
from pipeline.orders.entries import Entry
from pipeline.orders.found import Line
from pipeline.orders.heads import NAMES, Column
from pipeline.orders.item_codes import opening, take_codes, take_second, three_codes
from pipeline.orders.labels import field_of, normal, units
from pipeline.orders.layout import Layout, grid_cell
from pipeline.orders.numbers import FIGURE, Style

MOST_COUNTED = 7  # digits of no line's number any more
_CODES = frozenset({"sku", "customer_sku", "item", "gtin"})
_MEASURES = frozenset({"quantity", "price", "amount"})
_LETTERED = {"C": Decimal(100), "M": Decimal(1000), "E": Decimal(1), "EA": Decimal(1)}  # American price bases
_PLACED = ("quantity", "unit_price", "amount", "sku", "customer_sku", "description")
_NO_EXTRA = NAMES | {"line", "price_per"}
_CASCADE = re.compile(r"\d{1,2}(?:[.,]\d{1,2})?\s?%?(?:\s?\+\s?\d{1,2}(?:[.,]\d{1,2})?\s?%?){1,3}")
_PER = re.compile(r"(?:/|per|je|pro|pour|por|за|za|par|à)\s*(1[.,]?000|100|1000|10)(?!\d)|(?:%|‰)(?=\s|$)", re.I)


@dataclass(frozen=True, slots=True)
class Reading:
    """Which column is what; -1: not there."""

    quantity: int
    price: int
    amount: int


@dataclass(frozen=True, slots=True)
class Table:
    """What holds for every row: the columns, which of them play a role, which are multiplied, and how it is printed."""

    columns: Sequence[Column]
    roles: Mapping[str, tuple[int, ...]]
    reading: Reading
    style: Style | None
    day_order: "dates.DayOrder | None"


def by_role(columns: Sequence[Column]) -> dict[str, tuple[int, ...]]:
    """The columns that may play each role, from left to right."""
    found: dict[str, tuple[int, ...]] = {}
    for at, column in enumerate(columns):
        for role in column.roles:
            found[role] = (*found.get(role, ()), at)
    return found


def line_of(layout: Layout, table: Table, main: Entry, extra: Sequence[Entry], above: Sequence[Entry] = ()) -> Line:
    """The line of a row; ``extra`` and ``above`` are the rows that belong to it besides."""
    main, extra, above = _with_broken_codes(table, main, extra, above)
    cells, reading, style = main.cells, table.reading, table.style
    place = layout.place(main.row)
    found, described, number, sure = _codes_and_text(table, main, extra, above)
    sku, customer_sku, gtin = three_codes(found)
    return Line(
        quantity=figure_in(cells.get(reading.quantity), style),
        price=figure_in(cells.get(reading.price), style),
        amount=figure_in(cells.get(reading.amount), style),
        per=_per(table, cells),
        number=number or _number(table, cells),
        sku=sku,
        customer_sku=customer_sku,
        gtin=gtin,
        description=described[:500] or None,
        unit=_unit(table, cells),
        requested_date=_date(table, cells, extra),
        figures=_others(table, cells),
        places=tuple([(name, place) for name in _PLACED]),
        sure=sure,
        apart=tuple([text for at, text in cells.items() if table.columns[at].roles == {"ignore"}]),
        at=main.at,
    )


def _others(table: Table, cells: Mapping[int, str]) -> tuple[Decimal, ...]:
    """The figures of further columns: tax, discount."""
    reading = table.reading
    used = (reading.quantity, reading.price, reading.amount)
    return tuple(
        [
            figure
            for at, text in cells.items()
            if at not in used
            and (not table.columns[at].roles & _NO_EXTRA or text.rstrip().endswith("%"))
            and (figure := _rate(text) or figure_in(text.rstrip("%"), table.style)) is not None
        ]
    )


def _rate(text: str) -> Decimal | None:
    """Discounts one upon the other as a single rate: "10+5" takes 14.5 % away; None for other texts."""
    if "+" not in text or not _CASCADE.fullmatch(text.strip()):
        return None
    left = Decimal(100)
    for part in text.replace("%", " ").replace(",", ".").split("+"):
        left -= left * Decimal(part.strip()) / 100
    return 100 - left


def _per(table: Table, cells: Mapping[int, str]) -> Decimal | None:
    reading = table.reading
    for at in table.roles.get("price_per", ()):
        if at not in (reading.quantity, reading.price, reading.amount):
            value = _LETTERED.get(cells.get(at, "").strip()) or figure_in(cells.get(at), table.style)
            if value and value == value.to_integral() and value > 0:
                return value
    where = (table.columns[reading.price].text, cells.get(reading.price, "")) if reading.price >= 0 else ()
    for text in where:
        match = _PER.search(text)
        if match and match.group(1):
            return Decimal(re.sub(r"\D", "", match.group(1)))
    return None


def _number(table: Table, cells: Mapping[int, str]) -> str | None:
    for at in table.roles.get("line", ()):
        text = (cells.get(at, "").split() or [""])[0].strip(".)")
        if text.isdigit() and len(text) <= 6:
            return text
    return None


def _unit(table: Table, cells: Mapping[int, str]) -> str | None:
    reading = table.reading
    for at in table.roles.get("unit", ()):
        if at != reading.quantity and at != reading.price:
            words = cells.get(at, "").split()
            if words and not words[0][0].isdigit():
                return " ".join(words[:3])[:20]
    beside = codes.split_unit(cells.get(reading.quantity, ""))[1]
    if beside:
        return beside
    tail = cells.get(reading.price, "").split()
    return tail[-1].strip("./") if len(tail) > 1 and normal(tail[-1]) in units() else None


def _with_broken_codes(
    table: Table, main: Entry, extra: Sequence[Entry], above: Sequence[Entry]
) -> tuple[Entry, Sequence[Entry], Sequence[Entry]]:
    """The row with the item numbers that its narrow columns broke over rows ("PCK-" over "STY-20") put together."""
    joined: dict[int, str] = {}
    for at, column in enumerate(table.columns):
        if column.roles & _MEASURES:
            continue
        pieces = [text.strip() for entry in (*above, main, *extra[:3]) if (text := entry.cells.get(at, ""))]
        coded = column.roles & _CODES and "description" not in column.roles
        if not coded and pieces and pieces[0] != pieces[0].upper():
            continue
        if len(pieces) > 1 and pieces[0][-1:] in OPEN_ENDS and not any(" " in piece for piece in pieces[:2]):
            joined[at] = _together(pieces)
        elif above and pieces and coded and not main.cells.get(at, "").strip():
            joined[at] = pieces[0]
    if not joined:
        return main, extra, above
    kept = frozenset(range(len(table.columns))) - joined.keys()
    main = replace(main, cells=main.cells | joined)
    return main, [_only(entry, kept) for entry in extra], [_only(entry, kept) for entry in above]


def _only(entry: Entry, columns: Set[int]) -> Entry:
    """A row with the texts of these columns alone."""
    cells = {at: text for at, text in entry.cells.items() if at in columns}
    laid = tuple(grid_cell(text, at) for at, text in sorted(cells.items()))
    return replace(entry, cells=cells, row=replace(entry.row, cells=laid))


def _together(pieces: Sequence[str]) -> str:
    code = pieces[0]
    for piece in pieces[1:]:
        if code[-1:] not in OPEN_ENDS or " " in piece:
            break
        code += piece
    return code


def _codes_and_text(
    table: Table, main: Entry, extra: Sequence[Entry], above: Sequence[Entry]
) -> tuple[dict[str, str], str, str | None, bool]:
    """(codes by kind, description, a line number that stands with them, whether the codes are sure)."""
    found = _own_codes(table, main.cells)
    texts: list[str] = []
    own = [main.cells.get(at, "") for at in table.roles.get("description", ())]
    texts += own if any(own) and len(main.cells) > len(main.row.cells) else []
    for entry in above:
        _take_below(table, entry, found, texts)
    texts += [text for text in own if text not in texts]
    if not any(texts) and "description" not in table.roles:
        texts = [text for at in table.roles.get("item", ()) if " " in (text := main.cells.get(at, "").strip())]
    if not any(texts):
        texts = [t for at, t in main.cells.items() if not table.columns[at].roles and not FIGURE.fullmatch(t)]
    for entry in extra:
        _take_below(table, entry, found, texts)
    described = " ".join([" ".join(t.split()) for t in texts if t.strip()])
    for role, code in codes.labelled(described):
        found.setdefault(role, code)
    opened = opening(extra[-1].row.text) if not found and extra and extra[-1].at < main.at else None
    if opened:
        return found | {"item": opened[1]}, described, opened[0], True
    inside = None if found else codes.inside(described)
    if inside:
        return {"item": inside}, described, None, codes.alone(described)
    return found, described, None, True


def _own_codes(table: Table, cells: Mapping[int, str]) -> dict[str, str]:
    """The codes in the columns of the row itself."""
    found: dict[str, str] = {}
    others = any("line" not in table.columns[at].roles for role in _CODES for at in table.roles.get(role, ()))
    for role in ("sku", "customer_sku", "gtin", "item"):
        for at in table.roles.get(role, ()):
            roles, text = table.columns[at].roles, cells.get(at, "")
            counted = "line" in roles and text.isdigit() and len(text) < (MOST_COUNTED if others else 4)
            if not (role == "item" and counted):
                take_codes(role, text, found, wide="description" in roles)
    for at in table.roles.get("line", ()):
        rest = cells.get(at, "").split()[1:]
        if rest and not found and any(c.isdigit() for c in rest[0]):
            found["item"] = rest[0]
    return found


def _take_below(table: Table, entry: Entry, found: dict[str, str], texts: list[str]) -> None:
    """Codes and description of a row that belongs to the line."""
    for at, text in entry.cells.items():
        roles = table.columns[at].roles
        coded = roles & {"sku", "customer_sku", "item", "gtin"} and "description" not in roles
        if coded and " " not in text.strip():
            take_second(text.strip(), found)
    own = entry.row.text
    for role, code in codes.labelled(own):
        found.setdefault(role if role not in found else "second", code)
    if own and len(texts) < 6 and not field_of(own.split(":")[0]):
        texts.append(own)


def _date(table: Table, cells: Mapping[int, str], extra: Sequence[Entry]) -> str | None:
    own = [
        cells.get(at, "")
        for at in table.roles.get("date", ())
        if field_of(table.columns[at].text) != frozenset({"order_date"})
    ]
    for text in (*own, *(entry.row.text for entry in extra[:4])):
        for day in dates.find(text):
            if day.year:
                chosen = dates.choose(day, table.day_order)
                return chosen.isoformat() if chosen else None
    return None
