"""All operations by name, and carrying one out."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from maild.control import letters, mailboxes, mails, people, reports, rules, tasks, tickets, upkeep, views, webhooks
from maild.control.operation import Operation, Request, Row
from maild.errors import UsageError
from maild.store.db import Database
from maild.store.tx import Tx
from pipeline.furniture import Desk

OPERATIONS: dict[str, Operation] = {
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
}


async def carry_out(db: Database, desk: Desk, request: Request) -> list[Row]:
    """The rows of one operation; raises MaildError where it cannot be done."""
    operation = OPERATIONS.get(request.operation)
    if operation is None:
        raise UsageError(f"no operation {request.operation!r}")

    def run(tx: Tx) -> list[Row]:
        return list(operation.run(tx, desk, request))

    return await (db.write(run) if operation.writes else db.read(run))


def to_json(row: Row) -> str:
    """One line; times are ISO 8601 in UTC."""
    return json.dumps(row, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
