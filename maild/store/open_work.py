"""Whether anything is left to do right now, for whoever waits until the desk is quiet."""

from sqlalchemy import and_, func, or_, select

from maild.domain.letter import Phase
from maild.domain.spool import SpoolState
from maild.store.tables import LETTER, MESSAGE, TIMER
from maild.store.tx import Tx


def count(tx: Tx) -> int:
    """Mails, letters and timers that are in work or due at this instant; what waits for a later one does not count."""
    mail_due = or_(MESSAGE.c.state == SpoolState.LEASED, MESSAGE.c.next_at.is_(None), MESSAGE.c.next_at <= tx.now)
    mails = select(func.count()).where(MESSAGE.c.state != SpoolState.DONE, mail_due)
    ready = and_(LETTER.c.phase.in_([Phase.QUEUED, Phase.DEFERRED, Phase.UNKNOWN]), LETTER.c.next_at <= tx.now)
    letters = select(func.count()).where(or_(ready, LETTER.c.phase.in_([Phase.SENDING, Phase.AT_DOT])))
    timers = select(func.count()).where(TIMER.c.state == "pending", TIMER.c.due_at <= tx.now)
    return sum(int(tx.scalar(query)) for query in (mails, letters, timers))
