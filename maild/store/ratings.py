"""How content customers were: one rating a ticket, whatever number of times a link is followed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, case, cast, func, literal, select

from maild.store.tables import ORGANIZATION, RATING, TICKET
from maild.store.tx import Tx, insert_into
from maild.store.visibility import ALL, Sight, seen

CONTENT = 4
"""From this score on somebody counts as satisfied."""


@dataclass(frozen=True, slots=True)
class Rating:
    score: int
    words: str
    first_at: datetime
    at: datetime


def put(tx: Tx, ticket_id: int, person: int, score: int, words: str) -> Rating | None:
    """Keep it in place of an earlier one of this ticket; returns that one, None where it is the first."""
    before = of_ticket(tx, ticket_id)
    values = {"person_id": person, "score": score, "words": words, "at": tx.now}
    statement = insert_into(RATING, tx.postgres).values(ticket_id=ticket_id, first_at=tx.now, **values)
    tx.execute(statement.on_conflict_do_update(index_elements=["ticket_id"], set_=values))
    return before


def of_ticket(tx: Tx, ticket_id: int) -> Rating | None:
    row = tx.execute(select(RATING).where(RATING.c.ticket_id == ticket_id)).one_or_none()
    return Rating(row.score, row.words, row.first_at, row.at) if row else None


def satisfaction(tx: Tx, spans: Sequence[tuple[str, datetime]], sight: Sight = ALL) -> list[dict[str, Any]]:
    """By month and organization: how many rated for the first time then, their average, the share of the satisfied.

    ``spans`` are months with their beginnings; the last one only ends the one before.
    """
    first = RATING.c.first_at
    month = case(*((first >= begins, literal(name)) for name, begins in reversed(spans[:-1])))
    query = (
        select(
            month.label("month"),
            func.coalesce(ORGANIZATION.c.name, "").label("organization"),
            func.count().label("ratings"),
            cast(func.sum(RATING.c.score), Integer).label("sum"),
            cast(func.sum(case((RATING.c.score >= CONTENT, 1), else_=0)), Integer).label("content"),
        )
        .select_from(RATING)
        .join(TICKET, TICKET.c.id == RATING.c.ticket_id)
        .join(ORGANIZATION, ORGANIZATION.c.id == TICKET.c.organization_id, isouter=True)
        .where(first >= spans[0][1], first < spans[-1][1], seen(sight))
        .group_by("month", "organization")
        .order_by("month", "organization")
    )
    return [
        {
            "month": row.month,
            "organization": row.organization,
            "ratings": row.ratings,
            "average": round(row.sum / row.ratings, 2),
            "satisfied": round(row.content / row.ratings, 3),
        }
        for row in tx.execute(query)
    ]
