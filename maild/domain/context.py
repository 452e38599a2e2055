"""What stands beside a ticket: the customer, the service level, how far it has come, and what is known besides."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from maild.domain.sla import Sla


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that another system knows of a customer: an invoice, a contract, a credit limit.

    It belongs to an organization or to one address. ``key`` is its number there: the same kind and key again replaces
    it. ``link`` leads to it, "" where nothing does.
    """

    id: int
    kind: str
    key: str
    organization: str | None = None
    address: str | None = None
    day: date | None = None
    amount: Decimal | None = None
    currency: str = ""
    text: str = ""
    link: str = ""
    put_at: datetime | None = None
    put_by: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """Another ticket of the same customer."""

    id: int
    status: str
    subject: str
    created_at: datetime
    po_number: str | None = None
    total_cost: str | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Rating:
    """How content the customer was with a ticket."""

    ticket: int
    score: str
    at: datetime
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a ticket has come: the ``state`` of its ``process`` (a blueprint's name, or "status"), since when."""

    process: str
    state: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """Where an organization has goods sent to."""

    name: str
    company: str = ""
    street: str = ""
    city: str = ""
    postcode: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """All that is the organization's, where there is one, else the person's own; lists are newest first.

    ``bought`` sums the totals of completed orders, which are solved and neither dropped nor cancelled, by currency (""
    where none was named), this one included; ``tickets`` counts all tickets. ``facts`` are the organization's and the
    requester's.
    """

    name: str
    address: str
    progress: Progress
    tags: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    organization: str | None = None
    organization_tags: tuple[str, ...] = ()
    organization_fields: tuple[tuple[str, str], ...] = ()
    sites: tuple[Site, ...] = ()
    sla: Sla | None = None
    open: tuple[Past, ...] = ()
    earlier: tuple[Past, ...] = ()
    tickets: int = 0
    bought: tuple[tuple[str, Decimal], ...] = ()
    ratings: tuple[Rating, ...] = ()
    facts: tuple[Fact, ...] = ()
