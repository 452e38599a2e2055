"""What happened, in an order that a reader can keep its place in: no event is skipped and none comes twice.

Numbers are given before a transaction commits. On PostgreSQL one with a lower number may so appear after a higher one;
a reader is told only what lies below every transaction that is still under way (`Tide`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Table, func, select, text

from maild.store import documents
from maild.store.tables import HISTORY, TICKET_ORDER
from maild.store.tx import Tx
from maild.store.visibility import shown_by

Row = dict[str, Any]

_SNAPSHOT = text(
    "SELECT pg_snapshot_xmin(now)::text::bigint AS oldest, pg_snapshot_xmax(now)::text::bigint AS following "
    "FROM pg_current_snapshot() AS now"
)


@dataclass(slots=True)
class Tide:
    """Up to which number of one table everything has ended, as one process knows it. Its readers take turns: whoever
    looks at an older snapshot than the one before would miss what that one was told.
    """

    table: str
    safe: int = 0
    seen: int = 0
    until: int | None = None  # transactions below it were under way when ``seen`` was

    def rise(self, tx: Tx) -> int | None:
        """The highest number that may be told now, None for all; whatever lies above is asked for again soon."""
        if not tx.postgres:
            return None  # one transaction after the other
        now: Any = tx.execute(_SNAPSHOT).one()
        oldest, following = now.oldest, now.following
        if self.until is not None and oldest >= self.until:
            self.safe, self.until = max(self.safe, self.seen), None
        if self.until is None:
            self.seen, self.until = _top(tx, _TABLES[self.table]), following
            if oldest >= following:
                self.safe, self.until = max(self.safe, self.seen), None
        return self.safe


_TABLES: dict[str, Table] = {"history": HISTORY, "ticket_order": TICKET_ORDER}


def _top(tx: Tx, table: Table) -> int:
    return int(tx.scalar(select(func.max(table.c.id))) or 0)


@dataclass(frozen=True, slots=True)
class Reach:
    """Rows behind ``after``, ``limit`` of them, up to the number ``most``; none of ``hidden`` departments, and with
    ``ticket`` only that one's.
    """

    after: int
    limit: int
    most: int | None = None
    hidden: frozenset[str] = frozenset()
    ticket: int | None = None

    def rows(self, table: Table) -> Select[Any]:
        """Oldest first."""
        query = select(table).where(table.c.id > self.after, shown_by(table.c.ticket_id, self.hidden))
        query = query.order_by(table.c.id).limit(self.limit)
        if self.ticket is not None:
            query = query.where(table.c.ticket_id == self.ticket)
        return query if self.most is None else query.where(table.c.id <= self.most)


def events(tx: Tx, reach: Reach, kinds: Sequence[str] = ()) -> list[Row]:
    """Handled events of these kinds, or all; of their traces only which rules fired."""
    query = reach.rows(HISTORY)
    return [
        {
            "id": row.id,
            "at": row.at,
            "ticket": row.ticket_id,
            "kind": row.kind,
            "actor": row.actor,
            "data": row.data,
            "rules": [step["rule"] for step in row.steps if step["what"] == "hit"],
        }
        for row in tx.execute(query.where(HISTORY.c.kind.in_(kinds)) if kinds else query)
    ]


def orders(tx: Tx, reach: Reach) -> list[Row]:
    """Orders as they were understood, or corrected since; ``order`` is the order itself."""
    return [
        {
            "id": row.id,
            "ticket": row.ticket_id,
            "mail": row.message_id,
            "received_at": row.created_at,
            "order": documents.order(row.data),
        }
        for row in tx.execute(reach.rows(TICKET_ORDER))
    ]
