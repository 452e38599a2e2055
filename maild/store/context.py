"""The context of a ticket, for whoever shows it: the command line, the console, the API."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select

from maild.domain.context import Context, Past, Progress, Rating, Site
from maild.domain.ticket import Snapshot, Status
from maild.store import customers, facts
from maild.store.tables import ORGANIZATION_SITE, RATING, TICKET, UNSOLVED
from maild.store.tx import Tx
from maild.store.visibility import shown

SHOWN = 10
"""Of each list."""
MOST_FACTS = 50


def of_ticket(tx: Tx, ticket: Snapshot, hidden: frozenset[str] = frozenset()) -> Context:
    """Everything beside a ticket, in one frozen value; its cost does not grow with other customers' history.

    Tickets of ``hidden`` departments are neither shown nor counted.
    """
    company, person = ticket.organization, ticket.requester
    theirs = TICKET.c.organization_id == company.id if company else TICKET.c.requester_id == person.id
    seen = [theirs, shown(hidden)]
    others = [*seen, TICKET.c.id != ticket.id]
    return Context(
        name=person.name,
        address=person.address,
        progress=progress(ticket),
        tags=tuple(sorted(person.tags)),
        fields=person.fields,
        organization=company.name if company else None,
        organization_tags=tuple(sorted(company.tags)) if company else (),
        organization_fields=company.fields if company else (),
        sites=_sites(tx, company.id) if company else (),
        sla=ticket.sla,
        open=_tickets(tx, [*others, UNSOLVED]),
        earlier=_tickets(tx, [*others, TICKET.c.status >= int(Status.SOLVED)]),
        tickets=int(tx.scalar(select(func.count()).select_from(TICKET).where(*seen))),
        bought=tuple(sorted(customers.bought(tx, seen).items())),
        ratings=_ratings(tx, seen),
        facts=facts.of(tx, company.id if company else None, person.address, MOST_FACTS),
    )


def progress(ticket: Snapshot) -> Progress:
    """The state of its blueprint, where it walks one, else its status."""
    stand = ticket.blueprint
    if stand is not None:
        return Progress(stand.blueprint, stand.state, ticket.stamp("state_entered"))
    return Progress("status", ticket.status.word, ticket.stamp("status_changed"))


def _tickets(tx: Tx, which: Iterable[Any]) -> tuple[Past, ...]:
    columns = select(TICKET.c.id, TICKET.c.status, TICKET.c.subject, TICKET.c.created_at, TICKET.c.fields)
    rows = tx.execute(columns.where(*which).order_by(TICKET.c.id.desc()).limit(SHOWN))
    return tuple(
        Past(
            id=row.id,
            status=Status(row.status).word,
            subject=row.subject,
            created_at=row.created_at,
            po_number=row.fields.get("po_number"),
            total_cost=row.fields.get("total_cost"),
            currency=row.fields.get("currency"),
        )
        for row in rows
    )


def _sites(tx: Tx, organization: int) -> tuple[Site, ...]:
    rows = tx.execute(
        select(ORGANIZATION_SITE)
        .where(ORGANIZATION_SITE.c.organization_id == organization)
        .order_by(ORGANIZATION_SITE.c.name)
    )
    return tuple(Site(r.name, r.company, r.street, r.city, r.postcode, r.country) for r in rows)


def _ratings(tx: Tx, which: Iterable[Any]) -> tuple[Rating, ...]:
    rows = tx.execute(
        select(RATING)
        .join(TICKET, TICKET.c.id == RATING.c.ticket_id)
        .where(*which)
        .order_by(RATING.c.at.desc(), RATING.c.ticket_id.desc())
        .limit(SHOWN)
    )
    return tuple(Rating(row.ticket_id, str(row.score), row.at, row.words) for row in rows)
