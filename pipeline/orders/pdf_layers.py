"""Texts of a PDF that are printed over each other: a sum too wide for its column lies on the end of its label."""

import itertools
from collections.abc import Sequence

from pipeline.orders.pdf_glyphs import Glyph

_OVER = 0.15  # of their height that two glyphs may share, as slanted and kerned ones do
_SAME = 0.1  # points
_NEXT = 3  # the farthest that two glyphs of one text are printed from each other, blanks between them


def layers(line: Sequence[Glyph], height: float) -> list[list[Glyph]]:
    """The glyphs of a row from left to right; several such lists where texts lie on each other, each legible alone.

    Sorted by their places alone, "Total" and "56.10" would mingle to "Tot5a6l.10", and a wrong figure be read.
    """
    if not any(_lies_on(a, b, height) for a, b in itertools.pairwise(line)):
        return [list(line)]
    found: list[list[list[Glyph]]] = []
    for text in _texts(line):
        over = [[other for other in layer if _meet(text, other, height)] for layer in found]
        if any(_spelled(text) == _spelled(other) for met in over for other in met):
            continue  # printed twice to look bold
        free = next((layer for layer, met in zip(found, over, strict=True) if not met), None)
        if free is None:
            found.append([text])
        else:
            free.append(text)
    return [sorted(itertools.chain(*layer), key=lambda glyph: glyph.x0) for layer in found]


def _lies_on(a: Glyph, b: Glyph, height: float) -> bool:
    """Whether the second begins inside the first: neither as an accent does, nor as the letters of one ligature."""
    if b.x0 >= a.x1 - _OVER * height or (abs(a.at - b.at) == 1 and b.x0 - a.x0 < _SAME):
        return False
    return a.text.isalnum() and b.text.isalnum()


def _texts(line: Sequence[Glyph]) -> list[list[Glyph]]:
    """What was printed in one go, from left to right."""
    texts: list[list[Glyph]] = []
    for glyph in sorted(line, key=lambda each: each.at):
        last = texts[-1][-1] if texts else None
        if last is not None and glyph.at - last.at <= _NEXT and glyph.x0 >= last.x0:
            texts[-1].append(glyph)
        else:
            texts.append([glyph])
    return texts


def _meet(one: Sequence[Glyph], other: Sequence[Glyph], height: float) -> bool:
    reach = _OVER * height
    return one[0].x0 < other[-1].x1 - reach and other[0].x0 < one[-1].x1 - reach


def _spelled(text: Sequence[Glyph]) -> str:
    return "".join(glyph.text for glyph in text)
