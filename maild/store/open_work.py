"""Whether anything is left to do right now, for whoever waits until the desk is quiet."""

from collections.abc import Iterator

from sqlalchemy import bindparam, func, or_, select

from maild.domain.spool import SpoolState
from maild.store import partings, summaries, tasks
from maild.store.prepared import Prepared
from maild.store.sending import BEING_SENT
from maild.store.tables import LETTER, MESSAGE, NOT_TO_SEND, OPEN_MAIL, PENDING, TIMER, TO_SEND
from maild.store.tx import Tx

_DUE = or_(MESSAGE.c.state == SpoolState.LEASED, MESSAGE.c.next_at.is_(None), MESSAGE.c.next_at <= bindparam("now"))
_MAILS = Prepared(select(func.count(MESSAGE.c.id)).where(OPEN_MAIL, _DUE))
_LETTERS = Prepared(select(func.count(LETTER.c.id)).where(TO_SEND, LETTER.c.next_at <= bindparam("now")))
_UNDER_WAY = Prepared(select(func.count(LETTER.c.id)).where(NOT_TO_SEND, BEING_SENT))
_TIMERS = Prepared(select(func.count(TIMER.c.id)).where(PENDING, TIMER.c.due_at <= bindparam("now")))


def count(tx: Tx, *, relay_rests: bool = False) -> int:
    """Mails, letters, timers and answers that are in work or due now; what waits for a later instant does not count.

    While the relay rests no letter is due, whatever its own time.
    """
    return sum(counts(tx, relay_rests=relay_rests))


def counts(tx: Tx, *, relay_rests: bool = False) -> Iterator[int]:
    """The same kind by kind, mails first: for whoever asks only whether anything is left."""
    yield int(tx.scalar(_MAILS, {"now": tx.now}))
    yield int(tx.scalar(_UNDER_WAY))
    if not relay_rests:
        yield int(tx.scalar(_LETTERS, {"now": tx.now}))
    yield int(tx.scalar(_TIMERS, {"now": tx.now}))
    yield partings.due_count(tx)
    yield tasks.reminders_due(tx)
    yield summaries.count_due(tx)
