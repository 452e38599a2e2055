"""How much there is of everything, and how long the oldest of it has waited; for ``maild status`` and the metrics."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select

from maild.domain.ticket import Status
from maild.store.tables import LETTER, MESSAGE, NOT_TO_SEND, OPEN_MAIL, PENDING, TICKET, TIMER, TO_SEND
from maild.store.tx import Tx
from maild.store.visibility import shown, shown_by


def counts(tx: Tx, hidden: Collection[str] = ()) -> dict[str, Any]:
    """Tickets by status and letters by phase, but those of ``hidden`` departments."""
    number = func.count().label("n")
    by_status = tx.execute(select(TICKET.c.status, number).where(shown(hidden)).group_by(TICKET.c.status))
    by_phase = select(LETTER.c.phase, number).where(shown_by(LETTER.c.ticket_id, hidden)).group_by(LETTER.c.phase)
    letters = [*tx.execute(by_phase.where(TO_SEND)), *tx.execute(by_phase.where(NOT_TO_SEND))]
    return {
        "tickets": {Status(row.status).word: row.n for row in by_status},
        "letters": {row.phase: row.n for row in letters},
    }


def overdue(tx: Tx) -> dict[str, float]:
    """Seconds that the oldest due mail, letter and timer have waited; 0 where none is due."""
    oldest = {
        "mail": select(func.min(MESSAGE.c.received_at)).where(OPEN_MAIL),
        "letter": select(func.min(LETTER.c.next_at)).where(TO_SEND),
        "timer": select(func.min(TIMER.c.due_at)).where(PENDING),
    }
    since = {name: tx.scalar(query) for name, query in oldest.items()}
    return {name: max(0.0, (tx.now - at).total_seconds()) if at else 0.0 for name, at in since.items()}
