"""Rows for people and rows for programs."""

import json
import sys
from argparse import Namespace
from collections.abc import Iterable, Sequence
from typing import Any

from maild.cli.asking import rows
from maild.cli.harmless import cell

Row = dict[str, Any]

BREAKS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}  # line ends to some readers, though not to JSON


def json_line(value: object) -> str:
    """A value on one line, whatever its reader takes for the end of a line."""
    return json.dumps(value, ensure_ascii=False).translate(BREAKS)


def listed(arguments: Namespace, columns: Sequence[str], operation: str, **given: Any) -> int:
    """Print the rows of an operation: JSON lines, or a table with these columns."""
    lines = rows(arguments, operation, **given)
    if arguments.json:
        for line in lines:
            print(line.translate(BREAKS))
    else:
        table([json.loads(line) for line in lines], columns)
    return 0


def table(found: Iterable[Row], columns: Sequence[str]) -> None:
    """A plain table, as wide as the terminal; "(none)" where there is nothing."""
    found = list(found)
    if not found:
        print("(none)")
        return
    from rich.console import Console
    from rich.table import Table

    grid = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        grid.add_column(column.replace("_", " "), overflow="fold", no_wrap=column in ("id", "status"))
    for row in found:
        grid.add_row(*(cell(row.get(column)) for column in columns))
    Console(highlight=False, soft_wrap=not sys.stdout.isatty(), width=None if sys.stdout.isatty() else 200).print(grid)
