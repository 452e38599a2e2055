"""``maild outbox``: letters on their way out."""

from argparse import Namespace

from maild.cli.asking import objects
from maild.cli.output import listed, shown, shown_lines, table

COLUMNS = ("id", "phase", "ticket_id", "template", "to_address", "attempt", "copies", "next_at", "code", "why")


def list_letters(arguments: Namespace) -> int:
    return listed(arguments, COLUMNS, "outbox.list", phase=arguments.phase, limit=arguments.limit)


def show(arguments: Namespace) -> int:
    if arguments.json:
        return listed(arguments, (), "outbox.show", id=arguments.id)
    letter = objects(arguments, "outbox.show", id=arguments.id)[0]
    raw, recipients, tries = letter.pop("raw"), letter.pop("recipients"), letter.pop("tries")
    for name, value in letter.items():
        print(f"{name:<14} {shown(str(value if value is not None else ''))}")
    print()
    table(recipients, ("address", "state", "reply"))
    print()
    table(tries, ("attempt", "at", "result", "code", "why"))
    print(f"\n{shown_lines(raw)}")
    return 0


def retry(arguments: Namespace) -> int:
    return listed(arguments, ("id", "phase"), "outbox.retry", id=arguments.id)


def hold(arguments: Namespace) -> int:
    return listed(arguments, ("id", "phase"), "outbox.hold", id=arguments.id)


def release(arguments: Namespace) -> int:
    return listed(arguments, ("id", "phase"), "outbox.release", id=arguments.id)


def drop(arguments: Namespace) -> int:
    return listed(arguments, ("id", "phase"), "outbox.drop", id=arguments.id)
