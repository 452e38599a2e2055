"""The outbox: letters on their way out, put there by their cause, and what an operator may do with them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, update

from maild.domain.letter import MOVES, Kind, Phase
from maild.domain.people import Role
from maild.store import restored, threads
from maild.store.sending import FINAL, UNDER_WAY, move_from
from maild.store.tables import LETTER, LETTER_RECIPIENT, NOT_TO_SEND, PERSON, TICKET
from maild.store.tx import Tx
from maild.store.visibility import shown_by

_TOPICS = {Kind.MAIL: "outbox", Kind.WEBHOOK: "calls"}  # each courier sleeps while there is nothing of its own


@dataclass(frozen=True, slots=True)
class NewLetter:
    """A rendered letter. ``key`` is its cause; ``phase`` queued, held or dropped, with the reason beside it.

    ``next_at`` is when a held one is looked at again, None where it waits for a person.
    """

    key: str
    message_id: str
    template: str
    automatic: bool
    envelope_from: str
    to: tuple[str, ...]
    subject: str
    raw: bytes
    ticket: int | None = None
    organization: int | None = None
    order_address: str | None = None
    phase: Phase = Phase.QUEUED
    code: str | None = None
    why: str | None = None
    text: str = ""
    kind: Kind = Kind.MAIL
    side: int | None = None
    next_at: datetime | None = None


def put(tx: Tx, new: NewLetter) -> int | None:
    """Queue a letter; None when the same cause already made one.

    One that is withheld after a return, and that the log of the time before calls sent, counts as sent.
    """
    code, why = new.code, new.why
    sent = code == restored.CODE and restored.was_sent(tx, new.message_id)
    if code == restored.CODE and not sent and (likely := restored.likely_sent(tx, new.template, new.to[0])):
        code, why = restored.LIKELY_CODE, likely
    letter_id = tx.insert_new(
        LETTER,
        returning="id",
        kind=new.kind,
        key=new.key,
        message_id=new.message_id,
        ticket_id=new.ticket,
        organization_id=new.organization,
        template=new.template,
        automatic=new.automatic,
        envelope_from=new.envelope_from,
        to_address=new.to[0],
        subject=new.subject,
        phase=new.phase,
        code=code,
        why=why,
        created_at=tx.now,
        queued_at=tx.now,
        next_at=new.next_at or tx.now,
        settled_at=tx.now if new.phase in FINAL else None,
        text=new.text,
        raw=new.raw,
        side_id=new.side,
    )
    if letter_id is None:
        return None
    if new.ticket is not None and new.order_address is not None:
        threads.remember(tx, new.order_address, new.message_id, new.ticket, letter_id, new.side)
    tx.insert_all(LETTER_RECIPIENT, ({"letter_id": letter_id, "address": address} for address in dict.fromkeys(new.to)))
    if sent:
        restored.settle(tx, int(letter_id))
    tx.wake(_TOPICS[new.kind], *(["summaries"] if new.next_at else []))
    return int(letter_id)


def move(tx: Tx, letter_id: int, to: Phase, code: str | None, why: str) -> str | None:
    """An operator's retry, hold, release or drop; returns why it is refused, or None when done."""
    size = func.length(LETTER.c.raw).label("size")
    letter = tx.execute(select(LETTER.c.phase, size).where(LETTER.c.id == letter_id)).one_or_none()
    if letter is None:
        return f"no letter {letter_id}"
    if to not in MOVES[Phase(letter.phase)] or letter.phase in UNDER_WAY:
        return f"letter {letter_id} is {letter.phase}; it cannot become {to}"
    if to is Phase.QUEUED and not letter.size:
        return f"letter {letter_id} was never written: there is nothing to send"
    values: dict[str, Any] = {"phase": to, "code": code, "why": why, "next_at": tx.now}
    move_from(tx, letter_id, (Phase(letter.phase),), settled_at=tx.now if to in FINAL else None, **values)
    if to is Phase.QUEUED:
        tx.execute(update(LETTER).where(LETTER.c.id == letter_id).values(queued_at=tx.now))
        waiting = update(LETTER_RECIPIENT).where(LETTER_RECIPIENT.c.letter_id == letter_id)
        tx.execute(waiting.where(LETTER_RECIPIENT.c.state == "refused").values(state="waiting"))
        tx.wake("outbox", "calls")
    return None


BARE = "|bare"
"""How the keys of letters end that tell no more of a ticket than its number, as their reader does not see it."""


def is_bare(tx: Tx, letter_id: int) -> bool:
    return str(tx.scalar(select(LETTER.c.key).where(LETTER.c.id == letter_id)) or "").endswith(BARE)


def withdraw(tx: Tx, ticket_id: int, addresses: Collection[str], code: str, why: str) -> list[int]:
    """Drop the letters of a ticket to these addresses that have not left and are not on their way just now."""
    if not addresses:
        return []
    about = and_(LETTER.c.ticket_id == ticket_id, LETTER.c.key.not_like(f"%{BARE}"))
    return _withdrawn(tx, and_(about, LETTER.c.to_address.in_(list(addresses))), code, why)


def withdraw_from_gone(tx: Tx, names: Collection[str], code: str, why: str) -> list[int]:
    """The same of letters to colleagues who are none of ``names``, but for those of tickets that they opened."""
    gone = select(PERSON.c.id, PERSON.c.address).where(PERSON.c.role != Role.CUSTOMER, PERSON.c.name.not_in(names))
    found: list[int] = []
    for row in tx.execute(gone).all():
        own = select(TICKET.c.id).where(TICKET.c.id == LETTER.c.ticket_id, TICKET.c.requester_id == row.id)
        found += _withdrawn(tx, and_(LETTER.c.to_address == row.address, ~own.correlate(LETTER).exists()), code, why)
    return sorted(found)


def _withdrawn(tx: Tx, which: ColumnElement[bool], code: str, why: str) -> list[int]:
    phases = [phase for phase, following in MOVES.items() if Phase.DROPPED in following and phase is not Phase.FAILED]
    dropped = update(LETTER).where(which, LETTER.c.kind == Kind.MAIL, LETTER.c.phase.in_(phases))
    ended = dropped.values(phase=Phase.DROPPED, code=code, why=why, settled_at=tx.now)
    return sorted(tx.execute(ended.returning(LETTER.c.id)).scalars())


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A letter whose template refused: all that is needed to write it again."""

    key: str
    ticket: int
    template: str
    automatic: bool
    to_address: str
    message_id: str
    text: str


def unwritten(tx: Tx, letter_id: int) -> Unwritten | None:
    """None for a letter that was written, or belongs to no ticket or to a side conversation."""
    row = tx.execute(select(LETTER).where(LETTER.c.id == letter_id)).one_or_none()
    if row is None or row.raw or row.ticket_id is None or row.side_id is not None:
        return None
    return Unwritten(row.key, row.ticket_id, row.template, row.automatic, row.to_address, row.message_id, row.text)


def write(tx: Tx, letter_id: int, subject: str, raw: bytes) -> None:
    """Give an unwritten letter its words."""
    tx.execute(update(LETTER).where(LETTER.c.id == letter_id).values(subject=subject, raw=raw))


def held_with(tx: Tx, code: str, hidden: frozenset[str] = frozenset()) -> list[int]:
    """All letters that wait for a person because of this code, but those of tickets in ``hidden`` departments."""
    held = select(LETTER.c.id).where(NOT_TO_SEND, LETTER.c.phase == Phase.HELD, LETTER.c.code == code)
    if hidden:
        held = held.where(shown_by(LETTER.c.ticket_id, hidden))
    return list(tx.execute(held.order_by(LETTER.c.id)).scalars())


@dataclass(frozen=True, slots=True)
class Brief:
    """What a delivery report, or an answer, needs to know of a letter."""

    ticket: int | None
    to_address: str
    template: str = ""
    side: int | None = None


def brief(tx: Tx, letter_id: int) -> Brief | None:
    columns = (LETTER.c.ticket_id, LETTER.c.to_address, LETTER.c.template, LETTER.c.side_id)
    row = tx.execute(select(*columns).where(LETTER.c.id == letter_id)).one_or_none()
    return Brief(row.ticket_id, row.to_address, row.template, row.side_id) if row else None


def bounced(tx: Tx, letter_id: int, address: str, report: str) -> None:
    """The letter was taken by the relay and came back."""
    came_back = update(LETTER_RECIPIENT).where(LETTER_RECIPIENT.c.letter_id == letter_id)
    tx.execute(came_back.where(LETTER_RECIPIENT.c.address == address).values(state="bounced", reply=report[:500]))


@dataclass(frozen=True, slots=True)
class Sent:
    """An automatic letter that left, and the subject of its ticket, which is that of the mail that opened it."""

    id: int
    subject: str
    ticket_subject: str


def sent_since(tx: Tx, address: str, since: datetime) -> list[Sent]:
    """The automatic letters to an address from that instant on, at most a hundred."""
    query = (
        select(LETTER.c.id, LETTER.c.subject, TICKET.c.subject.label("ticket_subject"))
        .join(TICKET, TICKET.c.id == LETTER.c.ticket_id)
        .where(LETTER.c.to_address == address, LETTER.c.dialled_at >= since, LETTER.c.automatic)
        .order_by(LETTER.c.dialled_at.desc())
        .limit(100)
    )
    return [Sent(row.id, row.subject, row.ticket_subject) for row in tx.execute(query)]
