"""``maild habit``, ``maild price`` and ``maild ticket correct``: what is known of customers, and teaching it."""

from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from maild import spreadsheet
from maild.cli.asking import objects
from maild.cli.harmless import shown
from maild.cli.output import listed
from maild.cli.people import COUNTED, rows_of

HABIT = ("organization", "name", "said", "value", "layout")
PRICE = ("organization", "sku", "unit", "price", "currency", "per", "valid_from", "valid_to")
PAGE = 2000


def list_habits(arguments: Namespace) -> int:
    return listed(arguments, ("id", *HABIT, "ticket_id", "set_by"), "habit.list", organization=arguments.organization)


def export_habits(arguments: Namespace) -> int:
    spreadsheet.write(objects(arguments, "habit.list", organization=arguments.organization), HABIT)
    return 0


def set_habit(arguments: Namespace) -> int:
    given = {name: getattr(arguments, name) for name in HABIT}
    return listed(arguments, ("id", *HABIT), "habit.set", **given)


def drop_habit(arguments: Namespace) -> int:
    return listed(arguments, ("id", *HABIT), "habit.drop", id=arguments.id)


def import_habits(arguments: Namespace) -> int:
    return _import(arguments, "habit.import", ("organization", "name", "value"))


def list_prices(arguments: Namespace) -> int:
    given = {"organization": arguments.organization, "limit": arguments.limit}
    return listed(arguments, ("id", *PRICE), "price.list", **given)


def export_prices(arguments: Namespace) -> int:
    spreadsheet.write(_prices(arguments), PRICE, ("price", "per"))
    return 0


def _prices(arguments: Namespace) -> Iterator[dict[str, Any]]:
    after = 0
    while rows := objects(arguments, "price.list", organization=arguments.organization, after=after, limit=PAGE):
        yield from rows
        after = rows[-1]["id"]


def import_prices(arguments: Namespace) -> int:
    return _import(arguments, "price.import", ("sku", "price", "currency"))


def _import(arguments: Namespace, operation: str, needed: tuple[str, ...]) -> int:
    return listed(arguments, COUNTED, operation, rows=rows_of(arguments, *needed))


def correct(arguments: Namespace) -> int:
    given = {"id": arguments.id, "field": arguments.field, "value": " ".join(arguments.value)}
    if arguments.json:
        return listed(arguments, (), "ticket.correct", **given)
    [row] = objects(arguments, "ticket.correct", **given)
    print(
        f"ticket {row['id']}: {row['field']} is now {shown(row['after'])}, it was {shown(row['before'] or 'nothing')}"
    )
    for why in row["refused"]:
        print(shown(why))
    if row["habit"]:
        print(f"learned for such documents of this customer; undo with: maild habit drop {row['habit']}")
    return 0
