"""Tables of what hangs on tickets: links, orders, comments, history, timers."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlmodel import Field, Index

from maild.store.columns import DOC, NEVER_AGAIN, belongs_to, one_of, partial, serial, words
from maild.store.row import Row

TIMER_STATES = ("pending", "fired", "cancelled")
PENDING = "state = 'pending'"
"""Timers to come. Queries say it in these words, or the indexes over them do not serve."""


class TicketLinkRow(Row):
    """Tickets that belong together: the orders of one mail, a follow-up and its closed ticket."""

    __tablename__ = "ticket_link"

    ticket_id: int = belongs_to("ticket.id", primary_key=True)
    other_id: int = belongs_to("ticket.id", primary_key=True)
    why: str = Field(max_length=100)


CORRECTED = "printed_key IS NOT NULL"


class TicketOrderRow(Row):
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


class CommentRow(Row):
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


class HistoryRow(Row):
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


class TimerRow(Row):
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
