"""``maild view``: the views of a group, as a table, JSON lines or CSV."""

import sys
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from maild import spreadsheet
from maild.cli.asking import objects
from maild.cli.harmless import shown
from maild.cli.output import json_line, listed, table

CSV_PAGE = 5000


def run(arguments: Namespace) -> int:
    if arguments.name == "list":
        return listed(arguments, ("name", "label", "count", "groups"), "view.list")
    if arguments.csv:
        [view] = objects(arguments, "view.list", name=arguments.name)
        spreadsheet.write(_all(arguments), view["columns"], view["numbers"])
        return 0
    rows, after = _page(arguments, arguments.limit, arguments.after, shown=not arguments.json)
    if arguments.json:
        for row in rows:
            print(json_line(row))
    else:
        [view] = objects(arguments, "view.list", name=arguments.name)
        print(f"{shown(view['label'])}: {view['count']}")
        table(rows, list(dict.fromkeys(("id", *view["columns"]))))
    if after:
        print(f"next page: --after {after}", file=sys.stderr)
    return 0


def _page(
    arguments: Namespace, limit: int, after: str | None, *, shown: bool
) -> tuple[list[dict[str, Any]], str | None]:
    rows = objects(arguments, "view.page", name=arguments.name, limit=limit, after=after, shown=shown)
    more = rows.pop()["after"] if rows and set(rows[-1]) == {"after"} else None
    return rows, more


def _all(arguments: Namespace) -> Iterator[dict[str, Any]]:
    after = None
    while True:
        rows, after = _page(arguments, CSV_PAGE, after, shown=True)
        yield from rows
        if after is None:
            return
