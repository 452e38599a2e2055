"""The glyphs of a PDF page: where each stands, which way it is turned, and which of them are struck out."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from pipeline.orders.pdf_hidden import Box

QUARTER = 1.5707963
SLANT = 0.3  # radians a glyph may lean and still be upright
_ROW_END = 2
_NO_GLYPHS = frozenset((0xA0, 0xAD, 0xFFFE, 0xFFFF, 0x200B, 0xFEFF, 0x2007, 0x202F))


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character and its box in points; ``turn`` counts the quarters it is turned to the right.

    ``at`` is its place in the order in which the page prints.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    spaced: bool = False  # a blank of the text itself stands before it
    turn: int = 0
    at: int = 0

    @property
    def middle(self) -> float:
        return (self.y0 + self.y1) / 2

    @property
    def height(self) -> float:
        return (self.y1 - self.y0) or 1.0


def glyphs_of(page: pdfium.PdfPage, budget: int) -> Iterator[Glyph]:
    """The glyphs inside the page, turned by whole quarters, blanks and doubles left out."""
    text = page.get_textpage()
    left, bottom, right, top = page.get_mediabox()
    across, along = (min(left, right) - 2, max(left, right) + 2), (min(bottom, top) - 2, max(bottom, top) + 2)
    seen: dict[tuple[str, int, int], int] = {}
    rect = raw.FS_RECTF()
    spaced = False
    for index in range(min(text.count_chars(), budget)):
        code = raw.FPDFText_GetUnicode(text.raw, index)
        if code == 32:
            spaced = raw.FPDFText_IsGenerated(text.raw, index) == 0
            continue
        if code == _ROW_END:
            code = ord("-")  # pdfium marks a hyphen that ends a row, since it may break a word; it may end a code too
        if code <= 32 or code in _NO_GLYPHS:
            continue
        if not raw.FPDFText_GetLooseCharBox(text.raw, index, rect):
            continue
        turn = _turn(raw.FPDFText_GetCharAngle(text.raw, index))
        low_y, high_y = min(rect.bottom, rect.top), max(rect.bottom, rect.top)
        if turn is None or rect.right < across[0] or rect.left > across[1]:
            continue
        if turn % 2 and (high_y < along[0] or low_y > along[1]):
            continue
        key = (chr(code), round(rect.left), round((rect.top + rect.bottom) / 2))
        if seen.get(key, index) < index - 1:  # next to each other they are the letters of one ligature
            continue
        seen[key] = index
        yield Glyph(chr(code), rect.left, low_y, rect.right, high_y, spaced, turn, index)
        spaced = False
    text.close()


def _turn(angle: float) -> int | None:
    """Quarters to the right, None for what leans between them."""
    turned = angle % (4 * QUARTER)
    nearest = round(turned / QUARTER)
    return nearest % 4 if abs(turned - nearest * QUARTER) <= SLANT else None


def upright(glyphs: Sequence[Glyph], page: pdfium.PdfPage) -> list[Glyph]:
    """The glyphs that stand the way most of the page does, turned upright; others are marks on its margin."""
    counts = [0, 0, 0, 0]
    for glyph in glyphs:
        counts[glyph.turn] += 1
    most = counts.index(max(counts))
    kept = [glyph for glyph in glyphs if glyph.turn == most]
    return kept if most == 0 else [_turned(glyph, most, page.get_mediabox()) for glyph in kept]


def _turned(glyph: Glyph, turn: int, page: Box) -> Glyph:
    left, bottom, right, top = (
        min(page[0], page[2]),
        min(page[1], page[3]),
        max(page[0], page[2]),
        max(page[1], page[3]),
    )
    if turn == 3:
        box = (glyph.y0 - bottom, right - glyph.x1, glyph.y1 - bottom, right - glyph.x0)
    elif turn == 2:
        box = (right - glyph.x1, top - glyph.y1, right - glyph.x0, top - glyph.y0)
    else:
        box = (top - glyph.y1, glyph.x0 - left, top - glyph.y0, glyph.x1 - left)
    return replace(glyph, x0=box[0], y0=box[1], x1=box[2], y1=box[3])


def unstruck(glyphs: Sequence[Glyph], bars: Sequence[Box]) -> list[Glyph]:
    """The glyphs without those that a bar of just their length goes through."""
    if not bars:
        return list(glyphs)
    standing = sorted(glyphs, key=lambda glyph: glyph.middle)
    middles = [glyph.middle for glyph in standing]
    reach = max((glyph.height for glyph in standing), default=0.0) / 6
    struck: set[int] = set()
    for bar in bars:
        at = (bar[1] + bar[3]) / 2
        near = standing[bisect_left(middles, at - reach) : bisect_right(middles, at + reach)]
        under = [g for g in near if bar[0] - 1 <= (g.x0 + g.x1) / 2 <= bar[2] + 1 and _goes_through(at, g)]
        if under and min(g.x0 for g in under) - bar[0] < 3 and bar[2] - max(g.x1 for g in under) < 3:
            struck.update(map(id, under))
    return [glyph for glyph in glyphs if id(glyph) not in struck]


def _goes_through(at: float, glyph: Glyph) -> bool:
    """Whether a bar at this height stands at the middle of a glyph, where no rule above or below it would."""
    return abs(at - glyph.middle) <= glyph.height / 6
