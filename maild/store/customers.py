"""What a customer has bought, and where they have goods sent to."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from maild.domain.order import OrderType
from maild.domain.revision import CANCELLATION
from maild.domain.terms import Kind, Term
from maild.domain.ticket import Status
from maild.store.tables import BLUEPRINT_DROP, ORGANIZATION_SITE, TICKET
from maild.store.term_sql import Sql, TermSql
from maild.store.tx import Tx


def bought(tx: Tx, which: Iterable[Any]) -> dict[str, Decimal]:
    """Exact sums of completed orders by currency, "" where none was named.

    Completed is what is solved or closed, but neither dropped by its blueprint nor cancelled: the customer's wish to
    cancel stands on the ticket as a tag as long as nobody has taken it away, or the order itself is a cancellation.
    """
    sql = TermSql(tx.postgres)
    total = sql.total(TICKET.c.fields["total_cost"].as_string())
    query = select(currency(sql).label("currency"), total.label("total"))
    done = TICKET.c.status >= int(Status.SOLVED), ~fallen(sql)
    rows = tx.execute(query.where(*which, *done).group_by("currency"))
    return {row.currency: Decimal(row.total) for row in rows if row.total is not None}


def currency(sql: TermSql) -> Sql:
    """Of a ticket's total: what its form says, else its order; "" where neither does."""
    said = (sql.value(Term(name, Kind.TEXT)) for name in ("field.currency", "order.currency"))
    return func.coalesce(*said, "")


def fallen(sql: TermSql) -> ColumnElement[bool]:
    """Tickets whose order came to nothing: dropped by their blueprint, or cancelled."""
    kind = func.coalesce(sql.value(Term("order.type", Kind.OPTION)), OrderType.NEW.value)
    return or_(_dropped(), sql.tagged(Term("tags", Kind.TAGS), CANCELLATION), kind == OrderType.CANCEL.value)


def _dropped() -> ColumnElement[bool]:
    here = BLUEPRINT_DROP.c.version == TICKET.c.blueprint_version, BLUEPRINT_DROP.c.state == TICKET.c.state
    return select(BLUEPRINT_DROP.c.state).where(*here).correlate(TICKET).exists()


def sites(tx: Tx, organization_id: int) -> list[dict[str, Any]]:
    """Where an organization has goods sent to, by name."""
    listed = select(*(column for column in ORGANIZATION_SITE.c if column.name != "organization_id"))
    return tx.rows(
        listed.where(ORGANIZATION_SITE.c.organization_id == organization_id).order_by(ORGANIZATION_SITE.c.name)
    )
