"""``maild mail``: what came in and what became of it."""

import base64
import sys
from argparse import Namespace

from maild.cli import contents
from maild.cli.asking import objects
from maild.cli.harmless import shown
from maild.cli.output import listed, table

COLUMNS = ("id", "received_at", "state", "outcome", "code", "ticket_id", "kind", "from_address", "subject")


def list_mails(arguments: Namespace) -> int:
    return listed(arguments, COLUMNS, "mail.list", state=arguments.state, limit=arguments.limit)


def show(arguments: Namespace) -> int:
    if arguments.json:
        return listed(arguments, (), "mail.show", id=arguments.id)
    mail = objects(arguments, "mail.show", id=arguments.id)[0]
    deliveries = mail.pop("deliveries")
    for name, value in mail.items():
        print(f"{name:<14} {shown(str(value if value is not None else ''))}")
    print()
    table(deliveries, ("received_at", "channel", "sender", "recipients", "peer", "helo", "login", "tls", "size"))
    if found := contents.files(arguments, [mail]):
        print()
        table(found, ("name", "type", "size"))
    return 0


def raw(arguments: Namespace) -> int:
    """The very bytes, also when the output is a terminal: whoever asks for raw gets raw."""
    sys.stdout.buffer.write(base64.b64decode(objects(arguments, "mail.raw", id=arguments.id)[0]["raw"]))
    sys.stdout.buffer.flush()
    return 0


def retry(arguments: Namespace) -> int:
    return listed(arguments, ("id", "state"), "mail.retry", id=arguments.id)
