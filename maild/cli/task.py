"""``maild task``: what colleagues have to do."""

from argparse import Namespace

from maild.cli.output import listed

COLUMNS = ("id", "ticket", "state", "owner", "due_at", "title", "done_by")


def list_tasks(arguments: Namespace) -> int:
    return listed(
        arguments,
        COLUMNS,
        "task.list",
        ticket=arguments.ticket,
        owner=arguments.owner,
        all=arguments.all,
        limit=arguments.limit,
    )


def done(arguments: Namespace) -> int:
    return listed(arguments, COLUMNS, "task.done", id=arguments.id)
