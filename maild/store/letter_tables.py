"""Tables of outgoing letters: the outbox, who each is for, and every try."""

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary
from sqlmodel import Field, Index

from maild.domain.letter import Kind, Phase
from maild.store.columns import BIG, NEVER_AGAIN, belongs_to, one_of, partial, serial, words
from maild.store.row import Row

RECIPIENT_STATES = ("waiting", "sent", "refused", "bounced")
TO_SEND = "phase IN ('queued', 'deferred', 'unknown')"
"""Letters to be tried. Queries say it in these words, or the index over them does not serve."""
NOT_TO_SEND = "phase NOT IN ('queued', 'deferred', 'unknown')"
"""All others. An index by phase over every letter would lure planners away from the one by time."""

TO_SUM_UP = "phase = 'held' AND code = 'budget.spent'"
"""Letters that a customer's budget had no room for; ``next_at`` is when there may be some."""


class LetterRow(Row):
    """The outbox. ``key`` is the cause (event, rule, effect index); the Message-ID derives from it for ever.

    ``queued_at`` is when it was let go last: from then on the relay's patience counts. ``text`` is what a person or a
    rule said in it, kept so that a letter that could not be written can be written again; ``raw`` is empty until then,
    and again from ``erased_at`` on. ``side_id`` is the side conversation that it
    belongs to, NULL for a letter of the ticket itself.
    """

    __tablename__ = "letter"
    __table_args__ = (
        one_of("letter", "phase", Phase),
        one_of("letter", "kind", Kind),
        CheckConstraint("(phase IN ('sent', 'failed', 'dropped')) = (settled_at IS NOT NULL)", name="letter_settled"),
        CheckConstraint("(phase IN ('sending', 'at_dot')) = (leased_by IS NOT NULL)", name="letter_lease"),
        partial("letter_work", "next_at", "id", where=TO_SEND),
        partial("letter_phase", "phase", "id", where=NOT_TO_SEND),
        partial("letter_summary", "next_at", "to_address", where=TO_SUM_UP),
        Index("letter_ticket", "ticket_id", "id"),
        Index("letter_organization", "organization_id", "dialled_at"),
        Index("letter_address", "to_address", "dialled_at"),
        Index("letter_dialled", "dialled_at"),
        NEVER_AGAIN,
    )

    id: int | None = serial()
    kind: str = Field(default="mail", max_length=16)
    key: str = Field(max_length=300, unique=True)
    message_id: str = Field(max_length=300, unique=True)
    ticket_id: int | None = belongs_to("ticket.id", default=None)
    organization_id: int | None = belongs_to("organization.id", default=None)
    template: str = Field(max_length=100)
    automatic: bool = True
    envelope_from: str = Field(max_length=320)
    to_address: str = words(320)
    subject: str = words(998)
    phase: str = Field(max_length=16)
    code: str | None = Field(default=None, max_length=64)
    why: str | None = words(default=None)
    attempt: int = 0
    copies: int = 0
    created_at: datetime
    queued_at: datetime
    next_at: datetime
    dialled_at: datetime | None = None
    lease_until: datetime | None = None
    leased_by: str | None = Field(default=None, max_length=64)
    settled_at: datetime | None = None
    erased_at: datetime | None = None
    text: str = words(default="")
    raw: bytes = Field(sa_type=LargeBinary)
    side_id: int | None = Field(default=None, sa_type=BIG)


class LetterRecipientRow(Row):
    """What became of a letter per recipient: waiting, sent, refused or bounced."""

    __tablename__ = "letter_recipient"
    __table_args__ = (one_of("letter_recipient", "state", RECIPIENT_STATES),)

    letter_id: int = belongs_to("letter.id", primary_key=True)
    address: str = words(320, primary_key=True)
    state: str = Field(default="waiting", max_length=16)
    reply: str | None = words(default=None)


class LetterAttemptRow(Row):
    """Every try to hand a letter to the relay, with its end."""

    __tablename__ = "letter_attempt"

    letter_id: int = belongs_to("letter.id", primary_key=True)
    attempt: int = Field(primary_key=True)
    at: datetime
    result: str | None = Field(default=None, max_length=16)
    code: str | None = Field(default=None, max_length=64)
    why: str | None = words(default=None)
