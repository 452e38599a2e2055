"""Text of a PDF page that nobody sees: drawn invisibly (ISO 32000-1, 9.3.6, mode 3), or white on white."""

import ctypes
from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as raw

Box = tuple[float, float, float, float]

MOST_OBJECTS = 50_000
MOST_BOXES = 2_000
_INVISIBLE = 3
_WHITE = 250  # of 255, in each colour
_PAINTED = (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING)


def hidden(page: pdfium.PdfPage) -> list[Box]:
    """Where hidden text stands: left, bottom, right, top in points. White text on something painted is seen."""
    unseen: list[Box] = []
    white: list[Box] = []
    count = min(raw.FPDFPage_CountObjects(page.raw), MOST_OBJECTS)
    for number in range(count):
        each = raw.FPDFPage_GetObject(page.raw, number)
        if raw.FPDFPageObj_GetType(each) != raw.FPDF_PAGEOBJ_TEXT:
            continue
        if raw.FPDFTextObj_GetTextRenderMode(each) == _INVISIBLE:
            unseen += _box(each)
        elif _is_white(each):
            white += _box(each)
    if white:
        painted = list(_painted(page, count))[:MOST_BOXES]
        unseen += [box for box in white[:MOST_BOXES] if not any(within(box, other) for other in painted)]
    return unseen[:MOST_BOXES]


def within(box: Box, other: Box) -> bool:
    """Whether the middle of a box lies in another one."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return other[0] <= x <= other[2] and other[1] <= y <= other[3]


def _painted(page: pdfium.PdfPage, count: int) -> Iterator[Box]:
    """What is filled with a colour other than white, and pictures."""
    for number in range(count):
        each = raw.FPDFPage_GetObject(page.raw, number)
        kind = raw.FPDFPageObj_GetType(each)
        if kind in _PAINTED and not (kind == raw.FPDF_PAGEOBJ_PATH and _is_white(each)):
            yield from _box(each)


def _is_white(each: object) -> bool:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    told = raw.FPDFPageObj_GetFillColor(each, red, green, blue, alpha)
    return bool(told) and (alpha.value == 0 or min(red.value, green.value, blue.value) >= _WHITE)


def _box(each: object) -> list[Box]:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(each, left, bottom, right, top):
        return []
    return [(left.value, bottom.value, right.value, top.value)]
