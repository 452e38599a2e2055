"""Tables of incoming mail: the spool, every delivery, and the Message-IDs that tie mails to tickets."""

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary
from sqlmodel import Field, Index, UniqueConstraint

from maild.domain.envelope import Channel
from maild.domain.spool import Outcome, SpoolState
from maild.store.columns import BIG, DOC, NEVER_AGAIN, belongs_to, one_of, partial, serial, words
from maild.store.row import Row

OPEN_MAIL = "state <> 'done'"
"""Mails with work left. Queries say it in these words, or the index over them does not serve."""


class MessageRow(Row):
    """One incoming mail, whatever number of times it was delivered; its bytes are in message_chunk.

    Identity is the canonical digest per order address. ``state`` is ready, leased or done; ``outcome`` the final state;
    ``checked`` what our own check of the sender found. From ``erased_at`` on its bytes are gone.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("digest", "order_address"),
        one_of("message", "state", SpoolState),
        one_of("message", "outcome", Outcome),
        CheckConstraint("(state = 'done') = (outcome IS NOT NULL)", name="message_settled"),
        CheckConstraint("(state = 'leased') = (leased_by IS NOT NULL)", name="message_lease"),
        partial("message_work", "id", where=OPEN_MAIL),
        partial("message_outcome", "outcome", "id", where="outcome IS NOT NULL"),
        partial("message_said_id", "message_id", where="message_id IS NOT NULL"),
        partial("message_ticket", "ticket_id", where="ticket_id IS NOT NULL"),
        NEVER_AGAIN,
    )

    id: int | None = serial()
    digest: str = Field(max_length=64)
    order_address: str = Field(max_length=320)
    size: int = Field(sa_type=BIG)
    received_at: datetime
    state: str = Field(default="ready", max_length=16)
    attempts: int = 0
    next_at: datetime | None = None
    lease_until: datetime | None = None
    leased_by: str | None = Field(default=None, max_length=64)
    message_id: str | None = words(998, default=None)
    from_address: str | None = words(320, default=None)
    subject: str | None = words(998, default=None)
    kind: str | None = Field(default=None, max_length=16)
    outcome: str | None = Field(default=None, max_length=16)
    code: str | None = Field(default=None, max_length=64)
    why: str | None = words(default=None)
    checked: str | None = words(default=None)
    ticket_id: int | None = belongs_to("ticket.id", default=None)
    settled_at: datetime | None = None
    erased_at: datetime | None = None


class MessageChunkRow(Row):
    """At most 256 KiB of a mail's raw bytes, counted from 0."""

    __tablename__ = "message_chunk"

    message_id: int = belongs_to("message.id", primary_key=True)
    seq: int = Field(primary_key=True)
    data: bytes = Field(sa_type=LargeBinary)


class DeliveryRow(Row):
    """One time that a mail reached us. ``head`` keeps the trace headers of copies that differ from the first."""

    __tablename__ = "delivery"
    __table_args__ = (one_of("delivery", "channel", Channel),)

    id: int | None = serial()
    message_id: int = belongs_to("message.id", index=True)
    received_at: datetime
    channel: str = Field(max_length=8)
    sender: str = words(998)
    recipients: list[str] = Field(sa_type=DOC)
    peer: str | None = Field(default=None, max_length=64)
    helo: str | None = words(255, default=None)
    login: str | None = words(320, default=None)
    tls: bool = False
    session: str | None = Field(default=None, max_length=64)
    size: int = Field(sa_type=BIG)
    head: bytes | None = Field(default=None, sa_type=LargeBinary)


class ThreadRefRow(Row):
    """A Message-ID that we received or sent, and the ticket it belongs to, per order address.

    ``id`` keeps the order in which they came to be known. ``side_id`` is the side conversation that it belongs to: such
    an id leads there, never onto the ticket itself.
    """

    __tablename__ = "thread_ref"
    __table_args__ = (UniqueConstraint("order_address", "ref"), Index("thread_ref_ticket", "ticket_id", "id"))

    id: int | None = serial()
    order_address: str = Field(max_length=320)
    ref: str = words(998)
    ticket_id: int = belongs_to("ticket.id")
    letter_id: int | None = Field(default=None, sa_type=BIG)
    side_id: int | None = Field(default=None, sa_type=BIG)
