"""Letters that a customer's budget had no room for: whose, when there is room, and that one letter told of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from maild.domain.letter import SUMMED_UP, Phase
from maild.store.columns import but
from maild.store.tables import LETTER, TO_SUM_UP
from maild.store.tx import Tx

_HELD = (TO_SUM_UP, LETTER.c.ticket_id.is_not(None))


@dataclass(frozen=True, slots=True)
class Held:
    """One that waits, and what it would have said in its subject."""

    id: int
    ticket: int
    subject: str
    at: datetime


def due(tx: Tx, count: int, skip: Collection[str] = ()) -> list[str]:
    """Addresses to which there may be room now: those of the next ``count`` letters, which have waited longest.

    The addresses in ``skip`` are left out.
    """
    mine = (
        select(LETTER.c.to_address)
        .where(*_HELD, LETTER.c.next_at <= tx.now, *but(LETTER.c.to_address, skip))
        .order_by(LETTER.c.next_at)
    )
    return list(dict.fromkeys(tx.execute(mine.limit(count)).scalars()))


def next_due(tx: Tx, skip: Collection[str] = ()) -> datetime | None:
    found: datetime | None = tx.scalar(
        select(func.min(LETTER.c.next_at)).where(*_HELD, *but(LETTER.c.to_address, skip))
    )
    return found


def count_due(tx: Tx) -> int:
    """How many letters should have been summed up by now."""
    return int(tx.scalar(select(func.count(LETTER.c.id)).where(*_HELD, LETTER.c.next_at <= tx.now)))


def held(tx: Tx, address: str) -> list[Held]:
    """All of somebody's, oldest first."""
    columns = select(LETTER.c.id, LETTER.c.ticket_id, LETTER.c.subject, LETTER.c.created_at)
    rows = tx.execute(columns.where(*_HELD, LETTER.c.to_address == address))
    found = (Held(row.id, row.ticket_id, row.subject, row.created_at) for row in rows)
    return sorted(found, key=lambda one: one.id)


def put_off(tx: Tx, address: str, until: datetime) -> None:
    """There is no room yet."""
    tx.execute(update(LETTER).where(*_HELD, LETTER.c.to_address == address).values(next_at=until))
    tx.wake("settled")


def told(tx: Tx, address: str, letter: int) -> None:
    """They stand in ``letter``, and never leave themselves."""
    ended = {"phase": Phase.DROPPED, "code": SUMMED_UP, "why": f"told in letter {letter}", "settled_at": tx.now}
    tx.execute(update(LETTER).where(*_HELD, LETTER.c.to_address == address).values(**ended))
    tx.wake("settled")
