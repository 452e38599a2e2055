"""Incoming mails for people, as plain dictionaries with stable keys."""

from typing import Any

from sqlalchemy import and_, or_, select

from maild.store.tables import DELIVERY, MESSAGE, OPEN_MAIL
from maild.store.tx import Tx
from maild.store.visibility import shown_by

Row = dict[str, Any]

_MAIL = (
    MESSAGE.c.id,
    MESSAGE.c.received_at,
    MESSAGE.c.state,
    MESSAGE.c.outcome,
    MESSAGE.c.code,
    MESSAGE.c.why,
    MESSAGE.c.checked,
    MESSAGE.c.ticket_id,
    MESSAGE.c.kind,
    MESSAGE.c.from_address,
    MESSAGE.c.subject,
    MESSAGE.c.order_address,
    MESSAGE.c.message_id,
    MESSAGE.c.size,
    MESSAGE.c.attempts,
    MESSAGE.c.erased_at,
)


def rows(
    tx: Tx,
    outcome: str | None,
    ticket_id: int | None,
    limit: int,
    hidden: frozenset[str] = frozenset(),
    before: int | None = None,
    addresses: frozenset[str] = frozenset(),
) -> list[Row]:
    """Newest first, older than ``before``; ``outcome`` is a final state, or "waiting" for those that have none yet.

    Where departments are ``hidden``, mails without a ticket are left out but for those to ``addresses``.
    """
    query = select(*_MAIL).order_by(MESSAGE.c.id.desc()).limit(limit)
    if hidden:
        loose = and_(MESSAGE.c.ticket_id.is_(None), MESSAGE.c.order_address.in_(sorted(addresses)))
        placed = and_(MESSAGE.c.ticket_id.is_not(None), shown_by(MESSAGE.c.ticket_id, hidden))
        query = query.where(or_(loose, placed))
    if outcome == "waiting":
        query = query.where(OPEN_MAIL)
    elif outcome is not None:
        query = query.where(MESSAGE.c.outcome == outcome)
    if ticket_id is not None:
        query = query.where(MESSAGE.c.ticket_id == ticket_id)
    if before is not None:
        query = query.where(MESSAGE.c.id < before)
    return tx.rows(query)


def row(tx: Tx, message_id: int) -> Row | None:
    """One mail with all its deliveries."""
    found = tx.rows(select(*_MAIL).where(MESSAGE.c.id == message_id))
    if not found:
        return None
    columns = [c for c in DELIVERY.c if c.name not in ("id", "message_id", "head")]
    deliveries = select(*columns).where(DELIVERY.c.message_id == message_id).order_by(DELIVERY.c.id)
    return found[0] | {"deliveries": tx.rows(deliveries)}
