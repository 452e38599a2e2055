"""Cells of a page that touch, parted where the rows around them begin or end theirs: columns that stand close."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from pipeline.orders.layout import Cell, Row
from pipeline.orders.numbers import FIGURE

WIDE = 0.4  # of the height: no gap between two words of one text
WIDER = 1.8  # than the usual gap between words of the page
ALIGNED = 0.8  # points
NEAR = 14  # rows above and below
LEAST = 2  # other rows that begin or end there
MOST_WIDE = 0.5  # of a long text's gaps: more of them, and it is set to both margins
LONG = 6

MOST_COMPARED = 100

Gaps = dict[int, list[int]]  # the words of a row behind wide gaps, by cell
Edges = dict[int, list[tuple[int, float]]]  # (row, place) by rounded place, in row order


def parted(rows: Sequence[Row]) -> list[Row]:
    """The rows of one page, their cells cut where a wide gap lies at the edge of a column."""
    usual = _usual_gap(rows)
    gaps = [_wide_gaps(row, usual) for row in rows]
    if not any(gaps):
        return list(rows)
    begins, ends = _edges(rows, gaps)
    cut = []
    for at, (row, wide) in enumerate(zip(rows, gaps, strict=True)):
        where = {
            n: edges
            for n, words in wide.items()
            if (edges := [word for word in words if _at_edge(row.cells[n], word, at, begins, ends)])
        }
        cut.append(_cut(row, where) if where else row)
    return cut


def _usual_gap(rows: Sequence[Row]) -> float:
    """The gap between words that half of the page's are at most, as a share of the row's height."""
    found = [
        (b.x0 - a.x1) / _height(row)
        for row in rows
        for cell in row.cells
        for a, b in pairwise(cell.words)
        if b.x0 > a.x1
    ]
    return median(found) if found else WIDE


def _height(row: Row) -> float:
    return max(row.box[3] - row.box[1], 1.0) if row.box else 1.0


def _wide_gaps(row: Row, usual: float) -> Gaps:
    """The words behind a gap that is too wide to lie within a text."""
    least = max(WIDE, WIDER * usual) * _height(row)
    found: Gaps = {}
    for number, cell in enumerate(row.cells):
        wide = [at for at, (a, b) in enumerate(pairwise(cell.words), 1) if b.x0 - a.x1 >= least]
        if wide and (len(cell.words) < LONG or len(wide) <= MOST_WIDE * len(cell.words)):
            found[number] = wide
    return found


def _edges(rows: Sequence[Row], gaps: Sequence[Gaps]) -> tuple[Edges, Edges]:
    """Where cells, and words beside wide gaps, begin and end."""
    begins: Edges = defaultdict(list)
    ends: Edges = defaultdict(list)
    for at, (row, wide) in enumerate(zip(rows, gaps, strict=True)):
        for left, right in _stretches(row, wide):
            begins[round(left)].append((at, left))
            ends[round(right)].append((at, right))
    return begins, ends


def _stretches(row: Row, wide: Gaps) -> Iterator[tuple[float, float]]:
    for number, cell in enumerate(row.cells):
        bounds = [0, *wide.get(number, ()), len(cell.words)]
        for a, b in pairwise(bounds):
            yield cell.words[a].x0, cell.words[b - 1].x1


def _at_edge(cell: Cell, word: int, at: int, begins: Edges, ends: Edges) -> bool:
    """Whether rows around begin a text where this word begins, or end their figures where this figure ends."""
    own = cell.words[word]
    if _others(begins, own.x0, at) >= LEAST:
        return True
    return bool(FIGURE.fullmatch(own.text.strip("$€£%"))) and _others(ends, own.x1, at) >= LEAST


def _others(edges: Edges, x: float, at: int) -> int:
    """How many rows around, this one aside, have an edge here."""
    found: set[int] = set()
    for place in (round(x) - 1, round(x), round(x) + 1):
        near = edges.get(place, [])
        first = bisect_left(near, (at - NEAR, 0.0))
        for row, other in near[first : first + MOST_COMPARED]:
            if row > at + NEAR or len(found) > LEAST:
                break
            if row != at and abs(other - x) <= ALIGNED:
                found.add(row)
    return len(found)


def _cut(row: Row, where: Gaps) -> Row:
    cells = []
    for number, cell in enumerate(row.cells):
        bounds = [0, *where.get(number, ()), len(cell.words)]
        cells += [Cell.of(cell.words[a:b]) for a, b in pairwise(bounds)]
    return replace(row, cells=tuple(cells))
