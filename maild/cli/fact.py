"""``maild fact``: what other systems know of customers, beside their tickets."""

from argparse import Namespace

from maild.cli.asking import objects
from maild.cli.output import listed
from maild.cli.people import COUNTED, rows_of

NEEDED = ("kind", "key")
COLUMNS = ("id", "organization", "address", "kind", "key", "date", "amount", "currency", "text", "link")


def list_facts(arguments: Namespace) -> int:
    given = {name: getattr(arguments, name) for name in ("organization", "address", "kind", "limit")}
    return listed(arguments, COLUMNS, "fact.list", **given)


def import_facts(arguments: Namespace) -> int:
    return listed(arguments, COUNTED, "fact.import", rows=rows_of(arguments, *NEEDED))


def drop(arguments: Namespace) -> int:
    if arguments.json:
        return listed(arguments, (), "fact.drop", id=arguments.id)
    [row] = objects(arguments, "fact.drop", id=arguments.id)
    print(f"fact {row['id']}: dropped")
    return 0
