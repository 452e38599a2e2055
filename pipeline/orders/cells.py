"""Cells of a row to the columns of its head, by where they stand."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from pipeline.orders import codes, dates
from pipeline.orders.heads import Column
from pipeline.orders.labels import normal, units
from pipeline.orders.layout import Cell, Row, Word
from pipeline.orders.numbers import FIGURE, Style, parse

Spans = tuple[tuple[float, float], ...]  # where columns begin and end


def assign(row: Row, columns: Sequence[Column]) -> dict[int, str]:
    """The row's texts by column."""
    found: dict[int, list[str]] = {}
    spans = tuple([(column.x0, column.x1) for column in columns])
    for cell in row.cells:
        if row.grid:
            text = "\n".join(cell.lines) or cell.text
            found.setdefault(_nearest(cell.x0, cell.x1, spans), []).append(text)
        else:
            for at, text in _split(cell, columns, spans, row):
                found.setdefault(at, []).append(text)
    return {at: " ".join(texts) for at, texts in found.items()}


def _split(cell: Cell, columns: Sequence[Column], spans: Spans, row: Row) -> Iterator[tuple[int, str]]:
    under = [_nearest(word.x0, word.x1, spans) for word in cell.words]
    if len(set(under)) == 1:
        yield under[0], cell.text
        return
    taken = _taken(cell, spans, row)
    if taken & set(under[1:]) and under[0] not in taken:
        under = _without(under, taken)
        if len(set(under)) == 1:
            yield under[0], cell.text
            return
    crossed = [i for i, c in enumerate(columns) if min(cell.x1, c.x1) - max(cell.x0, c.x0) > 0]
    if len(crossed) == 1 and "description" in columns[crossed[0]].roles:
        under = [max(target, crossed[0]) for target in under]  # its head stands in the middle of the column
        if under[0] not in taken and not FIGURE.fullmatch(cell.words[0].text):
            under = _without(under, taken)
    if len(crossed) <= 1 and not any(FIGURE.fullmatch(word.text) for word in cell.words):
        yield (crossed[0] if crossed else _nearest(cell.x0, cell.x1, spans)), cell.text
        return
    current, texts = under[0], [cell.words[0].text]
    for word, target in zip(cell.words[1:], under[1:], strict=True):
        if (
            target != current
            and texts[-1:]
            and normal(texts[-1]) not in _PER
            and _moves(word, columns, current, target)
        ):
            yield current, " ".join(texts)
            current, texts = target, []
        texts.append(word.text)
    yield current, " ".join(texts)


def _taken(cell: Cell, spans: Spans, row: Row) -> set[int]:
    """The columns that the row's other cells stand in: no word of this one reaches over into them."""
    found: set[int] = set()
    for other in row.cells:
        if other is not cell:
            targets = [_nearest(word.x0, word.x1, spans) for word in other.words]
            if len(set(targets)) in (1, len(targets)):  # one column's text, or figures of columns that touch
                found.update(targets)
    return found


def _without(under: Sequence[int], taken: set[int]) -> list[int]:
    """Where the words belong, those over another cell's column to the word before them."""
    kept: list[int] = []
    for target in under:
        kept.append(kept[-1] if kept and target in taken else target)
    return kept


_PER = frozenset({"per", "je", "pro", "pour", "por", "za", "за", "par", "each", "каждые"})


def _moves(word: Word, columns: Sequence[Column], current: int, target: int) -> bool:
    """Whether a word leaves its neighbour's column for the one it stands under."""
    if target < current:
        return False
    numeric = columns[current].roles & {
        "quantity",
        "price",
        "amount",
        "unit",
        "line",
        "item",
        "sku",
        "customer_sku",
        "gtin",
    }
    text = word.text.strip("()")
    if "date" in columns[target].roles and any(day.text == text for day in dates.find(text)):
        return True
    if columns[target].roles & _CODES and abs(word.x0 - columns[target].x0) <= 1.5 and codes.looks_like_code(text):
        return True
    if columns[target].roles & _CODES and not numeric:
        return False
    return bool(
        FIGURE.fullmatch(text.strip("$€£%"))
        or normal(text) in units()
        or (numeric and not columns[current].roles & {"description"})
        or not columns[current].roles
    )


@lru_cache(maxsize=1024)
def _nearest(x0: float, x1: float, spans: Spans) -> int:
    """The column that most of this stretch lies under, else the one that begins, ends or stands nearest to it."""
    best, best_score = -1, 0.0
    for at, (left, right) in enumerate(spans):
        if x0 < right and left < x1:
            overlap = (x1 if x1 < right else right) - (x0 if x0 > left else left)
            score = 1000.0 + overlap / max(min(x1 - x0, right - left), 0.1)
            if overlap > 0 and score > best_score:
                best, best_score = at, score
    if best >= 0 or not spans:
        return max(best, 0)
    apart = [min(abs(x0 - left), abs(x1 - right), max(x0, left) - min(x1, right)) for left, right in spans]
    return apart.index(min(apart))


_CODES = frozenset({"item", "sku", "customer_sku", "gtin"})
_BRACKETS = re.compile(r"\((?:[^)]{0,60})\)")
_PER_UNIT = re.compile(r"/\s?[^\W\d_]|/\s*1(?:0{0,3}|[.,]000)(?:\s*[^\W\d_]|$)")  # "9.85 / 1,000 EA"
BARE_POINT = re.compile(r"(?<![\w.,])\.(?=\d{2,4}(?!\d))")  # ".62", as American buyers print cents
_MEASURE = re.compile(r"\s*(?:[A-Za-z]{2,3}\.?\s?|R\s|[^\w\s\-+−]{1,2}\s?|Rs\.?\s?|R\$\s?)?(" + FIGURE.pattern + ")")


@lru_cache(maxsize=4096)
def figure_in(text: str | None, style: Style | None) -> Decimal | None:
    """The one figure a measuring cell starts with, its currency and unit aside; None for words or codes."""
    if not text:
        return None
    head = text.split("\n")[0] if "\n" in text else text
    if "(" in head:
        head = _BRACKETS.sub(" ", head)
    if "." in head:
        head = BARE_POINT.sub("0.", head)
    match = _MEASURE.match(head)
    if not match:
        return None
    rest = head[match.end() :].strip()
    if rest[:1] in ("/", "-", "x", "×", "°", '"', "'", "’") and not _PER_UNIT.match(rest):
        return None
    if (
        rest
        and rest[0].isalnum()
        and head[match.end() : match.end() + 1] != " "
        and normal(rest.split()[0]) not in units()
    ):
        return None
    return parse(match.group(1), style)
