"""Item numbers printed in groups of digits ("188 4011"), told from line numbers that stand in the same column."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.orders.entries import Entry
from pipeline.orders.found import Line
from pipeline.orders.heads import Column

_CODES = frozenset({"sku", "customer_sku", "item"})
_GROUPED = re.compile(r"(\d{1,6})(?: \d{1,6}){1,4}")
_FIRST = (1, 10, 100)


def with_joined_numbers(columns: Sequence[Column], entries: Sequence[Entry], mains: Sequence[bool]) -> list[Entry]:
    """The rows with item numbers in groups put together, where their first groups do not count the lines."""
    joined = list(entries)
    for at, column in enumerate(columns):
        if not column.roles & _CODES or "description" in column.roles:
            continue
        texts = [e.cells.get(at, "").strip() for e, main in zip(entries, mains, strict=True) if main]
        matches = [match for text in texts if text and (match := _GROUPED.fullmatch(text))]
        if not matches or len(matches) < len(list(filter(None, texts))) or counts([int(m[1]) for m in matches]):
            continue
        joined = [
            replace(e, cells=e.cells | {at: e.cells[at].replace(" ", "")})
            if main and _GROUPED.fullmatch(e.cells.get(at, "").strip())
            else e
            for e, main in zip(joined, mains, strict=True)
        ]
    return joined


def counts(numbers: Sequence[int]) -> bool:
    """Whether numbers count lines: 1, 2, 3 or 10, 20, 30."""
    steps = {b - a for a, b in pairwise(numbers)}
    return numbers[0] in _FIRST and len(steps) < 2 and all(step > 0 for step in steps)


def cut_off(lines: Sequence[Line]) -> bool:
    """Whether item numbers of mere digits follow other digits in their rows, which do not count the lines."""
    before: list[int] = []
    for line in lines:
        place = line.placed("quantity")
        text = (place.text if place else "") or ""
        for code in (line.sku, line.customer_sku):
            match = (
                re.search(rf"(?<!\S)(\d{{1,5}})\s{re.escape(code)}(?!\S)", text) if code and code.isdigit() else None
            )
            if match:
                before.append(int(match[1]))
    return bool(before) and not _ascends(before)


def _ascends(numbers: Sequence[int]) -> bool:
    """Whether numbers may count lines of which some were left out."""
    return numbers[0] in _FIRST and all(a < b for a, b in pairwise(numbers))
