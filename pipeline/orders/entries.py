"""The rows under a head, cell by cell; where positions are numbered, also the rows of each joined into one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.orders.cells import assign
from pipeline.orders.closing import carried, closing
from pipeline.orders.heads import Column, Head
from pipeline.orders.labels import normal
from pipeline.orders.layout import Row


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
        if closes := closing(row):
            if "total" in closes and not carried(row):
                return
            continue
        cells = assign(row, head.columns)
        if cells and not _repeated(cells, heads):
            yield Entry(at, row, cells)


def _repeated(cells: dict[int, str], heads: Sequence[tuple[bool, str]]) -> bool:
    """Whether two cells repeat the text of their head; figures are quickly seen to repeat none."""
    alike = 0
    for at, text in cells.items():
        figure, name = heads[at]
        alike += text[-1:].isdigit() == figure and normal(text) == name
    return alike > 1
