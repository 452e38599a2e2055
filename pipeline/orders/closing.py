"""Rows that close a table: totals, taxes and carried sums."""

import re
from functools import lru_cache

from pipeline.orders.glance import SUMS, may_label
from pipeline.orders.heads import head_columns
from pipeline.orders.labels import field_of, normal, word_set
from pipeline.orders.layout import Row
from pipeline.orders.numbers import FIGURE

_LABEL_END = re.compile(r"[:：]|\s(?=[-+$€£]?\d)")
_BRACKET = re.compile(r"\(.*")


@lru_cache(maxsize=1024)
def closing(row: Row) -> frozenset[str]:
    """Which totals this row states ("Subtotal 1,200.00"), empty for a row of goods."""
    if may_label(row.text, SUMS):
        stated = _stated(row)
        if stated:
            return stated
    return frozenset({"subtotal"}) if carried(row) else frozenset()


def _stated(row: Row) -> frozenset[str]:
    for number, cell in enumerate(row.cells[:4]):
        words = cell.text.split()
        if not words or (row.cells[0] is not cell and FIGURE.fullmatch(row.cells[0].text)):
            continue
        label = _LABEL_END.split(cell.text)[0]
        found = field_of(label) or field_of(_BRACKET.sub("", label)) or _closing_words(label)
        charge = not found & {"total", "subtotal"}
        if charge and number and len(row.cells) > 3:
            continue
        if not number and _heads_sums(row):
            return frozenset({"total"})
        if found & SUMS and (FIGURE.search(row.text) or len(row.cells) == 1) and len(row.cells) <= 6:
            return found & SUMS
    return frozenset()


def _heads_sums(row: Row) -> bool:
    """Whether a row only labels sums, which stand in boxes below it."""
    if len(row.cells) < 2 or FIGURE.search(row.text) or head_columns(row):
        return False
    named = [field_of(cell.text) & SUMS or _closing_words(cell.text) for cell in row.cells]
    return sum(map(bool, named)) > 1 and any("total" in kinds for kinds in named)


def _closing_words(label: str) -> frozenset[str]:
    words = normal(label).split()
    for size in range(min(len(words), 4), 0, -1):
        found = field_of(" ".join(words[:size])) & SUMS
        if found & {"total", "subtotal"}:
            return found
    return frozenset()


def carried(row: Row) -> bool:
    """Whether the row repeats a sum on the next page."""
    if len(row.cells) > 3:
        return False
    text = normal(row.text)
    return any(word in text for word in word_set("carried"))
