"""Whether anything is left to do right now, for whoever waits until the desk is quiet."""

from sqlalchemy import func, or_, select

from maild.domain.spool import SpoolState
from maild.store import summaries, tasks
from maild.store.sending import UNDER_WAY
from maild.store.tables import LETTER, MESSAGE, NOT_TO_SEND, OPEN_MAIL, PENDING, TIMER, TO_SEND
from maild.store.tx import Tx


def count(tx: Tx, *, relay_rests: bool = False) -> int:
    """Mails, letters and timers that are in work or due at this instant; what waits for a later one does not count.

    While the relay rests no letter is due, whatever its own time.
    """
    mail_due = or_(MESSAGE.c.state == SpoolState.LEASED, MESSAGE.c.next_at.is_(None), MESSAGE.c.next_at <= tx.now)
    mails = select(func.count(MESSAGE.c.id)).where(OPEN_MAIL, mail_due)
    letters = select(func.count(LETTER.c.id)).where(TO_SEND, LETTER.c.next_at <= tx.now)
    under_way = select(func.count(LETTER.c.id)).where(NOT_TO_SEND, LETTER.c.phase.in_(UNDER_WAY))
    timers = select(func.count(TIMER.c.id)).where(PENDING, TIMER.c.due_at <= tx.now)
    due = (mails, under_way, timers, *([] if relay_rests else [letters]))
    return sum(int(tx.scalar(query)) for query in due) + tasks.reminders_due(tx) + summaries.count_due(tx)
