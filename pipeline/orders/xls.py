"""Old Excel files and OpenDocument sheets (.xls, .xlsb, .ods): values without their formats."""

import io
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import python_calamine

from maild.domain.problem import Problem
from pipeline.orders.context import Context
from pipeline.orders.found import Document, Draft
from pipeline.orders.layout import Layout, Row, grid_cell
from pipeline.orders.numbers import Style
from pipeline.orders.sheets import read_sheet

MAX_BYTES = 16 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_SHEETS = 20


def read_xls(name: str, data: bytes, context: Context) -> Document:
    """The orders of a workbook that only python-calamine reads; leading zeros of item numbers may be lost in it."""
    if len(data) > MAX_BYTES:
        return Document(problems=(Problem("xlsx.limits", f"{name!r} is larger than {MAX_BYTES} bytes"),))
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [
            (title, book.get_sheet_by_name(title).to_python(nrows=MAX_ROWS)) for title in book.sheet_names[:MAX_SHEETS]
        ]
    except Exception as error:  # the reader raises its own kinds, one for each format
        return Document(problems=(Problem("xlsx.damaged", f"{name!r}: {type(error).__name__}"),))
    drafts: list[Draft] = []
    problems: list[Problem] = []
    for title, values in sheets:
        rows = [
            _row(number, cells) for number, cells in enumerate(values, 1) if any(str(cell).strip() for cell in cells)
        ]
        found = read_sheet(Layout(tuple(rows), f"{name}:{title}", "xls"), _with_style(context))
        drafts += found.drafts
        problems += found.problems
    filled = [draft for draft in drafts if draft.lines]
    return Document(tuple(filled or drafts[:1]), tuple(problems))


def _with_style(context: Context) -> Context:
    return replace(context, style=Style.POINT)


def _row(number: int, cells: list[Any]) -> Row:
    laid = tuple(grid_cell(text, column) for column, cell in enumerate(cells[:MAX_COLUMNS]) if (text := _shown(cell)))
    return Row(laid, line=number, grid=1)


def _shown(cell: Any) -> str:
    if isinstance(cell, datetime | date):
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(round(cell, 6))
    return str(cell).strip()
