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


def with_joined_numbers(columns: Sequence[Column], entries: Sequence[Entry], mains: Sequence[bool]) -> Sequence[Entry]:
    """The rows with item numbers in groups put together, where their first groups do not count the lines."""
    joined = entries
    for at, column in enumerate(columns):
        if not column.roles & _CODES or "description" in column.roles:
            continue
        if any(at in entry.cells and " " in entry.cells[at] for entry in joined):
            joined = _joined(joined, at, mains)
    return joined


def _joined(entries: Sequence[Entry], at: int, mains: Sequence[bool]) -> Sequence[Entry]:
    """The same for one column: all its item numbers must stand in groups."""
    texts = {n: text for n, entry in enumerate(entries) if mains[n] and (text := entry.cells.get(at, "").strip())}
    matches = [match for text in texts.values() if (match := _GROUPED.fullmatch(text))]
    if not matches or len(matches) < len(texts) or counts([int(match[1]) for match in matches]):
        return entries
    return [
        replace(entry, cells=entry.cells | {at: texts[n].replace(" ", "")}) if n in texts else entry
        for n, entry in enumerate(entries)
    ]


def counts(numbers: Sequence[int]) -> bool:
    """Whether numbers count lines: 1, 2, 3 or 10, 20, 30."""
    steps = {b - a for a, b in pairwise(numbers)}
    return numbers[0] in _FIRST and len(steps) < 2 and all(step > 0 for step in steps)


def cut_off(lines: Sequence[Line]) -> bool:
    """Whether item numbers of mere digits follow other digits in their rows, which do not count the lines."""
    numbers = [(line, code) for line in lines for code in (line.sku, line.customer_sku) if code and code.isdigit()]
    before = [int(match[1]) for line, code in numbers if (match := _digits_before(line, code))]
    return bool(before) and not _ascends(before)


def _digits_before(line: Line, code: str) -> re.Match[str] | None:
    place = line.placed("quantity")
    return re.search(rf"(?<!\S)(\d{{1,5}})\s{code}(?!\S)", (place.text if place else "") or "")


def _ascends(numbers: Sequence[int]) -> bool:
    """Whether numbers may count lines of which some were left out."""
    return numbers[0] in _FIRST and all(a < b for a, b in pairwise(numbers))
