"""XLSX workbooks as printed: numbers by their formats, dates as dates, hidden rows left out and told."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from maild.domain.problem import Problem
from pipeline.orders.context import Context
from pipeline.orders.found import Document, Draft, Value
from pipeline.orders.judge import HARMLESS
from pipeline.orders.layout import Layout, Row, grid_cell
from pipeline.orders.lines import line_sum
from pipeline.orders.money import currency_of
from pipeline.orders.numbers import FIGURE, Style, vote
from pipeline.orders.sheets import read_sheet

MAX_UNPACKED = 64 * 1024 * 1024
MAX_ENTRIES = 2_000
MAX_ROWS = 20_000
_LOCALES = {"409": "US", "1009": "CA", "C09": "AU", "80A": "MX", "804": "CN", "411": "JP", "4809": "SG", "1409": "NZ"}
MAX_COLUMNS = 200
MAX_CELLS = 400_000
MAX_SHEETS = 20


def read_xlsx(name: str, data: bytes, context: Context) -> Document:
    """The orders of a workbook; the sheet with the most order in it tells."""
    refused = _refused(name, data)
    if refused:
        return Document(problems=(refused,))
    import openpyxl  # a third of what a child needs to start, and few mails carry a workbook

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True, read_only=False, keep_links=False)
    except Exception as error:  # openpyxl raises whatever the broken part of the file made it stumble over
        return Document(problems=(Problem("xlsx.damaged", f"{name!r}: {type(error).__name__}"),))
    drafts: list[Draft] = []
    layouts: list[Layout] = []
    problems = _left_out(name, data)
    for sheet in book.worksheets[:MAX_SHEETS]:
        if sheet.sheet_state != "visible":
            problems.append(Problem("po.hidden_content", f"{name!r}: the sheet {sheet.title!r} is hidden"))
            continue
        found = _read_sheet(f"{name}:{sheet.title}", sheet, data, context, layouts)
        drafts += found.drafts
        problems += found.problems
    filled = [draft for draft in drafts if draft.lines]
    if len(filled) == 1 and len(layouts) > 1 and not filled[0].best("po_number"):
        filled = _with_cover(filled[0], layouts, context)
    if not filled:
        return Document(tuple(drafts[:1]), tuple(problems))
    doubts = [p for p in problems if p.code not in HARMLESS and p.code.startswith(("xlsx.", "po.hidden"))]
    return Document(tuple(draft.doubt(*doubts) for draft in filled), tuple(problems))


def _with_cover(draft: Draft, layouts: list[Layout], context: Context) -> list[Draft]:
    """The order with what the sheets before its lines say: a cover with its number, its days and its address."""
    part = draft.lines[0].places[0][1].part if draft.lines[0].places else ""
    at = next((n for n, layout in enumerate(layouts) if layout.part == part), len(layouts))
    rows = [replace(row, grid=n + 1) for n, layout in enumerate(layouts[: at + 1]) for row in layout.rows]
    whole = read_sheet(Layout(tuple(rows), layouts[0].part, "xlsx"), context)
    same = [each for each in whole.drafts if each.lines and line_sum(each.lines) == line_sum(draft.lines)]
    return same if len(same) == 1 and len(same[0].lines) == len(draft.lines) else [draft]


def _left_out(name: str, data: bytes) -> list[Problem]:
    """What a workbook holds beside its cells: read without it, and told."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [entry.filename.lower() for entry in archive.infolist()]
    found = []
    if any(each.endswith("vbaproject.bin") for each in names):
        found.append(Problem("xlsx.macros", f"{name!r} holds macros; they were not run"))
    if any("/externallinks/" in each for each in names):
        found.append(Problem("xlsx.external_links", f"{name!r} takes values from other files; these were not opened"))
    return found


def _refused(name: str, data: bytes) -> Problem | None:
    if data[:4] == b"\xd0\xcf\x11\xe0":
        return Problem("xlsx.encrypted", f"{name!r} is encrypted")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES or sum(e.file_size for e in entries) > MAX_UNPACKED:
                return Problem("xlsx.limits", f"{name!r} unpacks to too much")
            for entry in entries:
                if (
                    entry.filename.endswith((".xml", ".rels"))
                    and b"<!DOCTYPE" in archive.open(entry).read(2048).upper()
                ):
                    return Problem("xml.refused", f"{name!r} declares a document type")
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        return Problem("xlsx.damaged", f"{name!r}: {type(error).__name__}")
    return None


def _read_sheet(part: str, sheet: Any, data: bytes, context: Context, layouts: list[Layout]) -> Document:
    """The orders of a sheet, whose rows are added to ``layouts``."""
    if (
        sheet.max_row
        and sheet.max_row * min(sheet.max_column or 1, MAX_COLUMNS) > 20 * MAX_CELLS
        and len(sheet._cells) > MAX_CELLS
    ):
        return Document(problems=(Problem("xlsx.limits", f"{part!r} has too many cells"),))
    rows: list[Row] = []
    problems: list[Problem] = []
    hidden_rows = {n for n, d in sheet.row_dimensions.items() if d.hidden}
    hidden_columns = _hidden_columns(sheet)
    for number, cells in _filled_rows(sheet):
        if len(rows) >= MAX_ROWS:
            return Document(problems=(Problem("xlsx.limits", f"{part!r} has more than {MAX_ROWS} rows"),))
        texts = [(c.column, text) for c in cells if (text := shown(c)) and c.column not in hidden_columns]
        if number in hidden_rows:
            if texts:
                problems.append(Problem("po.hidden_content", f"{part!r}: row {number} is hidden"))
            continue
        laid = tuple(grid_cell(text, column) for column, text in texts[:MAX_COLUMNS])
        if laid:
            gap = bool(rows) and rows[-1].line != number - 1
            rows.append(Row(laid, line=number, grid=1, gap=gap))
    if hidden_columns and any(
        c.value is not None for n, cells in _filled_rows(sheet) for c in cells if c.column in hidden_columns
    ):
        problems.append(Problem("po.hidden_content", f"{part!r} has hidden columns"))
    texts_only = [
        f
        for _, cells in _filled_rows(sheet)
        for c in cells
        if isinstance(c.value, str)
        for f in FIGURE.findall(c.value)
    ]
    style = vote(texts_only) or Style.POINT
    layout = Layout(tuple(rows), part, "xlsx")
    layouts.append(layout)
    found = read_sheet(layout, replace(context, style=style))
    code = _formatted_currency(sheet)
    place = Value(code, layout.place(Row(())), 3) if code else None
    drafts = (d.with_values("currency", place) if place else d for d in found.drafts)
    return Document(tuple(drafts), (*found.problems, *problems[:3]))


def _formatted_currency(sheet: Any) -> str | None:
    """The one currency that the number formats of figures show; None where they show none or several."""
    formats = {
        str(cell.number_format) for cell in sheet._cells.values() if isinstance(cell.value, int | float | Decimal)
    }
    codes = {code for each in formats if (code := _currency_shown(each))}
    return codes.pop() if len(codes) == 1 else None


def _currency_shown(pattern: str) -> str | None:
    """The currency in a number format (ISO/IEC 29500-1, 18.8.31): "[$€-407]", quoted, or as a plain sign."""
    marked = re.search(r"\[\$([^\]-]*)(?:-([0-9A-Fa-f]+))?\]", pattern)
    sign = (
        marked[1] if marked else "".join(re.findall(r'"([^"]*)"', pattern)) or "".join(re.findall(r"[€£$¥₽₹]", pattern))
    )
    country = _LOCALES.get((marked[2] or "").upper()) if marked else None
    return currency_of(sign.strip(), country) if sign.strip() else None


def _hidden_columns(sheet: Any) -> set[int]:
    hidden: set[int] = set()
    for dimension in sheet.column_dimensions.values():
        if dimension.hidden and dimension.min and dimension.max and dimension.max - dimension.min < MAX_COLUMNS:
            hidden.update(range(dimension.min, dimension.max + 1))
    return hidden


def _filled_rows(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    """Only the rows that have cells, whatever size the sheet claims."""
    by_row: dict[int, list[Any]] = {}
    for (row, _), cell in sheet._cells.items():
        if cell.value is not None:
            by_row.setdefault(row, []).append(cell)
    for row in sorted(by_row):
        yield row, sorted(by_row[row], key=lambda c: c.column)


def shown(cell: Any) -> str:
    """A cell's text about as the sheet shows it: leading zeros and decimals by the number format, dates as ISO."""
    value = cell.value
    if isinstance(value, datetime | date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, bool | time):
        return str(value)
    if isinstance(value, int | float):
        return _figure(value, str(cell.number_format or ""))
    return str(value).strip() if value is not None else ""


def _figure(value: float, pattern: str) -> str:
    plain_pattern = pattern.split(";")[0].replace('"', "")
    if set(plain_pattern) == {"0"} and float(value).is_integer():
        return f"{int(value):0{len(plain_pattern)}d}"
    if "%" in plain_pattern:
        return f"{value * 100:g}%"
    if isinstance(value, int) or float(value).is_integer():
        decimals = plain_pattern.partition(".")[2]
        digits = len([c for c in decimals if c == "0"])
        return f"{value:.{digits}f}" if digits else str(int(value))
    text = repr(round(float(value), 6))
    if len(text.partition(".")[2]) == 3:
        text += "0"
    return text if "e" not in text else f"{value:.6f}".rstrip("0")
