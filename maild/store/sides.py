"""Side conversations: mail with outsiders about a ticket, kept apart from what the customer and the desk say."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update

from maild.store.tables import PERSON, SIDE_CONVERSATION, SIDE_MESSAGE
from maild.store.tx import Tx
from maild.store.visibility import shown_by

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Side:
    """One side conversation; ``person`` is the outsider's id, ``opened_by`` a user's name."""

    id: int
    ticket: int
    person: int
    address: str
    subject: str
    state: str
    opened_by: str


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said: ``letter`` where it went to the outsider, ``message`` where it came by mail."""

    side: int
    actor: str
    text: str
    cut_text: str | None = None
    mark: str | None = None
    message: int | None = None
    letter: int | None = None


_BRIEF = (
    select(SIDE_CONVERSATION, PERSON.c.address)
    .join(PERSON, PERSON.c.id == SIDE_CONVERSATION.c.person_id)
    .where(SIDE_CONVERSATION.c.id == bindparam("side"))
)


def begin(tx: Tx, ticket_id: int, person: int, subject: str, by: str) -> int:
    """Open one; returns its number."""
    return tx.insert(
        SIDE_CONVERSATION, ticket_id=ticket_id, person_id=person, subject=subject, opened_at=tx.now, opened_by=by
    )


def brief(tx: Tx, side: int) -> Side | None:
    row = tx.execute(_BRIEF, {"side": side}).one_or_none()
    if row is None:
        return None
    return Side(row.id, row.ticket_id, row.person_id, row.address, row.subject, row.state, row.opened_by)


def say(tx: Tx, said: Said) -> int:
    """Write down what was said."""
    return tx.insert(
        SIDE_MESSAGE,
        side_id=said.side,
        message_id=said.message,
        letter_id=said.letter,
        at=tx.now,
        actor=said.actor,
        text=said.text,
        cut_text=said.cut_text or None,
        mark=said.mark,
    )


def close(tx: Tx, side: int, by: str) -> bool:
    """Whether it was open until now."""
    mine = update(SIDE_CONVERSATION).where(SIDE_CONVERSATION.c.id == side, SIDE_CONVERSATION.c.state == "open")
    return tx.execute(mine.values(state="closed", closed_at=tx.now, closed_by=by)).rowcount == 1


def reopen(tx: Tx, side: int) -> None:
    """Somebody goes on."""
    mine = update(SIDE_CONVERSATION).where(SIDE_CONVERSATION.c.id == side)
    tx.execute(mine.values(state="open", closed_at=None, closed_by=None))


def mailed_since(tx: Tx, side: int, actor: str, since: datetime) -> int:
    """How often somebody wrote there by mail, from that instant on."""
    mine = select(func.count()).where(SIDE_MESSAGE.c.side_id == side, SIDE_MESSAGE.c.at >= since)
    return int(tx.scalar(mine.where(SIDE_MESSAGE.c.actor == actor, SIDE_MESSAGE.c.message_id.is_not(None))))


def count(tx: Tx, side: int) -> int:
    """How much was said so far."""
    return int(tx.scalar(select(func.count()).where(SIDE_MESSAGE.c.side_id == side)))


def rows(
    tx: Tx,
    *,
    ticket: int | None = None,
    all_states: bool = False,
    limit: int = 100,
    hidden: Collection[str] = (),
    before: int | None = None,
) -> list[Row]:
    """Open ones (or every one), newest first, with how much was said and when last; none of ``hidden`` departments.

    Only those older than ``before``.
    """
    side = SIDE_CONVERSATION.c
    said = select(SIDE_MESSAGE.c.side_id, func.count().label("messages"), func.max(SIDE_MESSAGE.c.at).label("last_at"))
    said_there = said.group_by(SIDE_MESSAGE.c.side_id).subquery()
    query = (
        select(
            side.id,
            side.ticket_id.label("ticket"),
            side.state,
            PERSON.c.address.label("with"),
            side.subject,
            side.opened_at,
            side.opened_by,
            side.closed_at,
            side.closed_by,
            said_there.c.messages,
            said_there.c.last_at,
        )
        .join(PERSON, PERSON.c.id == side.person_id)
        .join(said_there, said_there.c.side_id == side.id, isouter=True)
        .where(shown_by(side.ticket_id, hidden))
        .order_by(side.id.desc())
        .limit(limit)
    )
    if ticket is not None:
        query = query.where(side.ticket_id == ticket)
    if before is not None:
        query = query.where(side.id < before)
    return tx.rows(query if all_states else query.where(side.state == "open"))


def messages(tx: Tx, side: int) -> list[Row]:
    """Everything said there, oldest first."""
    columns = (column for column in SIDE_MESSAGE.c if column.name not in ("side_id", "id"))
    return tx.rows(select(*columns).where(SIDE_MESSAGE.c.side_id == side).order_by(SIDE_MESSAGE.c.id))
