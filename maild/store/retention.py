"""What is finished and old enough to lose its bytes or its texts.

What is unfinished is left alone: mails that wait, are in work or put aside for a person; letters that may still be
sent; and all that belongs to a ticket that is not closed.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Select, func, literal, or_, select

from maild.domain.letter import Phase
from maild.domain.spool import Outcome, SpoolState
from maild.domain.ticket import Status
from maild.store import erase
from maild.store.tables import COMMENT, LETTER, MESSAGE, MESSAGE_CHUNK, TICKET
from maild.store.tx import Tx

_FINAL = (Phase.SENT, Phase.DROPPED)
_CLOSED = int(Status.CLOSED)
_ATTACHED = (b"Content-Disposition: attachment", b"Content-Disposition:attachment", b"content-disposition: attachment")


def due(tx: Tx, kind: str, before: datetime, after: int, count: int) -> list[int]:
    """The next ``count`` rows of a kind behind number ``after`` whose time had come before then, oldest first."""
    query = _KINDS[kind](tx, before)
    key = query.selected_columns[0]
    return list(tx.execute(query.where(key > after).order_by(key).limit(count)).scalars())


def erased(tx: Tx, kind: str, before: datetime, numbers: Collection[int], keep: Collection[str]) -> int:
    """Erase those of the rows whose time has still come; how many. ``keep`` as `erase.ticket` has it."""
    tx.alone("retention")
    query = _KINDS[kind](tx, before)
    key = query.selected_columns[0]
    found = list(tx.execute(query.where(key.in_(sorted(numbers))).order_by(key)).scalars())
    match kind:
        case "raw_mail" | "attachments":
            erase.bytes_of(tx, found)
        case "letters":
            erase.letter_bytes(tx, found)
        case "closed_tickets":
            found = [number for number in found if not _shares_open_mail(tx, number)]
            for number in found:
                erase.ticket(tx, number, keep)
    return len(found)


def _raw_mail(tx: Tx, before: datetime) -> Select[Any]:
    """The bytes of mails."""
    return select(MESSAGE.c.id).where(*_settled(before))


def _attachments(tx: Tx, before: datetime) -> Select[Any]:
    """The bytes of mails that carry files: text and files of a mail are one thing, and its text is on the ticket."""
    carries = select(MESSAGE_CHUNK.c.seq).where(MESSAGE_CHUNK.c.message_id == MESSAGE.c.id, _has_file(tx)).exists()
    return select(MESSAGE.c.id).where(*_settled(before), carries)


def _letters(tx: Tx, before: datetime) -> Select[Any]:
    """The bytes of letters that were sent or dropped."""
    ended = (LETTER.c.phase.in_(_FINAL), LETTER.c.settled_at < before, LETTER.c.erased_at.is_(None))
    return select(LETTER.c.id).where(*ended, ~_of_open_ticket(LETTER.c.ticket_id))


def _closed_tickets(tx: Tx, before: datetime) -> Select[Any]:
    """All texts of tickets."""
    waits = select(LETTER.c.id).where(LETTER.c.ticket_id == TICKET.c.id, LETTER.c.phase.not_in(_FINAL)).exists()
    old = (TICKET.c.status == _CLOSED, TICKET.c.status_changed_at < before, TICKET.c.erased_at.is_(None))
    return select(TICKET.c.id).where(*old, ~waits)


_KINDS: Mapping[str, Callable[[Tx, datetime], Select[Any]]] = {
    "raw_mail": _raw_mail,
    "attachments": _attachments,
    "letters": _letters,
    "closed_tickets": _closed_tickets,
}


def _settled(before: datetime) -> tuple[ColumnElement[bool], ...]:
    """Mails that are done with and that no person has yet to look at."""
    added = select(COMMENT.c.id).join(TICKET, TICKET.c.id == COMMENT.c.ticket_id)
    open_comment = added.where(COMMENT.c.message_id == MESSAGE.c.id, TICKET.c.status < _CLOSED).exists()
    return (
        MESSAGE.c.state == SpoolState.DONE,
        MESSAGE.c.outcome != Outcome.QUARANTINED,
        MESSAGE.c.settled_at < before,
        MESSAGE.c.erased_at.is_(None),
        ~_of_open_ticket(MESSAGE.c.ticket_id),
        ~open_comment,
    )


def _of_open_ticket(number: Any) -> ColumnElement[bool]:
    theirs = TICKET.alias("theirs")
    return select(theirs.c.id).where(theirs.c.id == number, theirs.c.status < _CLOSED).exists()


def _has_file(tx: Tx) -> ColumnElement[bool]:
    column = MESSAGE_CHUNK.c.data
    sought = [literal(word, type_=LargeBinary()) for word in _ATTACHED]
    places = [func.position(word.op("IN")(column)) if tx.postgres else func.instr(column, word) for word in sought]
    return or_(*(place > 0 for place in places))


def _shares_open_mail(tx: Tx, number: int) -> bool:
    """Whether another ticket, one that is not closed, came by one of its mails: a mail may hold several orders."""
    shared = erase.mails_of(tx, number)
    others = select(COMMENT.c.id).join(TICKET, TICKET.c.id == COMMENT.c.ticket_id)
    return tx.scalar(others.where(COMMENT.c.message_id.in_(shared), TICKET.c.status < _CLOSED).limit(1)) is not None
