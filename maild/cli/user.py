"""``maild user``: who may sign in to the web, and giving them a password."""

import getpass
import sys
from argparse import Namespace
from pathlib import Path

from maild.cli.output import listed
from maild.errors import DataError, UsageError


def list_users(arguments: Namespace) -> int:
    return listed(arguments, ("name", "address", "role", "groups", "password_since", "sessions"), "user.list")


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
