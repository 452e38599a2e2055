"""Rows of cells of words, with places: the one shape that text, HTML, sheets and PDF pages are brought into.

Units of x are whatever the source has (characters, points, columns times GRID_STEP); readers only compare them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from maild.domain.order import Place

GRID_STEP = 1000.0
STACKED = -1  # the grid of rows that were lines of a table's cells
MAX_LINE = 20_000
MAX_CELL = 4_000


class Word(NamedTuple):
    text: str
    x0: float
    x1: float


class Cell(NamedTuple):
    """Words that stand together, their text, and where they begin and end.

    ``lines`` are its own line breaks where a table cell has them.
    """

    words: tuple[Word, ...]
    lines: tuple[str, ...]
    text: str
    x0: float
    x1: float

    @classmethod
    def of(cls, words: tuple[Word, ...], lines: tuple[str, ...] = ()) -> "Cell":
        text = " ".join([word.text for word in words])
        return cls(words, lines, text, *((words[0].x0, words[-1].x1) if words else (0.0, 0.0)))


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One printed row, equal to no other.

    ``grid`` numbers the table it belongs to (0: none), ``gap`` says that blank space lies above.
    ``box`` is (x0, y0, x1, y1) in points where the source has such. ``bullet`` marks an item of a list.
    """

    cells: tuple[Cell, ...]
    page: int = 1
    line: int = 0
    grid: int = 0
    gap: bool = False
    bullet: bool = False
    box: tuple[float, float, float, float] | None = None
    text: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", "  ".join([cell.text for cell in self.cells]))


@dataclass(frozen=True)
class Layout:
    """One document or mail body as rows, in reading order.

    It has no slots, so that what several readers ask for is put together once.
    """

    rows: tuple[Row, ...]
    part: str = "body"
    format: str = "text"

    def place(self, row: Row, text: str | None = None) -> Place:
        """Where a value of this row stands."""
        paged = row.box is not None
        return Place(
            part=self.part,
            page=row.page if paged else None,
            line=row.line,
            box=row.box,
            text=(text or row.text)[:200],
        )

    def only(self, rows: "list[Row] | tuple[Row, ...]") -> "Layout":
        """The same document, cut down to these rows."""
        return Layout(tuple(rows), self.part, self.format)

    @cached_property
    def text(self) -> str:
        return "\n".join([row.text for row in self.rows])

    @cached_property
    def levels(self) -> tuple[Row, ...]:
        """The rows; those of table cells with several lines one below the other, so that blocks read as blocks."""
        if not any(len(cell.lines) > 1 for row in self.rows for cell in row.cells if cell.lines):
            return self.rows
        return tuple(level for row in self.rows for level in _levels(row))


def _levels(row: Row) -> Iterator[Row]:
    height = max((len(cell.lines) for cell in row.cells), default=0)
    if height < 2:
        yield row
        return
    grid = STACKED if len(row.cells[0].lines) > 1 else row.grid
    for level in range(height):
        cells = tuple(_level(cell, level) for cell in row.cells if level < len(cell.lines))
        yield Row(cells, row.page, row.line, grid, row.gap and level == 0, row.bullet, row.box)


def _level(cell: Cell, level: int) -> Cell:
    text = cell.lines[level]
    words = words_of(text, cell.x0, (cell.x1 - cell.x0) / max(len(text), 1))
    return Cell.of(words)


_HALF = {
    code: code - 0xFEE0
    for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), 0xFF08, 0xFF09, 0xFF0D, 0xFF0F)
}
_WIDE_MARK = re.compile(r"(?<=[0-9])[，．](?=[0-9])")


def halfwidth(text: str) -> str:
    """Full-width letters, digits and brackets (Unicode, block FF00) as those of ASCII, and marks within figures."""
    if text.isascii() or not any("\uff00" < c < "\uff5e" for c in text):
        return text
    return _WIDE_MARK.sub(lambda match: "," if match[0] == "，" else ".", text.translate(_HALF))


def words_of(text: str, x: float = 0.0, step: float = 1.0) -> tuple[Word, ...]:
    """The words of a string whose first character stands at ``x``, each character ``step`` wide."""
    words: list[Word] = []
    at = 0
    text = text[:MAX_LINE]
    if not text.isascii():
        text = halfwidth(text)
    for part in text.split():
        start = text.index(part, at)
        at = start + len(part)
        words.append(Word(part, x + start * step, x + at * step))
    return tuple(words)


def grid_cell(text: str, column: int, span: int = 1) -> Cell:
    """A table cell: all its words share the column's width, its own lines are kept."""
    text = halfwidth(text[:MAX_CELL])
    lines = tuple(" ".join(line.split()) for line in text.split("\n") if line.strip())
    parts = text.split()
    width = GRID_STEP * span * 0.9
    step = width / max(len(parts), 1)
    x = column * GRID_STEP
    words = tuple(Word(part, x + i * step, x + (i + 1) * step) for i, part in enumerate(parts))
    return Cell.of(words, lines)
