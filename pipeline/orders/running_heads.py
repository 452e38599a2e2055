"""What each page of a table repeats above its head: letterhead, number, day; none of it belongs to the last line."""

import re
from collections.abc import Sequence

from pipeline.orders.heads import Head
from pipeline.orders.layout import Row

LEAST = 2  # rows that two pages begin alike with
_DIGITS = re.compile(r"\d+")


def running_heads(rows: Sequence[Row], heads: Sequence[Head]) -> frozenset[int]:
    """The rows from the top of each later page to the last one that stands above the first page's head too.

    Their figures aside (those of the page) they are the same; what follows them may go on with the page before.
    """
    first = heads[0].first
    if len(heads) < 2 or rows[first].box is None:
        return frozenset()
    known = {_masked(row) for row in rows[:first] if row.page == rows[first].page}
    found: set[int] = set()
    for head in heads[1:]:
        if rows[head.first].page == rows[first].page:
            continue
        top = head.first
        while top > 0 and rows[top - 1].page == rows[head.first].page:
            top -= 1
        alike = [at for at in range(top, head.first) if _masked(rows[at]) in known]
        if len(alike) >= LEAST:
            found.update(range(top, alike[-1] + 1))
    return frozenset(found)


def _masked(row: Row) -> str:
    return _DIGITS.sub("0", row.text)
