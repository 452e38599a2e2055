"""Tables of what stands beside tickets: the clocks of service levels, and facts from other systems."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, Index

from maild.domain.sla import Ending, Target
from maild.store.columns import BIG, belongs_to, one_of, partial, serial, words
from maild.store.row import Row

NEWEST = "newest"
"""The newest run of each target; queries say it in this word, or the index over them does not serve."""


class SlaClockRow(Row):
    """One run of a target's clock on a ticket. ``allowed`` and ``consumed`` are microseconds of the schedule's time.

    ``consumed`` went by before ``since``, which is NULL while the clock stands still. ``breached_at`` was missed.
    """

    __tablename__ = "sla_clock"
    __table_args__ = (
        one_of("sla_clock", "target", Target),
        one_of("sla_clock", "ending", Ending),
        CheckConstraint("(ended_at IS NULL) = (ending IS NULL)", name="sla_clock_ended"),
        CheckConstraint("ended_at IS NULL OR since IS NULL", name="sla_clock_stands"),
        CheckConstraint("consumed >= 0", name="sla_clock_consumed"),
        Index("sla_clock_run", "ticket_id", "target", "run", unique=True),
        partial("sla_clock_newest", "ticket_id", "target", where=NEWEST, unique=True),
        Index("sla_clock_started", "started_at"),
    )

    id: int | None = serial()
    ticket_id: int = belongs_to("ticket.id")
    target: str = Field(max_length=16)
    run: int = 0
    newest: bool = True
    policy: str = words(100)
    schedule: str = words(100, default="")
    zone: str = Field(max_length=64)
    department: str | None = words(100, default=None)
    started_at: datetime
    allowed: int = Field(sa_type=BIG)
    consumed: int = Field(default=0, sa_type=BIG)
    since: datetime | None = None
    due_at: datetime | None = None
    breached_at: datetime | None = None
    ended_at: datetime | None = None
    ending: str | None = Field(default=None, max_length=16)


class FactRow(Row):
    """Something that another system knows of an organization or of one address: an invoice, a contract."""

    __tablename__ = "fact"
    __table_args__ = (
        CheckConstraint("(organization_id IS NULL) <> (address IS NULL)", name="fact_owner"),
        partial(
            "fact_organization", "organization_id", "kind", "key", where="organization_id IS NOT NULL", unique=True
        ),
        partial("fact_address", "address", "kind", "key", where="address IS NOT NULL", unique=True),
    )

    id: int | None = serial()
    organization_id: int | None = belongs_to("organization.id", default=None)
    address: str | None = words(320, default=None)
    kind: str = words(64)
    key: str = words(200)
    day: date | None = None
    amount: str | None = Field(default=None, max_length=40)
    currency: str = Field(default="", max_length=3)
    text: str = words(2000, default="")
    link: str = words(2000, default="")
    put_at: datetime
    put_by: str = words(400)
