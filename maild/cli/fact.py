"""``maild fact``: what other systems know of customers, beside their tickets."""

from argparse import Namespace

from maild.cli.asking import objects
from maild.cli.output import listed
from maild.cli.people import rows_of
from maild.errors import DataError

NEEDED = ("kind", "key")
COLUMNS = ("id", "organization", "address", "kind", "key", "date", "amount", "currency", "text", "link")


def list_facts(arguments: Namespace) -> int:
    given = {name: getattr(arguments, name) for name in ("organization", "address", "kind", "limit")}
    return listed(arguments, COLUMNS, "fact.list", **given)


def import_facts(arguments: Namespace) -> int:
    rows = rows_of(arguments)
    lacking = [name for name in NEEDED if rows and name not in rows[0]]
    if lacking:
        raise DataError(f"there is no column {', '.join(lacking)}", "the first line names the columns")
    return listed(arguments, ("rows",), "fact.import", rows=rows)


def drop(arguments: Namespace) -> int:
    if arguments.json:
        return listed(arguments, (), "fact.drop", id=arguments.id)
    [row] = objects(arguments, "fact.drop", id=arguments.id)
    print(f"fact {row['id']}: dropped")
    return 0
