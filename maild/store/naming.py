"""Where the database names an address: in mails, in letters, in any text. It reads only, a page at a time."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import JSON, ColumnElement, Select, String, Table, and_, cast, false, func, or_, select
from sqlalchemy.types import TypeDecorator

from maild.domain.erasure import ERASED, Stroke
from maild.domain.spellings import Search, Spellings
from maild.store.tables import (
    API_ANSWER,
    COMMENT,
    DELIVERY,
    EVERY_TABLE,
    FACT,
    FORGETTING,
    LETTER,
    LETTER_RECIPIENT,
    MESSAGE,
    MESSAGE_CHUNK,
    ORGANIZATION_DOMAIN,
    PERSON,
    SIDE_CONVERSATION,
    TICKET,
)
from maild.store.tx import Tx

PAGE = 500  # mails or letters looked through at a time, ...
PAGE_BYTES = 8 * 1024 * 1024  # ... and their bytes, so that nobody waits long for a reader
_FEW = 8  # rows with bytes held in memory
_OWNERS = ("ticket", "letter", "message", "side_conversation")


@dataclass(frozen=True, slots=True)
class Page:
    """Which of the rows up to number ``to`` name the address; ``end`` when none came behind them."""

    found: tuple[int, ...]
    to: int
    end: bool


def mails(tx: Tx, spellings: Spellings, after: int) -> Page:
    """The next mails behind number ``after`` that have the address in their bytes."""
    sizes = select(MESSAGE.c.id, MESSAGE.c.size).where(MESSAGE.c.id > after).order_by(MESSAGE.c.id).limit(PAGE)
    numbers = _within(tx.execute(sizes).all())
    if not numbers:
        return Page((), after, True)
    column = MESSAGE_CHUNK.c.message_id
    pieces = select(column, MESSAGE_CHUNK.c.data).where(column > after, column <= numbers[-1])
    found = _searched(tx, pieces.order_by(column, MESSAGE_CHUNK.c.seq), spellings)
    return Page(tuple(found), numbers[-1], False)


def letters(tx: Tx, spellings: Spellings, after: int) -> Page:
    """The same of letters."""
    sizes = select(LETTER.c.id, func.length(LETTER.c.raw)).where(LETTER.c.id > after).order_by(LETTER.c.id).limit(PAGE)
    numbers = _within(tx.execute(sizes).all())
    if not numbers:
        return Page((), after, True)
    pieces = select(LETTER.c.id, LETTER.c.raw).where(LETTER.c.id > after, LETTER.c.id <= numbers[-1])
    return Page(tuple(_searched(tx, pieces.order_by(LETTER.c.id), spellings)), numbers[-1], False)


_LONGEST_LINE = 300  # of a head that names a file, across two pieces of a mail
_PACKED = re.compile(
    rb"name[^\r\n]{0,200}\.(?:pdf|zip|xlsx?|docx?|ods|odt|msg)|^content-type:[ \t]*application/(?!pgp|pkcs7-sig|json)",
    re.IGNORECASE | re.MULTILINE,
)


def enclosing(tx: Tx, after: int) -> Page:
    """The next mails behind number ``after`` that are not erased and say that they hold a file that is packed or
    otherwise neither text nor picture."""
    sizes = select(MESSAGE.c.id, MESSAGE.c.size).where(MESSAGE.c.id > after, MESSAGE.c.erased_at.is_(None))
    numbers = _within(tx.execute(sizes.order_by(MESSAGE.c.id).limit(PAGE)).all())
    if not numbers:
        return Page((), after, True)
    column = MESSAGE_CHUNK.c.message_id
    pieces = select(column, MESSAGE_CHUNK.c.data).where(column > after, column <= numbers[-1])
    held, tail = set[int](), (0, b"")
    for number, piece in _pairs(tx, pieces.order_by(column, MESSAGE_CHUNK.c.seq)):
        if number not in held and _PACKED.search((tail[1] if tail[0] == number else b"") + piece):
            held.add(number)
        tail = number, piece[-_LONGEST_LINE:]
    return Page(tuple(sorted(held.intersection(numbers))), numbers[-1], False)


def _within(rows: Collection[Any]) -> list[int]:
    """The numbers of the first rows that together have no more than PAGE_BYTES; at least one."""
    taken: list[int] = []
    total = 0
    for number, size in rows:
        total += size
        if taken and total > PAGE_BYTES:
            break
        taken.append(number)
    return taken


def _searched(tx: Tx, pieces: Select[Any], spellings: Spellings) -> Iterator[int]:
    """Pieces (number, bytes) of things in order; the numbers of those that name the address."""
    last, search = 0, Search(spellings)
    for number, piece in _pairs(tx, pieces):
        if number != last:
            last, search = number, Search(spellings)
        if not search.found and search.feed(piece):
            yield number


def _pairs(tx: Tx, query: Select[Any]) -> Iterator[tuple[int, Any]]:
    for row in tx.execute(query.execution_options(yield_per=_FEW)):
        number, value = tuple(row)
        yield number, value


def known_mails(tx: Tx, spellings: Spellings) -> list[int]:
    """Mails from the address, delivered from or to it, with it in a trace header, or in what was made of their text."""
    own = (MESSAGE.c.from_address, MESSAGE.c.subject, MESSAGE.c.message_id)
    traces = (DELIVERY.c.sender, DELIVERY.c.recipients, DELIVERY.c.login)
    said = (COMMENT.c.text, COMMENT.c.cut_text)
    found = set(_rows_naming(tx, select(MESSAGE.c.id, *own), own, spellings))
    found.update(_rows_naming(tx, select(DELIVERY.c.message_id, *traces), traces, spellings))
    of_mail = select(COMMENT.c.message_id, *said).where(COMMENT.c.message_id.is_not(None))
    found.update(_rows_naming(tx, of_mail, said, spellings))
    heads = select(DELIVERY.c.message_id, DELIVERY.c.head).where(DELIVERY.c.head.is_not(None))
    found.update(_searched(tx, heads.order_by(DELIVERY.c.message_id), spellings))
    return sorted(found)


def known_letters(tx: Tx, spellings: Spellings) -> list[int]:
    """Letters to the address."""
    address = spellings.address
    own = select(LETTER.c.id).where(LETTER.c.to_address == address)
    copies = select(LETTER_RECIPIENT.c.letter_id).where(LETTER_RECIPIENT.c.address == address)
    return sorted({*tx.execute(own).scalars(), *tx.execute(copies).scalars()})


def letter_is(tx: Tx, number: int, spellings: Spellings) -> bool:
    """Whether this very letter has the address in its bytes."""
    raw = select(LETTER.c.id, LETTER.c.raw).where(LETTER.c.id == number)
    return any(_searched(tx, raw, spellings))


def mail_is(tx: Tx, number: int, spellings: Spellings) -> bool:
    """Whether this very mail has the address in its bytes, or came from or for it."""
    envelope = (DELIVERY.c.sender, DELIVERY.c.recipients)
    traces = select(DELIVERY.c.message_id, *envelope).where(DELIVERY.c.message_id == number)
    if any(_rows_naming(tx, traces, envelope, spellings)):
        return True
    column = MESSAGE_CHUNK.c.message_id
    pieces = select(column, MESSAGE_CHUNK.c.data).where(column == number).order_by(MESSAGE_CHUNK.c.seq)
    return any(_searched(tx, pieces, spellings))


def _rows_naming(tx: Tx, query: Select[Any], columns: Collection[Any], spellings: Spellings) -> Iterator[int]:
    for row in tx.execute(query.where(or_(*(_likely(column, spellings) for column in columns)))):
        number, *values = tuple(row)
        if any(spellings.in_text(str(value)) for value in values if value):
            yield number


def _likely(column: Any, spellings: Spellings) -> ColumnElement[bool]:
    """What the database can tell of a text: both plain parts of the address stand in it, somewhere."""
    low = func.lower(cast(column, String))
    return and_(*(low.contains(word, autoescape=True) for word in spellings.words if word))


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose row a text is: a ticket's, letter's, mail's or side conversation's; what goes with it is not counted."""

    kind: str
    number: int


@dataclass(frozen=True, slots=True)
class Place:
    """A row with the address in some text of it, by its primary key."""

    table: Table = field(repr=False)
    key: tuple[Any, ...]
    owner: Owner | None


def places(tx: Tx, spellings: Spellings, stroke: Stroke) -> Iterator[Place]:
    """Every row of every table with a text that would be struck; of the person's own records none."""
    for table in EVERY_TABLE:
        columns = text_columns(table)
        if columns and table not in (FORGETTING, API_ANSWER):
            yield from _of_table(tx, table, columns, spellings, stroke)


def _of_table(tx: Tx, table: Table, columns: list[Any], spellings: Spellings, stroke: Stroke) -> Iterator[Place]:
    owned = _owner_column(table)
    query = select(*table.primary_key, *columns, *([owned[1].label("owned_by")] if owned else []))
    likely = or_(*(_likely(column, spellings) for column in columns))
    query = query.where(likely, ~_own_record(table, spellings.address)).execution_options(yield_per=_FEW)
    for row in tx.execute(query):
        held = row._mapping
        if any(stroke.value(held[column]) != held[column] for column in columns):
            owner = Owner(owned[0], held["owned_by"]) if owned and held["owned_by"] is not None else None
            yield Place(table, tuple(held[column] for column in table.primary_key), owner)


def text_columns(table: Table) -> list[Any]:
    return [column for column in table.c if _is_text(column)]


def _is_text(column: Any) -> bool:
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    return isinstance(kind, String | JSON)


def _own_record(table: Table, address: str) -> ColumnElement[bool]:
    column = {PERSON: PERSON.c.address, FACT: FACT.c.address, ORGANIZATION_DOMAIN: ORGANIZATION_DOMAIN.c.domain}
    return func.coalesce(column[table] == address, false()) if table in column else false()


def _owner_column(table: Table) -> tuple[str, Any] | None:
    if table in (LETTER, MESSAGE, TICKET):
        return table.name, table.c.id
    for kind in _OWNERS:
        for column in table.c:
            if any(key.column.table.name == kind for key in column.foreign_keys):
                return kind, column
    return None


def erased(tx: Tx, owners: Collection[Owner]) -> set[Owner]:
    """Those of the owners whose texts are gone."""
    return {owner for owner in owners if tx.scalar(_ERASED[owner.kind].where(_KEYS[owner.kind] == owner.number))}


_SIDE = select(TICKET.c.erased_at).join(SIDE_CONVERSATION, SIDE_CONVERSATION.c.ticket_id == TICKET.c.id)
_ERASED: dict[str, Select[Any]] = {
    "ticket": select(TICKET.c.erased_at),
    "letter": select(LETTER.c.erased_at),
    "message": select(MESSAGE.c.erased_at),
    "side_conversation": _SIDE,
}
_KEYS: dict[str, Any] = {
    "ticket": TICKET.c.id,
    "letter": LETTER.c.id,
    "message": MESSAGE.c.id,
    "side_conversation": SIDE_CONVERSATION.c.id,
}


def sayings(tx: Tx, address: str) -> list[tuple[int, int]]:
    """What they said on any ticket: the numbers of comment and ticket."""
    mine = select(COMMENT.c.id, COMMENT.c.ticket_id).where(
        COMMENT.c.actor == f"customer:{address}", or_(COMMENT.c.text != ERASED, COMMENT.c.cut_text.is_not(None))
    )
    return list(_pairs(tx, mine.order_by(COMMENT.c.id)))
