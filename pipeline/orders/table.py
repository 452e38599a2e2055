"""Order lines out of a table with a head: cells to columns by place, columns to meaning by head and arithmetic."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from itertools import product as every

from maild.domain.order import Place
from pipeline.orders import codes, dates
from pipeline.orders.arithmetic import product
from pipeline.orders.found import Line
from pipeline.orders.heads import NAMES, Column, Head
from pipeline.orders.labels import field_of, normal, units
from pipeline.orders.layout import Cell, Layout, Row, Word
from pipeline.orders.numbers import FIGURE, Style, parse

MAX_LINES = 5_000
MAX_READINGS = 400
_CLOSING = frozenset({"total", "subtotal", "tax", "freight", "discount"})
_PER = re.compile(r"(?:/|per|je|pro|pour|por|за|za|par|à)\s*(1[.,]?000|100|1000|10)\b|(?:%|‰)(?=\s|$)", re.I)
_CARRY = frozenset(
    normal(w)
    for w in ("a riportare", "riporto", "carried forward", "brought forward", "übertrag", "zwischensumme", "a reporter",
              "report", "suma y sigue", "transport", "do przeniesienia", "z przeniesienia", "overdracht", "saldo")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Entry:
    """One row under a head, its cells by column."""

    at: int
    row: Row
    cells: dict[int, str]


@dataclass(frozen=True, slots=True)
class _Reading:
    """Which column is what; -1: not there."""

    quantity: int
    price: int
    amount: int


def read_table(
    layout: Layout, heads: Sequence[Head], style: Style | None, day_order: "dates.DayOrder | None", merged: bool = False
) -> list[Line]:
    """The lines under heads that name the same columns (one table over several pages).

    ``merged`` takes the rows between two line numbers as one row of taller cells; no lines where they are not numbered.
    """
    columns = heads[0].columns
    starts = [head.first for head in heads] + [len(layout.rows)]
    entries = [
        entry
        for head, following in zip(heads, starts[1:], strict=True)
        for entry in _entries(layout.rows, _like(head, columns), min(following, _end(layout.rows, head)))
    ]
    if merged:
        entries = list(_merged(entries))
    reading = _best_reading(columns, entries, style)
    if reading is None:
        return []
    return list(islice(_lines(layout, columns, entries, reading, style, day_order), MAX_LINES + 1))


def _like(head: Head, columns: tuple[Column, ...]) -> Head:
    """The head of a later page; where its own columns came out otherwise, the first page's stand for it."""
    return head if len(head.columns) == len(columns) else replace(head, columns=columns)


def _merged(entries: Sequence[_Entry]) -> Iterator[_Entry]:
    """Entries joined column by column, each from its own first row; the number may stand one or two rows below it."""
    starts = _numbered(entries)
    if not starts:
        return
    lead = starts[0] if starts[0] <= 2 else 0
    bounds = [start - lead for start in starts] + [len(entries)]
    for first, last in zip(bounds, bounds[1:], strict=False):
        group = entries[first : min(last, first + 6)]
        cells: dict[int, str] = {}
        for entry in group:
            for at, text in entry.cells.items():
                cells[at] = f"{cells[at]}\n{text}" if at in cells else text
        yield _Entry(group[lead].at if lead < len(group) else group[0].at, group[min(lead, len(group) - 1)].row, cells)


def _numbered(entries: Sequence[_Entry]) -> list[int]:
    """The entries that count 1, 2, 3 or 10, 20, 30 at their left edge."""
    starts: list[int] = []
    step = expected = 0
    for n, entry in enumerate(entries):
        match = re.match(r"0*(\d{1,5})\.?(?:\s|$)", entry.row.cells[0].text)
        number = int(match.group(1)) if match else 0
        if not starts and number in (1, 10, 100):
            starts, step, expected = [n], number, 2 * number
        elif starts and number == expected and _below(entries[starts[0]].row, entry.row):
            starts.append(n)
            expected += step
    return starts


def _below(first: Row, row: Row) -> bool:
    """Whether a row's first cell stands in the column where the counting began."""
    return row.box is None or row.cells[0].x0 - first.cells[0].x0 < 9


def _end(rows: Sequence[Row], head: Head) -> int:
    """Where the table stops: the next page's head, another grid's rows after ours, or a closing row of totals."""
    grid = rows[head.last].grid
    for at in range(head.last + 1, len(rows)):
        if grid and rows[at].grid != grid:
            return at
    return len(rows)


def _entries(rows: Sequence[Row], head: Head, end: int) -> Iterator[_Entry]:
    for at in range(head.last + 1, end):
        row = rows[at]
        if closing(row):
            if "total" in closing(row) and not _carried(row):
                return
            continue
        cells = assign(row, head.columns)
        if cells and not _repeated(cells, head.columns):
            yield _Entry(at, row, cells)


def closing(row: Row) -> frozenset[str]:
    """Which totals this row states ("Subtotal 9,720.00"), empty for a row of goods."""
    for cell in row.cells[:4]:
        words = cell.text.split()
        if not words or (row.cells[0] is not cell and FIGURE.fullmatch(row.cells[0].text)):
            continue
        label = re.split(r"[:：]|\s(?=[-+$€£]?\d)", cell.text)[0]
        found = field_of(label) or field_of(re.sub(r"\(.*", "", label)) or _closing_words(label)
        if found & _CLOSING and (FIGURE.search(row.text) or len(row.cells) == 1) and len(row.cells) <= 6:
            return found & _CLOSING
    return frozenset({"subtotal"}) if _carried(row) else frozenset()


def _closing_words(label: str) -> frozenset[str]:
    words = normal(label).split()
    for size in range(min(len(words), 4), 0, -1):
        found = field_of(" ".join(words[:size])) & _CLOSING
        if found and ("total" in found or "subtotal" in found or len(words) - size <= 2):
            return found
    return frozenset()


def _carried(row: Row) -> bool:
    text = normal(row.text)
    return any(word in text for word in _CARRY) and len(row.cells) <= 3


def _repeated(cells: dict[int, str], columns: Sequence[Column]) -> bool:
    hits = sum(normal(text) == normal(columns[at].text) for at, text in cells.items() if at < len(columns))
    return hits >= 2


def assign(row: Row, columns: Sequence[Column]) -> dict[int, str]:
    """The row's texts by column."""
    found: dict[int, list[str]] = {}
    for cell in row.cells:
        if row.grid:
            text = "\n".join(cell.lines) or cell.text
            found.setdefault(_nearest(cell.x0, cell.x1, columns), []).append(text)
        else:
            for at, text in _split(cell, columns):
                found.setdefault(at, []).append(text)
    return {at: " ".join(texts) for at, texts in found.items()}


def _split(cell: Cell, columns: Sequence[Column]) -> Iterator[tuple[int, str]]:
    under = {_nearest(word.x0, word.x1, columns) for word in cell.words}
    if len(under) == 1:
        yield under.pop(), cell.text
        return
    crossed = [i for i, c in enumerate(columns) if min(cell.x1, c.x1) - max(cell.x0, c.x0) > 0]
    if len(crossed) <= 1 and not any(FIGURE.fullmatch(word.text) for word in cell.words):
        yield (crossed[0] if crossed else _nearest(cell.x0, cell.x1, columns)), cell.text
        return
    current, texts = _nearest(cell.words[0].x0, cell.words[0].x1, columns), [cell.words[0].text]
    for word in cell.words[1:]:
        target = _nearest(word.x0, word.x1, columns)
        if target != current and _moves(word, columns, current, target):
            yield current, " ".join(texts)
            current, texts = target, []
        texts.append(word.text)
    yield current, " ".join(texts)


def _moves(word: Word, columns: Sequence[Column], current: int, target: int) -> bool:
    """Whether a word leaves its neighbour's column for the one it stands under."""
    if target < current:
        return False
    numeric = columns[current].roles & {
        "quantity",
        "price",
        "amount",
        "unit",
        "line",
        "item",
        "sku",
        "customer_sku",
        "gtin",
    }
    text = word.text.strip("()")
    return bool(
        FIGURE.fullmatch(text.strip("$€£%"))
        or normal(text) in units()
        or (numeric and not columns[current].roles & {"description"})
        or not columns[current].roles
    )


def _nearest(x0: float, x1: float, columns: Sequence[Column]) -> int:
    best, best_score = 0, float("-inf")
    for at, column in enumerate(columns):
        overlap = min(x1, column.x1) - max(x0, column.x0)
        if overlap > 0:
            score = 1000.0 + overlap / max(min(x1 - x0, column.x1 - column.x0), 0.1)
        else:
            score = -min(abs(x0 - column.x0), abs(x1 - column.x1), -overlap)
        if score > best_score:
            best, best_score = at, score
    return best


def figure_in(text: str | None, style: Style | None) -> Decimal | None:
    """The one figure a measuring cell starts with, its currency and unit aside; None for words or codes."""
    if not text:
        return None
    head = text.split("\n")[0] if "\n" in text else text
    head = re.sub(r"\((?:[^)]{0,60})\)", " ", head)
    match = re.match(r"\s*(?:[A-Za-z]{2,3}\.?\s?|[^\w\s]{1,2}\s?|Rs\.?\s?|R\$\s?)?(" + FIGURE.pattern + ")", head)
    if not match:
        return None
    rest = head[match.end() :].strip()
    if rest[:1] in ("/", "-", "x", "×", "°", '"', "'", "’") and not re.match(r"/\s?[^\W\d_]", rest):
        return None
    if (
        rest
        and rest[0].isalnum()
        and head[match.end() : match.end() + 1] != " "
        and normal(rest.split()[0]) not in units()
    ):
        return None
    return parse(match.group(1), style)


def _best_reading(columns: Sequence[Column], entries: Sequence[_Entry], style: Style | None) -> _Reading | None:
    """The meaning under which most rows prove themselves, else the one the heads suggest."""
    sample = entries[:200]
    options = [_columns_for(role, columns, sample, style) for role in ("quantity", "price", "amount")]
    best, best_score = None, 0.0
    for q, p, a in islice(every(*options), MAX_READINGS):
        if q < 0 or len({x for x in (q, p, a) if x >= 0}) < sum(x >= 0 for x in (q, p, a)):
            continue
        score = _score(_Reading(q, p, a), columns, sample, style)
        if score > best_score + 1e-9:
            best, best_score = _Reading(q, p, a), score
    return best


def _columns_for(role: str, columns: Sequence[Column], entries: Sequence[_Entry], style: Style | None) -> list[int]:
    """Columns that may play a role: by head, most specific first; then unnamed ones that hold figures."""
    named = [at for at, column in enumerate(columns) if role in column.roles]
    named.sort(key=lambda at: len(columns[at].roles))
    numeric = [
        at
        for at, column in enumerate(columns)
        if at not in named
        and (not column.roles or column.roles <= {"unit", "gross", "price", "amount", "quantity", "price_per"})
        and sum(figure_in(e.cells.get(at), style) is not None for e in entries) * 3 >= max(len(entries), 1)
    ]
    found = named + numeric[:3]
    return found if role == "quantity" else [*found, -1]


def _score(reading: _Reading, columns: Sequence[Column], entries: Sequence[_Entry], style: Style | None) -> float:
    total = 0.0
    for entry in entries:
        quantity = figure_in(entry.cells.get(reading.quantity), style)
        if quantity is None:
            total += 0.4 * _quantity_left_blank(entry, columns, reading, style)
            continue
        price = figure_in(entry.cells.get(reading.price), style)
        amount = figure_in(entry.cells.get(reading.amount), style)
        if price is not None and amount is not None:
            total += 4.0 if product(quantity, price, amount) else -0.5
        elif "quantity" in columns[reading.quantity].roles:
            total += 0.4 + 0.2 * (price is not None) + 0.2 * (amount is not None)
    for at, role in ((reading.quantity, "quantity"), (reading.price, "price"), (reading.amount, "amount")):
        if at >= 0:
            total += 0.3 * (role in columns[at].roles) + (0.2 if columns[at].roles == {role} else 0.0)
    return total


def _lines(
    layout: Layout,
    columns: Sequence[Column],
    entries: Sequence[_Entry],
    reading: _Reading,
    style: Style | None,
    day_order: "dates.DayOrder | None",
) -> Iterator[Line]:
    mains = [n for n, entry in enumerate(entries) if _is_main(entry, columns, reading, style)]
    before = _rows_stand_before(entries, mains, columns)
    for index, n in enumerate(mains):
        previous = mains[index - 1] if index else -1
        following = mains[index + 1] if index + 1 < len(mains) else len(entries)
        if before:
            extra = [e for e in entries[previous + 1 : n] if e.at >= entries[n].at - 3]
            extra += [
                e for e in entries[n + 1 : following] if following == len(entries) or e.at < entries[following].at - 1
            ][:1]
        else:
            extra = list(entries[n + 1 : min(following, n + 9)])
        line = _line(layout, columns, entries[n], reading, style)
        yield _enriched(line, columns, entries[n], _own(entries[n], extra), day_order)


def _own(main: _Entry, extra: Sequence[_Entry]) -> list[_Entry]:
    """The neighbours that belong to a line: up to the first blank space or page end below it."""
    own: list[_Entry] = []
    for entry in extra:
        if entry.at > main.at and (entry.row.gap or entry.row.page != main.row.page) and not own:
            if entry.row.gap and entry.row.page == main.row.page and main.row.box is None:
                break
        own.append(entry)
    return own


def _is_main(entry: _Entry, columns: Sequence[Column], reading: _Reading, style: Style | None) -> bool:
    quantity = figure_in(entry.cells.get(reading.quantity), style)
    if quantity is None and _quantity_left_blank(entry, columns, reading, style):
        return True
    if quantity is None or quantity <= 0:
        return False
    price, amount = (figure_in(entry.cells.get(at), style) for at in (reading.price, reading.amount))
    if reading.price >= 0 or reading.amount >= 0:
        if price is None and amount is None:
            return _named(entry, columns) >= 2 and not entry.row.bullet
        return True
    return _named(entry, columns) >= 1


def _quantity_left_blank(entry: _Entry, columns: Sequence[Column], reading: _Reading, style: Style | None) -> bool:
    """A priced, named row whose quantity was not printed."""
    cell = entry.cells.get(reading.quantity, "")
    figures = [figure_in(entry.cells.get(at), style) for at in (reading.price, reading.amount)]
    return (
        not any(c.isdigit() for c in cell)
        and all(f is not None and f > 0 for f in figures)
        and _named(entry, columns) >= 1
    )


def _named(entry: _Entry, columns: Sequence[Column]) -> int:
    """How many naming columns hold something."""
    return sum(bool(columns[at].roles & (NAMES | {"line"})) and bool(text.strip()) for at, text in entry.cells.items())


def _rows_stand_before(entries: Sequence[_Entry], mains: Sequence[int], columns: Sequence[Column]) -> bool:
    """Whether the first row of a position is the one above its figures (a line number or an item code stands there)."""
    if not mains or mains[0] == 0:
        return False
    above = entries[mains[0] - 1]
    main = entries[mains[0]]
    first, figures = above.row.cells[0].words[0].text, main.row.cells[0].words[0].text
    if above.row.gap and not re.fullmatch(r"0*1?0?1?0?", first):
        return False
    if entries[mains[0]].at - above.at > 1:
        return False
    if re.fullmatch(r"0*10?\.?", first) and not re.fullmatch(r"0*10?\.?", figures):
        return True
    return (
        len(mains) > 1
        and all(b - a == mains[1] - mains[0] for a, b in zip(mains, mains[1:], strict=False))
        and mains[0] == (mains[1] - mains[0] - 1)
        and bool(_named(above, columns))
    )


def _line(layout: Layout, columns: Sequence[Column], entry: _Entry, reading: _Reading, style: Style | None) -> Line:
    used = {reading.quantity, reading.price, reading.amount}
    extras = [f for at, text in entry.cells.items() if at not in used and (f := figure_in(text.rstrip("%"), style)) is not None
              and not columns[at].roles & (NAMES | {"line", "price_per"})]  # fmt: skip
    place = layout.place(entry.row)
    return Line(
        quantity=figure_in(entry.cells.get(reading.quantity), style),
        price=figure_in(entry.cells.get(reading.price), style),
        amount=figure_in(entry.cells.get(reading.amount), style),
        per=_per(columns, entry, reading, style),
        number=_number(columns, entry),
        unit=_unit(columns, entry, reading),
        figures=tuple(extras),
        places=tuple(
            (name, place) for name in ("quantity", "unit_price", "amount", "sku", "customer_sku", "description")
        ),
        at=entry.at,
    )


def _per(columns: Sequence[Column], entry: _Entry, reading: _Reading, style: Style | None) -> Decimal | None:
    for at, column in enumerate(columns):
        if "price_per" in column.roles and at not in (reading.quantity, reading.price, reading.amount):
            value = figure_in(entry.cells.get(at), style)
            if value and value == value.to_integral() and value > 0:
                return value
    where = (columns[reading.price].text, entry.cells.get(reading.price, "")) if reading.price >= 0 else ()
    for text in where:
        match = _PER.search(text)
        if match and match.group(1):
            return Decimal(re.sub(r"\D", "", match.group(1)))
    return None


def _number(columns: Sequence[Column], entry: _Entry) -> str | None:
    for at, column in enumerate(columns):
        text = (entry.cells.get(at, "").split() or [""])[0].strip(".)")
        if "line" in column.roles and text.isdigit() and len(text) <= 6:
            return text
    return None


def _unit(columns: Sequence[Column], entry: _Entry, reading: _Reading) -> str | None:
    for at, column in enumerate(columns):
        if "unit" in column.roles and at != reading.quantity and at != reading.price:
            words = entry.cells.get(at, "").split()
            if words and not words[0][0].isdigit():
                return " ".join(words[:3])[:20]
    beside = codes.split_unit(entry.cells.get(reading.quantity, ""))[1]
    if beside:
        return beside
    tail = entry.cells.get(reading.price, "").split()
    return tail[-1].strip("./") if len(tail) > 1 and normal(tail[-1]) in units() else None


def _enriched(
    line: Line, columns: Sequence[Column], main: _Entry, extra: Sequence[_Entry], day_order: "dates.DayOrder | None"
) -> Line:
    """The line with its codes, description and date, out of its own row and the rows that belong to it."""
    found: dict[str, str] = {}
    for role in ("sku", "customer_sku", "gtin", "item"):
        for at, column in enumerate(columns):
            if role in column.roles and not (
                role == "item"
                and column.roles & {"line"}
                and main.cells.get(at, "").isdigit()
                and len(main.cells.get(at, "")) < 4
            ):
                _take_codes(role, main.cells.get(at, ""), found, wide="description" in column.roles)
    for at, column in enumerate(columns):
        rest = main.cells.get(at, "").split()[1:]
        if "line" in column.roles and rest and not found and any(c.isdigit() for c in rest[0]):
            found["item"] = rest[0]
    texts = [main.cells.get(at, "") for at, column in enumerate(columns) if "description" in column.roles]
    if not any(texts):
        texts = [t for at, t in main.cells.items() if not columns[at].roles and not FIGURE.fullmatch(t)]
    for entry in extra:
        for at, text in entry.cells.items():
            roles = columns[at].roles
            if (
                roles & {"sku", "customer_sku", "item", "gtin"}
                and not roles & {"description"}
                and " " not in text.strip()
            ):
                _take_second(text.strip(), found)
        own = entry.row.text
        for role, code in codes.labelled(own):
            found.setdefault(role if role not in found else "second", code)
        if len(texts) < 6 and not field_of(own.split(":")[0]):
            texts.append(own)
    described = " ".join(" ".join(t.split()) for t in texts if t.strip())
    for role, code in codes.labelled(described):
        found.setdefault(role, code)
    if not found:
        inside = codes.inside(described)
        if inside:
            found["item"] = inside
    line = _with_codes(line, found, described)
    return replace(line, requested_date=_line_date(columns, main, extra, day_order))


def _take_codes(role: str, text: str, found: dict[str, str], wide: bool) -> None:
    if role == "gtin":
        long_number = next((word for word in text.split() if word.isdigit() and 8 <= len(word) <= 14), None)
        if long_number:
            found.setdefault("gtin", long_number)
        return
    parts = [part.strip() for part in text.split("\n") if part.strip()]
    for number, part in enumerate(parts):
        for kind, code in codes.labelled(part):
            found.setdefault(kind, code)
            break
        else:
            words = part.split()
            if wide and not (len(words) == 1 or codes.looks_like_code(words[0])):
                continue
            if number == 0 or not wide:
                code = _code_of(words, wide)
                if any(c.isdigit() for c in code) or not wide:
                    found.setdefault(role if number == 0 and role not in found else "second", code)


def _code_of(words: list[str], wide: bool) -> str:
    """The code a cell holds: its first word, with the second where both belong to it ("4055 B4840A")."""
    if wide or len(words) == 1 or len(words) > 2:
        return words[0]
    if _all_digits(words):
        return "".join(words)
    if all(any(c.isdigit() for c in word) for word in words):
        return " ".join(words)
    return words[0] if any(c.isdigit() for c in words[0]) else " ".join(words)


def _all_digits(words: list[str]) -> bool:
    return len(words) == 2 and all(word.isdigit() for word in words)


def _take_second(text: str, found: dict[str, str]) -> None:
    if any(c.isdigit() for c in text) and len(text) >= 3 and text not in found.values():
        found.setdefault("second", text)


def _with_codes(line: Line, found: dict[str, str], described: str) -> Line:
    """Codes to the three places an order line has: ours, theirs, GTIN."""
    sku, customer, gtin = found.get("sku"), found.get("customer_sku"), found.get("gtin")
    item, second = found.get("item"), found.get("second")
    for code in (item, second):
        if not code or code in (sku, customer, gtin):
            continue
        if codes.is_gtin(code) and gtin is None:
            gtin = code
        elif sku is None:
            sku = code
        elif customer is None:
            customer = code
    return replace(line, sku=sku, customer_sku=customer, gtin=gtin, description=described[:500] or None)


def _line_date(
    columns: Sequence[Column], main: _Entry, extra: Sequence[_Entry], day_order: "dates.DayOrder | None"
) -> str | None:
    own = [main.cells.get(at, "") for at, column in enumerate(columns) if "date" in column.roles]
    own += [e.row.text for e in extra[:4]]
    for text in own:
        for day in dates.find(text):
            if day.year:
                chosen = dates.choose(day, day_order)
                return chosen.isoformat() if chosen else None
    return None


__all__ = ["Place", "assign", "closing", "figure_in", "read_table"]
