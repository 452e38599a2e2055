"""Tables of tickets and what hangs on them: tags, orders, comments, history, timers."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlmodel import Field, Index, SQLModel

from maild.domain.ticket import Status
from maild.store.columns import DOC, NEVER_AGAIN, belongs_to, one_of, partial, serial, words

TIMER_STATES = ("pending", "fired", "cancelled")
PENDING = "state = 'pending'"
"""Timers to come. Queries say it in these words, or the indexes over them do not serve."""
UNSOLVED = f"status < {int(Status.SOLVED)}"
"""Tickets with work left; the index over them stays small whatever the years pile up. In these words, as above."""
WAITS = "queue IS NOT NULL"
"""Tickets that wait for an assignment to find somebody."""
WALKING = "blueprint IS NOT NULL"
"""Tickets in a blueprint."""
OF_UNSOLVED = "unsolved"
"""Tags of such tickets."""


class TicketRow(SQLModel, table=True):
    """One order ticket. ``version`` goes up by one with every committed change; ``queue`` is what shall assign it."""

    __tablename__ = "ticket"
    __table_args__ = (
        CheckConstraint(f"status BETWEEN {int(min(Status))} AND {int(max(Status))}", name="ticket_status_known"),
        partial("ticket_work", "group_name", "assignee", "status", "created_at", "id", where=UNSOLVED),
        partial("ticket_queue", "queue", "id", where=WAITS),
        partial("ticket_owned", "assignee", "status", where=UNSOLVED),
        partial("ticket_walking", "blueprint", "state", "id", where=WALKING),
        Index("ticket_status", "status", "id"),
        Index("ticket_requester", "requester_id", "id"),
        Index("ticket_organization", "organization_id", "id"),
        NEVER_AGAIN,
    )

    id: int | None = serial()
    version: int = 1
    subject: str = words(998)
    status: int = 1
    priority: str = Field(default="normal", max_length=16)
    group_name: str | None = Field(default=None, max_length=100)
    assignee: str | None = Field(default=None, max_length=100)
    form: str | None = Field(default=None, max_length=100)
    department: str | None = Field(default=None, max_length=100)
    queue: str | None = Field(default=None, max_length=200)
    queue_told: bool = False
    order_address: str = Field(max_length=320)
    channel: str = Field(max_length=8)
    requester_id: int = belongs_to("person.id")
    organization_id: int | None = belongs_to("organization.id", default=None)
    fields: dict[str, str] = Field(default_factory=dict, sa_type=DOC)
    needs_review: bool = False
    review_reasons: list[str] = Field(default_factory=list, sa_type=DOC)
    unread: bool = True
    verified: bool = False
    follow_up_of: int | None = belongs_to("ticket.id", default=None)
    sla_policy: str | None = words(100, default=None)  # NULL: never had one, "": none any more
    erased_at: datetime | None = None  # its texts were taken away, figures stay
    created_at: datetime
    updated_at: datetime
    status_changed_at: datetime
    assigned_at: datetime | None = None
    customer_reply_at: datetime | None = None
    agent_reply_at: datetime | None = None
    customer_mails: int = 0
    agent_mails: int = 0
    reopens: int = 0
    language: str = Field(default="", max_length=16)  # of the mail that opened it, "" where nothing tells
    blocking: int = 0  # open tasks that must be done before it may be solved
    blueprint: str | None = Field(default=None, max_length=100)
    blueprint_version: str | None = Field(default=None, max_length=64)
    state: str | None = Field(default=None, max_length=100)
    blueprint_entered_at: datetime | None = None
    blueprint_due_at: datetime | None = None
    blueprint_completed_at: datetime | None = None
    state_entered_at: datetime | None = None
    state_due_at: datetime | None = None


class TicketTagRow(SQLModel, table=True):
    """A tag of a ticket. ``unsolved`` repeats that the ticket has work left: views ask for those among very many."""

    __tablename__ = "ticket_tag"
    __table_args__ = (
        Index("ticket_tag_tag", "tag", "ticket_id"),
        partial("ticket_tag_unsolved", "tag", "ticket_id", where=OF_UNSOLVED),
    )

    ticket_id: int = belongs_to("ticket.id", primary_key=True)
    tag: str = words(100, primary_key=True)
    unsolved: bool = True


class TicketLinkRow(SQLModel, table=True):
    """Tickets that belong together: the orders of one mail, a follow-up and its closed ticket."""

    __tablename__ = "ticket_link"

    ticket_id: int = belongs_to("ticket.id", primary_key=True)
    other_id: int = belongs_to("ticket.id", primary_key=True)
    why: str = Field(max_length=100)


CORRECTED = "printed_key IS NOT NULL"


class TicketOrderRow(SQLModel, table=True):
    """An order as read from one mail. ``po_key`` is customer, buyer and number; ``content`` a digest of the goods.

    ``printed_key`` is that of the number in its document, where a person has corrected it. ``words`` are those by which
    it is found: numbers, items, descriptions.
    """

    __tablename__ = "ticket_order"
    __table_args__ = (
        Index("ticket_order_key", "po_key", "id"),
        partial("ticket_order_printed", "printed_key", "id", where=CORRECTED),
    )

    id: int | None = serial()
    ticket_id: int = belongs_to("ticket.id", index=True)
    message_id: int | None = belongs_to("message.id", default=None)
    po_key: str | None = words(500, default=None)
    printed_key: str | None = words(500, default=None)
    content: str = Field(max_length=64)
    words: str = words(default="")
    data: dict[str, Any] = Field(sa_type=DOC)
    created_at: datetime


class CommentRow(SQLModel, table=True):
    """What was said on a ticket. ``mark`` tells why a mail became a private note (thread.foreign_sender, ...)."""

    __tablename__ = "comment"

    id: int | None = serial()
    ticket_id: int = belongs_to("ticket.id", index=True)
    message_id: int | None = belongs_to("message.id", default=None, index=True)
    at: datetime
    actor: str = words(400)
    public: bool
    text: str = words()
    cut_text: str | None = words(default=None)
    mark: str | None = Field(default=None, max_length=64)


class HistoryRow(SQLModel, table=True):
    """One handled event: what happened, who did it, which rules were asked and why each fired or not. Append only.

    ``seen`` is what no rule decides and rules may ask: who the requester was just then, how often they had written.
    """

    __tablename__ = "history"
    __table_args__ = (Index("history_ticket", "ticket_id", "id"),)

    id: int | None = serial()
    ticket_id: int = belongs_to("ticket.id")
    at: datetime
    key: str = Field(max_length=200, unique=True)
    kind: str = Field(max_length=32)
    actor: str = words(400)
    data: dict[str, Any] = Field(default_factory=dict, sa_type=DOC)
    seen: dict[str, Any] = Field(default_factory=dict, sa_type=DOC)
    steps: list[dict[str, Any]] = Field(default_factory=list, sa_type=DOC)
    rules_hash: str = Field(default="", max_length=64)


class TimerRow(SQLModel, table=True):
    """A promise to act at an instant; one pending timer per ticket, rule and step. State: pending, fired, cancelled.

    ``over`` tells that the stay in the rule's condition has ended, so that the rule may arm itself afresh.
    """

    __tablename__ = "timer"
    __table_args__ = (
        one_of("timer", "state", TIMER_STATES),
        CheckConstraint("(state = 'pending') = (settled_at IS NULL)", name="timer_settled"),
        partial("timer_due", "due_at", "id", where=PENDING),
        partial("timer_pending", "ticket_id", "rule", "step", where=PENDING, unique=True),
        Index("timer_ticket", "ticket_id", "id"),
        NEVER_AGAIN,
    )

    id: int | None = serial()
    ticket_id: int = belongs_to("ticket.id")
    rule: str = Field(max_length=200)
    step: int = 0
    due_at: datetime
    state: str = Field(default="pending", max_length=16)
    armed_at: datetime
    settled_at: datetime | None = None
    over: bool = False
    why: str | None = words(default=None)
