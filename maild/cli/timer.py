"""``maild timer``: promises to act later."""

from argparse import Namespace

from maild.cli.output import listed

COLUMNS = ("id", "ticket", "rule", "step", "due_at", "state", "settled_at", "why")


def list_timers(arguments: Namespace) -> int:
    return listed(arguments, COLUMNS, "timer.list", ticket=arguments.ticket, all=arguments.all, limit=arguments.limit)
