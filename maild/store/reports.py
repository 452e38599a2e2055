"""Figures over many tickets: sales, orders by day, what is late, and what histories say of stages. Each is one pass.

A ticket counts for the department that it is with now.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, literal, select

from maild.domain.stages import Happened
from maild.domain.terms import Kind, Term
from maild.domain.ticket import Status
from maild.store import customers
from maild.store.tables import HISTORY, ORGANIZATION, PERSON, TICKET, TICKET_ORDER, UNSOLVED
from maild.store.term_sql import Sql, TermSql
from maild.store.tx import Tx
from maild.store.visibility import ALL, Sight, seen

Row = dict[str, Any]
Span = tuple[str, datetime]
"""A month or day by its name and the instant at which it begins; a list of them ends with the end of the last."""


def sales(tx: Tx, months: Sequence[Span], sight: Sight = ALL) -> list[Row]:
    """Exact sums of total_cost by month of arrival, organization and currency: all that was ordered,
    whatever became of it; tickets without a total are left out."""
    sql = TermSql(tx.postgres)
    stored = TICKET.c.fields["total_cost"].as_string()
    month = _span(months).label("month")
    currency = customers.currency(sql).label("currency")
    company = func.coalesce(ORGANIZATION.c.name, "").label("organization")
    query: Any = (
        select(month, company, currency, func.count().label("orders"), sql.total(stored).label("total"))
        .select_from(TICKET)
        .outerjoin(ORGANIZATION, ORGANIZATION.c.id == TICKET.c.organization_id)
        .where(*_within(months), seen(sight), sql.number(stored).is_not(None))
        .group_by("month", "organization", "currency")
        .order_by("month", "organization", "currency")
    )
    return [row | {"total": Decimal(row["total"])} for row in tx.rows(query)]


def orders(tx: Tx, days: Sequence[Span], sight: Sight = ALL) -> list[Row]:
    """New tickets and those of them with an order, by day; days without any too."""
    day = _span(days).label("day")
    ordered = select(TICKET_ORDER.c.id).where(TICKET_ORDER.c.ticket_id == TICKET.c.id).correlate(TICKET).exists()
    with_order = func.sum(case((ordered, 1), else_=0)).label("orders")
    tickets: Any = select(day, with_order, func.count().label("tickets"))
    query = tickets.where(*_within(days), seen(sight)).group_by("day")
    found = {row["day"]: row for row in tx.rows(query)}
    return [found.get(name, {"day": name, "orders": 0, "tickets": 0}) for name, _ in days[:-1]]


def _within(spans: Sequence[Span]) -> tuple[Any, ...]:
    return TICKET.c.created_at >= spans[0][1], TICKET.c.created_at < spans[-1][1]


def _span(spans: Sequence[Span]) -> Sql:
    """The name of the span in which a ticket came."""
    return case(*((TICKET.c.created_at >= begins, literal(name)) for name, begins in reversed(spans[:-1])))


def late(tx: Tx, today: date, sight: Sight = ALL) -> list[Row]:
    """Orders with work left whose ship date has passed, the latest first."""
    sql = TermSql(tx.postgres)
    due = sql.value(Term("field.ship_date", Kind.DATE))
    query = (
        select(TICKET.c.id, TICKET.c.status, TICKET.c.fields, PERSON.c.address, ORGANIZATION.c.name)
        .join(PERSON, PERSON.c.id == TICKET.c.requester_id)
        .outerjoin(ORGANIZATION, ORGANIZATION.c.id == TICKET.c.organization_id)
        .where(UNSOLVED, due < sql.bound(Kind.DATE, today), seen(sight))
        .order_by(due, TICKET.c.id)
    )
    return [
        {
            "id": row.id,
            "days_late": (today - date.fromisoformat(row.fields["ship_date"])).days,
            "ship_date": row.fields["ship_date"],
            "status": Status(row.status).word,
            "organization": row.name,
            "requester": row.address,
            "po_number": row.fields.get("po_number"),
            "so_number": row.fields.get("so_number"),
            "total_cost": row.fields.get("total_cost"),
        }
        for row in tx.execute(query)
    ]


def happened(tx: Tx, since: datetime, sight: Sight = ALL) -> Iterator[Happened]:
    """What was done to tickets that came since then, ticket by ticket, oldest first."""
    query = (
        select(HISTORY.c.ticket_id, HISTORY.c.at, HISTORY.c.steps)
        .join(TICKET, TICKET.c.id == HISTORY.c.ticket_id)
        .where(TICKET.c.created_at >= since, seen(sight))
        .order_by(HISTORY.c.ticket_id, HISTORY.c.id)
    )
    for row in tx.execute(query):
        done = [step.get("effects", ()) for step in row.steps if step.get("what") in ("hit", "timer")]
        yield Happened(row.ticket_id, row.at, tuple(effect for effects in done for effect in effects))
