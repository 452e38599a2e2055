"""What was said on a ticket."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from maild.store.prepared import Prepared
from maild.store.tables import COMMENT
from maild.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Comment:
    id: int
    at: datetime
    actor: str
    public: bool
    text: str
    cut_text: str | None
    mark: str | None
    message: int | None


_ALL = select(COMMENT).where(COMMENT.c.ticket_id == bindparam("ticket")).order_by(COMMENT.c.id)
_OF_TICKET = Prepared(_ALL)
_NEWEST = Prepared(select(func.max(COMMENT.c.id)).where(COMMENT.c.ticket_id == bindparam("ticket")))
_PUBLIC = Prepared(_ALL.where(COMMENT.c.public))


def add(
    tx: Tx,
    ticket_id: int,
    actor: str,
    text: str,
    *,
    public: bool,
    cut_text: str | None = None,
    mark: str | None = None,
    message_id: int | None = None,
) -> int:
    """Write a comment; ``cut_text`` is the quotation that was cut from a mail, ``mark`` why it is a private note."""
    return tx.insert(
        COMMENT,
        ticket_id=ticket_id,
        message_id=message_id,
        at=tx.now,
        actor=actor,
        public=public,
        text=text,
        cut_text=cut_text or None,
        mark=mark,
    )


def newest(tx: Tx, ticket_id: int) -> int:
    """The number of a ticket's newest comment, 0 where nothing was said."""
    found: int | None = tx.scalar(_NEWEST, {"ticket": ticket_id})
    return found or 0


def of_ticket(tx: Tx, ticket_id: int, *, public_only: bool = False) -> list[Comment]:
    rows = tx.execute(_PUBLIC if public_only else _OF_TICKET, {"ticket": ticket_id})
    return [Comment(r.id, r.at, r.actor, r.public, r.text, r.cut_text, r.mark, r.message_id) for r in rows]


def mailed_since(tx: Tx, ticket_id: int, actors: Sequence[str], since: datetime) -> int:
    """How many comments these actors made on a ticket by mail, from that instant on."""
    mine = select(func.count()).where(COMMENT.c.ticket_id == ticket_id, COMMENT.c.at >= since)
    return int(tx.scalar(mine.where(COMMENT.c.actor.in_(actors), COMMENT.c.message_id.is_not(None))))
