"""PDF pages into rows by the places of their glyphs; an Order-X file inside tells before the page does."""

import itertools
import re
from collections.abc import Sequence

import pypdfium2 as pdfium

from maild.domain.problem import Problem
from pipeline.orders.codes import is_gtin
from pipeline.orders.context import Context
from pipeline.orders.found import Document
from pipeline.orders.glance import SUMS
from pipeline.orders.labels import field_of
from pipeline.orders.layout import Cell, Layout, Row, Word
from pipeline.orders.pages import read_page
from pipeline.orders.pdf_columns import parted
from pipeline.orders.pdf_glyphs import Glyph, glyphs_of, unstruck, upright
from pipeline.orders.pdf_hidden import Box, hidden, within
from pipeline.orders.pdf_layers import layers
from pipeline.orders.xml import read_xml

MAX_PAGES = 50
MAX_GLYPHS = 300_000
MAX_BYTES = 40 * 1024 * 1024
SAME_ROW = 0.4
WORD_GAP = 0.12
CELL_GAP = 1.05
LOOSE_WORD_GAP = 0.28
LEAST_WORD = 3
_TOUCHING = re.compile(r"\d{8,14}(?=[^\W\d_]{4})")
_TOUCHED_GTIN = re.compile(r"\d{12,14}(?=[^\W\d_]{2})")
_TOUCHED_SUM = re.compile(r"([^\W\d_]{4,}:?)(?=\d{1,3}(?:[.,'\u2019]?\d{3}){0,4}[.,]\d\d$)")
_KINDS = (str.isdigit, str.isalpha)
EAST_WORD_GAP = 0.45  # East Asian glyphs stand apart by themselves; their text says where it means a blank
_EAST, _LAST_EAST = "\u3040", "\u9fff"


def read_pdf(name: str, data: bytes, context: Context) -> Document:
    """The orders of a PDF: its embedded Order-X, else its text."""
    if len(data) > MAX_BYTES:
        return Document(problems=(Problem("pdf.limits", f"{name!r} is larger than {MAX_BYTES} bytes"),))
    try:
        book = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        code = "pdf.encrypted" if "assword" in str(error) else "pdf.damaged"
        return Document(problems=(Problem(code, f"{name!r}: {error}"),))
    try:
        embedded = _order_x(book, context)
        if embedded is not None:
            return embedded
        layout, problems = _layout(name, book)
    except pdfium.PdfiumError as error:
        return Document(problems=(Problem("pdf.damaged", f"{name!r}: {error}"),))
    finally:
        book.close()
    if not layout.rows:
        return Document(problems=(*problems, Problem("pdf.no_text", f"{name!r} holds no text, only pictures")))
    found = read_page(layout, context)
    return Document(tuple(draft.doubt(*problems) for draft in found.drafts), (*problems, *found.problems))


def _order_x(book: pdfium.PdfDocument, context: Context) -> Document | None:
    """An embedded order-x.xml (Order-X 1.0) or another order in XML; None where there is none."""
    for number in range(min(book.count_attachments(), 20)):
        attachment = book.get_attachment(number)
        if attachment.get_name().lower().endswith(".xml"):
            found = read_xml(attachment.get_name(), bytes(attachment.get_data()), context)
            if found.drafts:
                return found
    return None


def _layout(name: str, book: pdfium.PdfDocument) -> tuple[Layout, tuple[Problem, ...]]:
    rows: list[Row] = []
    count = len(book)
    problems = (
        (Problem("pdf.limits", f"{name!r} has {count} pages, {MAX_PAGES} were read"),) if count > MAX_PAGES else ()
    )
    budget = MAX_GLYPHS
    for number in range(min(count, MAX_PAGES)):
        page = book[number]
        found = list(glyphs_of(page, budget))
        budget -= len(found)
        unseen, bars = hidden(page)
        glyphs = _seen(found, unseen)
        what = _unseen(found, glyphs)
        if what:
            problems = (*problems, Problem("pdf.hidden_text", f"{name!r}, page {number + 1}: {what} that nobody sees"))
        valid = upright(unstruck(glyphs, bars), page)
        if len(valid) < len(glyphs):
            problems = (*problems, Problem("pdf.struck_text", f"{name!r}, page {number + 1}: words are struck out"))
        rows += parted(_rows(valid, number + 1, len(rows)))
        page.close()
        if budget <= 0:
            problems = (*problems, Problem("pdf.limits", f"{name!r} holds too much text"))
            break
    return Layout(tuple(rows), name, "pdf"), problems


def _unseen(found: list[Glyph], glyphs: list[Glyph]) -> str:
    """What is hidden that a program might read: "figures", "words" of three letters or more; "" where nothing is."""
    if len(glyphs) == len(found):
        return ""
    figures, letters = (sum(kind(g.text) for g in found) - sum(kind(g.text) for g in glyphs) for kind in _KINDS)
    return "figures" if figures else "words" if letters >= LEAST_WORD else ""


def _seen(glyphs: list[Glyph], unseen: Sequence[Box]) -> list[Glyph]:
    if not unseen:
        return glyphs
    return [g for g in glyphs if not any(within((g.x0, g.y0, g.x1, g.y1), box) for box in unseen)]


def _rows(glyphs: list[Glyph], page: int, first: int) -> list[Row]:
    lines: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda g: (-g.middle, g.x0)):
        if lines and abs(lines[-1][0].middle - glyph.middle) <= SAME_ROW * min(lines[-1][0].height, glyph.height * 1.5):
            lines[-1].append(glyph)
        else:
            lines.append([glyph])
    rows: list[Row] = []
    previous: Glyph | None = None
    for line in lines:
        cells = _cells(_without_rules(line))
        if not cells:
            continue
        box = (min(g.x0 for g in line), min(g.y0 for g in line), max(g.x1 for g in line), max(g.y1 for g in line))
        gap = previous is not None and previous.middle - line[0].middle > 2.1 * max(line[0].height, previous.height)
        rows.append(Row(cells, page=page, line=first + len(rows) + 1, gap=gap or previous is None, box=_rounded(box)))
        previous = line[0]
    return rows


def _without_rules(line: list[Glyph]) -> list[Glyph]:
    """Rows of underscores are drawn lines, also where words stand on them; lone underscores belong to words."""
    rules = [g for g in line if g.text in "_─━═‗"]
    return [g for g in line if g not in rules] if len(rules) >= 5 else line


def _cells(line: list[Glyph]) -> tuple[Cell, ...]:
    line = sorted(line, key=lambda g: g.x0)
    if not line:
        return ()
    height = sorted([g.height for g in line])[len(line) // 2]
    parts = layers(line, height)
    if len(parts) == 1:
        return _apart(parts[0], height)
    return tuple(sorted((cell for part in parts for cell in _apart(part, height)), key=lambda cell: cell.x0))


def _apart(line: Sequence[Glyph], height: float) -> tuple[Cell, ...]:
    """The cells of glyphs that stand from left to right."""
    east = any(_EAST <= glyph.text <= _LAST_EAST for glyph in line)
    word_gap = EAST_WORD_GAP * height if east else _word_gap(line, height)
    cells: list[Cell] = []
    words: list[Word] = []
    run: list[Glyph] = []
    for glyph in line:
        if run:
            gap = glyph.x0 - run[-1].x1
            if gap > word_gap or (east and glyph.spaced and gap >= 0):
                words += _words(run)
                run = []
                if gap > CELL_GAP * height:
                    cells.append(Cell.of(tuple(words)))
                    words = []
        run.append(glyph)
    words += _words(run)
    cells.append(Cell.of(tuple(words)))
    return tuple(cells)


def _word_gap(line: Sequence[Glyph], height: float) -> float:
    """Text set with wide letter spacing needs a wider gap between words."""
    gaps = sorted(max(b.x0 - a.x1, 0.0) for a, b in itertools.pairwise(line))
    if len(gaps) > 6 and gaps[len(gaps) // 2] > WORD_GAP * height:
        return max(LOOSE_WORD_GAP * height, gaps[len(gaps) // 2] * 1.6)
    return WORD_GAP * height


def _words(run: list[Glyph]) -> list[Word]:
    """One word; two where what fills its column touches the next one: a long number its goods, a label its sum."""
    text = "".join(g.text for g in run)
    cut = _cut(text)
    if not cut:
        return [Word(text, run[0].x0, run[-1].x1)]
    at = next(n for n, size in enumerate(itertools.accumulate(len(g.text) for g in run), 1) if size >= cut)
    return [_word(run[:at]), _word(run[at:])]


def _cut(text: str) -> int:
    """Where the second column of a run begins; 0 where it is one word."""
    if text[0].isdigit():
        touching = _TOUCHING.match(text)
        if touching is None and (touching := _TOUCHED_GTIN.match(text)) and not is_gtin(touching[0]):
            return 0
        return touching.end() if touching and text[touching.end()].isupper() else 0
    label = _TOUCHED_SUM.match(text) if text[-1].isdigit() else None
    if label is None or not (label[1].rstrip(":")[-1].islower() or field_of(label[1]) & SUMS):
        return 0  # capitals may be an item number's
    return label.end()


def _word(run: list[Glyph]) -> Word:
    return Word("".join(g.text for g in run), run[0].x0, run[-1].x1)


def _rounded(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    return (round(box[0], 1), round(box[1], 1), round(box[2], 1), round(box[3], 1))
