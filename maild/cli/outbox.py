"""``maild outbox``: letters on their way out."""

from argparse import Namespace

from maild.cli import contents
from maild.cli.asking import objects
from maild.cli.harmless import shown, shown_lines
from maild.cli.output import listed, table
from maild.errors import UsageError

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
    told, text = contents.letter(raw)
    print()
    for line in told:
        print(shown(line))
    print(f"\n{shown_lines(text)}")
    return 0


def retry(arguments: Namespace) -> int:
    return listed(arguments, ("id", "phase"), "outbox.retry", id=arguments.id)


def hold(arguments: Namespace) -> int:
    return listed(arguments, ("id", "phase"), "outbox.hold", id=arguments.id)


def release(arguments: Namespace) -> int:
    return _one_or_all(arguments, "outbox.release")


def drop(arguments: Namespace) -> int:
    return _one_or_all(arguments, "outbox.drop")


def _one_or_all(arguments: Namespace, operation: str) -> int:
    if (arguments.id is None) is (arguments.code is None):
        raise UsageError("give the letter's ID, or --code CODE for all that are held with that code")
    which = {"id": arguments.id} if arguments.code is None else {"code": arguments.code}
    return listed(arguments, ("id", "phase"), operation, **which)
