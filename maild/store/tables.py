"""Every table, in the order of the road. Rows stay inside maild.store; frozen dataclasses leave it.

Times are aware UTC, decimals and JSON are portable between SQLite and PostgreSQL, identifiers are 64-bit integers.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, Index, SQLModel, UniqueConstraint

BIG: Any = BigInteger().with_variant(Integer, "sqlite")
DOC: Any = JSON().with_variant(JSONB(), "postgresql")
LONG: Any = Text()


def _key() -> Any:
    return Field(default=None, primary_key=True, sa_type=BIG)


def _ref(target: str, **options: Any) -> Any:
    return Field(foreign_key=target, sa_type=BIG, **options)


def _partial(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class MessageRow(SQLModel, table=True):
    """One incoming mail, whatever number of times it was delivered; its bytes are in message_chunk.

    Identity is the canonical digest per order address. ``state`` is ready, leased or done; ``outcome`` the final state.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("digest", "order_address"),
        _partial("message_work", "id", where="state <> 'done'"),
        Index("message_outcome", "outcome", "id"),
        Index("message_ticket", "ticket_id"),
    )

    id: int | None = _key()
    digest: str = Field(max_length=64)
    order_address: str = Field(max_length=320)
    size: int = Field(sa_type=BIG)
    received_at: datetime
    state: str = Field(default="ready", max_length=16)
    attempts: int = 0
    next_at: datetime | None = None
    lease_until: datetime | None = None
    leased_by: str | None = Field(default=None, max_length=64)
    message_id: str | None = Field(default=None, max_length=998, index=True)
    from_address: str | None = Field(default=None, max_length=320)
    subject: str | None = Field(default=None, max_length=998)
    kind: str | None = Field(default=None, max_length=16)
    outcome: str | None = Field(default=None, max_length=16)
    code: str | None = Field(default=None, max_length=64)
    why: str | None = Field(default=None, sa_type=LONG)
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id", sa_type=BIG)
    settled_at: datetime | None = None


class MessageChunkRow(SQLModel, table=True):
    """At most 256 KiB of a mail's raw bytes, counted from 0."""

    __tablename__ = "message_chunk"

    message_id: int = _ref("message.id", primary_key=True)
    seq: int = Field(primary_key=True)
    data: bytes = Field(sa_type=LargeBinary)


class DeliveryRow(SQLModel, table=True):
    """One time that a mail reached us. ``head`` keeps the trace headers of copies that differ from the first."""

    __tablename__ = "delivery"

    id: int | None = _key()
    message_id: int = _ref("message.id", index=True)
    received_at: datetime
    channel: str = Field(max_length=8)
    sender: str = Field(max_length=998)
    recipients: list[str] = Field(sa_type=DOC)
    peer: str | None = Field(default=None, max_length=64)
    helo: str | None = Field(default=None, max_length=255)
    login: str | None = Field(default=None, max_length=320)
    tls: bool = False
    session: str | None = Field(default=None, max_length=64)
    size: int = Field(sa_type=BIG)
    head: bytes | None = Field(default=None, sa_type=LargeBinary)


class OrganizationRow(SQLModel, table=True):
    """A customer company."""

    __tablename__ = "organization"

    id: int | None = _key()
    name: str = Field(max_length=200, unique=True)
    tags: list[str] = Field(default_factory=list, sa_type=DOC)
    fields: dict[str, str] = Field(default_factory=dict, sa_type=DOC)
    trust_unauthenticated: bool = False


class OrganizationDomainRow(SQLModel, table=True):
    """A domain or a full address that belongs to an organization; the longest match wins."""

    __tablename__ = "organization_domain"

    domain: str = Field(primary_key=True, max_length=320)
    organization_id: int = _ref("organization.id", index=True)


class PersonRow(SQLModel, table=True):
    """Somebody with an address: a customer, or an agent of the desk."""

    __tablename__ = "person"

    id: int | None = _key()
    address: str = Field(max_length=320, unique=True)
    name: str = Field(default="", max_length=200)
    role: str = Field(default="customer", max_length=16)
    organization_id: int | None = Field(default=None, foreign_key="organization.id", sa_type=BIG, index=True)
    tags: list[str] = Field(default_factory=list, sa_type=DOC)
    fields: dict[str, str] = Field(default_factory=dict, sa_type=DOC)
    bounced_at: datetime | None = None
    created_at: datetime


class TicketRow(SQLModel, table=True):
    """One order ticket. ``version`` goes up by one with every committed change."""

    __tablename__ = "ticket"
    __table_args__ = (
        Index("ticket_work", "group_name", "assignee", "status", "id"),
        Index("ticket_status", "status", "id"),
        Index("ticket_requester", "requester_id", "id"),
        Index("ticket_organization", "organization_id", "id"),
    )

    id: int | None = _key()
    version: int = 1
    subject: str = Field(max_length=998)
    status: int = 1
    priority: str = Field(default="normal", max_length=16)
    group_name: str | None = Field(default=None, max_length=100)
    assignee: str | None = Field(default=None, max_length=100)
    form: str | None = Field(default=None, max_length=100)
    order_address: str = Field(max_length=320)
    channel: str = Field(max_length=8)
    requester_id: int = _ref("person.id")
    organization_id: int | None = Field(default=None, foreign_key="organization.id", sa_type=BIG)
    fields: dict[str, str] = Field(default_factory=dict, sa_type=DOC)
    needs_review: bool = False
    review_reasons: list[str] = Field(default_factory=list, sa_type=DOC)
    unread: bool = True
    verified: bool = False
    follow_up_of: int | None = Field(default=None, foreign_key="ticket.id", sa_type=BIG)
    created_at: datetime
    updated_at: datetime
    status_changed_at: datetime
    assigned_at: datetime | None = None
    customer_reply_at: datetime | None = None
    agent_reply_at: datetime | None = None
    customer_mails: int = 0
    agent_mails: int = 0
    reopens: int = 0


class TicketTagRow(SQLModel, table=True):
    __tablename__ = "ticket_tag"
    __table_args__ = (Index("ticket_tag_tag", "tag", "ticket_id"),)

    ticket_id: int = _ref("ticket.id", primary_key=True)
    tag: str = Field(primary_key=True, max_length=100)


class TicketLinkRow(SQLModel, table=True):
    """Tickets that belong together: the orders of one mail, a follow-up and its closed ticket."""

    __tablename__ = "ticket_link"

    ticket_id: int = _ref("ticket.id", primary_key=True)
    other_id: int = _ref("ticket.id", primary_key=True)
    why: str = Field(max_length=100)


class TicketOrderRow(SQLModel, table=True):
    """An order as read from one mail. ``po_key`` is customer, buyer and number; ``content`` a digest of the goods."""

    __tablename__ = "ticket_order"
    __table_args__ = (Index("ticket_order_key", "po_key", "id"),)

    id: int | None = _key()
    ticket_id: int = _ref("ticket.id", index=True)
    message_id: int | None = Field(default=None, foreign_key="message.id", sa_type=BIG)
    po_key: str | None = Field(default=None, max_length=500)
    content: str = Field(max_length=64)
    data: dict[str, Any] = Field(sa_type=DOC)
    created_at: datetime


class CommentRow(SQLModel, table=True):
    """What was said on a ticket. ``mark`` tells why a mail became a private note (thread.foreign_sender, ...)."""

    __tablename__ = "comment"

    id: int | None = _key()
    ticket_id: int = _ref("ticket.id", index=True)
    message_id: int | None = Field(default=None, foreign_key="message.id", sa_type=BIG, index=True)
    at: datetime
    actor: str = Field(max_length=400)
    public: bool
    text: str = Field(sa_type=LONG)
    cut_text: str | None = Field(default=None, sa_type=LONG)
    mark: str | None = Field(default=None, max_length=64)


class ThreadRefRow(SQLModel, table=True):
    """A Message-ID that we received or sent, and the ticket it belongs to, per order address."""

    __tablename__ = "thread_ref"

    order_address: str = Field(primary_key=True, max_length=320)
    ref: str = Field(primary_key=True, max_length=998)
    ticket_id: int = _ref("ticket.id", index=True)
    letter_id: int | None = Field(default=None, sa_type=BIG)


class HistoryRow(SQLModel, table=True):
    """One handled event: what happened, who did it, which rules were asked and why each fired or not. Append only."""

    __tablename__ = "history"
    __table_args__ = (Index("history_ticket", "ticket_id", "id"),)

    id: int | None = _key()
    ticket_id: int = _ref("ticket.id")
    at: datetime
    key: str = Field(max_length=200, unique=True)
    kind: str = Field(max_length=32)
    actor: str = Field(max_length=400)
    data: dict[str, Any] = Field(default_factory=dict, sa_type=DOC)
    steps: list[dict[str, Any]] = Field(default_factory=list, sa_type=DOC)
    rules_hash: str = Field(default="", max_length=64)


class TimerRow(SQLModel, table=True):
    """A promise to act at an instant; one pending timer per ticket, rule and step. State: pending, fired, cancelled.

    ``over`` tells that the stay in the rule's condition has ended, so that the rule may arm itself afresh.
    """

    __tablename__ = "timer"
    __table_args__ = (
        _partial("timer_due", "due_at", "id", where="state = 'pending'"),
        Index(
            "timer_pending",
            "ticket_id",
            "rule",
            "step",
            unique=True,
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index("timer_ticket", "ticket_id", "id"),
    )

    id: int | None = _key()
    ticket_id: int = _ref("ticket.id")
    rule: str = Field(max_length=200)
    step: int = 0
    due_at: datetime
    state: str = Field(default="pending", max_length=16)
    armed_at: datetime
    settled_at: datetime | None = None
    over: bool = False
    why: str | None = Field(default=None, sa_type=LONG)


class LetterRow(SQLModel, table=True):
    """The outbox. ``key`` is the cause (event, rule, effect index); the Message-ID derives from it for ever."""

    __tablename__ = "letter"
    __table_args__ = (
        _partial("letter_work", "next_at", "id", where="phase IN ('queued', 'deferred', 'unknown')"),
        _partial("letter_open", "phase", "id", where="phase IN ('held', 'sending', 'at_dot')"),
        Index("letter_ticket", "ticket_id", "id"),
        Index("letter_organization", "organization_id", "dialled_at"),
        Index("letter_address", "to_address", "dialled_at"),
        Index("letter_dialled", "dialled_at"),
    )

    id: int | None = _key()
    key: str = Field(max_length=300, unique=True)
    message_id: str = Field(max_length=300, unique=True)
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id", sa_type=BIG)
    organization_id: int | None = Field(default=None, foreign_key="organization.id", sa_type=BIG)
    template: str = Field(max_length=100)
    automatic: bool = True
    envelope_from: str = Field(max_length=320)
    to_address: str = Field(max_length=320)
    subject: str = Field(max_length=998)
    phase: str = Field(max_length=16)
    code: str | None = Field(default=None, max_length=64)
    why: str | None = Field(default=None, sa_type=LONG)
    attempt: int = 0
    copies: int = 0
    created_at: datetime
    next_at: datetime
    dialled_at: datetime | None = None
    lease_until: datetime | None = None
    leased_by: str | None = Field(default=None, max_length=64)
    settled_at: datetime | None = None
    raw: bytes = Field(sa_type=LargeBinary)


class LetterRecipientRow(SQLModel, table=True):
    """What became of a letter per recipient: waiting, sent, refused or bounced."""

    __tablename__ = "letter_recipient"

    letter_id: int = _ref("letter.id", primary_key=True)
    address: str = Field(primary_key=True, max_length=320)
    state: str = Field(default="waiting", max_length=16)
    reply: str | None = Field(default=None, sa_type=LONG)


class LetterAttemptRow(SQLModel, table=True):
    """Every try to hand a letter to the relay, with its end."""

    __tablename__ = "letter_attempt"

    letter_id: int = _ref("letter.id", primary_key=True)
    attempt: int = Field(primary_key=True)
    at: datetime
    result: str | None = Field(default=None, max_length=16)
    code: str | None = Field(default=None, max_length=64)
    why: str | None = Field(default=None, sa_type=LONG)


class MetaRow(SQLModel, table=True):
    """Facts about the database itself."""

    __tablename__ = "meta"

    name: str = Field(primary_key=True, max_length=64)
    value: str = Field(sa_type=LONG)


METADATA = SQLModel.metadata

MESSAGE = METADATA.tables["message"]
MESSAGE_CHUNK = METADATA.tables["message_chunk"]
DELIVERY = METADATA.tables["delivery"]
ORGANIZATION = METADATA.tables["organization"]
ORGANIZATION_DOMAIN = METADATA.tables["organization_domain"]
PERSON = METADATA.tables["person"]
TICKET = METADATA.tables["ticket"]
TICKET_TAG = METADATA.tables["ticket_tag"]
TICKET_LINK = METADATA.tables["ticket_link"]
TICKET_ORDER = METADATA.tables["ticket_order"]
COMMENT = METADATA.tables["comment"]
THREAD_REF = METADATA.tables["thread_ref"]
HISTORY = METADATA.tables["history"]
TIMER = METADATA.tables["timer"]
LETTER = METADATA.tables["letter"]
LETTER_RECIPIENT = METADATA.tables["letter_recipient"]
LETTER_ATTEMPT = METADATA.tables["letter_attempt"]
META = METADATA.tables["meta"]
