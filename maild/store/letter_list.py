"""Outgoing letters for people, as plain dictionaries with stable keys."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import distinct, func, select
from sqlalchemy.sql.functions import count

from maild.domain.letter import OVER_BUDGET, Phase
from maild.store.sending import READY
from maild.store.tables import LETTER, LETTER_ATTEMPT, LETTER_RECIPIENT, NOT_TO_SEND, TO_SEND
from maild.store.tx import Tx
from maild.store.visibility import shown_by

Row = dict[str, Any]

_LETTER = (
    LETTER.c.id,
    LETTER.c.phase,
    LETTER.c.code,
    LETTER.c.why,
    LETTER.c.ticket_id,
    LETTER.c.template,
    LETTER.c.to_address,
    LETTER.c.subject,
    LETTER.c.message_id,
    LETTER.c.automatic,
    LETTER.c.attempt,
    LETTER.c.copies,
    LETTER.c.created_at,
    LETTER.c.next_at,
    LETTER.c.settled_at,
)


def rows(
    tx: Tx,
    phase: str | None,
    ticket_id: int | None,
    limit: int,
    hidden: frozenset[str] = frozenset(),
    before: int | None = None,
) -> list[Row]:
    """Newest first, those older than ``before``."""
    query = select(*_LETTER).order_by(LETTER.c.id.desc()).limit(limit)
    if hidden:
        query = query.where(shown_by(LETTER.c.ticket_id, hidden))
    if phase is not None:
        query = query.where(TO_SEND if phase in READY else NOT_TO_SEND, LETTER.c.phase == phase)
    if ticket_id is not None:
        query = query.where(LETTER.c.ticket_id == ticket_id)
    if before is not None:
        query = query.where(LETTER.c.id < before)
    return [_timely(row) for row in tx.rows(query)]


def of_reader(tx: Tx, ticket_id: int, address: str, limit: int) -> list[Row]:
    """The newest letters on a ticket to one address, each with its ``raw`` bytes."""
    query = select(*_LETTER, LETTER.c.raw).where(LETTER.c.ticket_id == ticket_id, LETTER.c.to_address == address)
    return tx.rows(query.order_by(LETTER.c.id.desc()).limit(limit))


def held_codes(tx: Tx, hidden: frozenset[str] = frozenset()) -> list[Row]:
    """Why letters wait for a person: each ``code``, how many ``letters`` to how many ``addresses``, most first.

    ``why`` is "" where those of one code say different things.
    """
    number, reach = count().label("letters"), count(distinct(LETTER.c.to_address)).label("addresses")
    first, last = func.min(LETTER.c.why).label("why"), func.max(LETTER.c.why).label("last")
    query = select(LETTER.c.code, number, reach, first, last)
    query = query.where(NOT_TO_SEND, LETTER.c.phase == Phase.HELD).group_by(LETTER.c.code)
    if hidden:
        query = query.where(shown_by(LETTER.c.ticket_id, hidden))
    found = tx.rows(query.order_by(number.desc(), LETTER.c.code))
    return [row | {"why": row["why"] if row["why"] == row.pop("last") else ""} for row in found]


def chosen(
    tx: Tx, limit: int, *, numbers: Collection[int] = (), code: str | None = None, hidden: frozenset[str] = frozenset()
) -> list[Row]:
    """Letters of these numbers, or all that are held with a code; oldest first, as they were written."""
    query = select(*_LETTER).order_by(LETTER.c.id).limit(limit)
    if code is None:
        query = query.where(LETTER.c.id.in_(list(numbers)))
    else:
        query = query.where(NOT_TO_SEND, LETTER.c.phase == Phase.HELD, LETTER.c.code == code)
    if hidden:
        query = query.where(shown_by(LETTER.c.ticket_id, hidden))
    return tx.rows(query)


def _timely(row: Row) -> Row:
    """Without the next try of what is tried no more, or waits for a person and not for room in a budget."""
    over = row["phase"] in (Phase.SENT, Phase.FAILED, Phase.DROPPED)
    over = over or (row["phase"] == Phase.HELD and row["code"] != OVER_BUDGET)
    return row | {"next_at": None} if over else row


def row(tx: Tx, letter_id: int) -> Row | None:
    """One letter with its recipients, tries and text."""
    found = tx.rows(select(*_LETTER, LETTER.c.raw).where(LETTER.c.id == letter_id))
    if not found:
        return None
    mine = LETTER_RECIPIENT.c.letter_id == letter_id
    recipients = select(LETTER_RECIPIENT.c.address, LETTER_RECIPIENT.c.state, LETTER_RECIPIENT.c.reply).where(mine)
    tries = select(*[c for c in LETTER_ATTEMPT.c if c.name != "letter_id"]).where(
        LETTER_ATTEMPT.c.letter_id == letter_id
    )
    raw = found[0].pop("raw").decode("utf-8", "replace")
    return _timely(found[0]) | {
        "recipients": tx.rows(recipients),
        "tries": tx.rows(tries.order_by(LETTER_ATTEMPT.c.attempt)),
        "raw": raw,
    }
