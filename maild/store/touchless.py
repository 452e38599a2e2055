"""Orders that went through without an agent's hand on what was read."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import and_, case, func, literal, select

from maild.domain.ticket import Status
from maild.store.customers import fallen
from maild.store.reports import Row, Span
from maild.store.tables import HISTORY, TICKET, TICKET_ORDER
from maild.store.term_sql import TermSql
from maild.store.tx import Tx
from maild.store.visibility import ALL, Sight, seen


def touchless(tx: Tx, months: Sequence[Span], fields: frozenset[str], sight: Sight = ALL) -> list[Row]:
    """By month of arrival: tickets with an order that are solved, and those of them that nobody edited.

    One that is still open may yet be edited, so it counts only once it is done; one that was dropped or cancelled is
    told apart (``dropped``) and in neither figure.

    An edit is a person's change to one of ``fields`` (what the order form takes from the order) or to the
    needs_review mark, or a correction of the order; what else is done to a ticket is work and no edit.
    """
    spans = ((TICKET.c.created_at >= begins, literal(name)) for name, begins in reversed(months[:-1]))
    month = case(*spans).label("month")
    ordered = select(TICKET_ORDER.c.ticket_id).distinct().subquery()
    done = TICKET.c.status >= int(Status.SOLVED)
    within = and_(TICKET.c.created_at >= months[0][1], TICKET.c.created_at < months[-1][1], done, seen(sight))
    every = select(TICKET.c.id, month, case((fallen(TermSql(tx.postgres)), 1), else_=0).label("fallen"))
    mine = every.join(ordered, ordered.c.ticket_id == TICKET.c.id).where(within).subquery()
    counted = select(mine.c.month, mine.c.fallen, func.count().label("orders")).group_by(mine.c.month, mine.c.fallen)
    found = {(row["month"], row["fallen"]): row["orders"] for row in tx.rows(counted)}
    edits = select(mine.c.id, mine.c.month, HISTORY.c.data).join(HISTORY, HISTORY.c.ticket_id == mine.c.id)
    edits = edits.where(mine.c.fallen == 0, HISTORY.c.kind == "FieldEdited", HISTORY.c.actor.like("agent:%"))
    touched = {row["id"]: row["month"] for row in tx.rows(edits) if _edits(row["data"], fields)}
    edited = Counter(touched.values())
    return [_row(name, found.get((name, 0), 0), edited[name], found.get((name, 1), 0)) for name, _ in months[:-1]]


def _edits(data: Row, fields: frozenset[str]) -> bool:
    """A correction is recorded as an edit without changes to the ticket."""
    names = {name for name, _ in data.get("changes", ())}
    return not names or not names.isdisjoint(fields | {"needs_review"})


def _row(month: str, orders: int, edited: int, dropped: int) -> Row:
    share = round(100 * (orders - edited) / orders, 1) if orders else None
    return {"month": month, "orders": orders, "touchless": orders - edited, "share": share, "dropped": dropped}
