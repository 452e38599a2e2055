"""Rows of a letter put together as positions and paragraphs: list items with the rows they wrap into, running text."""

import re
from collections.abc import Iterator, Sequence

from pipeline.orders import codes, dates
from pipeline.orders.changed_quantities import changes
from pipeline.orders.closing import closing
from pipeline.orders.east_items import NUMBERED
from pipeline.orders.labels import columns_of, field_of, normal, units, word_set
from pipeline.orders.layout import Row
from pipeline.orders.mentions import ends_in_bare_count, leading, measures, unit_behind
from pipeline.orders.money import amounts
from pipeline.orders.numbers import FIGURE

MAX_CHANGE = 160  # characters of a row that changes a quantity
MAX_NAMED = 100  # characters of a row that names goods and then their quantity
_CODE_LABELS = frozenset({"item", "sku", "customer_sku", "gtin"})
_COUNT_AT_END = re.compile(
    r"[^\d:：]*[^\W\d_][^:：]{0,80}?(?:\s|[:：,，]\s?|[\u3040-\u9fff])(\d{1,6}(?:[.,]\d{1,3})?)\s?([^\W\d_]{1,12}[²³]?)\.?\s*(?:[(（][^()（）]{1,30}[)）])?[.,;，；。]?\s*$"
)
_APART = re.compile(r"(?:\s[-–—]|[:：])\s?$")
_EAST_SUM = re.compile(r"(?:共|共计|一共|总共|合计|总计|總計|合計)\s?[:：]?\s?[¥￥]?\s?\d")
_FIGURE_LAST = re.compile(r"\d[^\d]{0,12}$")
_CENTS = re.compile(r"[.,]\d{2}$")
_CODE_THEN_COUNT = re.compile(r"[,，]\s?([^\s,，]{3,40})[,，]\s?\d[\d.,]{0,20}\s?([^\W\d_]{1,12})(?!\w)")
COUNTED = re.compile(
    r"(?i)\s*(?:n|nr|no|nos|num|n°|nº|№|ks|szt|бр|qty|quantity|menge|anzahl|antal|aantal|cant|q\.?t[àa]|qtd)[.:]{0,2}\s(?=\d)"
)
COUNT = re.compile(r"(?<![\w.,/-])\d+(?:[.,]\d+)?\s?(?:[x×]|[^\W\d_]+|$)|[x×]\s?\d")


def wrapped(rows: Sequence[Row]) -> Iterator[tuple[Row, str, int]]:
    """List items and rows that start with a figure, joined with the rows they wrap into."""
    named = _named_rows(rows)
    at = 0
    while at < len(rows):
        row = rows[at]
        text = row.text
        start = at
        if at in named:
            yield row, text, at
            at += 1
            continue
        if closing(row) or row.grid or not (row.bullet or _starts_item(text)):
            at += 1
            continue
        indent = row.cells[0].x0
        at += 1
        while at < len(rows) and at not in named and _continues(rows[at], indent, row):
            text += " " + rows[at].text
            at += 1
        yield row, text[:1500], start


def _named_rows(rows: Sequence[Row]) -> frozenset[int]:
    """Neighbouring rows of goods and then their quantity ("chopsticks 5 boxes", "米25公斤 10袋（M-1）"), or a price."""
    ending = [at for at, row in enumerate(rows) if _ends_in_count(row) or _ends_in_price(row) or _counts_last(row)]
    known = frozenset(ending)
    return frozenset(at for at in ending if at - 1 in known or at + 1 in known)


def _ends_in_count(row: Row) -> bool:
    text = row.text
    if row.grid or row.bullet or len(text) > MAX_NAMED or text[:1].isdigit() or closing(row) or _starts_item(text):
        return False
    match = _COUNT_AT_END.match(text)
    if match is None or normal(match[2]) not in units() or normal(match[2]) in word_set("measures"):
        return False
    return not (field_of(re.split("[:：]", text)[0]) or dates.find(text))


def _counts_last(row: Row) -> bool:
    text = row.text
    return not (row.grid or row.bullet or len(text) > MAX_NAMED or text[:1].isdigit()) and (
        ends_in_bare_count(text) and not closing(row) and not field_of(re.split("[:：]", text)[0])
    )


def _ends_in_price(row: Row) -> bool:
    """Whether a row names goods, then a quantity with its unit, and last the price ("flour 25 kg 40 bags at 3.89")."""
    text = row.text
    if row.grid or row.bullet or len(text) > MAX_NAMED or text[:1].isdigit() or not text[-1:].strip() or closing(row):
        return False
    if not _FIGURE_LAST.search(text) or field_of(re.split("[:：]", text)[0]) or dates.find(text) or _starts_item(text):
        return False
    figures = amounts(text, None)
    if len(figures) < 2 or not (figures[-1].currency is not None or _CENTS.search(figures[-1].figure)):
        return False
    counted = ((unit_behind(text, each.end), each.start) for each in figures[:-1])
    return any(unit and (not measures(unit) or _APART.search(text[:start])) for unit, start in counted)


def _starts_item(text: str) -> bool:
    match = re.match(rf"\s*(?:{FIGURE.pattern})", text)
    if match:
        return not dates.find(text[:16])
    if NUMBERED.match(text):
        return True
    counted = COUNTED.match(text)
    if counted and _counts(text[counted.end() :]):
        return True
    first, _, rest = text.strip().partition(" ")
    if columns_of(first) & _CODE_LABELS and rest:
        first, _, rest = rest.partition(" ")
    if codes.looks_like_code(first.rstrip(":")) and any(c.isdigit() for c in rest) and COUNT.search(rest):
        return True
    if changes(text) and len(text) < MAX_CHANGE:
        return True
    listed = _CODE_THEN_COUNT.search(text) if text.count(",") + text.count("，") > 1 else None
    return listed is not None and codes.looks_like_code(listed[1]) and normal(listed[2]) in units()


def _counts(text: str) -> bool:
    """Whether a text begins with a count: with its unit, or with a price behind it."""
    count = leading(text, None)
    return count is not None and (
        count.unit is not None or any(each.currency is not None for each in amounts(text, None)[1:])
    )


def _continues(row: Row, indent: float, first: Row) -> bool:
    if row.gap or row.bullet or row.grid or closing(row) or (_starts_item(row.text) and row.cells[0].x0 <= indent + 3):
        return False
    if (field_of(row.text.split(":")[0]) and ":" in row.text) or _EAST_SUM.match(row.text):
        return False
    return row.cells[0].x0 > indent or first.bullet


def paragraphs(rows: Sequence[Row]) -> Iterator[tuple[Row, str, int]]:
    start: int | None = None
    for at in range(len(rows) + 1):
        ends = at == len(rows) or rows[at].gap or rows[at].grid or rows[at].bullet
        if start is not None and ends:
            yield rows[start], " ".join(row.text for row in rows[start:at]), start
            start = None
        if at < len(rows) and start is None and not rows[at].grid:
            start = at
