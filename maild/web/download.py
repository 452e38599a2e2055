"""Files of strangers: saved under their names, never shown by the browser as pages of ours."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from maild import spreadsheet
from maild.control.operation import Row
from maild.web.house import house_of

FILE_POLICY = "default-src 'none'; sandbox"


def saved_as(name: str) -> dict[str, str]:
    """Headers; RFC 6266 with RFC 8187 for names beyond ASCII."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in name)[-100:] or "file"
    said = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name[-100:], safe='')}"
    return {"content-disposition": said, "content-security-policy": FILE_POLICY}


def csv_of(
    request: Request, name: str, rows: Iterable[Row], columns: Sequence[str], numbers: Iterable[str] = ()
) -> Response:
    """A table to save as ``name``.csv; the mark in front tells spreadsheets that it is UTF-8.

    Instants are those of the site's time zone, with its offset, to the second (ISO 8601).
    """
    out, zone = io.StringIO(newline=""), ZoneInfo(house_of(request).site.timezone)
    told = ({column: _told(row.get(column), zone) for column in columns} for row in rows)
    spreadsheet.write(told, columns, numbers, out)
    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _told(value: Any, zone: ZoneInfo) -> Any:
    return value.astimezone(zone).isoformat(timespec="seconds") if isinstance(value, datetime) else value
