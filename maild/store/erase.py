"""Taking texts away: of a ticket with all that hangs on it, of mails, of letters. Numbers and dates stay."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Table, bindparam, select, update

from maild.domain.erasure import ERASED, event_left, order_left, steps_left
from maild.store import documents, partings
from maild.store.tables import (
    COMMENT,
    DELIVERY,
    HISTORY,
    LETTER,
    LETTER_ATTEMPT,
    LETTER_RECIPIENT,
    MESSAGE,
    MESSAGE_CHUNK,
    RATING,
    RESOLUTION,
    SIDE_CONVERSATION,
    SIDE_MESSAGE,
    TASK,
    THREAD_REF,
    TICKET,
    TICKET_ORDER,
)
from maild.store.tx import Tx

SLICE = 500  # rows of one statement
_PLACE = update(TICKET_ORDER).where(TICKET_ORDER.c.id == bindparam("this"))
_ENTRY = update(HISTORY).where(HISTORY.c.id == bindparam("this"))


def ticket(tx: Tx, number: int, keep: Collection[str]) -> None:
    """Every text of a ticket; of its form only the fields named in ``keep`` are left. Its mails and letters too."""
    row = tx.execute(select(TICKET.c.fields).where(TICKET.c.id == number)).one()
    left = {name: value for name, value in row.fields.items() if name in keep}
    tx.execute(
        update(TICKET)
        .where(TICKET.c.id == number)
        .values(
            subject=ERASED,
            fields=left,
            review_reasons=[],
            needs_review=False,
            verified=False,
            version=TICKET.c.version + 1,
            erased_at=tx.now,
        )
    )
    _orders(tx, number)
    _history(tx, number)
    tx.execute(THREAD_REF.delete().where(THREAD_REF.c.ticket_id == number))
    _blank(tx, COMMENT, COMMENT.c.ticket_id == number, text=ERASED, cut_text=None)
    _blank(tx, TASK, TASK.c.ticket_id == number, title=ERASED)
    _blank(tx, RESOLUTION, RESOLUTION.c.ticket_id == number, text=ERASED)
    _blank(tx, RATING, RATING.c.ticket_id == number, words="")
    sides = select(SIDE_CONVERSATION.c.id).where(SIDE_CONVERSATION.c.ticket_id == number)
    _blank(tx, SIDE_MESSAGE, SIDE_MESSAGE.c.side_id.in_(sides), text=ERASED, cut_text=None)
    _blank(tx, SIDE_CONVERSATION, SIDE_CONVERSATION.c.ticket_id == number, subject=ERASED)
    partings.erase(tx, number)
    mails(tx, mails_of(tx, number))
    letters(tx, tx.execute(select(LETTER.c.id).where(LETTER.c.ticket_id == number)).scalars().all())


def _blank(tx: Tx, table: Table, which: Any, **values: Any) -> None:
    tx.execute(update(table).where(which).values(**values))


def _orders(tx: Tx, number: int) -> None:
    mine = select(TICKET_ORDER.c.id, TICKET_ORDER.c.data).where(TICKET_ORDER.c.ticket_id == number)
    for row in tx.execute(mine).all():
        data = order_left(row.data)
        found = documents.words(documents.order(data))
        tx.execute(_PLACE, {"this": row.id, "data": data, "words": found, "po_key": None, "printed_key": None})


def _history(tx: Tx, number: int) -> None:
    columns = select(HISTORY.c.id, HISTORY.c.actor, HISTORY.c.data, HISTORY.c.steps)
    for row in tx.execute(columns.where(HISTORY.c.ticket_id == number)).all():
        left = {"data": event_left(row.data), "steps": steps_left(row.steps), "seen": {}}
        tx.execute(_ENTRY, {"this": row.id, **left})


def mails_of(tx: Tx, number: int) -> list[int]:
    """The mails that a ticket came from, that were added to it, and those of its side conversations."""
    sides = select(SIDE_CONVERSATION.c.id).where(SIDE_CONVERSATION.c.ticket_id == number)
    asked = (
        select(MESSAGE.c.id).where(MESSAGE.c.ticket_id == number),
        select(COMMENT.c.message_id).where(COMMENT.c.ticket_id == number, COMMENT.c.message_id.is_not(None)),
        select(TICKET_ORDER.c.message_id).where(
            TICKET_ORDER.c.ticket_id == number, TICKET_ORDER.c.message_id.is_not(None)
        ),
        select(SIDE_MESSAGE.c.message_id).where(
            SIDE_MESSAGE.c.side_id.in_(sides), SIDE_MESSAGE.c.message_id.is_not(None)
        ),
    )
    return sorted({int(found) for query in asked for found in tx.execute(query).scalars()})


def mails(tx: Tx, numbers: Collection[int]) -> None:
    """Bytes, subject, author and traces of mails; that each came, when, and what became of it stays."""
    nobody = {"subject": None, "from_address": None, "message_id": None, "why": None, "checked": None}
    bytes_of(tx, numbers)
    for some in _slices(numbers):
        _blank(tx, MESSAGE, MESSAGE.c.id.in_(some), **nobody)
        trace: dict[str, Any] = {
            "sender": "",
            "recipients": [],
            "peer": None,
            "helo": None,
            "login": None,
            "head": None,
        }
        _blank(tx, DELIVERY, DELIVERY.c.message_id.in_(some), **trace)


def bytes_of(tx: Tx, numbers: Collection[int]) -> None:
    """The bytes of mails alone; who wrote and what about stays."""
    for some in _slices(numbers):
        tx.execute(MESSAGE_CHUNK.delete().where(MESSAGE_CHUNK.c.message_id.in_(some)))
        _blank(tx, MESSAGE, MESSAGE.c.id.in_(some), erased_at=tx.now)


def letters(tx: Tx, numbers: Collection[int]) -> None:
    """What letters said; to whom each went, when and how it ended stays."""
    for some in _slices(numbers):
        _blank(tx, LETTER, LETTER.c.id.in_(some), raw=b"", text="", subject=ERASED, erased_at=tx.now)
        _blank(tx, LETTER_ATTEMPT, LETTER_ATTEMPT.c.letter_id.in_(some), why=None)
        _blank(tx, LETTER_RECIPIENT, LETTER_RECIPIENT.c.letter_id.in_(some), reply=None)


def letter_bytes(tx: Tx, numbers: Collection[int]) -> None:
    """The bytes of letters alone."""
    for some in _slices(numbers):
        _blank(tx, LETTER, LETTER.c.id.in_(some), raw=b"", erased_at=tx.now)


def _slices(numbers: Collection[int]) -> list[list[int]]:
    many = sorted(numbers)
    return [many[start : start + SLICE] for start in range(0, len(many), SLICE)]
