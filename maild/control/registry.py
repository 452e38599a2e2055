"""All operations by name, and carrying one out."""

from maild.control import (
    knowledge,
    letters,
    lists,
    mailboxes,
    mails,
    people,
    reports,
    rules,
    tasks,
    tickets,
    upkeep,
    views,
    webhooks,
)
from maild.control.operation import Operation, Request, Row
from maild.errors import UsageError
from maild.store.db import Database
from maild.store.tx import Tx
from pipeline.furniture import Desk

OPERATIONS: dict[str, Operation] = {
    **lists.OPERATIONS,
    **tickets.OPERATIONS,
    **mails.OPERATIONS,
    **mailboxes.OPERATIONS,
    **letters.OPERATIONS,
    **rules.OPERATIONS,
    **upkeep.OPERATIONS,
    **views.OPERATIONS,
    **tasks.OPERATIONS,
    **webhooks.OPERATIONS,
    **people.OPERATIONS,
    **reports.OPERATIONS,
    **knowledge.OPERATIONS,
}


async def carry_out(db: Database, desk: Desk, request: Request) -> list[Row]:
    """The rows of one operation; raises MaildError where it cannot be done."""
    operation = OPERATIONS.get(request.operation)
    if operation is None:
        raise UsageError(f"no operation {request.operation!r}")

    def run(tx: Tx) -> list[Row]:
        return list(operation.run(tx, desk, request))

    return await (db.write(run) if operation.writes else db.read(run))
