"""``maild webhook``: the programs that rules call."""

from argparse import Namespace

from maild.cli.output import listed

COLUMNS = ("name", "state", "failing_since", "off_at", "why", "url")


def list_webhooks(arguments: Namespace) -> int:
    return listed(arguments, COLUMNS, "webhook.list")


def switch_on(arguments: Namespace) -> int:
    return listed(arguments, ("name", "state"), "webhook.on", name=arguments.name)
