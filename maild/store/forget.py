"""Erasing a person: whole tickets, mails and letters of theirs, and their address wherever else it stands."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, ColumnElement, String, Table, and_, bindparam, cast, func, or_, select, text, update
from sqlalchemy.types import LargeBinary, TypeDecorator

from maild.domain.erasure import ERASED, Stroke
from maild.domain.letter import Phase
from maild.domain.people import NOBODY
from maild.domain.spool import SpoolState
from maild.domain.ticket import Status
from maild.store import erase, people
from maild.store.tables import (
    API_ANSWER,
    COMMENT,
    DELIVERY,
    FACT,
    LETTER,
    LETTER_RECIPIENT,
    MESSAGE,
    MESSAGE_CHUNK,
    METADATA,
    ORGANIZATION_DOMAIN,
    PERSON,
    TICKET,
)
from maild.store.tx import Tx

CODE = "forgotten"
WHY = "whom it is for asked to be forgotten"
_FINAL = (Phase.SENT, Phase.DROPPED)
_UNDER_WAY = (Phase.SENDING, Phase.AT_DOT)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What stands against it now: tickets with work left, mails still to be read, letters on their way."""

    tickets: tuple[int, ...] = ()
    mails: tuple[int, ...] = ()
    letters: tuple[int, ...] = ()


def unfinished(tx: Tx, address: str) -> Unfinished:
    person = tx.scalar(select(PERSON.c.id).where(PERSON.c.address == address))
    open_tickets = select(TICKET.c.id).where(TICKET.c.requester_id == person, TICKET.c.status < int(Status.SOLVED))
    waiting = select(MESSAGE.c.id).where(MESSAGE.c.state != SpoolState.DONE, _names_mail(tx, address))
    going = select(LETTER.c.id).where(LETTER.c.phase.in_(_UNDER_WAY), _names_letter(tx, address))
    others = select(LETTER.c.id).where(
        LETTER.c.phase.not_in(_FINAL), LETTER.c.to_address != address, _names(tx, LETTER.c.raw, address)
    )
    mine = select(LETTER.c.id).join(TICKET, TICKET.c.id == LETTER.c.ticket_id).where(TICKET.c.requester_id == person)
    return Unfinished(
        tuple(tx.execute(open_tickets.order_by(TICKET.c.id)).scalars()),
        tuple(tx.execute(waiting.order_by(MESSAGE.c.id)).scalars()),
        tuple(sorted({*tx.execute(going).scalars(), *tx.execute(others.where(LETTER.c.id.not_in(mine))).scalars()})),
    )


def person(tx: Tx, address: str, keep: Collection[str]) -> dict[str, int]:
    """Erase one; how many tickets, mails, letters, facts and further places it was. ``keep`` as `erase.ticket` has it.

    What is theirs goes as a whole; elsewhere the address, and their full name beside it, gives way to a stand-in.
    """
    known = tx.execute(select(PERSON.c.id, PERSON.c.name).where(PERSON.c.address == address)).one_or_none()
    tickets = _tickets(tx, known.id) if known else []
    mails = tx.execute(select(MESSAGE.c.id).where(_names_mail(tx, address))).scalars().all()
    letters = tx.execute(select(LETTER.c.id).where(_names_letter(tx, address))).scalars().all()
    for number in tickets:
        erase.ticket(tx, number, keep)
        tx.execute(update(TICKET).where(TICKET.c.id == number).values(requester_id=people.meet(tx, NOBODY, "").id))
    erase.mails(tx, mails)
    _drop_unsent(tx, [*letters, *_letters_of(tx, tickets)])
    erase.letters(tx, letters)
    said = tx.execute(
        update(COMMENT).where(COMMENT.c.actor == f"customer:{address}").values(text=ERASED, cut_text=None)
    ).rowcount
    facts = tx.execute(FACT.delete().where(FACT.c.address == address)).rowcount
    tx.execute(ORGANIZATION_DOMAIN.delete().where(ORGANIZATION_DOMAIN.c.domain == address))
    tx.execute(API_ANSWER.delete().where(cast(API_ANSWER.c.body, String).contains(address, autoescape=True)))
    stand_in = f"erased-{known.id if known else 0}@sender.invalid"
    if known:
        plain: dict[str, Any] = {"name": "", "tags": [], "fields": {}, "organization_id": None, "bounced_at": None}
        tx.execute(update(PERSON).where(PERSON.c.id == known.id).values(address=stand_in, **plain))
    elsewhere = _strike(tx, address, Stroke(address, known.name if known else "", stand_in))
    return {
        "records": int(known is not None),
        "tickets": len(tickets),
        "comments": said,
        "mails": len(mails),
        "letters": len(letters),
        "facts": facts,
        "elsewhere": elsewhere,
    }


def rehearsed(tx: Tx, address: str, keep: Collection[str]) -> dict[str, int]:
    """The same report, and nothing is changed."""
    tx.execute(text("SAVEPOINT rehearsal"))
    found = person(tx, address, keep)
    tx.execute(text("ROLLBACK TO SAVEPOINT rehearsal"))
    tx.execute(text("RELEASE SAVEPOINT rehearsal"))
    return found


def _tickets(tx: Tx, person_id: int) -> list[int]:
    return list(tx.execute(select(TICKET.c.id).where(TICKET.c.requester_id == person_id)).scalars())


def _letters_of(tx: Tx, tickets: Collection[int]) -> list[int]:
    return [n for t in tickets for n in tx.execute(select(LETTER.c.id).where(LETTER.c.ticket_id == t)).scalars()]


def _drop_unsent(tx: Tx, letters: Collection[int]) -> None:
    """Letters that have not left never will: what they said is gone."""
    unsent = update(LETTER).where(LETTER.c.phase.not_in((*_FINAL, *_UNDER_WAY)))
    for number in sorted(set(letters)):
        ended = {"phase": Phase.DROPPED, "code": CODE, "why": WHY, "settled_at": tx.now}
        tx.execute(unsent.where(LETTER.c.id == number).values(**ended))


def _names_mail(tx: Tx, address: str) -> ColumnElement[bool]:
    """Whether a mail is from the address, was delivered from or to it, or has it in its bytes."""
    of_mail = DELIVERY.c.message_id == MESSAGE.c.id
    sent = select(DELIVERY.c.id).where(
        of_mail, or_(_same(DELIVERY.c.sender, address), _held(DELIVERY.c.recipients, address))
    )
    inside = select(MESSAGE_CHUNK.c.seq).where(
        MESSAGE_CHUNK.c.message_id == MESSAGE.c.id, _names(tx, MESSAGE_CHUNK.c.data, address)
    )
    said = select(COMMENT.c.id).where(
        COMMENT.c.message_id == MESSAGE.c.id, or_(_held(COMMENT.c.text, address), _held(COMMENT.c.cut_text, address))
    )
    return or_(_same(MESSAGE.c.from_address, address), sent.exists(), inside.exists(), said.exists())


def _names_letter(tx: Tx, address: str) -> ColumnElement[bool]:
    to = select(LETTER_RECIPIENT.c.address).where(
        LETTER_RECIPIENT.c.letter_id == LETTER.c.id, LETTER_RECIPIENT.c.address == address
    )
    return or_(LETTER.c.to_address == address, to.exists(), _names(tx, LETTER.c.raw, address))


def _same(column: Any, address: str) -> ColumnElement[bool]:
    same: ColumnElement[bool] = func.lower(column) == address
    return same


def _held(column: Any, address: str) -> ColumnElement[bool]:
    return func.lower(cast(column, String)).contains(address, autoescape=True)


def _names(tx: Tx, column: Any, address: str) -> ColumnElement[bool]:
    """Whether bytes have the address in them, in one of the ways in which it is commonly written."""
    tests = []
    for spelling in sorted({address, address.upper(), address.capitalize(), address.title()}):
        sought = bindparam(None, spelling.encode(), type_=LargeBinary())
        place = func.position(sought.op("IN")(column)) if tx.postgres else func.instr(column, sought)
        tests.append(place > 0)
    return or_(*tests)


def _strike(tx: Tx, address: str, stroke: Stroke) -> int:
    """Every text and document of every table; returns the number of rows that were changed."""
    changed = 0
    for table in METADATA.sorted_tables:
        columns = [column for column in table.c if _is_text(column)]
        if columns:
            changed += sum(_strike_row(tx, table, row, columns, stroke) for row in _found(tx, table, columns, address))
    return changed


def _is_text(column: Any) -> bool:
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    return isinstance(kind, String | JSON)


def _found(tx: Tx, table: Table, columns: list[Any], address: str) -> Iterator[Any]:
    keys = [column for column in table.primary_key if column not in columns]
    query = select(*keys, *columns).where(or_(*(_held(column, address) for column in columns)))
    yield from tx.execute(query).all()


def _strike_row(tx: Tx, table: Table, row: Any, columns: list[Any], stroke: Stroke) -> bool:
    held = row._mapping
    fresh = {column.name: stroke.value(held[column]) for column in columns}
    fresh = {name: value for name, value in fresh.items() if value != held[table.c[name]]}
    if fresh:
        tx.execute(update(table).where(and_(*(c == held[c] for c in table.primary_key))).values(**fresh))
    return bool(fresh)
