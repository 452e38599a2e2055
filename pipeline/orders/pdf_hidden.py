"""Text of a PDF page that nobody sees, drawn invisibly (ISO 32000-1, 9.3.6, mode 3) or white on white; and its bars."""

import ctypes
from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as raw

Box = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]

MOST_OBJECTS = 50_000
MOST_BOXES = 2_000
DEEPEST = 3  # forms within forms
THICKEST, SHORTEST, LONGEST = 2.6, 3.0, 400.0  # of a bar, in points
_INVISIBLE = 3
_WHITE = 250  # of 255, in each colour
_PAINTED = (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING)


def hidden(page: pdfium.PdfPage) -> tuple[list[Box], list[Box]]:
    """Where hidden text stands, and the level bars: left, bottom, right, top in points.

    White text on something painted is seen. A bar may be a rule, an underline, or strike words out.
    """
    unseen: list[Box] = []
    white: list[Box] = []
    painted: list[Box] = []
    strokes: list[Box] = []  # lines without a filling
    for each, matrix in _objects(page):
        kind = raw.FPDFPageObj_GetType(each)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            if raw.FPDFTextObj_GetTextRenderMode(each) == _INVISIBLE:
                unseen += _box(each, matrix)
            elif _is_white(each):
                white += _box(each, matrix)
        elif kind in _PAINTED and not (kind == raw.FPDF_PAGEOBJ_PATH and _is_white(each)) and len(painted) < MOST_BOXES:
            painted += _box(each, matrix)
        elif kind == raw.FPDF_PAGEOBJ_PATH and len(strokes) < MOST_BOXES:
            strokes += _box(each, matrix)
    unseen += [box for box in white[:MOST_BOXES] if not any(within(box, other) for other in painted)]
    bars = [
        box for box in (*painted, *strokes) if box[3] - box[1] <= THICKEST and SHORTEST <= box[2] - box[0] <= LONGEST
    ]
    return unseen[:MOST_BOXES], bars


def _objects(page: pdfium.PdfPage) -> Iterator[tuple[object, Matrix | None]]:
    """The objects of a page and of the forms drawn on it, each with the matrix that brings it onto the page."""
    waiting: list[tuple[object, Matrix | None, int]] = []
    count = min(raw.FPDFPage_CountObjects(page.raw), MOST_OBJECTS)
    seen = count
    for number in range(count):
        each = raw.FPDFPage_GetObject(page.raw, number)
        yield each, None
        if raw.FPDFPageObj_GetType(each) == raw.FPDF_PAGEOBJ_FORM:
            waiting.append((each, None, 0))
    while waiting:
        form, outer, depth = waiting.pop()
        matrix = _within(outer, _matrix(form))
        inner = raw.FPDFFormObj_CountObjects(form)
        for number in range(min(max(inner, 0), MOST_OBJECTS - seen)):
            each = raw.FPDFFormObj_GetObject(form, number)
            seen += 1
            yield each, matrix
            if raw.FPDFPageObj_GetType(each) == raw.FPDF_PAGEOBJ_FORM and depth < DEEPEST:
                waiting.append((each, matrix, depth + 1))


def _matrix(each: object) -> Matrix:
    matrix = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(each, matrix):
        return (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    return (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)


def _within(outer: Matrix | None, inner: Matrix) -> Matrix:
    """Both matrices as one (ISO 32000-1, 8.3.4): the inner first, then the outer."""
    if outer is None:
        return inner
    (a, b, c, d, e, f), (p, q, r, s, t, u) = inner, outer
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def within(box: Box, other: Box) -> bool:
    """Whether the middle of a box lies in another one."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return other[0] <= x <= other[2] and other[1] <= y <= other[3]


def _is_white(each: object) -> bool:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    told = raw.FPDFPageObj_GetFillColor(each, red, green, blue, alpha)
    return bool(told) and (alpha.value == 0 or min(red.value, green.value, blue.value) >= _WHITE)


def _box(each: object, matrix: Matrix | None) -> list[Box]:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(each, left, bottom, right, top):
        return []
    if matrix is None:
        return [(left.value, bottom.value, right.value, top.value)]
    a, b, c, d, e, f = matrix
    corners = [(x, y) for x in (left.value, right.value) for y in (bottom.value, top.value)]
    across, up = [a * x + c * y + e for x, y in corners], [b * x + d * y + f for x, y in corners]
    return [(min(across), min(up), max(across), max(up))]
