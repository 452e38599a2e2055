"""Positions of two rows under two rows of heads, as SAP prints them: item and goods above, quantity and price below."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.orders.cells import assign
from pipeline.orders.closing import carried, closing
from pipeline.orders.entries import Entry
from pipeline.orders.heads import MEASURES, NAMES, Column, Head, columns_in
from pipeline.orders.layout import Row
from pipeline.orders.numbers import FIGURE

_CODES = frozenset({"item", "sku", "customer_sku", "gtin"})
NEAR = 30  # points between the two rows of heads
_OPENS = re.compile(r"0*[1-9]\d{0,4}\.?(?:\s|$)")


def upper_tier(rows: Sequence[Row], head: Head) -> tuple[Column, ...]:
    """The heads above a row of measures that name lines and goods; none where the two rows are one head."""
    if head.first == 0 or not head.roles & MEASURES:
        return ()
    above, own = rows[head.first - 1], rows[head.first]
    if above.grid or above.page != own.page or FIGURE.search(above.text) or ":" in above.text:
        return ()
    if above.box and own.box and abs(above.box[1] - own.box[1]) > NEAR:
        return ()
    columns = tuple(columns_in(above))
    roles = {role for column in columns for role in column.roles}
    if any(column.roles & _CODES and "line" not in column.roles for column in columns):
        columns = tuple(replace(c, roles=frozenset({"line"})) if "line" in c.roles else c for c in columns)
    return columns if roles & NAMES and "line" in roles and not roles & {"price", "amount"} else ()


def tiered_entries(rows: Sequence[Row], upper: tuple[Column, ...], head: Head, end: int) -> Iterator[Entry]:
    """Each position's two rows as one entry, the lower row's columns counted behind the upper's; other rows as such."""
    at = head.last + 1
    while at < end:
        row = rows[at]
        closes = closing(row)
        if "total" in closes and not carried(row):
            return
        if closes:
            at += 1
            continue
        if at + 1 < end and _OPENS.match(row.cells[0].text) and FIGURE.search(rows[at + 1].text):
            cells = assign(row, upper) | _lower(rows[at + 1], upper, head)
            yield Entry(at + 1, rows[at + 1], cells)
            at += 2
            continue
        yield Entry(at, row, _lower(row, upper, head))
        at += 1


def _lower(row: Row, upper: Sequence[Column], head: Head) -> dict[int, str]:
    return {len(upper) + number: text for number, text in assign(row, head.columns).items()}
