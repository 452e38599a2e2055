"""``maild task``: what colleagues have to do."""

from argparse import Namespace

from maild.cli.output import listed

COLUMNS = ("id", "ticket", "state", "owner", "priority", "due_at", "blocks", "title", "done_by")


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


def add(arguments: Namespace) -> int:
    """Give somebody something to do."""
    return listed(
        arguments,
        COLUMNS,
        "task.add",
        ticket=arguments.ticket,
        title=" ".join(arguments.title),
        to=arguments.to,
        due=arguments.due,
        remind=arguments.remind,
        priority=arguments.priority,
        blocks=arguments.blocks,
    )


def done(arguments: Namespace) -> int:
    return listed(arguments, COLUMNS, "task.done", id=arguments.id)
