"""Mails as they come in: those that wait together are stored together, each with its envelope."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from sqlalchemy import bindparam, select

from maild.domain.envelope import Envelope
from maild.domain.spool import SpoolState
from maild.store import rows
from maild.store.tables import DELIVERY, MESSAGE, MESSAGE_CHUNK
from maild.store.tx import Tx

CHUNK = 256 * 1024  # bytes

_KNOWN = select(MESSAGE.c.id).where(
    MESSAGE.c.digest == bindparam("digest"), MESSAGE.c.order_address == bindparam("order_address")
)

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class NewMail:
    """A mail to store. ``raw`` is read from its start; ``head`` gives the header block, should it be a copy."""

    raw: BinaryIO
    size: int
    digest: str
    order_address: str
    envelope: Envelope
    head: Callable[[], bytes] | None = None

    @property
    def key(self) -> Key:
        return self.digest, self.order_address


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a delivery ended: the message's id, and whether its bytes were there before."""

    id: int
    duplicate: bool


def put(
    tx: Tx, raw: BinaryIO, size: int, digest: str, order_address: str, envelope: Envelope, head: bytes | None = None
) -> Stored:
    """Store a mail and its envelope; a known digest adds only a delivery.

    ``head`` is the header block, kept for copies only, whose trace headers differ from the first delivery's.
    """
    kept = None if head is None else lambda: head
    return put_all(tx, [NewMail(raw, size, digest, order_address, envelope, kept)])[0]


def put_each(tx: Tx, mails: Sequence[Sequence[NewMail]]) -> list[list[Stored]]:
    """`put_all` for several who each store several."""
    stored = iter(put_all(tx, [mail for some in mails for mail in some]))
    return [[next(stored) for _ in some] for some in mails]


def put_all(tx: Tx, mails: Sequence[NewMail]) -> list[Stored]:
    """`put` for many, by as few statements as for one."""
    new = rows.insert_new(tx, MESSAGE, ("digest", "order_address"), [_message(tx, mail) for mail in mails])
    fresh = dict(new)
    stored = [_stored(tx, mail, new, fresh) for mail in mails]
    first = [(mail, one.id) for mail, one in zip(mails, stored, strict=True) if not one.duplicate]
    _put_chunks(tx, first)
    rows.insert(tx, DELIVERY, [_delivery(tx, mail, one) for mail, one in zip(mails, stored, strict=True)])
    if first:
        tx.wake("spool")
    return stored


def _stored(tx: Tx, mail: NewMail, new: dict[Key, int], fresh: dict[Key, int]) -> Stored:
    """The first of several that are the same is new, if it was not there before; each of the others is its copy."""
    if (made := fresh.pop(mail.key, None)) is not None:
        return Stored(made, False)
    known = new.get(mail.key)
    if known is None:
        known = tx.execute(_KNOWN, {"digest": mail.digest, "order_address": mail.order_address}).scalar_one()
    return Stored(int(known), True)


def _put_chunks(tx: Tx, mails: Iterable[tuple[NewMail, int]]) -> None:
    """Small ones together; of a big one there is never more than a piece in memory."""
    small: list[dict[str, Any]] = []
    for mail, message_id in mails:
        pieces = _pieces(mail, message_id)
        if mail.size <= CHUNK:
            small += pieces
            continue
        for piece in pieces:
            rows.insert(tx, MESSAGE_CHUNK, [piece])
    rows.insert(tx, MESSAGE_CHUNK, small)


def _pieces(mail: NewMail, message_id: int) -> Iterator[dict[str, Any]]:
    mail.raw.seek(0)
    for seq, data in enumerate(iter(lambda: mail.raw.read(CHUNK), b"")):
        yield {"message_id": message_id, "seq": seq, "data": data}


def _message(tx: Tx, mail: NewMail) -> dict[str, Any]:
    return {
        "digest": mail.digest,
        "order_address": mail.order_address,
        "size": mail.size,
        "received_at": tx.now,
        "state": SpoolState.READY,
        "attempts": 0,
    }


def _delivery(tx: Tx, mail: NewMail, stored: Stored) -> dict[str, Any]:
    envelope = mail.envelope
    return {
        "message_id": stored.id,
        "received_at": tx.now,
        "channel": envelope.channel.value,
        "sender": envelope.sender,
        "recipients": list(envelope.recipients),
        "peer": envelope.peer,
        "helo": envelope.helo,
        "login": envelope.login,
        "tls": envelope.tls,
        "session": envelope.session,
        "size": mail.size,
        "head": mail.head() if stored.duplicate and mail.head is not None else None,
    }
