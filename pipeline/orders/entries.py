"""The rows under a head, cell by cell; where positions are numbered, also the rows of each joined into one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from pipeline.orders.arithmetic import product
from pipeline.orders.cells import assign, figure_in
from pipeline.orders.closing import carried, closing
from pipeline.orders.heads import Column, Head
from pipeline.orders.labels import normal
from pipeline.orders.layout import Row
from pipeline.orders.numbers import Style


@dataclass(frozen=True, slots=True)
class Entry:
    """One row under a head, its cells by column."""

    at: int
    row: Row
    cells: dict[int, str]


def like_first(head: Head, columns: tuple[Column, ...]) -> Head:
    """The head of a later page; where its own columns came out otherwise, the first page's stand for it."""
    return head if len(head.columns) == len(columns) else replace(head, columns=columns)


def merged_entries(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Entries joined column by column, each from its own first row; the number may stand one or two rows below it."""
    starts = _numbered(entries)
    if not starts:
        return
    lead = starts[0] if starts[0] <= 2 else 0
    bounds = [start - lead for start in starts] + [len(entries)]
    for first, last in pairwise(bounds):
        group = entries[first : min(last, first + 6)]
        cells: dict[int, str] = {}
        for entry in group:
            for at, text in entry.cells.items():
                cells[at] = f"{cells[at]}\n{text}" if at in cells else text
        yield Entry(group[lead].at if lead < len(group) else group[0].at, group[min(lead, len(group) - 1)].row, cells)


def _numbered(entries: Sequence[Entry]) -> list[int]:
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


def table_end(rows: Sequence[Row], head: Head) -> int:
    """Where the table stops: the next page's head, another grid's rows after ours, or a closing row of totals."""
    grid = rows[head.last].grid
    for at in range(head.last + 1, len(rows)):
        if grid and rows[at].grid != grid:
            return at
    return len(rows)


def entries_of(rows: Sequence[Row], head: Head, end: int) -> Iterator[Entry]:
    heads = [(column.text[-1:].isdigit(), normal(column.text)) for column in head.columns]
    for at in range(head.last + 1, end):
        row = rows[at]
        cells: dict[int, str] | None = None
        if closes := closing(row):
            if "total" in closes and not carried(row):
                return
            if closes & {"total", "subtotal"} or not _proves(cells := assign(row, head.columns), head.columns):
                continue
        cells = assign(row, head.columns) if cells is None else cells
        if cells and not _repeated(cells, heads):
            yield Entry(at, row, cells)


def _proves(cells: dict[int, str], columns: Sequence[Column]) -> bool:
    """Whether a charge is a line of its own: a quantity and a price that make an amount."""
    for style in Style:
        own: dict[str, Decimal] = {}
        for role in ("quantity", "price", "amount"):
            texts = [text for at, text in cells.items() if role in columns[at].roles]
            figure = figure_in(texts[0], style) if texts else None
            if figure is not None:
                own[role] = figure
        if len(own) == 3 and product(own["quantity"], own["price"], own["amount"], Decimal(1)):
            return True
    return False


def _repeated(cells: dict[int, str], heads: Sequence[tuple[bool, str]]) -> bool:
    """Whether two cells repeat the text of their head; figures are quickly seen to repeat none."""
    alike = 0
    for at, text in cells.items():
        figure, name = heads[at]
        alike += text[-1:].isdigit() == figure and normal(text) == name
    return alike > 1
