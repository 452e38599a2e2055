"""Plain text into rows: columns by runs of blanks, tabs or bars, list items by their bullets."""

import re

from pipeline.orders.layout import Cell, Layout, Row, Word, grid_cell, halfwidth

MAX_ROWS = 20_000
MAX_WIDTH = 2_000
_WORD = re.compile(r"\S+")
_BULLET = re.compile(r"^\s{0,12}(?:[-*•·–—▪►●○◦+]\s+|\(?\d{1,3}[.)]\s+|\d{1,2}\s?[、]\s?)(?=\S)")
_RULE = re.compile(r"^[\s\-=_*#~+|.:]{3,}$")
_MARKS = re.compile(r"\*(\S[^*]{0,60}?)\*")


def read_text(text: str, part: str = "body") -> Layout:
    """The rows of a text; quotation is not cut here."""
    rows: list[Row] = []
    gap = False
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:MAX_ROWS]
    grids = _grids(lines)
    for number, raw in enumerate(lines, 1):
        line = _MARKS.sub(r" \1 ", raw[:MAX_WIDTH]) if "*" in raw else raw[:MAX_WIDTH]
        if not line.isascii():
            line = line.replace("\u200b", "").replace("\ufeff", "").replace("\u00a0", " ")
        if not line.strip() or _RULE.match(line):
            gap = gap or not line.strip() or "=" in line or "#" in line
            continue
        bullet = _BULLET.match(line)
        cells = _cells(line, grids.get(number))
        if cells:
            rows.append(Row(cells, line=number, grid=grids.get(number, (0, ""))[0], gap=gap, bullet=bool(bullet)))
        gap = False
    return Layout(tuple(rows), part, "text")


def _grids(lines: list[str]) -> dict[int, tuple[int, str]]:
    """Line numbers that belong to a table of bars or tabs: at least two neighbours with as many marks."""
    found: dict[int, tuple[int, str]] = {}
    if not any("|" in line or "\t" in line for line in lines):
        return found
    grid, last, last_mark = 0, 0, ""
    for number, line in enumerate(lines, 1):
        mark = "|" if line.count("|") >= 2 else "\t" if line.strip().count("\t") >= 2 else ""
        if mark and mark == last_mark and last >= number - 2:
            if last not in found:
                grid += 1
                found[last] = (grid, mark)
            found[number] = (grid, mark)
        if mark:
            last, last_mark = number, mark
    return found


def _cells(line: str, grid: tuple[int, str] | None) -> tuple[Cell, ...]:
    if grid is not None:
        body = line.strip().strip("|") if grid[1] == "|" else line.rstrip("\n")
        parts = body.split(grid[1])
        return tuple(grid_cell(part, column) for column, part in enumerate(parts) if part.strip())
    expanded = halfwidth(line.expandtabs(8))
    cells: list[Cell] = []
    words: list[Word] = []
    end = 0
    for match in _WORD.finditer(expanded):
        start = match.start()
        if words and (start - end > 1 or expanded[end] == "\u3000"):
            cells.append(Cell.of(tuple(words)))
            words = []
        end = match.end()
        words.append(Word(match[0], float(start), float(end)))
    return (*cells, Cell.of(tuple(words))) if words else ()
