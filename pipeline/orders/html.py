"""HTML bodies into rows: tables cell by cell, text block by block; hidden and struck-out text is not there.

A table that only lays out the page (one whose cells hold blocks or tables) is read through; its cells become blocks.
"""

import re
from dataclasses import dataclass, field

import lxml.html
from lxml import etree

from pipeline.orders.layout import Cell, Layout, Row, grid_cell, words_of

MAX_ROWS = 20_000
MAX_CELLS = 200_000
MAX_BYTES = 8 * 1024 * 1024
_SKIPPED = frozenset(
    {"script", "style", "head", "title", "template", "noscript", "s", "strike", "del", "svg", "object"}
)
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "br",
        "tr",
        "li",
        "ul",
        "ol",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "pre",
        "hr",
        "section",
        "article",
        "header",
        "footer",
        "td",
        "th",
        "dt",
        "dd",
    ]
)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|pt|%)?\s*(?:;|$)|text-decoration[^;]*line-through"
    r"|mso-hide\s*:\s*all|max-height\s*:\s*0(?:px)?\s*(?:;|$)",
    re.I,
)
_WIDE = re.compile(r"[ \n]?(?:\u00a0[ \n]?){2,}| \u00a0 ")  # blanks that were meant to part what stands beside
_BULLET = re.compile(r"^\s{0,6}(?:[-*•·–—▪►●+]\s+|\d{1,3}[.)]\s+)(?=\S)")


@dataclass(slots=True)
class _Page:
    """Rows gathered so far."""

    rows: list[Row] = field(default_factory=list)
    grid: int = 0
    cells: int = 0
    gap: bool = False

    def add(self, cells: tuple[Cell, ...], grid: int = 0, bullet: bool = False) -> None:
        if cells and len(self.rows) < MAX_ROWS:
            self.rows.append(Row(cells, line=len(self.rows) + 1, grid=grid, gap=self.gap, bullet=bullet))
            self.gap = False


def read_html(markup: str, part: str = "html") -> Layout:
    """The visible rows of an HTML text; anything gives a layout, rubbish an empty one."""
    root = _tree(markup[:MAX_BYTES])
    page = _Page()
    if root is not None:
        _flow(root, page)
    return Layout(tuple(page.rows), part, "html")


def quoted_out(markup: str) -> str:
    """The markup with the quotation elements of common mail programs taken out."""
    root = _tree(markup[:MAX_BYTES])
    if root is None:
        return markup
    for element in root.xpath("//blockquote[@type='cite']|//*[contains(concat(' ',@class,' '),' gmail_quote ')]"):
        parent = element.getparent()
        if parent is not None and not _forwarded(element):
            parent.remove(element)
    return str(lxml.html.tostring(root, encoding="unicode"))


def _forwarded(element: etree._Element) -> bool:
    head = "".join(element.itertext())[:200].casefold()
    return "forwarded message" in head or "weitergeleitete" in head or "-----" in head


def _tree(markup: str) -> etree._Element | None:
    try:
        parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=False, no_network=True, remove_comments=True)
        return lxml.html.document_fromstring(markup.replace("\x00", "").encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError, RecursionError):
        return None


def _flow(root: etree._Element, page: _Page) -> None:
    """Walk the tree without recursion: nesting in mail is as deep as its writer likes."""
    buffer: list[str] = []
    skip_until: etree._Element | None = None
    for event, node in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event in ("comment", "pi"):
            if skip_until is None:
                buffer.append(node.tail or "")
            continue
        if skip_until is not None:
            if event == "end" and node is skip_until:
                skip_until = None
                buffer.append(node.tail or "")
            continue
        tag = node.tag if isinstance(node.tag, str) else ""
        if event == "start":
            if tag == "table" and _is_data(node):
                _flush(buffer, page)
                _table(node, page)
                skip_until = node
            elif tag in _SKIPPED or _hidden(node):
                skip_until = node
            else:
                if tag in _BLOCKS:
                    _flush(buffer, page, gap=tag in ("table", "tr"))
                buffer.append(("• " if tag == "li" else "") + (node.text or ""))
        else:
            if tag in _BLOCKS:
                _flush(buffer, page)
                page.gap = page.gap or tag in ("table", "tr", "td", "th", "ul", "ol", "hr")
            buffer.append(node.tail or "")
    _flush(buffer, page)


def _flush(buffer: list[str], page: _Page, gap: bool = False) -> None:
    text = "".join(buffer)
    buffer.clear()
    page.gap = page.gap or gap
    if not text.strip():
        page.gap = page.gap or "\u00a0" in text
        return
    bullet = bool(_BULLET.match(text))
    parts = _WIDE.split(text) if "\u00a0" in text else [text]
    cells, x = [], 0
    for part in parts:
        line = " ".join(part.replace("\u00a0", " ").split())
        if line:
            cells.append(Cell.of(words_of(line, x)))
            x += len(line) + 4
    page.add(tuple(cells), bullet=bullet)


def _hidden(node: etree._Element) -> bool:
    return bool(_HIDDEN.search(node.get("style") or "")) or node.get("hidden") is not None


def _is_data(table: etree._Element) -> bool:
    """Whether a table holds data: no table inside, and rows of several short cells."""
    if table.find(".//table") is not None:
        return False
    rows = table.findall(".//tr")
    return any(len(_row_cells(row)) >= 2 for row in rows)


def _row_cells(row: etree._Element) -> list[etree._Element]:
    return [cell for cell in row if cell.tag in ("td", "th") and not _hidden(cell)]


def _table(table: etree._Element, page: _Page) -> None:
    page.grid += 1
    page.gap = True
    down: dict[int, tuple[int, Cell]] = {}
    for row in table.iter("tr"):
        if _hidden(row) or row.getparent() is None:
            continue
        cells: list[Cell] = []
        column = 0
        for node in _row_cells(row):
            page.cells += 1
            if page.cells > MAX_CELLS:
                return
            while down.get(column, (0, None))[0] > 0:
                left, kept = down[column]
                down[column] = (left - 1, kept)
                column += 1
            span = _span(node, "colspan")
            cell = grid_cell(_cell_text(node), column, span)
            if _span(node, "rowspan") > 1:
                for offset in range(span):
                    down[column + offset] = (_span(node, "rowspan") - 1, cell)
            if cell.words:
                cells.append(cell)
            column += span
        page.add(tuple(cells), grid=page.grid)
    page.gap = True


def _span(node: etree._Element, name: str) -> int:
    value = (node.get(name) or "1").strip()
    return min(max(int(value), 1), 100) if value.isdigit() and len(value) < 6 else 1


def _cell_text(node: etree._Element) -> str:
    parts: list[str] = [" ".join((node.text or "").split())]
    skip: etree._Element | None = None
    for event, child in etree.iterwalk(node, events=("start", "end")):
        if child is node:
            continue
        if skip is not None:
            if event == "end" and child is skip:
                skip = None
                parts.append(child.tail or "")
            continue
        tag = child.tag if isinstance(child.tag, str) else "br"
        if event == "start" and (tag in _SKIPPED or _hidden(child)):
            skip = child
            continue
        if tag in _BLOCKS and not (event == "end" and tag == "br"):
            parts.append("\n")
        parts.append((child.text if event == "start" else child.tail) or "")
    return "".join(_one_line(part) for part in parts).replace("\u00a0", " ")


def _one_line(part: str) -> str:
    return part if part == "\n" else re.sub(r"\s+", " ", part)
