"""Order lines out of a table with a head: cells to columns by place, columns to meaning by head and arithmetic."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import islice, pairwise
from itertools import product as every

from pipeline.orders import dates
from pipeline.orders.arithmetic import product
from pipeline.orders.broken_codes import with_pieces_joined
from pipeline.orders.cells import figure_in
from pipeline.orders.code_columns import CODE_ROLES, with_code_columns
from pipeline.orders.entries import Entry, entries_of, like_first, merged_entries, table_end
from pipeline.orders.found import Line
from pipeline.orders.grouped_codes import with_joined_numbers
from pipeline.orders.heads import NAMES, Column, Head
from pipeline.orders.item_codes import with_described_codes
from pipeline.orders.layout import Layout
from pipeline.orders.numbers import Style
from pipeline.orders.running_heads import running_heads
from pipeline.orders.spaces import shared
from pipeline.orders.table_line import Reading, Table, by_role, line_of
from pipeline.orders.tiers import tiered_entries, upper_tier

MAX_LINES = 5_000
MAX_READINGS = 400
_CENTS, _SIGN = re.compile(r"[.,]\d\d$"), re.compile(r"[€$£¥]|\b(?:EUR|USD|GBP|CHF|PLN)\b|zł|руб")
_OPENS = re.compile(r"0*[1-9]\d{0,4}[.)]?(?:\s|$)")
_NO_QUANTITIES = (frozenset({"price"}), frozenset({"amount"}))  # what heads say plainly
PROVED = 4.0  # what a row counts in which quantity times price is the amount

Figures = Mapping[int, Decimal | None]  # of one row, by column


def read_table(
    layout: Layout, heads: Sequence[Head], style: Style | None, day_order: "dates.DayOrder | None", merged: bool = False
) -> list[Line]:
    """The lines under heads that name the same columns (one table over several pages).

    ``merged`` takes the rows between two line numbers as one row of taller cells; no lines where they are not numbered.
    """
    starts = [head.first for head in heads] + [len(layout.rows)]
    repeated = running_heads(layout.rows, heads)
    entries = [
        entry
        for head, following in zip(heads, starts[1:], strict=True)
        for entry in entries_of(
            layout.rows, like_first(head, heads[0].columns), min(following, table_end(layout.rows, head))
        )
        if entry.at not in repeated
    ]
    return _read(layout, heads[0].columns, list(merged_entries(entries)) if merged else entries, style, day_order)


def read_tiers(
    layout: Layout, heads: Sequence[Head], style: Style | None, day_order: "dates.DayOrder | None"
) -> list[Line]:
    """The lines of a table whose positions take two rows, each under its own row of heads; none where it is no such."""
    upper = [upper_tier(layout.rows, head) for head in heads]
    if not upper[0]:
        return []
    starts = [head.first for head in heads] + [len(layout.rows)]
    entries = [
        entry
        for head, following in zip(heads, starts[1:], strict=True)
        for entry in tiered_entries(
            layout.rows, upper[0], like_first(head, heads[0].columns), min(following, table_end(layout.rows, head))
        )
    ]
    return _read(layout, (*upper[0], *heads[0].columns), entries, style, day_order)


def _read(
    layout: Layout,
    columns: Sequence[Column],
    entries: Sequence[Entry],
    style: Style | None,
    day_order: "dates.DayOrder | None",
) -> list[Line]:
    reading = _best_reading(columns, entries, style)
    if reading is None:
        return []
    is_main = [_is_main(entry, columns, reading, style) for entry in entries]
    mains = [n for n, main in enumerate(is_main) if main]
    entries = with_pieces_joined(columns, entries, mains)
    used = {reading.quantity, reading.price, reading.amount}
    columns = with_code_columns(columns, entries, mains, used)
    table = Table(columns, by_role(columns), reading, style, day_order)
    entries = with_joined_numbers(columns, entries, is_main)
    lines = list(islice(_lines(layout, table, entries, mains), MAX_LINES + 1))
    if not any(column.roles & CODE_ROLES for column in columns):
        lines = with_described_codes(lines)
    return lines if _told(columns, reading) else [replace(line, sure=False) for line in lines]


def _told(columns: Sequence[Column], reading: Reading) -> bool:
    """Whether a head says which of the two factors is the quantity and which the price."""
    if reading.price < 0:
        return True
    return "quantity" in columns[reading.quantity].roles or "price" in columns[reading.price].roles


def _best_reading(columns: Sequence[Column], entries: Sequence[Entry], style: Style | None) -> Reading | None:
    """The meaning under which most rows prove themselves, else the one the heads suggest."""
    sample = entries[:200]
    figures = [{at: figure_in(text, style) for at, text in entry.cells.items()} for entry in sample]
    options = [_columns_for(role, columns, figures) for role in ("quantity", "price", "amount")]
    provable = sum([len(own) - list(own.values()).count(None) > 2 for own in figures])
    best, best_score = None, 0.0
    for q, p, a in islice(every(*options), MAX_READINGS):
        if q < 0 or len({x for x in (q, p, a) if x >= 0}) < sum(x >= 0 for x in (q, p, a)):
            continue
        score = _score(Reading(q, p, a), columns, sample, figures)
        if score > best_score + 1e-9:
            best, best_score = Reading(q, p, a), score
        if provable and best_score >= PROVED * provable + 1.4 - 1e-9:
            break  # every row that can proves itself, and every column plays what its head says: none is better
    return best


def _columns_for(role: str, columns: Sequence[Column], figures: Sequence[Figures]) -> list[int]:
    """Columns that may play a role: by head, most specific first; then unnamed ones that hold figures."""
    named = [at for at, column in enumerate(columns) if role in column.roles]
    named.sort(key=lambda at: len(columns[at].roles))
    numeric = [
        at
        for at, column in enumerate(columns)
        if at not in named
        and not (role == "quantity" and column.roles in _NO_QUANTITIES)
        and (not column.roles or column.roles <= {"unit", "gross", "price", "amount", "quantity", "price_per"})
        and sum(own.get(at) is not None for own in figures) * 3 >= max(len(figures), 1)
    ]
    found = named + numeric[:3]
    return found if role == "quantity" else [*found, -1]


def _score(reading: Reading, columns: Sequence[Column], entries: Sequence[Entry], figures: Sequence[Figures]) -> float:
    total = 0.0
    for entry, own in zip(entries, figures, strict=True):
        quantity, price, amount = own.get(reading.quantity), own.get(reading.price), own.get(reading.amount)
        if quantity is None:
            total += 0.4 * _quantity_left_blank(entry, columns, reading, own)
        elif price is not None and amount is not None:
            plainly = product(quantity, price, amount) is not None
            proved = plainly or _agree(reading, columns, entry, quantity, price, amount, own)
            total += (PROVED if plainly else PROVED - 0.3) if proved else -0.5
        elif "quantity" in columns[reading.quantity].roles:
            total += 0.4 + 0.2 * (price is not None) + 0.2 * (amount is not None)
    if reading.price >= 0:
        total += 0.1 * (_cents(entries, reading.price) - _cents(entries, reading.quantity))
        total -= PROVED * len(entries) * _priced(entries, reading.quantity)
    for at, role in ((reading.quantity, "quantity"), (reading.price, "price"), (reading.amount, "amount")):
        if at >= 0:
            total += 0.3 * (role in columns[at].roles) + (0.2 if columns[at].roles == {role} else 0.0)
    return total


def _cents(entries: Sequence[Entry], column: int) -> bool:
    """Whether a column is printed with two decimals, as prices are."""
    figures = [text for entry in entries[:20] if (text := entry.cells.get(column, ""))[-1:].isdigit()]
    return bool(figures) and all(map(_CENTS.search, figures))


def _priced(entries: Sequence[Entry], column: int) -> bool:
    """Whether a column carries currencies, as no quantity does."""
    return any(_SIGN.search(entry.cells.get(column, "")) for entry in entries[:5])


def _agree(
    reading: Reading,
    columns: Sequence[Column],
    entry: Entry,
    quantity: Decimal,
    price: Decimal,
    amount: Decimal,
    own: Figures,
) -> bool:
    """Whether quantity times price is the amount, a discount or tax of the row's own counted in."""
    used = (reading.quantity, reading.price, reading.amount)
    rates = {at for at, text in entry.cells.items() if text.rstrip().endswith("%") or "ignore" in columns[at].roles}
    extras = [figure for at, figure in own.items() if figure and at not in used and at in rates]
    return bool(extras) and product(quantity, price, amount, None, extras) is not None


def _lines(layout: Layout, table: Table, entries: Sequence[Entry], mains: Sequence[int]) -> Iterator[Line]:
    columns = table.columns
    before = _rows_stand_before(entries, mains, columns)
    around = None if before else shared(entries, mains)
    for index, n in enumerate(mains):
        if around is not None:
            yield line_of(layout, table, entries[n], around[index][1], around[index][0])
            continue
        previous = mains[index - 1] if index else -1
        following = mains[index + 1] if index + 1 < len(mains) else len(entries)
        if before:
            extra = _opened([e for e in entries[previous + 1 : n] if e.at >= entries[n].at - 3])
            extra += [
                e for e in entries[n + 1 : following] if following == len(entries) or e.at < entries[following].at - 1
            ][:1]
        else:
            extra = list(entries[n + 1 : min(following, n + 9)])
            extra = _above_sums(entries[n], extra) if following == len(entries) else extra
        yield line_of(layout, table, entries[n], _own(entries[n], extra))


def _above_sums(main: Entry, below: Sequence[Entry]) -> list[Entry]:
    """The rows below the last position down to the sums, which are no entries, where a space follows these."""
    own: list[Entry] = []
    for entry in below:
        last = own[-1] if own else main
        if entry.at - last.at > 1 and entry.row.gap and entry.row.page == last.row.page:
            break
        own.append(entry)
    return own


def _opened(above: list[Entry]) -> list[Entry]:
    """The rows above a position's figures from the one with its number on."""
    starts = [n for n, entry in enumerate(above) if _OPENS.match(entry.row.cells[0].text)]
    return above[starts[-1] :] if starts else above


def _own(main: Entry, extra: Sequence[Entry]) -> list[Entry]:
    """The neighbours that belong to a line: up to the first blank space or page end below it."""
    own: list[Entry] = []
    for entry in extra:
        if not own and entry.at > main.at and entry.row.gap and main.row.box is None:
            break
        own.append(entry)
    return own


def _is_main(entry: Entry, columns: Sequence[Column], reading: Reading, style: Style | None) -> bool:
    parts = (reading.quantity, reading.price, reading.amount)
    own = {at: figure_in(entry.cells.get(at), style) for at in parts}
    quantity, price, amount = (own[at] for at in parts)
    if quantity is None and _quantity_left_blank(entry, columns, reading, own):
        return True
    if quantity is None or quantity <= 0:
        return False
    if reading.price >= 0 or reading.amount >= 0:
        if price is None and amount is None:
            return _named(entry, columns) >= 2 and not entry.row.bullet
        return True
    return _named(entry, columns) >= 1


def _quantity_left_blank(entry: Entry, columns: Sequence[Column], reading: Reading, own: Figures) -> bool:
    """A priced, named row whose quantity was not printed."""
    price, amount = own.get(reading.price), own.get(reading.amount)
    return (
        price is not None
        and amount is not None
        and price > 0
        and amount > 0
        and not any(c.isdigit() for c in entry.cells.get(reading.quantity, ""))
        and _named(entry, columns) >= 1
    )


def _named(entry: Entry, columns: Sequence[Column]) -> int:
    """How many naming columns hold something."""
    return sum(bool(columns[at].roles & (NAMES | {"line"})) and bool(text.strip()) for at, text in entry.cells.items())


def _rows_stand_before(entries: Sequence[Entry], mains: Sequence[int], columns: Sequence[Column]) -> bool:
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
        and all(b - a == mains[1] - mains[0] for a, b in pairwise(mains))
        and mains[0] == (mains[1] - mains[0] - 1)
        and bool(_named(above, columns))
    )
