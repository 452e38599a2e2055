"""The number behind a label that says no more than "number", in the list or box under an order's title."""

from collections.abc import Iterator, Sequence

from pipeline.orders import dates
from pipeline.orders.found import Value
from pipeline.orders.heads import head_columns
from pipeline.orders.labels import normal, word_set
from pipeline.orders.layout import Layout, Row
from pipeline.orders.order_number import number_in
from pipeline.orders.titles import continues_another, is_title

TITLE_ROWS = 12  # in which the title stands
REACH = 8  # rows from the title to the label
MOST_CELLS = 12
MOST_LABEL = 30
LEAST = 4  # characters of such a number
EDGE = 6.0  # points that a value may begin before its label
MOST_BESIDE = 150.0  # points from a label to its value
MOST_BETWEEN = 3  # rows down to the value below a label
MOST_BELOW = 3.0  # heights of the label's row
SHEET = 1000.0  # the width of a sheet's column
_BARE = frozenset({"po no", "po number", "po nr", "voucher no", "vch no"})
_EAST = frozenset({"单据编号", "单据号", "單據編號", "單據號碼", "编号", "編號", "单号", "單號", "伝票番号", "伝票no"})
_PAPERS = frozenset({"document", "doc", "beleg", "document no", "doc no", "document number", "dokument"})


def under_title(layout: Layout) -> Iterator[Value]:
    """The numbers so labelled; where there are two, they are doubted as rivals."""
    rows = layout.levels
    found: dict[str, Value] = {}
    for at, row in enumerate(rows[:TITLE_ROWS]):
        if not any(is_title(cell.text) for cell in row.cells[:MOST_CELLS]):
            continue
        for number, value in _labelled(layout, rows, at):
            found.setdefault(number, value)
        break
    yield from found.values()


def _labelled(layout: Layout, rows: Sequence[Row], title: int) -> Iterator[tuple[str, Value]]:
    for at in range(title, min(title + 1 + REACH, len(rows))):
        row = rows[at]
        if row.page != rows[title].page or head_columns(row):
            return
        for place, cell in enumerate(row.cells[:MOST_CELLS]):
            label, _, value = cell.text.replace("：", ":").partition(":")
            if not _is_bare(label) or continues_another(rows, at, cell):
                continue
            number = _number(value) if value.strip() else _beside(row, place) or _under(rows, at, place)
            if number is None and row.grid and not value.strip():
                number = _short_beside(row, place)
            if number:
                yield number, Value(number, layout.place(row, number), 2, "number")


def _is_bare(label: str) -> bool:
    """Whether each language of a label says only that a number follows, the order's or the paper's."""
    if len(label) > MOST_LABEL:
        return False
    parts = [normal(part) for part in label.replace("|", "/").split("/")]
    return all(part in word_set("number_words") or part in _BARE | _EAST | _PAPERS for part in parts) and any(
        len(part) > 1 for part in parts
    )


def _beside(row: Row, place: int) -> str | None:
    if place + 1 == len(row.cells):
        return None
    cell, beside = row.cells[place], row.cells[place + 1]
    near = beside.x0 - cell.x1 <= (2 * SHEET if row.grid else MOST_BESIDE)
    return _number(beside.text) if near else None


def _short_beside(row: Row, place: int) -> str | None:
    """A number of few digits alone in the next cell of a sheet: "N°" beside "12"."""
    beside = row.cells[place + 1 : place + 2]
    near = bool(beside) and beside[0].x0 - row.cells[place].x0 < 2 * SHEET
    return beside[0].text.strip() if near and beside[0].text.strip().isdecimal() else None


def _under(rows: Sequence[Row], at: int, place: int) -> str | None:
    """The words of the next row that stand below the label, up to the next label.

    On a page the rows of a column beside may stand between the two.
    """
    row = rows[at]
    cell = row.cells[place]
    end = row.cells[place + 1].x0 - EDGE if place + 1 < len(row.cells) else float("inf")
    for lower in rows[at + 1 : at + 1 + (MOST_BETWEEN if row.box else 1)]:
        if lower.page != row.page or _distance(row, lower) > MOST_BELOW:
            return None
        below = [word for other in lower.cells for word in other.words]
        words = [word for word in below if cell.x0 - EDGE <= word.x0 < end or word.x0 < cell.x0 < word.x1]
        if words:
            return None if words[0].x0 > cell.x1 else _number(" ".join(word.text for word in words))
    return None


def _distance(row: Row, lower: Row) -> float:
    """How many heights of the label's row a row stands below it; 0 where rows have no places."""
    return (row.box[1] - lower.box[1]) / max(row.box[3] - row.box[1], 1.0) if row.box and lower.box else 0.0


def _number(text: str) -> str | None:
    """A text that is a number and nothing else: no day, no page, no telephone."""
    text = text.strip()
    number = number_in(text, numbered=True)
    whole = number == text and len(text) >= LEAST and not any(day.text == text for day in dates.find(text))
    return number if whole else None
