"""What a customer has bought, and where they have goods sent to."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from maild.domain.terms import Kind, Term
from maild.domain.ticket import Status
from maild.store.tables import ORGANIZATION_SITE, TICKET
from maild.store.term_sql import TermSql
from maild.store.tx import Tx


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
