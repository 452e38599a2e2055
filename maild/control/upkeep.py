"""The health of the whole: counts, timers, the database's invariants."""

from collections.abc import Iterable

from maild.control.operation import Operation, Request, Row
from maild.store import doctor, figures, processes, sending, spool, tasks, timers
from maild.store.tx import Tx
from pipeline.furniture import Desk


def status(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """One row: what waits, what is stuck, when the next thing is due."""
    yield {
        "now": tx.now,
        "mails": spool.counts(tx),
        **figures.counts(tx),
        "next_timer_at": min(filter(None, (timers.next_due(tx), tasks.next_reminder(tx))), default=None),
        "next_letter_at": sending.next_due(tx),
        "daemons": processes.rows(tx),
    }


def check(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    return [{"violation": found} for found in doctor.check(tx, drained=bool(request.arguments.get("drained")))]


OPERATIONS = {
    "status": Operation(status),
    "db.check": Operation(check),
}
