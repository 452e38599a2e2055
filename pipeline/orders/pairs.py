"""Labels and the values beside, behind or below them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.orders import dates, parties
from pipeline.orders.composed import is_yours
from pipeline.orders.glance import ANY, may_label
from pipeline.orders.heads import head_columns
from pipeline.orders.label_parts import MOST_LABEL, colons, goes_on, parted
from pipeline.orders.labels import field_of, longest_prefix, normal
from pipeline.orders.layout import STACKED, Cell, Layout, Row

MAX_LABEL = 48
_IN_ADDRESS = re.compile(
    r"(?i)\s*(?:(?:邮编|邮政编码|郵編|郵遞區號|индекс|cep|c\.p\.|zip(?: code)?|postcode)[\s.:：]*[\d-]{4,9}\b"
    r"|(?:attn?|attention|z\.\s?hd?|zu händen|[aà] l.attention|t\.?a\.?v|c/o)\b[.:]*\s*\S"
    r"|(?:p\.?\s?o\.?\s?box|postfach|postbus|b\.?p\.?|apartado|casella postale|caixa postal|skr\w*|а/я)\s*\d)"
)
_STATE, _ZIP = re.compile(r"[A-Z]{2}"), re.compile(r"\d{5}(?:-\d{4})?")
MOST_PADDED = 120.0  # points that a city's column is wider than its name
_DATES = frozenset({"order_date", "requested_date"})
_FIGURES = frozenset({"po_number", "total", "subtotal", "tax", "freight"})
_TO = frozenset({"to", "an", "a", "per", "para", "aan", "do", "till", "til", "кому", "至", "致"})


@dataclass(frozen=True, slots=True)
class Pair:
    """One label with the value beside it.

    ``weight`` as in ``found.Value``. ``block`` are the lines that follow in the same column, for addresses.
    """

    fields: frozenset[str]
    name: str
    value: str
    row: Row
    at: int
    weight: int
    block: tuple[str, ...] = ()
    below: bool = False


def pairs(layout: Layout) -> list[Pair]:
    """All labels of a document with their values, in reading order."""
    rows = layout.levels
    found: list[Pair] = []
    for at, row in enumerate(rows):
        found += _in_row(rows, at, row)
    return found


def _in_row(rows: Sequence[Row], at: int, row: Row) -> Iterator[Pair]:
    if not may_label(row.text, ANY):
        return
    yield from _labels_over_values(rows, at, row)
    for number, cell in enumerate(row.cells):
        first, *others = parted(cell.text)
        for label, value in others:
            yield Pair(field_of(label), normal(label), value, row, at, 3, (value,))
        for label, value in colons(first[1]):
            fields = _label(label)
            if not fields:
                continue
            if value:
                yield Pair(
                    fields, normal(label), value, row, at, 3, (value, *_on(rows, at, cell, _value_x(cell, label)))
                )
            else:
                yield from _beside_or_below(rows, at, row, number, fields, normal(label))
            break
        else:
            fields = goes_on(rows, at, cell) or field_of(cell.text.strip(" .:·"))
            if fields and len(cell.text) <= MAX_LABEL:
                yield from _beside_or_below(rows, at, row, number, fields, normal(cell.text))
            elif not fields:
                yield from _prefixed(rows, at, row, cell)


def _labels_over_values(rows: Sequence[Row], at: int, row: Row) -> Iterator[Pair]:
    """A printed row of nothing but labels that stand close, each over its value in the row below."""
    if row.box is None or len(row.text) > 160 or ":" in row.text or at + 1 >= len(rows) or row.cells[0].words[1:] == ():
        return
    labels: list[tuple[float, str, frozenset[str]]] = []
    for cell in row.cells:
        words, start = [word.text for word in cell.words], 0
        while start < len(words):
            size, fields = longest_prefix(tuple(words[start : start + MOST_LABEL]))
            if not size:
                return
            labels.append((cell.words[start].x0, normal(" ".join(words[start : start + size])), fields))
            start += size
    if len(labels) <= len(row.cells) or rows[at + 1].page != row.page:
        return
    edges = [x for x, _, _ in labels[1:]] + [float("inf")]
    below = [word for cell in rows[at + 1].cells for word in cell.words]
    for (x, name, fields), end in zip(labels, edges, strict=True):
        value = " ".join(word.text for word in below if x - 4 <= word.x0 < end - 4)
        if value:
            yield Pair(fields, name, value, rows[at + 1], at + 1, 3, (value,), below=True)


def _label(text: str) -> frozenset[str]:
    words = text.split()
    if len(words) > 9:
        return frozenset()
    whole = field_of(text)
    if whole:
        return whole
    for size in range(min(len(words) - 1, 5), 0, -1):
        for kept, rest in ((words[-size:], words[:-size]), (words[:size], words[size:])):
            found = field_of(" ".join(kept)) & _PARTIAL
            if "po_number" in found and any(is_yours(normal(word)) for word in rest):
                continue
            if found and not any(c.isdigit() for c in "".join(rest)):
                return found
    return frozenset()


_PARTIAL = frozenset(
    {
        "po_number",
        "order_date",
        "requested_date",
        "ship_to",
        "bill_to",
        "total",
        "payment_terms",
        "freight_terms",
        "currency",
    }
)


def _value_x(cell: Cell, label: str) -> float:
    skip = len(label.split())
    return cell.words[skip].x0 if skip < len(cell.words) else cell.x0


def _beside_or_below(
    rows: Sequence[Row], at: int, row: Row, number: int, fields: frozenset[str], name: str
) -> Iterator[Pair]:
    cell = row.cells[number]
    around = _around(rows, at)
    if around:
        yield Pair(fields, name, around[0], row, at, 3, tuple(around))
        return
    beside = row.cells[number + 1] if number + 1 < len(row.cells) else None
    below = _below(rows, at, cell, cell.x0)
    if beside is not None and not (_is_label(beside.text) or _addresses(fields, beside.text)) and row.grid != STACKED:
        value = beside.text.lstrip(":： ")
        yield Pair(fields, name, value, row, at, 3, (value, *_on(rows, at, beside, beside.x0)))
        if below and not _fits(fields, value) and _fits(fields, below[0]) and not head_columns(row):
            yield Pair(fields, name, below[0], rows[at + 1], at, 2, tuple(below), below=True)
            return
        if not below or fields & {"ship_to", "bill_to", "seller", "buyer"}:
            if below and not row.grid:
                yield Pair(fields, name, below[0], rows[min(at + 1, len(rows) - 1)], at, 2, tuple(below), below=True)
            return
        if beside.x0 - cell.x1 < 4 * max(cell.x1 - cell.x0, 1.0) or row.grid:
            return
    if below:
        yield Pair(fields, name, below[0], rows[min(at + 1, len(rows) - 1)], at, 2, tuple(below), below=True)


def _around(rows: Sequence[Row], at: int) -> list[str]:
    """The lines of a value beside a label that stands half way down it, in rows of their own; none elsewhere."""
    row = rows[at]
    if row.box is None or len(row.cells) > 1 or not 0 < at < len(rows) - 1:
        return []
    height = row.box[3] - row.box[1]
    lines = [
        (other.cells[0].x0, other.text)
        for other in (rows[at - 1], rows[at + 1])
        if other.box and other.page == row.page and abs(other.box[3] - row.box[3]) < 0.95 * height
    ]
    left = [x for x, _ in lines]
    if len(lines) < 2 or left[0] <= row.cells[0].x1 or abs(left[0] - left[1]) > 3:
        return []
    return [text for _, text in lines]


def _fits(fields: frozenset[str], value: str) -> bool:
    """Whether a value may be of this kind: a day for a date, figures for a number or a sum."""
    if fields & _DATES:
        return bool(dates.find(value))
    return not fields & _FIGURES or any(c.isdigit() for word in value.split()[:2] for c in word)


def _addresses(fields: frozenset[str], text: str) -> bool:
    """Whether a word beside the label of an address is itself what stands over another: "To" over the seller's."""
    return bool(fields & {"ship_to", "bill_to", "buyer"}) and normal(text) in _TO


def _is_label(text: str) -> bool:
    return bool(field_of(text.strip(" .:"))) or (text.rstrip().endswith((":", "：")) and len(text) < MAX_LABEL)


def _prefixed(rows: Sequence[Row], at: int, row: Row, cell: Cell) -> Iterator[Pair]:
    words = tuple(word.text for word in cell.words)
    size, fields = longest_prefix(words)
    if size and size < len(words) and len(words) <= 16:
        value = " ".join(words[size:]).lstrip(":： -–")
        long_enough = len(normal(" ".join(words[:size]))) >= 5
        dated = fields & {"order_date", "requested_date"} and any(day.start == 0 for day in dates.find(value))
        if value and (long_enough or dated):
            block = (value, *_on(rows, at, cell, cell.words[size].x0))
            yield Pair(fields, normal(" ".join(words[:size])), value, row, at, 2, block)


def _on(rows: Sequence[Row], at: int, cell: Cell, x: float) -> list[str]:
    """The lines that go on with a value: an empty line below it ends it; on a page only a wide space does."""
    ended = at + 1 < len(rows) and rows[at + 1].gap and rows[at].box is None
    return [] if ended else _below(rows, at, cell, x)


def _below(rows: Sequence[Row], at: int, cell: Cell, x: float) -> list[str]:
    """The lines under a label or value in its own column, up to a blank, another label or another column's start."""
    found: list[str] = []
    row = rows[at]
    height = (row.box[3] - row.box[1]) if row.box else 0.0
    last = row
    begun: float | None = None  # where the block's own lines begin, its label may stand in their middle
    for nxt in rows[at + 1 : at + 16]:
        if nxt.page != row.page or len(found) >= 8 or (len(nxt.cells) > 2 and head_columns(nxt)):
            break
        if nxt.gap and (found or not _same_column(nxt, cell, x)):
            break
        if nxt.box and last.box and abs(nxt.box[1] - last.box[1]) > max(height, 8.0) * (2.6 if found else 4.0):
            break
        under = [c for c in nxt.cells if _same_column_cell(c, cell, x) or (begun is not None and c.x0 == begun)]
        if not under:
            if nxt.box and abs(nxt.cells[0].x0 - x) > 1:
                continue
            break
        text = _joined(nxt, under[0])
        if _stops(text) or (row.grid > 0 and _labels(nxt, under[0])):
            break
        found.append(text)
        last = nxt
        begun = under[0].x0 if nxt.box else None
    return found


def _labels(row: Row, cell: Cell) -> bool:
    """Whether the row's first cell is a label and this one its value."""
    first = row.cells[0]
    return row.cells[1:2] == (cell,) and _is_label(first.text) and not any(c.isdigit() for c in first.text)


def _joined(row: Row, first: Cell) -> str:
    """A cell with the neighbours that only a wider blank parts from it ("DAYTON OH   45402")."""
    at = row.cells.index(first)
    texts = [first.text]
    slack = 30.0 if row.box else 4.0
    following = row.cells[at + 1 : at + 3]
    if row.box and _state_and_postcode(following) and following[0].x0 - first.x1 <= MOST_PADDED:
        return " ".join([first.text, *(cell.text for cell in following)])
    for left, right in zip(row.cells[at:], row.cells[at + 1 :], strict=False):
        if (
            row.grid
            or right.x0 - left.x1 > slack
            or not (parties.postcode_in(right.text) or len(right.text) < 12)
            or ":" in right.text
        ):
            break
        texts.append(right.text)
    return " ".join(texts)


def _state_and_postcode(cells: Sequence[Cell]) -> bool:
    """Whether these are a state and a postcode that a form prints in columns of their own ("TOPEKA      KS  66606")."""
    return len(cells) == 2 and bool(_STATE.fullmatch(cells[0].text)) and bool(_ZIP.fullmatch(cells[1].text))


def _stops(text: str) -> bool:
    if _IN_ADDRESS.match(text):
        return False
    label = re.split(r"[:：]", text)[0]
    if field_of(text.strip(" .:")) or ((":" in text or "：" in text) and (_label(label) and len(label) < 30)):
        return True
    size, fields = longest_prefix(tuple(text.split()[:4]))
    return bool(size > 1 and fields & {"other", "payment_terms", "order_date", "requested_date", "po_number"})


def _same_column(row: Row, cell: Cell, x: float) -> bool:
    return any(_same_column_cell(c, cell, x) for c in row.cells)


def _same_column_cell(candidate: Cell, cell: Cell, x: float) -> bool:
    slack = 12.0 if cell.x1 > 200 and cell.x1 < 3000 else 3.0
    starts = abs(candidate.x0 - x) <= slack or abs(candidate.x0 - cell.x0) <= slack
    overlaps = candidate.x0 < cell.x1 and candidate.x1 > cell.x0
    return starts or (overlaps and abs(candidate.x0 - x) <= 10 * slack)
