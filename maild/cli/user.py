"""``maild user``: our own people: who takes work, who may sign in to the web, and giving them a password."""

import getpass
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from maild.cli.asking import objects
from maild.cli.output import listed, table
from maild.errors import DataError, UsageError


def list_users(arguments: Namespace) -> int:
    """With what each has of the work that is handed out: 2/5 are two of five."""
    if arguments.json:
        return listed(arguments, (), "user.list")
    columns = ("name", "address", "role", "groups", "departments", "presence", "load", "password_since", "sessions")
    table([row | _at_work(row) for row in objects(arguments, "user.list")], columns)
    return 0


def _at_work(row: dict[str, Any]) -> dict[str, str]:
    loads = (f"{load['owned']}/{load['cap']}" if load["cap"] else str(load["owned"]) for load in row["load"])
    return {"presence": "online" if row["online"] else "offline", "load": " ".join(loads)}


def online(arguments: Namespace) -> int:
    return _present(arguments, True)


def offline(arguments: Namespace) -> int:
    return _present(arguments, False)


def _present(arguments: Namespace, there: bool) -> int:
    return listed(arguments, ("name", "online", "since"), "user.presence", name=arguments.name, online=there)


def password(arguments: Namespace) -> int:
    """Asked for twice on a terminal, else the first line of --file or of standard input."""
    from maild import passwords

    given = _asked(arguments)
    if wrong := passwords.unfit(given, arguments.name):
        raise DataError(f"the password {wrong}", "for example: openssl rand -base64 18")
    hashed = passwords.hashed(given)
    return listed(arguments, ("name", "sessions_ended"), "user.password", name=arguments.name, hash=hashed)


def drop(arguments: Namespace) -> int:
    return listed(arguments, ("name", "sessions_ended"), "user.drop_password", name=arguments.name)


def _asked(arguments: Namespace) -> str:
    if arguments.file:
        try:
            return Path(arguments.file).read_text(encoding="utf-8").split("\n")[0].rstrip("\r")
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"{arguments.file}: cannot be read", str(getattr(error, "strerror", "") or "")) from None
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass(f"New password for {arguments.name}: ")
    if first != getpass.getpass("Once more: "):
        raise UsageError("the two are not the same")
    return first
