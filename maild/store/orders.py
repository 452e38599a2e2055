"""The orders of tickets, and finding the ticket of a purchase order that comes again."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, bindparam, literal, select, union_all, update

from maild.domain.order import Order
from maild.domain.ticket import Status
from maild.store import documents
from maild.store.prepared import Prepared
from maild.store.tables import TICKET, TICKET_ORDER
from maild.store.tx import Tx


@dataclass(frozen=True, slots=True)
class KnownOrder:
    """The newest order under a key: its ticket, that ticket's status and the digest of what was ordered."""

    ticket: int
    status: Status
    content: str


def _newest(key: ColumnElement[str | None], corrected: int) -> Any:
    columns = (TICKET_ORDER.c.ticket_id, TICKET_ORDER.c.content, TICKET.c.status, literal(corrected).label("corrected"))
    found = select(*columns).join(TICKET, TICKET.c.id == TICKET_ORDER.c.ticket_id)
    found = found.where(key == bindparam("po_key")).order_by(TICKET_ORDER.c.id.desc()).limit(1)
    return select(found.subquery("newest"))


_NEWEST = Prepared(union_all(_newest(TICKET_ORDER.c.po_key, 0), _newest(TICKET_ORDER.c.printed_key, 1)))
"""Under the key that it has, and under that of a document which a person corrected."""


_NUMBERED = Prepared(
    select(TICKET_ORDER.c.ticket_id, TICKET_ORDER.c.content, TICKET.c.status)
    .join(TICKET, TICKET.c.id == TICKET_ORDER.c.ticket_id)
    .where(TICKET_ORDER.c.po_key >= bindparam("begins"), TICKET_ORDER.c.po_key < bindparam("behind"))
    .where(TICKET_ORDER.c.po_key.like(bindparam("ends")))
    .order_by(TICKET_ORDER.c.id.desc())
    .limit(50)
)


def add(tx: Tx, ticket_id: int, message_id: int | None, po_key: str | None, order: Order) -> Order:
    """Put an order onto a ticket; returns it as it will be read."""
    data, held = documents.kept(order)
    tx.insert(
        TICKET_ORDER,
        ticket_id=ticket_id,
        message_id=message_id,
        po_key=po_key,
        content=documents.content_digest(order),
        words=documents.words(order),
        data=data,
        created_at=tx.now,
    )
    return held


def mails(tx: Tx, ticket_id: int) -> list[int | None]:
    """The mail that each order of a ticket came by, oldest order first, as `tickets.snapshot` has them."""
    found = select(TICKET_ORDER.c.message_id).where(TICKET_ORDER.c.ticket_id == ticket_id).order_by(TICKET_ORDER.c.id)
    return list(tx.execute(found).scalars())


def correct(tx: Tx, ticket_id: int, order: Order, po_key: str | None) -> None:
    """Put a corrected order in the place of the newest one of a ticket; what its document said stays known.

    It is found under the key that it has now (``po_key``) and under the one of its document.
    """
    mine = select(TICKET_ORDER).where(TICKET_ORDER.c.ticket_id == ticket_id)
    held = tx.execute(mine.order_by(TICKET_ORDER.c.id.desc()).limit(1)).one()
    corrected = replace(order, printed=order.printed or held.content)
    data, _ = documents.kept(corrected)
    printed = held.printed_key or held.po_key
    tx.execute(
        update(TICKET_ORDER)
        .where(TICKET_ORDER.c.id == held.id)
        .values(
            content=documents.content_digest(corrected),
            words=documents.words(order),
            data=data,
            po_key=po_key,
            printed_key=printed if printed != po_key else None,
        )
    )


def known_as(tx: Tx, ticket_id: int) -> str | None:
    """Under which key the newest order of a ticket is known."""
    mine = select(TICKET_ORDER.c.po_key).where(TICKET_ORDER.c.ticket_id == ticket_id)
    return tx.execute(mine.order_by(TICKET_ORDER.c.id.desc()).limit(1)).scalar_one_or_none()


def find(tx: Tx, po_key: str) -> KnownOrder | None:
    """The newest order with this key (customer, buyer of record, PO number), else the newest whose document said so.

    Two mails with one order that are settled at once by two processes come one after the other from here on.
    """
    tx.alone(f"order:{po_key}")
    row = min(tx.execute(_NEWEST, {"po_key": po_key}), key=lambda row: row.corrected, default=None)
    return KnownOrder(row.ticket_id, Status(row.status), row.content) if row else None


def find_number(tx: Tx, begins: str, ends: str) -> KnownOrder | None:
    """The newest order of a customer (``begins``) with a number (``ends``: letters and digits behind a bar), where all
    such are on one ticket."""
    rows = tx.execute(_NUMBERED, {"begins": begins, "behind": f"{begins[:-1]}}}", "ends": f"%{ends}"}).all()
    if len({row.ticket_id for row in rows}) != 1:
        return None
    return KnownOrder(rows[0].ticket_id, Status(rows[0].status), rows[0].content)
