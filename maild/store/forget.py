"""Erasing a person, one short transaction after the other: whole tickets, mails and letters of theirs, and their
address wherever else it stands. What is erased is found no more, so the same begun again goes on where it ended."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, or_, select, update

from maild.domain.erasure import ERASED, Stroke
from maild.domain.letter import Phase
from maild.domain.people import NOBODY
from maild.domain.spellings import Spellings
from maild.domain.ticket import Status
from maild.store import erase, naming, people
from maild.store.naming import Owner, Place
from maild.store.tables import (
    API_ANSWER,
    COMMENT,
    FACT,
    FORGETTING,
    LETTER,
    MESSAGE,
    NOT_TO_SEND,
    OPEN_MAIL,
    ORGANIZATION_DOMAIN,
    PERSON,
    SIDE_CONVERSATION,
    TICKET,
    TO_SEND,
)
from maild.store.tx import Tx

CODE = "forgotten"
WHY = "whom it is for asked to be forgotten"
COUNTED = ("records", "tickets", "comments", "mails", "letters", "facts", "elsewhere")
_FINAL = (Phase.SENT, Phase.DROPPED)
_UNDER_WAY = (Phase.SENDING, Phase.AT_DOT)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What stands against it now: tickets with work left, mails still to be read, letters on their way."""

    tickets: tuple[int, ...] = ()
    mails: tuple[int, ...] = ()
    letters: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.tickets or self.mails or self.letters)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it has come: since when, up to which mail and letter, and how much of what was erased."""

    begun_at: datetime
    mails_to: int
    letters_to: int
    found: dict[str, int]


def unfinished(tx: Tx, spellings: Spellings) -> Unfinished:
    """Looks at what has work left only, however much there is besides."""
    open_tickets = select(TICKET.c.id).where(_theirs(spellings), TICKET.c.status < int(Status.SOLVED))
    waiting = tx.execute(select(MESSAGE.c.id).where(OPEN_MAIL).order_by(MESSAGE.c.id)).scalars().all()
    columns = (LETTER.c.id, LETTER.c.phase, LETTER.c.to_address, LETTER.c.ticket_id)
    going = [
        row
        for phases in (TO_SEND, and_(NOT_TO_SEND, LETTER.c.phase.not_in(_FINAL)))
        for row in tx.execute(select(*columns).where(phases)).all()
    ]
    return Unfinished(
        tuple(tx.execute(open_tickets.order_by(TICKET.c.id)).scalars()),
        tuple(number for number in waiting if naming.mail_is(tx, number, spellings)),
        tuple(sorted(row.id for row in going if _hinders(tx, row, spellings))),
    )


def _hinders(tx: Tx, row: Any, spellings: Spellings) -> bool:
    """Whether a letter that is not settled may not be erased now: it is being sent, or somebody else waits for it."""
    theirs = row.to_address == spellings.address
    if theirs or row.phase in _UNDER_WAY:
        return row.phase in _UNDER_WAY and (theirs or naming.letter_is(tx, row.id, spellings))
    mine = select(TICKET.c.id).where(TICKET.c.id == row.ticket_id, _theirs(spellings))
    return naming.letter_is(tx, row.id, spellings) and tx.scalar(mine) is None


def _theirs(spellings: Spellings) -> ColumnElement[bool]:
    mine = select(PERSON.c.id).where(PERSON.c.address == spellings.address).scalar_subquery()
    return TICKET.c.requester_id == mine


def begin(tx: Tx, address: str) -> Progress:
    """The progress of what was begun and did not end, else none so far."""
    tx.insert_new(FORGETTING, address=address, begun_at=tx.now, mails_to=0, letters_to=0, found={})
    return progress(tx, address)


def progress(tx: Tx, address: str) -> Progress:
    row = tx.execute(select(FORGETTING).where(FORGETTING.c.address == address)).one()
    return Progress(row.begun_at, row.mails_to, row.letters_to, row.found)


def under_way(tx: Tx) -> list[tuple[str, datetime]]:
    """Who is being forgotten, and since when."""
    rows = tx.execute(select(FORGETTING.c.address, FORGETTING.c.begun_at).order_by(FORGETTING.c.begun_at))
    return [(row.address, row.begun_at) for row in rows]


def _note(tx: Tx, address: str, marks: dict[str, int], **found: int) -> None:
    before = progress(tx, address).found
    total = dict(Counter(before) + Counter(found))
    tx.execute(update(FORGETTING).where(FORGETTING.c.address == address).values(found=total, **marks))


def standing_mails(tx: Tx, numbers: Collection[int]) -> list[int]:
    """Those of the mails that have something left to erase."""
    left = or_(MESSAGE.c.erased_at.is_(None), MESSAGE.c.from_address.is_not(None), MESSAGE.c.subject.is_not(None))
    return _those(tx, select(MESSAGE.c.id).where(left), MESSAGE.c.id, numbers)


def standing_letters(tx: Tx, numbers: Collection[int]) -> list[int]:
    """Those of the letters that have something left to erase."""
    return _those(tx, select(LETTER.c.id).where(LETTER.c.erased_at.is_(None)), LETTER.c.id, numbers)


def _those(tx: Tx, query: Any, column: Any, numbers: Iterable[int]) -> list[int]:
    many = sorted(set(numbers))
    slices = [many[start : start + erase.SLICE] for start in range(0, len(many), erase.SLICE)]
    return [found for some in slices for found in tx.execute(query.where(column.in_(some)).order_by(column)).scalars()]


def mails(tx: Tx, spellings: Spellings, numbers: Collection[int], to: int = 0) -> Unfinished:
    """Erase mails, and note that all up to ``to`` were looked through; those still in work are left and told."""
    tx.alone("retention")
    standing = standing_mails(tx, numbers)
    working = _those(tx, select(MESSAGE.c.id).where(OPEN_MAIL), MESSAGE.c.id, standing)
    done = sorted(set(standing) - set(working))
    erase.mails(tx, done)
    _note(tx, spellings.address, {"mails_to": to} if to and not working else {}, mails=len(done))
    return Unfinished(mails=tuple(working))


def letters(tx: Tx, spellings: Spellings, numbers: Collection[int], to: int = 0) -> Unfinished:
    """The same of letters; one that has not left never will."""
    tx.alone("retention")
    columns = (LETTER.c.id, LETTER.c.phase, LETTER.c.to_address, LETTER.c.ticket_id)
    standing = standing_letters(tx, numbers)
    waiting = [tx.execute(select(*columns).where(LETTER.c.id == number)).one() for number in standing]
    kept = [row.id for row in waiting if row.phase not in _FINAL and _hinders(tx, row, spellings)]
    done = sorted(set(standing) - set(kept))
    _drop_unsent(tx, done)
    erase.letters(tx, done)
    _note(tx, spellings.address, {"letters_to": to} if to and not kept else {}, letters=len(done))
    return Unfinished(letters=tuple(kept))


def _drop_unsent(tx: Tx, numbers: Collection[int]) -> None:
    unsent = update(LETTER).where(LETTER.c.phase.not_in((*_FINAL, *_UNDER_WAY)))
    ended = {"phase": Phase.DROPPED, "code": CODE, "why": WHY, "settled_at": tx.now}
    for number in numbers:
        tx.execute(unsent.where(LETTER.c.id == number).values(**ended))


def tickets_of(tx: Tx, spellings: Spellings) -> list[int]:
    return list(tx.execute(select(TICKET.c.id).where(_theirs(spellings)).order_by(TICKET.c.id)).scalars())


def letters_of(tx: Tx, tickets: Collection[int]) -> list[int]:
    return [n for t in tickets for n in tx.execute(select(LETTER.c.id).where(LETTER.c.ticket_id == t)).scalars()]


def tickets(tx: Tx, spellings: Spellings, numbers: Collection[int], keep: Collection[str]) -> Unfinished:
    """Empty tickets, whose requester is nobody then; ``keep`` as `erase.ticket` has it. One with work left is left."""
    tx.alone("retention")
    solved = select(TICKET.c.id).where(_theirs(spellings), TICKET.c.status >= int(Status.SOLVED))
    done = _those(tx, solved, TICKET.c.id, numbers)
    nobody = people.meet(tx, NOBODY, "").id
    for number in done:
        _drop_unsent(tx, letters_of(tx, [number]))
        erase.ticket(tx, number, keep)
        tx.execute(update(TICKET).where(TICKET.c.id == number).values(requester_id=nobody))
    _note(tx, spellings.address, {}, tickets=len(done))
    return Unfinished(tickets=tuple(sorted(set(numbers) - set(done))))


def stroke_for(tx: Tx, spellings: Spellings) -> Stroke:
    """What strikes them out: the stand-in has the number of their record, by which texts stay tied to each other."""
    known = _known(tx, spellings)
    return Stroke(spellings, known.name if known else "", _stand_in(known))


def _known(tx: Tx, spellings: Spellings) -> Any:
    mine = select(PERSON.c.id, PERSON.c.name).where(PERSON.c.address == spellings.address)
    return tx.execute(mine).one_or_none()


def _stand_in(known: Any) -> str:
    return f"erased-{known.id if known else 0}@sender.invalid"


def comments(tx: Tx, spellings: Spellings, numbers: Collection[int]) -> None:
    """Empty what they said on the tickets of others."""
    nothing = {"text": ERASED, "cut_text": None, "actor": f"customer:{_stand_in(_known(tx, spellings))}"}
    done = tx.execute(update(COMMENT).where(COMMENT.c.id.in_(sorted(numbers))).values(**nothing)).rowcount
    _note(tx, spellings.address, {}, comments=done)


def records(tx: Tx, spellings: Spellings) -> None:
    """Facts, memberships, and answers that programs were given."""
    address = spellings.address
    facts = tx.execute(FACT.delete().where(FACT.c.address == address)).rowcount
    tx.execute(ORGANIZATION_DOMAIN.delete().where(ORGANIZATION_DOMAIN.c.domain == address))
    tx.execute(API_ANSWER.delete().where(cast(API_ANSWER.c.body, String).contains(address, autoescape=True)))
    _note(tx, spellings.address, {}, facts=facts)


def strike(tx: Tx, spellings: Spellings, places: Collection[Place]) -> None:
    """Strike the address, and the full name beside it, out of texts; counted where they stay otherwise."""
    stroke = stroke_for(tx, spellings)
    gone = naming.erased(tx, {place.owner for place in places if place.owner})
    struck = [place for place in places if _struck(tx, place, stroke)]
    _note(tx, spellings.address, {}, elsewhere=sum(place.owner not in gone for place in struck))


def _struck(tx: Tx, place: Place, stroke: Stroke) -> bool:
    table, columns = place.table, naming.text_columns(place.table)
    this = and_(*(column == value for column, value in zip(table.primary_key, place.key, strict=True)))
    row = tx.execute(select(*columns).where(this)).one_or_none()
    if row is None:
        return False
    held = row._mapping
    fresh = {column.name: stroke.value(held[column]) for column in columns}
    fresh = {name: value for name, value in fresh.items() if value != held[table.c[name]]}
    if fresh:
        tx.execute(update(table).where(this).values(**fresh))
    return bool(fresh)


def finish(tx: Tx, spellings: Spellings) -> Progress | None:
    """Take the record itself away, and end; None while something came in behind what was looked through."""
    so_far = progress(tx, spellings.address)
    mails, letters = naming.mails(tx, spellings, so_far.mails_to), naming.letters(tx, spellings, so_far.letters_to)
    if mails.found or letters.found or tickets_of(tx, spellings):
        return None
    known = _known(tx, spellings)
    if known:
        plain: dict[str, Any] = {"name": "", "tags": [], "fields": {}, "organization_id": None, "bounced_at": None}
        tx.execute(update(PERSON).where(PERSON.c.id == known.id).values(address=_stand_in(known), **plain))
    _note(tx, spellings.address, {}, records=int(known is not None))
    ended = progress(tx, spellings.address)
    tx.execute(FORGETTING.delete().where(FORGETTING.c.address == spellings.address))
    return ended


def rehearsed(tx: Tx, spellings: Spellings, mails: Collection[int], letters: Collection[int]) -> dict[str, int]:
    """How much it would be; ``mails`` and ``letters`` are those that name them. Nothing is changed."""
    tickets = tickets_of(tx, spellings)
    said = [comment for comment, ticket in naming.sayings(tx, spellings.address) if ticket not in set(tickets)]
    places = list(naming.places(tx, spellings, stroke_for(tx, spellings)))
    facts = tx.execute(select(FACT.c.id).where(FACT.c.address == spellings.address)).all()
    gone = _going(tx, tickets, mails, letters)
    gone |= naming.erased(tx, {place.owner for place in places if place.owner} - gone)
    struck = [p for p in places if p.owner not in gone and not (p.table is COMMENT and p.key[0] in set(said))]
    return {
        "records": int(_known(tx, spellings) is not None),
        "tickets": len(tickets),
        "comments": len(said),
        "mails": len(standing_mails(tx, mails)),
        "letters": len(standing_letters(tx, letters)),
        "facts": len(facts),
        "elsewhere": len(struck),
    }


def _going(tx: Tx, tickets: Collection[int], mails: Collection[int], letters: Collection[int]) -> set[Owner]:
    """Whose texts go as a whole."""
    found = {Owner("ticket", number) for number in tickets}
    found |= {Owner("message", n) for n in (*mails, *(n for t in tickets for n in erase.mails_of(tx, t)))}
    found |= {Owner("letter", number) for number in (*letters, *letters_of(tx, tickets))}
    side = SIDE_CONVERSATION.c.ticket_id
    sides = _those(tx, select(SIDE_CONVERSATION.c.id), side, tickets)
    return found | {Owner("side_conversation", number) for number in sides}
