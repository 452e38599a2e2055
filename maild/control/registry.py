"""All operations by name, and carrying one out."""

from maild.control import (
    assignments,
    blueprint_reports,
    blueprints,
    choices,
    desk_now,
    drafts,
    facts,
    feeds,
    forgetting,
    knowledge,
    letters,
    links,
    lists,
    mailboxes,
    mails,
    partings,
    people,
    reports,
    resolutions,
    rules,
    sides,
    tasks,
    tickets,
    tokens,
    upkeep,
    users,
    views,
    visibility,
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
    **blueprints.OPERATIONS,
    **blueprint_reports.OPERATIONS,
    **choices.OPERATIONS,
    **drafts.OPERATIONS,
    **assignments.OPERATIONS,
    **mails.OPERATIONS,
    **mailboxes.OPERATIONS,
    **letters.OPERATIONS,
    **links.OPERATIONS,
    **partings.OPERATIONS,
    **rules.OPERATIONS,
    **upkeep.OPERATIONS,
    **views.OPERATIONS,
    **tasks.OPERATIONS,
    **webhooks.OPERATIONS,
    **people.OPERATIONS,
    **reports.OPERATIONS,
    **desk_now.OPERATIONS,
    **knowledge.OPERATIONS,
    **facts.OPERATIONS,
    **forgetting.OPERATIONS,
    **feeds.OPERATIONS,
    **sides.OPERATIONS,
    **resolutions.OPERATIONS,
    **users.OPERATIONS,
    **tokens.OPERATIONS,
}


async def carry_out(db: Database, desk: Desk, request: Request) -> list[Row]:
    """The rows of one operation; raises MaildError where it cannot be done."""

    def run(tx: Tx) -> list[Row]:
        return carry_out_in(tx, desk, request)

    operation = _known(request.operation)
    if operation.steps is not None:
        await db.read(run)
        return await operation.steps(db, desk, request)
    return await (db.write(run) if operation.writes else db.read(run))


def carry_out_in(tx: Tx, desk: Desk, request: Request) -> list[Row]:
    """The same inside a transaction."""
    operation = _known(request.operation)
    operation.permit(desk, request)
    return list(operation.run(tx, desk, visibility.admitted(tx, desk, request)))


def _known(name: str) -> Operation:
    operation = OPERATIONS.get(name)
    if operation is None:
        raise UsageError(f"no operation {name!r}")
    return operation
