"""Which rows of a page belong to which line of a table, where cells of several rows stand beside single ones.

A cell may hang from its row's top, stand on its bottom or in its middle: then rows above the figures belong to them.
The white space between the rows tells: it is wider between two lines than within one.
"""

from collections.abc import Sequence
from itertools import pairwise

from pipeline.orders.entries import Entry

WIDER = 1.3  # how much more white there is between lines than within them
CLOSE = 1.6  # heights from row to row within a line
MOST_ABOVE = 6


def shared(entries: Sequence[Entry], mains: Sequence[int]) -> list[tuple[list[Entry], list[Entry]]] | None:
    """The rows above and below each main row that are its own; None where no space tells of any above."""
    if not mains or any(entry.row.box is None for entry in entries):
        return None
    cuts = [_cut(entries[a : b + 1]) + a for a, b in pairwise(mains)]
    first = mains[0] - _leading(entries, mains[0], any(cut + 1 < b for cut, b in zip(cuts, mains[1:], strict=True)))
    if first == mains[0] and all(cut + 1 == b for cut, b in zip(cuts, mains[1:], strict=True)):
        return None
    starts = [first, *(cut + 1 for cut in cuts)]
    ends = [*(cut + 1 for cut in cuts), min(mains[-1] + 9, len(entries))]
    return [
        (list(entries[start:n]), list(entries[n + 1 : end])) for start, n, end in zip(starts, mains, ends, strict=True)
    ]


def _cut(run: Sequence[Entry]) -> int:
    """The last of the rows from one main row to the next that belongs to the first."""
    if len(run) < 3 or run[0].row.page != run[-1].row.page:
        return len(run) - 2
    spaces = [_middle(a) - _middle(b) for a, b in pairwise(run)]
    widest = spaces.index(max(spaces))
    others = [*spaces[:widest], *spaces[widest + 1 :]]
    return widest if spaces[widest] >= WIDER * max(others) else len(run) - 2


def _leading(entries: Sequence[Entry], main: int, others_lead: bool) -> int:
    """How many rows above the first main row are its own: all close ones where other lines have such, else one that
    reaches beside it."""
    count = 0
    for below, above in pairwise(reversed(entries[max(0, main - MOST_ABOVE) : main + 1])):
        space = _middle(above) - _middle(below)
        height = min(_height(above), _height(below))
        if above.row.page != below.row.page or space > (CLOSE if others_lead else 0.85) * height:
            break
        count += 1
    return count


def _middle(entry: Entry) -> float:
    box = entry.row.box
    return (box[1] + box[3]) / 2 if box else 0.0


def _height(entry: Entry) -> float:
    box = entry.row.box
    return box[3] - box[1] if box else 1.0
