"""CSV (RFC 4180, UTF-8) that stays text in a spreadsheet: no cell from a mail becomes a formula."""

import csv
import io
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from maild.errors import DataError

STARTERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes spreadsheets take a cell for a formula; some take the wide forms for the plain ones."""


def write(
    rows: Iterable[dict[str, Any]], columns: Sequence[str], numbers: Iterable[str] = (), out: TextIO | None = None
) -> None:
    """A header of exactly these columns, then the rows, to ``out`` or standard output. ``numbers`` are checked ones."""
    out = out or _out()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe(column) for column in columns])
    plain = frozenset(numbers)
    for row in rows:
        writer.writerow(
            [_text(row.get(column)) if column in plain else safe(_text(row.get(column))) for column in columns]
        )
    out.flush()


def safe(text: str) -> str:
    """The text with ' in front where it would be a formula."""
    return f"'{text}" if text.startswith(STARTERS) else text


def read(raw: bytes, needed: Sequence[str] = ()) -> list[dict[str, str]]:
    """Rows by the names in the first line; a ' that `safe` put in front is taken away. Raises DataError, also where one
    of the columns ``needed`` is not there.

    Spreadsheets of some countries put a semicolon between cells, and some programs a tab: what the first line has most.
    """
    try:
        text = raw.decode("utf-8-sig")
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True))
    except UnicodeDecodeError:
        raise DataError("the file is not UTF-8", "save it as CSV UTF-8") from None
    except csv.Error as error:
        raise DataError(f"this is no CSV: {error}", "save it as CSV in UTF-8, with the columns' names first") from None
    header, *rows = table or [[]]
    if len(set(header)) != len(header):
        raise DataError("two columns have the same name", "take one of them out, or name it otherwise")
    if lacking := [name for name in needed if name not in header]:
        here = f"here they are {', '.join(header)}" if any(header) else "here it is empty"
        raise DataError(f"there is no column {', '.join(lacking)}", f"the first line names the columns; {here}")
    return [dict(zip(header, map(_plain, row), strict=False)) for row in rows if any(row)]


def _delimiter(text: str) -> str:
    unquoted = "".join(text.split("\n", 1)[0].split('"')[::2])
    return max(",;\t", key=unquoted.count)


def _plain(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith(STARTERS) else text


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return ", ".join(map(str, value))
    return str(value)


def _out() -> TextIO:
    """Standard output as UTF-8 whatever the locale, line ends as written."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace", newline="")
    return sys.stdout
