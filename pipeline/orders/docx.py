"""Word documents (ECMA-376): paragraphs as text, tables as grids; deleted, hidden and struck text is not there."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from maild.domain.problem import Problem
from pipeline.orders.context import Context
from pipeline.orders.found import Document
from pipeline.orders.layout import Cell, Layout, Row, grid_cell
from pipeline.orders.pages import read_page
from pipeline.orders.text import read_text
from pipeline.orders.xmltree import children, find, local, parse

MAX_PART = 12 * 1024 * 1024
MAX_ROWS = 20_000
DEEPEST = 8  # tables within tables
MAX_PARTS = 20
_PARTS = re.compile(r"word/(header|document|footer)\d*\.xml")
_ORDER = ("header", "document", "footer")
_SKIPPED = frozenset({"del", "moveFrom", "Fallback", "instrText", "pPr", "sectPr", "tblPr", "tcPr", "trPr"})
_OFF = frozenset({"0", "false", "off", "none"})


def read_docx(name: str, data: bytes, context: Context) -> Document:
    """The orders of a Word document, its page headers before and its page footers after the text."""
    rows: list[Row] = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in _parts(archive):
                if entry.file_size > MAX_PART:
                    return Document(problems=(Problem("docx.limits", f"{name!r} unpacks to too much"),))
                root = parse(name, archive.read(entry))
                if isinstance(root, Problem):
                    return Document(problems=(root,))
                rows += _rows(root)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        return Document(problems=(Problem("docx.damaged", f"{name!r}: {type(error).__name__}"),))
    if len(rows) > MAX_ROWS:
        return Document(problems=(Problem("docx.limits", f"{name!r} has more than {MAX_ROWS} rows"),))
    return read_page(Layout(tuple(_numbered(rows)), name, "docx"), context)


def _parts(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    found = [(match[1], entry) for entry in archive.infolist() if (match := _PARTS.fullmatch(entry.filename))]
    return [entry for kind in _ORDER for each, entry in found if each == kind][:MAX_PARTS]


def _numbered(rows: list[Row]) -> Iterator[Row]:
    for number, row in enumerate(rows, 1):
        yield replace(row, line=number)


def _rows(root: "etree._Element") -> list[Row]:
    """The rows of a part: paragraphs that stand together are one text, each table is one grid."""
    body = find(root, "body")
    rows: list[Row] = []
    text: list[str] = []
    for grid, block in enumerate(_blocks(body if body is not None else root), 1):
        if local(block) == "p":
            text.append(_text(block))
        else:
            rows += read_text("\n".join(text)).rows
            text = []
            rows += _table(block, grid)
    return rows + list(read_text("\n".join(text)).rows)


def _blocks(element: "etree._Element") -> Iterator["etree._Element"]:
    """Paragraphs and tables in order, also those inside of content controls and insertions."""
    for child in element:
        kind = local(child)
        if kind in ("p", "tbl"):
            yield child
        elif kind in ("sdt", "sdtContent", "ins", "customXml", "moveTo"):
            yield from _blocks(child)


def _table(table: "etree._Element", grid: int) -> Iterator[Row]:
    for row in _descend(table, "tr"):
        cells: list[Cell] = []
        column = 0
        for cell in _descend(row, "tc"):
            span = _span(cell)
            text = "\n".join(_lines(cell))
            if text.strip():
                cells.append(grid_cell(text, column, span))
            column += span
        if cells:
            yield Row(tuple(cells), grid=grid)


def _descend(element: "etree._Element", name: str) -> Iterator["etree._Element"]:
    for child in element:
        kind = local(child)
        if kind == name:
            yield child
        elif kind in ("sdt", "sdtContent", "ins", "customXml"):
            yield from _descend(child, name)


def _span(cell: "etree._Element") -> int:
    span = find(cell, "tcPr/gridSpan")
    value = _attribute(span, "val") if span is not None else ""
    return min(int(value), 60) if value.isdigit() and int(value) else 1


def _lines(cell: "etree._Element", depth: int = 0) -> Iterator[str]:
    """The lines of a cell; a table inside of it gives a line for each of its rows."""
    for block in _blocks(cell):
        if local(block) == "p":
            yield _text(block)
        elif depth < DEEPEST:
            for row in _descend(block, "tr"):
                yield "  ".join(" ".join(_lines(inner, depth + 1)) for inner in _descend(row, "tc"))


def _text(paragraph: "etree._Element") -> str:
    return "".join(_pieces(paragraph))


def _pieces(element: "etree._Element") -> Iterator[str]:
    for child in element:
        kind = local(child)
        if kind == "t":
            yield child.text or ""
        elif kind == "tab":
            yield "\t"
        elif kind in ("br", "cr"):
            yield "\n"
        elif kind == "noBreakHyphen":
            yield "-"
        elif kind not in _SKIPPED and not (kind == "r" and _unseen(child)):
            yield from _pieces(child)


def _unseen(run: "etree._Element") -> bool:
    """Whether a run is struck out or hidden."""
    for properties in children(run, "rPr"):
        for each in properties:
            if local(each) in ("strike", "dstrike", "vanish") and _attribute(each, "val") not in _OFF:
                return True
    return False


def _attribute(element: "etree._Element", name: str) -> str:
    return next((str(value) for key, value in element.attrib.items() if etree.QName(key).localname == name), "")
