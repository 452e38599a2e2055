"""Item numbers that a narrow column of a page broke over rows, put together by where their pieces stand."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.orders.code_columns import CODE_ROLES, OPEN_ENDS
from pipeline.orders.entries import Entry
from pipeline.orders.heads import Column
from pipeline.orders.layout import Cell, Row, Word

EDGE = 1.5  # points that the pieces of one number may begin apart
NARROW = 12.0  # points from a piece that fills its column to what stands in the next one
MOST_PIECES = 4
MOST_LETTERS = 40


def with_pieces_joined(columns: Sequence[Column], entries: Sequence[Entry], mains: Sequence[int]) -> Sequence[Entry]:
    """The rows with such numbers whole in the row of figures, and their pieces gone from the rows below it.

    A piece goes on with another where one of the two ends or begins with a dash or slash; or where letters alone fill
    the column up to the next one's text, and capitals or digits stand right below them.
    """
    joined = list(entries)
    for n, following in pairwise((*mains, len(entries))):
        main = entries[n]
        if main.row.box is None:
            continue
        for at, text in main.cells.items():
            word = _first_word(main.row, text) if columns[at].roles & CODE_ROLES else None
            pieces = _pieces(main.row, word, entries[n + 1 : following], at) if word else []
            if word and pieces:
                whole = word.text + "".join(piece.text for piece in pieces)
                joined[n] = replace(joined[n], cells=joined[n].cells | {at: text.replace(word.text, whole, 1)})
                for below, piece in enumerate(pieces, n + 1):
                    joined[below] = _without(joined[below], at, piece)
    return joined


def _first_word(row: Row, text: str) -> Word | None:
    first = text.split(None, 1)[0] if text.strip() else ""
    return next((word for cell in row.cells for word in cell.words if word.text == first), None)


def _pieces(row: Row, word: Word, below: Sequence[Entry], at: int) -> list[Word]:
    """The words in the rows right below that go on with this one."""
    found: list[Word] = []
    filled = _fills(row, word) and not any(map(str.isdigit, word.text))
    for entry in below[:MOST_PIECES]:
        piece = next((w for c in entry.row.cells for w in c.words[:1] if abs(w.x0 - word.x0) <= EDGE), None)
        if piece is None or piece.text not in entry.cells.get(at, "").split() or entry.row.page != row.page:
            break
        last = found[-1].text if found else word.text
        open_ended = last[-1:] in OPEN_ENDS or piece.text[:1] in OPEN_ENDS
        if not _like_code(piece.text) or not (open_ended or (filled and (found or _told(piece.text)))):
            break
        found.append(piece)
    return found if sum(len(piece.text) for piece in found) <= MOST_LETTERS else []


def _fills(row: Row, word: Word) -> bool:
    """Whether what stands to the right of a word begins where no letter more would have found room."""
    right = [other.x0 for cell in row.cells for other in cell.words if other.x0 > word.x0]
    return bool(right) and min(right) - word.x1 <= NARROW


def _like_code(text: str) -> bool:
    return text.upper() == text and any(map(str.isalnum, text)) and ":" not in text


def _told(text: str) -> bool:
    """Whether capitals hold a figure or a dash, as no word does."""
    return any(map(str.isdigit, text)) or "-" in text


def _without(entry: Entry, at: int, piece: Word) -> Entry:
    text = " ".join(word for word in entry.cells[at].split() if word != piece.text)
    cells = {column: own for column, own in entry.cells.items() if column != at} | ({at: text} if text else {})
    kept = (tuple(word for word in cell.words if word is not piece) for cell in entry.row.cells)
    laid = tuple(Cell.of(words) for words in kept if words)
    return replace(entry, cells=cells, row=replace(entry.row, cells=laid))
