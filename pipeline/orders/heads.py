"""Heads of line tables: which rows name columns, and which columns they name."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.orders.codes import looks_like_code
from pipeline.orders.glance import ANY, COUNTED, SUMS, may_head
from pipeline.orders.labels import columns_of, field_of
from pipeline.orders.layout import Cell, Row, Word
from pipeline.orders.numbers import FIGURE

MAX_TIERS = 5
MEASURES = frozenset({"quantity", "price", "amount"})
NAMES = frozenset({"description", "item", "sku", "customer_sku", "gtin"})

_BASES = frozenset({"1", "10", "100", "1000", "1.000", "1,000"})
_DECIMAL = re.compile(r"[.,]\d")


@dataclass(frozen=True, slots=True)
class Column:
    """One head: what it may mean (empty: unknown), where it stands, its text."""

    roles: frozenset[str]
    x0: float
    x1: float
    text: str


@dataclass(frozen=True, slots=True)
class Head:
    """The columns that rows ``first`` .. ``last`` (indices) name."""

    columns: tuple[Column, ...]
    first: int
    last: int

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(role for column in self.columns for role in column.roles)


def find_heads(rows: Sequence[Row]) -> list[Head]:
    """All head rows of a document, each alone and, where rows above or below belong to it, stacked."""
    return [Head(found, at, at) for at, row in enumerate(rows) if (found := head_columns(row))]


def head_columns(row: Row) -> tuple[Column, ...]:
    """The columns this row heads, none where it is no head; rows of figures and prose cost one look."""
    return _headed(row) if may_head(row.text, COUNTED) else ()


@lru_cache(maxsize=256)
def _headed(row: Row) -> tuple[Column, ...]:
    if _has_figures(row) or _names_sums(row):
        return ()
    found = columns_in(row)
    return tuple(found) if _is_head(found, row) else ()


def stacked(head: Head, rows: Sequence[Row]) -> Head | None:
    """The head with its neighbours above and below read together column by column, None where there are none."""
    first, last = head.first, head.last
    while first > 0 and head.first - first < MAX_TIERS and _part_of_head(rows[first - 1], rows[head.first]):
        first -= 1
    while last + 1 < len(rows) and last - head.last < MAX_TIERS and _part_of_head(rows[last + 1], rows[head.last]):
        last += 1
    if first == last:
        return None
    words = [(word, at) for at in range(first, last + 1) for cell in rows[at].cells for word in _chunks(cell)]
    merged = _merge(words)
    return Head(tuple(merged), first, last)


def _has_figures(row: Row) -> bool:
    """Whether more than one figure stands in a row, or one with decimals; those that name a price's base aside."""
    figures = [f for cell in row.cells for f in FIGURE.findall(cell.text) if f not in _BASES]
    return len(figures) > 1 or any(_DECIMAL.search(f) for f in figures)


def _names_sums(row: Row) -> bool:
    """Whether its cells are labels of sums over their boxes, of which single words head columns ("TOTALE ORDINE")."""
    sums = [cell for cell in row.cells if " " in cell.text and field_of(cell.text) & SUMS and not columns_of(cell.text)]
    return len(sums) > 1 and 2 * len(sums) > len(row.cells)


def _is_head(found: Sequence[Column], row: Row) -> bool:
    """Whether these columns are those of order lines: something counted and something named, few strange words."""
    known = [column for column in found if column.roles]
    roles = {role for column in known for role in column.roles}
    needed = 3 if row.grid and len(known) >= 4 else 2
    if len(known) < 2 or len(known) * needed < len(found) or len(found) > 40:
        return False
    if not (
        roles & {"quantity"} or (roles & {"amount"} and roles & {"price"}) or (roles & {"amount"} and roles & NAMES)
    ):
        return False
    measures = sum(bool(column.roles & MEASURES) for column in known)
    names = sum(bool(column.roles & NAMES) for column in known)
    if measures + names < 2 or (measures < 2 and not names):
        return False
    return sum(len(c.text) for c in found) < 300


def columns_in(row: Row) -> list[Column]:
    """The heads a row would name, were it a head."""
    if row.grid:
        return [Column(_roles(cell.text), cell.x0, cell.x1, cell.text) for cell in row.cells]
    return [column for cell in row.cells for column in _in_cell(cell)]


def _roles(text: str) -> frozenset[str]:
    """By the whole text, else by its first or last words ("Code AML", "Qty (Nos) req")."""
    whole = columns_of(text)
    if whole:
        return whole
    words = text.split()
    for size in range(min(len(words) - 1, 4), 0, -1):
        found = columns_of(" ".join(words[:size])) or columns_of(" ".join(words[-size:]))
        if found:
            return found
    return frozenset()


def _in_cell(cell: Cell) -> Iterator[Column]:
    whole = columns_of(cell.text)
    if whole or len(cell.words) > 12:
        yield Column(whole, cell.x0, cell.x1, cell.text)
        return
    at, strange = 0, 0
    words = cell.words
    texts = [word.text for word in words]
    while at < len(words):
        size, roles = _longest(texts, at)
        if size:
            if strange < at:
                yield _column(frozenset(), words[strange:at])
            yield _column(roles, words[at : at + size])
            at += size
            strange = at
        else:
            at += 1
    if strange < len(words):
        yield _column(frozenset(), words[strange:])


def _longest(texts: Sequence[str], at: int) -> tuple[int, frozenset[str]]:
    if not may_head(" ".join(texts[at : at + 5]), ANY):
        return 0, frozenset()
    for size in range(min(5, len(texts) - at), 0, -1):
        roles = columns_of(" ".join(texts[at : at + size]))
        if roles and not (size == 2 and _counted_in(texts[at], texts[at + 1])):
            return size, roles
    return 0, frozenset()


def _counted_in(first: str, second: str) -> bool:
    """Whether two words head a column each, the quantity's and its unit's, which are also said in one."""
    return columns_of(second) == {"unit"} and "quantity" in columns_of(first)


def _column(roles: frozenset[str], words: Sequence[Word]) -> Column:
    return Column(roles, words[0].x0, words[-1].x1, " ".join(word.text for word in words))


def _part_of_head(row: Row, head: Row) -> bool:
    """A neighbour that holds only words of heads: no figures, few words, close by, some of them known."""
    if row.grid or head.grid or row.page != head.page:
        return False
    text = row.text
    if FIGURE.search(text) or ":" in text or len(text) > 160 or len(row.cells) > 14:
        return False
    if row.box and head.box and abs(row.box[1] - head.box[1]) > 30:
        return False
    if any(looks_like_code(word.text, 5) for cell in row.cells for word in cell.words):
        return False
    known = sum(bool(_roles(cell.text)) for cell in row.cells)
    inside = _beside(row, head) or all(
        cell.x0 <= head.cells[-1].x1 + 60 and cell.x1 >= head.cells[0].x0 - 60 for cell in row.cells
    )
    return inside and (
        known * 2 >= len(row.cells) or (row.box is not None and all(len(c.text) < 16 for c in row.cells))
    )


def _beside(row: Row, head: Row) -> bool:
    """Whether a row overlaps the head in height: the same row of heads, some of which take two lines."""
    return bool(row.box and head.box) and abs(row.box[3] - head.box[3]) < 0.95 * (head.box[3] - head.box[1])  # type: ignore[index]


def _stacked_roles(text: str, parts: Sequence[str]) -> frozenset[str]:
    """By the whole text; else what its parts name, the telling ones before the rest."""
    whole = columns_of(text)
    if whole:
        return whole
    named = [columns_of(part) for part in parts]
    telling = [roles for roles in named if roles & (MEASURES | NAMES)]
    if telling:
        return frozenset().union(*telling) if not any(roles & MEASURES for roles in telling) else telling[-1]
    return _roles(text) or next((roles for roles in named if roles), frozenset())


def _chunks(cell: Cell) -> Iterator[Word]:
    """A cell's words, joined where they read as one head."""
    for column in _in_cell(cell):
        yield Word(column.text, column.x0, column.x1)


def _merge(words: Sequence[tuple[Word, int]]) -> list[Column]:
    """Words that overlap from above to below are one head."""
    groups: list[list[tuple[Word, int]]] = []
    for word, at in sorted(words, key=lambda w: w[0].x0):
        for group in groups:
            if any(min(word.x1, w.x1) - max(word.x0, w.x0) > 1 and at != other for w, other in group):
                group.append((word, at))
                break
        else:
            groups.append([(word, at)])
    merged = []
    for group in groups:
        group.sort(key=lambda w: (w[1], w[0].x0))
        text = " ".join(word.text for word, _ in group)
        merged.append(
            Column(
                _stacked_roles(text, [word.text for word, _ in group]),
                min(word.x0 for word, _ in group),
                max(word.x1 for word, _ in group),
                text,
            )
        )
    return merged
