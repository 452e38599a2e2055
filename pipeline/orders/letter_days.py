"""The days of an order that is printed as a letter: its dateline, and the day in a sentence that asks for the goods."""

import re
from collections.abc import Iterator

from pipeline.orders import dates
from pipeline.orders.day_words import due_by
from pipeline.orders.found import Draft, Value
from pipeline.orders.issuer import GREETING
from pipeline.orders.layout import Layout, Row

HEAD_ROWS = 12
MOST_CELLS = 8
MOST_PLACE = 30  # letters of the place in front of a dateline's day
MOST_ROWS = 200
MOST_LEAD = 160  # characters in front of a day that may ask for the goods
_PLACE = re.compile(r"[^\W\d_][^\d:：]*,\s*(?:den|le|li|the|a|el|dnia|den)?\s*")
_GOODS = re.compile(
    r"(?i)\b(?:suppl(?:y|ied)|deliver\w*|send|ship|goods|liefer\w*|ware|livr\w*|consegn\w*|entreg\w*|suministr\w*|lever\w*|dostarcz\w*|dostaw\w*|постав\w*)"
)


def with_letter_days(draft: Draft, layout: Layout, order: "dates.DayOrder | None") -> Draft:
    """The draft of a paper with the days its letter tells, where no label did."""
    if not draft.best("order_date"):
        days = list(_datelines(layout, order))
        if len({value.text for value in days}) == 1:
            draft = draft.with_values("order_date", days[0])
    if not draft.best("requested_date"):
        days = list(_asked_for(layout, order))
        if len({value.text for value in days}) == 1:
            draft = draft.with_values("requested_date", days[0])
    return draft


def _datelines(layout: Layout, order: "dates.DayOrder | None") -> Iterator[Value]:
    """The texts of the first rows that are a place and a day; a day alone where the paper greets somebody."""
    greets = any(GREETING.match(row.text[:90]) for row in layout.rows[: 3 * HEAD_ROWS])
    for row in layout.rows[:HEAD_ROWS]:
        for cell in row.cells[:MOST_CELLS] if row.box is not None or len(row.cells) == 1 else ():
            for day in dates.find(cell.text[:60]):
                before, behind = cell.text[: day.start], cell.text[day.end :].strip(" .,")
                placed = (greets and not before) or (len(before) <= MOST_PLACE and _PLACE.fullmatch(before))
                chosen = dates.choose(day, order) if placed and not behind and day.year else None
                if chosen:
                    yield Value(chosen.isoformat(), layout.place(row, cell.text), 1, "dateline")


def _asked_for(layout: Layout, order: "dates.DayOrder | None") -> Iterator[Value]:
    """The days of sentences that ask for the goods until then, which may go on in the next row."""
    rows = layout.rows[:MOST_ROWS]
    last: Row | None = None
    for row in rows:
        lead = last.text if last is not None and last.page == row.page and not last.grid else ""
        text = f"{lead} {row.text}"[-2 * MOST_LEAD :] if len(row.cells) == 1 else ""
        for day in dates.find(text):
            before = text[: day.start][-MOST_LEAD:]
            chosen = dates.choose(day, order) if day.year and due_by(before) else None
            if chosen and _GOODS.search(before):
                yield Value(chosen.isoformat(), layout.place(row, day.text), 1, "sentence")
        last = row
