"""CSV files: own guess of separator and encoding, then rows of a table; apart by PO number where a column names it."""

import csv
import io
from collections.abc import Sequence

from maild.domain.problem import Problem
from pipeline.orders.context import Context
from pipeline.orders.detect import decoded
from pipeline.orders.found import Document
from pipeline.orders.layout import Layout, Row, grid_cell
from pipeline.orders.sheets import read_sheet

MAX_ROWS = 20_000
MAX_FIELD = 131_072
MARKS = ";,\t|"


def read_csv(name: str, data: bytes, context: Context) -> Document:
    """The orders of a CSV file (RFC 4180 and its relatives)."""
    text = decoded(data).replace("\x00", "")
    if text[:4].lower() == "sep=" and "\n" in text:
        text = text.split("\n", 1)[1]
    try:
        rows = _rows(text, _separator(text))
    except csv.Error as error:
        return Document(problems=(Problem("csv.damaged", f"{name!r}: {error}"),))
    if len(rows) > MAX_ROWS:
        return Document(problems=(Problem("csv.limits", f"{name!r}: more than {MAX_ROWS} rows"),))
    laid = tuple(
        Row(cells, line=number, grid=1, gap=number > 1 and not any(map(str.strip, rows[number - 2])))
        for number, values in enumerate(rows, 1)
        if (cells := tuple(grid_cell(v, column) for column, v in enumerate(values) if v.strip()))
    )
    return read_sheet(Layout(laid, name, "csv"), context)


def _rows(text: str, mark: str) -> list[list[str]]:
    csv.field_size_limit(MAX_FIELD)
    rows: list[list[str]] = []
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True):
        rows.append(row[:200])
        if len(rows) > MAX_ROWS:
            break
    return rows


def _separator(text: str) -> str:
    """The mark that splits the first lines into the same number of fields most often, and into most fields."""
    lines = [line for line in text.splitlines()[:30] if line.strip()]
    return max(MARKS, key=lambda mark: _evenness(lines, mark))


def _evenness(lines: Sequence[str], mark: str) -> tuple[float, int]:
    counts = [line.count(mark) for line in lines]
    common = max(set(counts), key=counts.count) if counts else 0
    return (counts.count(common) / max(len(counts), 1) if common else 0.0, common)
