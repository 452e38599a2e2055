"""The day that stands without a label under the number in a paper's head."""

from collections.abc import Iterator

from pipeline.orders import dates
from pipeline.orders.layout import Cell, Layout
from pipeline.orders.pairs import Pair
from pipeline.orders.titles import names_title

HEAD_ROWS = 30
BELOW = 3  # rows from the title to the number, and from there to the day
MOST_TITLE = 40
MOST_CELLS = 20
EDGE = 4.0  # points that their edges may lie apart


def titled_day(layout: Layout, number: str | None) -> Iterator[Pair]:
    """A cell that is a day and nothing else, set under the order's number as that is under the title."""
    rows = layout.rows[:HEAD_ROWS]
    for at, row in enumerate(rows):
        if number is None or row.box is None:
            return
        for cell in row.cells[:MOST_CELLS]:
            if number not in cell.text or len(cell.text) > MOST_TITLE or not _titled(layout, at, cell):
                continue
            for below in rows[at + 1 : at + 1 + BELOW]:
                for other in below.cells[:MOST_CELLS]:
                    if below.page == row.page and _aligned(other, cell) and _is_day(other.text):
                        text = other.text
                        yield Pair(frozenset({"order_date"}), "title", text, below, at, 2, (text,), below=True)
                        return


def _titled(layout: Layout, at: int, cell: Cell) -> bool:
    """Whether the cell is the title's, or stands under it."""
    if names_title(cell.text):
        return True
    above = [c for row in layout.rows[max(0, at - BELOW) : at] for c in row.cells[:MOST_CELLS]]
    return any(names_title(c.text) and _aligned(c, cell) for c in above)


def _aligned(one: Cell, other: Cell) -> bool:
    return min(abs(one.x0 - other.x0), abs(one.x1 - other.x1)) <= EDGE


def _is_day(text: str) -> bool:
    return any(day.text.strip() == text.strip() for day in dates.find(text))
