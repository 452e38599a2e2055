"""Which department a ticket is in, and leaving out of lists and counts what hangs on tickets of hidden departments."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, not_, or_, select, true

from maild.store import tables
from maild.store.tables import TICKET
from maild.store.tx import Tx

_BEHIND = {"task": "TASK", "outbox": "LETTER", "mail": "MESSAGE", "side": "SIDE_CONVERSATION"}


@dataclass(frozen=True, slots=True)
class Sight:
    """What figures are about: tickets of no ``hidden`` department; with ``only`` those of that one ("": of none)."""

    hidden: frozenset[str] = frozenset()
    only: str | None = None


ALL = Sight()
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


def order_address(tx: Tx, mail: int) -> str | None:
    """Where a mail came in; None also where there is no such mail."""
    message = tables.MESSAGE
    found: str | None = tx.scalar(select(message.c.order_address).where(message.c.id == mail))
    return found


def shared_with(tx: Tx) -> frozenset[str]:
    """The departments that some version of a blueprint names as owners of a transition."""
    return frozenset(tx.execute(select(tables.BLUEPRINT_SHARE.c.department).distinct()).scalars())


def is_shared(tx: Tx, ticket: int, hidden: Collection[str]) -> bool:
    """Whether a ticket stands where a department that is not ``hidden`` has a transition of its blueprint to take."""
    return tx.scalar(select(TICKET.c.id).where(TICKET.c.id == ticket, _shared(hidden))) is not None


def _shared(hidden: Collection[str]) -> ColumnElement[bool]:
    share = tables.BLUEPRINT_SHARE.c
    here = select(share.version).where(share.version == TICKET.c.blueprint_version, share.state == TICKET.c.state)
    return here.where(share.department.not_in(sorted(hidden))).correlate(TICKET).exists()


def shown(hidden: Collection[str]) -> ColumnElement[bool]:
    """Tickets that are in none of these departments, and those of them that are shared with another."""
    if not hidden:
        return true()
    return or_(TICKET.c.department.is_(None), TICKET.c.department.not_in(sorted(hidden)), _shared(hidden))


def shown_by(ticket_id: Any, hidden: Collection[str]) -> ColumnElement[bool]:
    """Rows whose ticket is in none of them; those without a ticket are everybody's."""
    if not hidden:
        return true()
    theirs = select(TICKET.c.id).where(TICKET.c.id == ticket_id, TICKET.c.department.in_(sorted(hidden)))
    return not_(theirs.where(not_(_shared(hidden))).exists())


def seen(sight: Sight) -> ColumnElement[bool]:
    """Tickets that figures are about."""
    if sight.only is None:
        return shown(sight.hidden)
    return and_(shown(sight.hidden), func.coalesce(TICKET.c.department, "") == sight.only)


def among(tx: Tx, numbers: Collection[int], hidden: Collection[str]) -> set[int]:
    """Those of some tickets that are not in hidden departments."""
    if not hidden or not numbers:
        return set(numbers)
    return set(tx.execute(select(TICKET.c.id).where(TICKET.c.id.in_(list(numbers)), shown(hidden))).scalars())


def is_used(tx: Tx, department: str) -> bool:
    """Whether any ticket is in it: it may have gone from the configuration."""
    return tx.scalar(select(TICKET.c.id).where(TICKET.c.department == department).limit(1)) is not None
