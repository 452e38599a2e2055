"""Tables of tickets and their tags."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, Index

from maild.domain.status import Status
from maild.store.columns import DOC, NEVER_AGAIN, belongs_to, partial, serial, words
from maild.store.row import Row

UNSOLVED = f"status < {int(Status.SOLVED)}"
"""Tickets with work left; the index over them stays small whatever the years pile up. Queries say it in these words,
or the indexes do not serve."""
WAITS = "queue IS NOT NULL"
"""Tickets that wait for an assignment to find somebody."""
WALKING = "blueprint IS NOT NULL"
"""Tickets in a blueprint."""
OF_UNSOLVED = "unsolved"
"""Tags of such tickets."""


class TicketRow(Row):
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


class TicketTagRow(Row):
    """A tag of a ticket. ``unsolved`` repeats that the ticket has work left: views ask for those among very many."""

    __tablename__ = "ticket_tag"
    __table_args__ = (
        Index("ticket_tag_tag", "tag", "ticket_id"),
        partial("ticket_tag_unsolved", "tag", "ticket_id", where=OF_UNSOLVED),
    )

    ticket_id: int = belongs_to("ticket.id", primary_key=True)
    tag: str = words(100, primary_key=True)
    unsolved: bool = True
