"""Answers to customers that wait a moment before they leave, in which their writer may take them back."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from maild.store.columns import but
from maild.store.tables import PARTING_REPLY, PARTS
from maild.store.tx import Tx
from maild.store.visibility import shown_by

KEPT = timedelta(days=2)  # what was sent, taken back or refused; a page that shows it is hardly open longer

_MINE = (PARTING_REPLY.c.id, PARTING_REPLY.c.ticket_id, PARTING_REPLY.c.writer, PARTING_REPLY.c.text)


@dataclass(frozen=True, slots=True)
class Parting:
    """An answer that waits; ``key`` is that of the event it becomes."""

    id: int
    ticket: int
    writer: str
    text: str
    key: str
    due_at: datetime


def keep(tx: Tx, ticket: int, writer: str, text: str, key: str, due_at: datetime) -> int:
    """Let it wait; what was settled long ago is forgotten, and what the writer took back before is replaced."""
    settled = PARTING_REPLY.c.settled_at
    tx.execute(delete(PARTING_REPLY).where(settled <= tx.now - KEPT))
    forget(tx, ticket, writer)
    row = {"ticket_id": ticket, "writer": writer, "text": text, "key": key, "due_at": due_at}
    tx.wake("timers")
    return int(tx.insert(PARTING_REPLY, **row, state="waiting", written_at=tx.now))


def forget(tx: Tx, ticket: int, writer: str) -> None:
    """What somebody took back, or what was refused of theirs."""
    mine = (PARTING_REPLY.c.ticket_id == ticket, PARTING_REPLY.c.writer == writer)
    tx.execute(delete(PARTING_REPLY).where(*mine, PARTING_REPLY.c.state.in_(("taken_back", "refused"))))


def is_known(tx: Tx, key: str) -> bool:
    """Whether the form with this key brought an answer that still waits, or has left."""
    return tx.scalar(select(PARTING_REPLY.c.id).where(PARTING_REPLY.c.key == key)) is not None


def waiting(tx: Tx, ticket: int, writer: str | None = None) -> list[Parting]:
    """Those of a ticket, in the order in which they leave; of one writer, or of everybody."""
    query = _waiting().where(PARTING_REPLY.c.ticket_id == ticket)
    return _read(tx, query if writer is None else query.where(PARTING_REPLY.c.writer == writer))


def due(tx: Tx, count: int, skip: Iterable[int] = ()) -> list[Parting]:
    """Those whose moment is over, oldest first; ``settle`` decides between several who found the same one."""
    query = _waiting().where(PARTING_REPLY.c.due_at <= tx.now, *but(PARTING_REPLY.c.id, skip))
    return _read(tx, query.limit(count))


def due_count(tx: Tx) -> int:
    """How many have their moment over."""
    return int(tx.scalar(select(func.count(PARTING_REPLY.c.id)).where(PARTS, PARTING_REPLY.c.due_at <= tx.now)))


def next_due(tx: Tx, skip: Iterable[int] = ()) -> datetime | None:
    query = select(func.min(PARTING_REPLY.c.due_at)).where(PARTS, *but(PARTING_REPLY.c.id, skip))
    found: datetime | None = tx.scalar(query)
    return found


def undecided(tx: Tx, hidden: Collection[str] = ()) -> tuple[int, datetime | None]:
    """How many may still be taken back, and when the last of them leaves."""
    number, last = func.count(PARTING_REPLY.c.id).label("number"), func.max(PARTING_REPLY.c.due_at).label("last")
    row = tx.execute(select(number, last).where(PARTS, shown_by(PARTING_REPLY.c.ticket_id, hidden))).one()
    return row.number, row.last


def _waiting() -> Any:
    columns = (*_MINE, PARTING_REPLY.c.key, PARTING_REPLY.c.due_at)
    return select(*columns).where(PARTS).order_by(PARTING_REPLY.c.due_at, PARTING_REPLY.c.id)


def _read(tx: Tx, query: Any) -> list[Parting]:
    return [Parting(r.id, r.ticket_id, r.writer, r.text, r.key, r.due_at) for r in tx.execute(query)]


def leaves(tx: Tx, number: int) -> bool:
    """Count it as sent, in the transaction that sends it; False when it was settled before."""
    return _settle(tx, number, state="sent", text="")


def left_between(tx: Tx, number: int, before: int, after: int) -> None:
    """The versions of its ticket around its leaving."""
    this = update(PARTING_REPLY).where(PARTING_REPLY.c.id == number)
    tx.execute(this.values(version_before=before, version_after=after))


def take_back(tx: Tx, number: int) -> bool:
    """False when it has left, or was taken back before."""
    return _settle(tx, number, state="taken_back", key=None)


def refuse(tx: Tx, number: int, why: str) -> bool:
    return _settle(tx, number, state="refused", key=None, why=why)


def refuse_all(tx: Tx, why: str) -> int:
    """None of those that wait leaves by itself."""
    refused = update(PARTING_REPLY).where(PARTS)
    return int(tx.execute(refused.values(state="refused", key=None, why=why, settled_at=tx.now)).rowcount)


def _settle(tx: Tx, number: int, **values: Any) -> bool:
    tx.wake("settled")
    this = update(PARTING_REPLY).where(PARTING_REPLY.c.id == number, PARTING_REPLY.c.state == "waiting")
    return tx.execute(this.values(**values, settled_at=tx.now)).rowcount == 1


def since(tx: Tx, ticket: int, writer: str, version: int) -> int:
    """The version that a page of ``version`` is at for ``writer``: what their own answers have changed by leaving is
    no news to them.
    """
    steps = select(PARTING_REPLY.c.version_before, PARTING_REPLY.c.version_after).where(
        PARTING_REPLY.c.ticket_id == ticket, PARTING_REPLY.c.writer == writer, PARTING_REPLY.c.state == "sent"
    )
    after = {row.version_before: row.version_after for row in tx.execute(steps)}
    while version in after:
        version = after[version]
    return version


def rows(tx: Tx, ticket: int) -> list[dict[str, Any]]:
    """What waits, was taken back or refused on a ticket, for people."""
    query = select(PARTING_REPLY).where(PARTING_REPLY.c.ticket_id == ticket, PARTING_REPLY.c.state != "sent")
    return [_row(row) for row in tx.execute(query.order_by(PARTING_REPLY.c.id))]


def refused(tx: Tx, writer: str) -> list[dict[str, Any]]:
    """What did not leave of somebody's answers."""
    mine = select(PARTING_REPLY).where(PARTING_REPLY.c.writer == writer, PARTING_REPLY.c.state == "refused")
    return [_row(row) for row in tx.execute(mine.order_by(PARTING_REPLY.c.id))]


def _row(row: Any) -> dict[str, Any]:
    told = {"id": row.id, "ticket": row.ticket_id, "writer": row.writer, "text": row.text, "state": row.state}
    return told | {"written_at": row.written_at, "due_at": row.due_at, "why": row.why}


def erase(tx: Tx, ticket: int) -> None:
    """All of a ticket; what waits leaves no more."""
    tx.execute(delete(PARTING_REPLY).where(PARTING_REPLY.c.ticket_id == ticket))
