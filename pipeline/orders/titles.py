"""The title of an order, and the number in or under it."""

import itertools
import re
from collections.abc import Iterator, Sequence

from pipeline.orders import dates
from pipeline.orders.codes import looks_like_code
from pipeline.orders.composed import is_yours
from pipeline.orders.found import Value
from pipeline.orders.glance import may_title
from pipeline.orders.heads import head_columns
from pipeline.orders.labels import columns_of, field_of, normal, says, word_set
from pipeline.orders.layout import Cell, Layout, Row
from pipeline.orders.order_number import number_in

MOST_LOWER = 2  # rows a number without a label stands below its title
MAX_TITLE = 60
MOST_TITLE_WORDS = 5
_STAMPS = frozenset(
    {
        *("cancelled", "canceled", "void", "storniert", "storno", "annulliert", "annule", "annulee", "annullato"),
        *("annullata", "anulado", "anulada", "cancelado", "cancelada", "geannuleerd", "vervallen", "anulowane"),
        *("anulowano", "anulovano", "stornovano", "отменен", "отменено", "аннулирован"),
        *("作废", "已作废", "已取消", "取消"),
    }
)
SAME_EDGE = 6.0  # points that the words of one label may begin apart
MOST_SUPPLIER = 3  # words behind a title that say whom the order is for
TITLE_ROWS = 40
LONG_NUMBER = 5  # digits that are no page, piece or house number
MOST_BEHIND = 6  # letters behind a title's number that say no more than "dated"
_UNDER_TITLE = re.compile(
    r"(?i)\s*(?:(?:(?:no|nr|n°|nº|number|nummer|numero|numéro|número|num|номер)(?![^\W\d_])|#|№|编号|号码)"
    r"[.:：]*\s*[/|·]?\s*){1,3}(\S.*)"
)
_NOT_LATIN = re.compile(r"[^\x00-\u024f]+")


def by_title(layout: Layout) -> Iterator[Value]:
    """The number in or under the title: "Purchase Order #K4711", "PURCHASE ORDER" over "No. K4711"."""
    rows = layout.levels[:TITLE_ROWS]
    for at, row in enumerate(rows):
        for cell in row.cells if may_title(row.text) else ():
            if len(cell.text) > MAX_TITLE:
                continue
            number = _behind_title(cell.text)
            if number:
                yield Value(number, layout.place(row, number), 3, "title")
            elif is_title(cell.text):
                found = next(_under_title(layout, rows, at, cell), None)
                if found:
                    yield found
                    return


def _behind_title(text: str) -> str | None:
    """The number of a line that is a title and its number, perhaps with the day behind it, and nothing else."""
    words = text.split()
    for size in range(min(4, len(words) - 1), 0, -1):
        if not is_title(" ".join(words[:size])):
            continue
        rest = " ".join(_behind_supplier(words[size:]))
        number = number_in(rest)
        behind = rest[rest.find(number) + len(number) :] if number else ""
        letters = sum(map(str.isalpha, "".join(part for part in _apart_from_days(behind))))
        return number if number and len(number) >= 3 and letters <= MOST_BEHIND else None
    return None


def _behind_supplier(words: Sequence[str]) -> Sequence[str]:
    """What follows the words for the supplier behind a title, where a label says so ("u dostawcy nr 4")."""
    for size in range(min(MOST_SUPPLIER, len(words) - 2), 0, -1):
        label = normal(words[size])
        if is_yours(normal(words[size - 1])) and label in word_set("number_words"):
            return words[size:]
    return words


def _apart_from_days(text: str) -> Iterator[str]:
    """What a text says beside the days in it."""
    at = 0
    for day in dates.find(text):
        yield text[at : day.start]
        at = day.end
    yield text[at:]


def _under_title(layout: Layout, rows: Sequence[Row], at: int, cell: Cell) -> Iterator[Value]:
    row = rows[at]
    for lower, below in enumerate(rows[at + 1 : at + (5 if row.box or row.grid else 3)]):
        if head_columns(below):
            return
        near = _near(below, cell, row)
        if lower and near and continues_another(rows, at + 1 + lower, near[0]):
            continue
        texts = (" ".join(c.text for c in near[:2]), *(c.text for c in near[:3]))
        labelled = next(filter(None, map(_UNDER_TITLE.match, texts)), None)
        number = number_in(labelled.group(1) if labelled else near[0].text if near else "")
        lone = len(below.cells) == 1 or (bool(near) and _stands_under(near[0], cell))
        lone = lone and lower < MOST_LOWER
        if number and (labelled or (lone and len(near[0].words) <= 3 and len(number) >= 4)):
            yield Value(number, layout.place(below, number), 3 if labelled else 2, "title")
            return


def _near(below: Row, title: Cell, row: Row) -> list[Cell]:
    """The cells of a lower row that may belong to a title, those that begin where it does first."""
    if row.box:
        reach = [c for c in below.cells if c.x1 > title.x0 - 90 and c.x0 < title.x1 + 90]
        return sorted(reach, key=lambda c: abs(c.x0 - title.x0) > 4)
    if row.grid:
        return [c for c in below.cells if abs(c.x0 - title.x0) < 1]
    return list(below.cells[:1])


def _stands_under(cell: Cell, title: Cell) -> bool:
    """Whether a number stands just at the edge of the title above: with letters or marks in it, or a long one alone."""
    edges = min(abs(cell.x0 - title.x0), abs(cell.x1 - title.x1), abs(title.words[-1].x1 - cell.x1))
    return edges < 4 and (len(cell.text) >= LONG_NUMBER if cell.text.isdigit() else looks_like_code(cell.text))


def continues_another(rows: Sequence[Row], at: int, cell: Cell) -> bool:
    """Whether a label just above, without a value of its own, goes on in this one: "Customer" over "No."."""
    if not at:
        return False
    above = [other for other in rows[at - 1].cells if abs(other.x0 - cell.x0) <= SAME_EDGE and not is_title(other.text)]
    alone = [other for other in above if not any(map(str.isdigit, other.text))]
    both = [f"{other.text} {cell.text}" for other in alone]
    return any(field_of(text) - {"po_number"} or columns_of(text) for text in both) or any(
        field_of(other.text) and other is rows[at - 1].cells[-1] for other in alone
    )


def is_title(text: str) -> bool:
    """Whether a text is only the title of an order."""
    whole = normal(text)
    latin = whole if text.isascii() else normal(_NOT_LATIN.sub(" ", text))
    return whole in word_set("titles") or latin in word_set("titles")


def names_title(text: str) -> bool:
    """Whether a short text says that the paper is an order, with a word more perhaps ("Blanket Purchase Order")."""
    words = normal(text[:MAX_TITLE]).split()
    return any(
        " ".join(words[a:b]) in word_set("titles") for a in range(len(words)) for b in range(a + 1, len(words) + 1)
    )


def cancels(rows: Sequence[Row]) -> str | None:
    """What the first rows of a document say of its being taken back: "PURCHASE ORDER CANCELLATION", "CANCELLED".

    The head of a table and what is below it say it of quantities.
    """
    for row in itertools.takewhile(lambda each: not head_columns(each), rows):
        for cell in row.cells:
            words = cell.text.split()
            if ":" in cell.text or not 0 < len(words) <= MOST_TITLE_WORDS:
                continue
            if (name := normal(cell.text)) in _STAMPS:
                return name
            if (said := says(cell.text, "cancel")) and _names_order(words):
                return said
    return None


def _names_order(words: Sequence[str]) -> bool:
    """Whether words name an order and are no sentence: capitals or a few words that begin with one."""
    return names_title(" ".join(words)) and not words[-1].endswith((".", "!")) and words[0][:1].isupper()
