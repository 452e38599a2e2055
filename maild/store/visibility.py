"""Which department a ticket is in, and leaving out of lists what hangs on tickets of departments that are hidden."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, bindparam, not_, or_, select, true

from maild.store import tables
from maild.store.tables import TICKET
from maild.store.tx import Tx

_BEHIND = {"task": "TASK", "outbox": "LETTER", "mail": "MESSAGE", "side": "SIDE_CONVERSATION"}
_DEPARTMENT = select(TICKET.c.department).where(TICKET.c.id == bindparam("ticket"))


def department_of(tx: Tx, ticket: int) -> str | None:
    """None also where there is no such ticket."""
    found: str | None = tx.scalar(_DEPARTMENT, {"ticket": ticket})
    return found


def ticket_behind(tx: Tx, noun: str, number: int) -> int | None:
    """The ticket that a task, a letter (outbox), a mail or a side conversation hangs on."""
    if noun not in _BEHIND:
        return None
    table = getattr(tables, _BEHIND[noun])  # made only now: a list of tickets wants none of them
    found: int | None = tx.scalar(select(table.c.ticket_id).where(table.c.id == number))
    return found


def shown(hidden: Collection[str]) -> ColumnElement[bool]:
    """Tickets that are in none of these departments."""
    if not hidden:
        return true()
    return or_(TICKET.c.department.is_(None), TICKET.c.department.not_in(sorted(hidden)))


def shown_by(ticket_id: Any, hidden: Collection[str]) -> ColumnElement[bool]:
    """Rows whose ticket is in none of them; those without a ticket are everybody's."""
    if not hidden:
        return true()
    theirs = select(TICKET.c.id).where(TICKET.c.id == ticket_id, TICKET.c.department.in_(sorted(hidden)))
    return not_(theirs.exists())
