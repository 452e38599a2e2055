"""The customer beside a ticket: who, for whom, what else is open, what came before, what was bought."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from maild.domain.terms import Kind, Term
from maild.domain.ticket import Snapshot, Status
from maild.store.tables import ORGANIZATION_SITE, TICKET, UNSOLVED
from maild.store.term_sql import TermSql
from maild.store.tx import Tx

SHOWN = 10


def beside(tx: Tx, ticket: Snapshot) -> dict[str, Any]:
    """All that is the organization's, where there is one, else the person's own.

    ``bought`` sums total_cost of solved and closed tickets by currency, this one included; lists are newest first.
    """
    company = ticket.organization
    theirs = TICKET.c.organization_id == company.id if company else TICKET.c.requester_id == ticket.requester.id
    others = [theirs, TICKET.c.id != ticket.id]
    return {
        "name": ticket.requester.name,
        "address": ticket.requester.address,
        "tags": sorted(ticket.requester.tags),
        "fields": dict(ticket.requester.fields),
        "organization": company.name if company else None,
        "organization_tags": sorted(company.tags) if company else [],
        "organization_fields": dict(company.fields) if company else {},
        "sites": sites(tx, company.id) if company else [],
        "open": _tickets(tx, [*others, UNSOLVED]),
        "earlier": _tickets(tx, [*others, TICKET.c.status >= int(Status.SOLVED)]),
        "tickets": int(tx.scalar(select(func.count()).select_from(TICKET).where(theirs))),
        "bought": bought(tx, [theirs]),
    }


def _tickets(tx: Tx, which: Iterable[Any]) -> list[dict[str, Any]]:
    found = select(TICKET.c.id, TICKET.c.status, TICKET.c.subject, TICKET.c.created_at, TICKET.c.fields)
    rows = tx.execute(found.where(*which).order_by(TICKET.c.id.desc()).limit(SHOWN))
    return [
        {
            "id": row.id,
            "status": Status(row.status).word,
            "subject": row.subject,
            "created_at": row.created_at,
            "po_number": row.fields.get("po_number"),
            "total_cost": row.fields.get("total_cost"),
        }
        for row in rows
    ]


def bought(tx: Tx, which: Iterable[Any]) -> dict[str, Decimal]:
    """Exact sums by currency, "" where none was named."""
    sql = TermSql(tx.postgres)
    currency = func.coalesce(sql.value(Term("field.currency", Kind.TEXT)), "")
    total = sql.total(TICKET.c.fields["total_cost"].as_string())
    done = TICKET.c.status >= int(Status.SOLVED)
    rows = tx.execute(select(currency.label("currency"), total.label("total")).where(*which, done).group_by("currency"))
    return {row.currency: Decimal(row.total) for row in rows if row.total is not None}


def sites(tx: Tx, organization_id: int) -> list[dict[str, Any]]:
    """Where an organization has goods sent to, by name."""
    listed = select(*(column for column in ORGANIZATION_SITE.c if column.name != "organization_id"))
    return tx.rows(
        listed.where(ORGANIZATION_SITE.c.organization_id == organization_id).order_by(ORGANIZATION_SITE.c.name)
    )
