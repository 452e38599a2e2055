"""Tasks of tickets: whose, by when, and that they are done."""

from collections.abc import Iterable

from maild.control.operation import Operation, Request, Row, actor
from maild.errors import DataError
from maild.store import comments, tasks
from maild.store.tx import Tx
from pipeline.furniture import Desk


def list_tasks(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Open ones by due time, of one owner or ticket where asked; with ``all`` the done ones too."""
    ticket = request.arguments.get("ticket")
    return tasks.rows(
        tx,
        ticket=None if ticket is None else int(ticket),
        owner=request.optional("owner"),
        all_states=bool(request.arguments.get("all")),
        limit=request.limit(),
    )


def done(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Mark a task done, and note it on the ticket."""
    number = request.number("id")
    task = tasks.row(tx, number)
    if task is None:
        raise DataError(f"no task {number}", "see 'maild task list'")
    who = actor(desk, request)
    if not tasks.done(tx, number, str(who)):
        raise DataError(f"task {number} was done already, by {task['done_by']}")
    comments.add(tx, task["ticket"], str(who), f"Task done: {task['title']}", public=False)
    return [tasks.row(tx, number) or {}]


OPERATIONS = {
    "task.list": Operation(list_tasks),
    "task.done": Operation(done, writes=True),
}
