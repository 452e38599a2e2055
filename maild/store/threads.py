"""Which ticket a Message-ID belongs to, for mails that we received and letters that we sent."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from maild.store.prepared import Prepared
from maild.store.tables import THREAD_REF
from maild.store.tx import Tx

LONGEST = 100  # Message-IDs of one conversation that are looked at or named


_MINE = select(THREAD_REF.c.ref).where(THREAD_REF.c.ticket_id == bindparam("ticket"), THREAD_REF.c.side_id.is_(None))
_OF_SIDE = Prepared(
    select(THREAD_REF.c.ref)
    .where(THREAD_REF.c.ticket_id == bindparam("ticket"), THREAD_REF.c.side_id == bindparam("side"))
    .order_by(THREAD_REF.c.id.desc())
    .limit(LONGEST)
)
_NEWEST = Prepared(_MINE.order_by(THREAD_REF.c.id.desc()).limit(LONGEST))
_FIRST = Prepared(_MINE.order_by(THREAD_REF.c.id).limit(1))


@dataclass(frozen=True, slots=True)
class Thread:
    """A known Message-ID: its ticket, the letter if it was one of ours, and the side conversation if it is of one."""

    ref: str
    ticket: int
    letter: int | None
    side: int | None = None


def remember(
    tx: Tx, order_address: str, ref: str, ticket_id: int, letter_id: int | None = None, side: int | None = None
) -> None:
    """The first ticket keeps a Message-ID; a stranger reusing it later changes nothing."""
    of = {"ticket_id": ticket_id, "letter_id": letter_id, "side_id": side}
    tx.insert_new(THREAD_REF, None, order_address=order_address, ref=ref, **of)


def find(tx: Tx, order_address: str, refs: Sequence[str]) -> Thread | None:
    """The first of ``refs``, in their order, that is known for this order address."""
    wanted = [ref[:998] for ref in refs[:LONGEST]]
    if not wanted:
        return None
    rows = tx.execute(
        select(THREAD_REF).where(THREAD_REF.c.order_address == order_address, THREAD_REF.c.ref.in_(wanted))
    ).all()
    known = {row.ref: Thread(row.ref, row.ticket_id, row.letter_id, row.side_id) for row in rows}
    return next((known[ref] for ref in wanted if ref in known), None)


def of_side(tx: Tx, ticket_id: int, side: int) -> list[str]:
    """The Message-IDs of a side conversation, oldest first; none of them is one of the ticket's own."""
    return list(tx.execute(_OF_SIDE, {"ticket": ticket_id, "side": side}).scalars())[::-1]


def of_ticket(tx: Tx, ticket_id: int) -> list[str]:
    """The Message-IDs of a ticket, oldest first, for the References of the next letter: the first and the newest."""
    newest = list(tx.execute(_NEWEST, {"ticket": ticket_id}).scalars())[::-1]
    if len(newest) < LONGEST:
        return newest
    first = str(tx.scalar(_FIRST, {"ticket": ticket_id}))
    return list(dict.fromkeys((first, *newest)))
