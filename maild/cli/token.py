"""``maild token``: programs that use the JSON API as one of our own people."""

import sys
from argparse import Namespace

from maild.cli.asking import objects
from maild.cli.output import listed

COLUMNS = ("id", "name", "label", "scopes", "created_at", "expires_at", "used_at", "revoked_at")


def list_tokens(arguments: Namespace) -> int:
    return listed(arguments, (*COLUMNS, "works"), "token.list")


def create(arguments: Namespace) -> int:
    """The token stands in the answer, and nowhere else from then on."""
    given = {"user": arguments.user, "scopes": arguments.scope, "label": arguments.label, "days": arguments.expires}
    if arguments.json:
        return listed(arguments, COLUMNS, "token.create", **given)
    made = objects(arguments, "token.create", **given)[0]
    print(made["token"])
    print(f"token {made['id']} for {made['name']}: {', '.join(made['scopes'])}; it is not shown again", file=sys.stderr)
    return 0


def revoke(arguments: Namespace) -> int:
    return listed(arguments, COLUMNS, "token.revoke", id=arguments.id)
