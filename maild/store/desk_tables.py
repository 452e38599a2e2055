"""Tables of the desk's own bookkeeping: tasks, ship-to sites, how webhooks fare, and rule files of the past."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlmodel import Field, Index

from maild.domain.values import PRIORITIES
from maild.store.columns import DOC, belongs_to, one_of, partial, serial, words
from maild.store.row import Row

TASK_STATES = ("open", "done")
TO_REMIND = "state = 'open' AND remind_at IS NOT NULL"
"""Tasks that somebody is yet to be reminded of. Queries say it in these words, or the index does not serve."""


class TaskRow(Row):
    """Something a colleague has to do for a ticket. ``owner`` is a user's name, "" while nobody's.

    While one that ``blocks`` is open, nobody solves or closes the ticket.
    """

    __tablename__ = "task"
    __table_args__ = (
        one_of("task", "state", TASK_STATES),
        one_of("task", "priority", PRIORITIES),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="task_done"),
        Index("task_ticket", "ticket_id", "id"),
        Index("task_owner", "owner", "state", "due_at"),
        partial("task_remind", "remind_at", "id", where=TO_REMIND),
    )

    id: int | None = serial()
    ticket_id: int = belongs_to("ticket.id")
    title: str = words(500)
    owner: str = words(100, default="")
    due_at: datetime | None = None
    remind_at: datetime | None = None
    state: str = Field(default="open", max_length=16)
    created_at: datetime
    created_by: str = words(400)
    done_at: datetime | None = None
    done_by: str | None = words(400, default=None)
    priority: str = Field(default="normal", max_length=16)
    blocks: bool = False


class OrganizationSiteRow(Row):
    """A place that an organization has goods sent to, under its short name: "ABC Company - Arlington"."""

    __tablename__ = "organization_site"

    organization_id: int = belongs_to("organization.id", primary_key=True)
    name: str = words(200, primary_key=True)
    company: str = words(200, default="")
    street: str = words(200, default="")
    city: str = words(100, default="")
    postcode: str = words(32, default="")
    country: str = words(100, default="")


class WebhookRow(Row):
    """A webhook that has failed without a success since ``failing_since``; ``off_at`` is when it was switched off."""

    __tablename__ = "webhook"

    name: str = Field(primary_key=True, max_length=100)
    failing_since: datetime | None = None
    off_at: datetime | None = None
    why: str | None = words(default=None)


class RuleFileRow(Row):
    """A rule file that tickets were handled by, under its digest, so that histories can be explained by it.

    ``filled_at`` is when the timers of open tickets were made to fit it; NULL while they fit another one.
    """

    __tablename__ = "rule_file"

    digest: str = Field(primary_key=True, max_length=64)
    document: dict[str, Any] = Field(sa_type=DOC)
    kept_at: datetime
    filled_at: datetime | None = None
