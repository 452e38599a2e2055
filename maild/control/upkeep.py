"""The health of the whole: counts, timers, the database's invariants."""

from collections.abc import Iterable
from datetime import timedelta

from maild.control.operation import Operation, Request, Row
from maild.store import doctor, figures, partings, processes, sending, spool, tasks, tickets, timers
from maild.store.tx import Tx
from pipeline import backfill
from pipeline.furniture import Desk

LATE = timedelta(minutes=1)
"""After which a timer that is due and has not fired is told of."""


def status(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """One row: what waits, what is stuck, when the next thing is due."""
    answers, last = partings.undecided(tx, request.hidden)
    late, oldest = timers.overdue(tx, tx.now - LATE, request.hidden)
    yield {
        "now": tx.now,
        "mails": spool.counts(tx),
        **figures.counts(tx, request.hidden),
        "next_timer_at": min(filter(None, (timers.next_due(tx), tasks.next_reminder(tx))), default=None),
        "next_letter_at": sending.next_due(tx),
        "timers_overdue": late,
        "timer_overdue_since": oldest,
        "answers_waiting": answers,
        "answers_wait_until": last,
        "rules_unmet": backfill.is_due(tx, desk) and tickets.count_unclosed(tx, 1) > 0,
        "daemons": processes.rows(tx),
    }


def check(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    return [{"violation": found} for found in doctor.check(tx, drained=bool(request.arguments.get("drained")))]


OPERATIONS = {
    "status": Operation(status),
    "db.check": Operation(check),
}
