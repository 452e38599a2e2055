"""Where a label ends: at its colon, at the next label in the same text, or in the row below."""

import re
from collections.abc import Iterator, Sequence

from pipeline.orders.labels import field_of
from pipeline.orders.layout import Cell, Row

MOST_LABEL = 4  # words of a label inside of a row
_LABELLED = re.compile(r"\s*([^:：]{1,60}?)[\s.]*[:：]\s*(.*)", re.S)


def goes_on(rows: Sequence[Row], at: int, cell: Cell) -> frozenset[str]:
    """The fields of a label with its value beside it that goes on alone in the row below ("Date" over "wanted:")."""
    below = rows[at + 1] if at + 1 < len(rows) and rows[at].box and len(rows[at].cells) > 1 else None
    rest = below.cells[0] if below and len(below.cells) == 1 and below.page == rows[at].page else None
    if rest is None or ":" in cell.text or not rest.text.endswith(":") or abs(rest.x0 - cell.x0) > 3:
        return frozenset()
    own = field_of(rest.text) and not rest.text[0].islower()
    return frozenset() if own else field_of(f"{cell.text} {rest.text}")


def parted(text: str) -> list[tuple[str, str]]:
    """A text cut where a further known label with a colon stands: ("", the first piece), then labels with values."""
    if text.count(":") < 2:
        return [("", text)]
    words = text.split()
    pieces: list[tuple[str, str]] = []
    label, start = "", 0
    for at, word in enumerate(words[:200]):
        if at == 0 or word[-1] != ":" or len(word) == 1:
            continue
        for size in range(min(MOST_LABEL, at - start), 0, -1):
            name = " ".join(words[at - size + 1 : at + 1])[:-1]
            if field_of(name) and at - size + 1 > start:
                pieces.append((label, " ".join(words[start : at - size + 1])))
                label, start = name, at + 1
                break
    pieces.append((label, " ".join(words[start:])))
    return [pieces[0], *(piece for piece in pieces[1:] if piece[1])]


def colons(text: str) -> Iterator[tuple[str, str]]:
    """The label before the first colon, and the rest."""
    if ":" not in text and "：" not in text:
        return
    match = _LABELLED.match(text)
    if (match and not re.match(r"\d", match.group(2)[:1])) or (match and not re.search(r"\d$", match.group(1))):
        yield match.group(1), match.group(2).strip(" -·")
