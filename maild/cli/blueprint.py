"""``maild blueprint``: which there are, what they allow, and taking tickets over to the version of today."""

from argparse import Namespace
from typing import Any

from maild.cli.asking import objects
from maild.cli.harmless import shown
from maild.cli.output import json_line, listed, table
from maild.domain.plurals import counted
from maild.errors import UsageError

Row = dict[str, Any]
_SHORT = 12


def list_blueprints(arguments: Namespace) -> int:
    """Of a digest a table shows as much as tells versions apart."""
    columns = ("name", "version", "today", "states", "transitions", "tickets", "digest", "where")
    if arguments.json:
        return listed(arguments, columns, "blueprint.list")
    table((row | {"digest": row["digest"][:_SHORT]} for row in objects(arguments, "blueprint.list")), columns)
    return 0


def show(arguments: Namespace) -> int:
    if arguments.json:
        return listed(arguments, (), "blueprint.show", name=arguments.name)
    rows = objects(arguments, "blueprint.show", name=arguments.name)
    table((row for row in rows if row["kind"] == "state"), ("name", "label", "status", "final", "limit", "tickets"))
    print()
    columns = ("name", "from", "to", "who", "needs", "conditions", "by")
    table((row for row in rows if row["kind"] == "transition"), columns)
    return 0


def migrate(arguments: Namespace) -> int:
    """Batch by batch, so that nobody else waits long; the last line sums up."""
    operation = "blueprint.rehearse" if arguments.dry_run else "blueprint.migrate"
    states = [_pair(word) for word in arguments.state]
    given: Row = {"name": arguments.name, "ticket": arguments.ticket, "states": states}
    after, done, refused = 0, 0, 0
    while True:
        *rows, end = objects(arguments, operation, **given, after=after)
        for row in rows:
            done, refused = done + bool(row["effects"]), refused + bool(row["refused"])
            _tell(arguments, row)
        if end["after"] is None:
            break
        after = end["after"]
    if arguments.json:
        print(json_line({"name": arguments.name, "taken_over": done, "refused": refused, "dry_run": arguments.dry_run}))
    elif done or refused:
        print(f"{counted(done, 'ticket')} {_were(done, arguments)} taken over, {refused} refused")
    else:
        print(f"nothing to do: no ticket of blueprint {arguments.name} that you see keeps an older version")
    return 65 if refused else 0


def _tell(arguments: Namespace, row: Row) -> None:
    if arguments.json:
        print(json_line(row))
    else:
        print(f"ticket {row['ticket']}: {'; '.join(map(shown, row['effects'] or row['refused']))}")


def _were(done: int, arguments: Namespace) -> str:
    return "would be" if arguments.dry_run else "was" if done == 1 else "were"


def _pair(word: str) -> list[str]:
    old, equals, new = word.partition("=")
    if not equals or not old or not new:
        raise UsageError(f"{word!r} maps nothing", "write --state OLD=NEW")
    return [old, new]
