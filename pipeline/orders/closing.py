"""Rows that close a table: totals, taxes and carried sums."""

import re

from pipeline.orders.labels import field_of, normal, word_set
from pipeline.orders.layout import Row
from pipeline.orders.numbers import FIGURE

_CLOSING = frozenset({"total", "subtotal", "tax", "freight", "discount"})


def closing(row: Row) -> frozenset[str]:
    """Which totals this row states ("Subtotal 1,200.00"), empty for a row of goods."""
    for number, cell in enumerate(row.cells[:4]):
        words = cell.text.split()
        if not words or (row.cells[0] is not cell and FIGURE.fullmatch(row.cells[0].text)):
            continue
        label = re.split(r"[:：]|\s(?=[-+$€£]?\d)", cell.text)[0]
        found = field_of(label) or field_of(re.sub(r"\(.*", "", label)) or _closing_words(label)
        charge = not found & {"total", "subtotal"}
        if charge and number and len(row.cells) > 3:
            continue
        if found & _CLOSING and (FIGURE.search(row.text) or len(row.cells) == 1) and len(row.cells) <= 6:
            return found & _CLOSING
    return frozenset({"subtotal"}) if carried(row) else frozenset()


def _closing_words(label: str) -> frozenset[str]:
    words = normal(label).split()
    for size in range(min(len(words), 4), 0, -1):
        found = field_of(" ".join(words[:size])) & _CLOSING
        if found & {"total", "subtotal"}:
            return found
    return frozenset()


def carried(row: Row) -> bool:
    text = normal(row.text)
    return any(word in text for word in word_set("carried")) and len(row.cells) <= 3
