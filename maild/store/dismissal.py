"""What ends for good with somebody's leaving the configuration: coming back, they sign in and make tokens anew."""

from collections import Counter
from collections.abc import Collection
from functools import partial

import structlog
from sqlalchemy import delete, update

from maild.store import outbox
from maild.store.tables import API_TOKEN, WEB_SESSION
from maild.store.tx import Tx

GONE = "reader.gone"

log = structlog.get_logger("maild.people")


def dismiss_others(tx: Tx, users: Collection[str]) -> frozenset[str]:
    """End the sessions and tokens of everybody but ``users``, and withdraw what waits to leave for them; whose sessions
    or tokens there were."""
    names = sorted(users)
    theirs = delete(WEB_SESSION).where(WEB_SESSION.c.name.not_in(names)).returning(WEB_SESSION.c.name)
    sessions = Counter(str(name) for name in tx.execute(theirs).scalars())
    alive = update(API_TOKEN).where(API_TOKEN.c.revoked_at.is_(None), API_TOKEN.c.name.not_in(names))
    revoked = alive.values(revoked_at=tx.now).returning(API_TOKEN.c.name)
    tokens = Counter(str(name) for name in tx.execute(revoked).scalars())
    for letter in outbox.withdraw_from_gone(tx, names, GONE, "its reader is none of the desk's people any more"):
        tx.tell(partial(log.warning, "letter.withheld", letter=letter, code=GONE))
    for name in sorted({*sessions, *tokens}):
        tx.tell(partial(log.info, "user.dismissed", user=name, sessions=sessions[name], tokens=tokens[name]))
    return frozenset({*sessions, *tokens})
