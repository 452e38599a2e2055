"""Files of strangers: saved under their names, never shown by the browser as pages of ours."""

import io
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from starlette.responses import Response

from maild import spreadsheet
from maild.control.operation import Row

FILE_POLICY = "default-src 'none'; sandbox"


def saved_as(name: str) -> dict[str, str]:
    """Headers; RFC 6266 with RFC 8187 for names beyond ASCII."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in name)[-100:] or "file"
    said = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name[-100:], safe='')}"
    return {"content-disposition": said, "content-security-policy": FILE_POLICY}


def csv_of(name: str, rows: Iterable[Row], columns: Sequence[str], numbers: Iterable[str] = ()) -> Response:
    """A table to save as ``name``.csv; the mark in front tells spreadsheets that it is UTF-8."""
    out = io.StringIO(newline="")
    spreadsheet.write(rows, columns, numbers, out)
    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)
