"""The rule files that tickets were handled by, each once, under the digest that histories name."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, bindparam, func, select, update

from maild.store.prepared import Prepared
from maild.store.tables import RULE_FILE, TICKET
from maild.store.tx import Tx
from maild.store.visibility import shown

_HELD: WeakKeyDictionary[Engine, set[str]] = WeakKeyDictionary()
"""What this process knows to stand in a database, so that an event asks for nothing."""
_DOCUMENT = Prepared(select(RULE_FILE.c.document).where(RULE_FILE.c.digest == bindparam("digest")))


def is_held(tx: Tx, digest: str) -> bool:
    """Whether the rule file is known to be kept; False may also mean that nobody has looked."""
    return digest in _HELD.get(tx.conn.engine, ())


def keep(tx: Tx, digest: str, document: dict[str, Any]) -> None:
    """Keep a rule file, unless it is there."""
    tx.insert_new(RULE_FILE, digest=digest, document=document, kept_at=tx.now)
    engine = tx.conn.engine
    tx.tell(lambda: _HELD.setdefault(engine, set()).add(digest))


def document(tx: Tx, digest: str) -> dict[str, Any] | None:
    """As it was kept; None for one that is not here."""
    found: dict[str, Any] | None = tx.scalar(_DOCUMENT, {"digest": digest})
    return found


def filled_at(tx: Tx, digest: str) -> datetime | None:
    """When the timers of open tickets were made to fit this rule file; None while they fit another."""
    found: datetime | None = tx.scalar(select(RULE_FILE.c.filled_at).where(RULE_FILE.c.digest == digest))
    return found


def mark_filled(tx: Tx, digest: str) -> None:
    """From now on open tickets fit this rule file, and no other."""
    tx.execute(update(RULE_FILE).where(RULE_FILE.c.digest != digest).values(filled_at=None))
    tx.execute(update(RULE_FILE).where(RULE_FILE.c.digest == digest).values(filled_at=tx.now))


def held_values(tx: Tx, field: str, hidden: Collection[str] = ()) -> dict[str, int]:
    """Each value of a form field, and how many tickets hold it, but those of ``hidden`` departments."""
    value = TICKET.c.fields[field].as_string()
    tickets: Any = select(value.label("held"), func.count().label("tickets"))
    query = tickets.where(value.is_not(None), shown(hidden)).group_by(value)
    return {str(row["held"]): int(row["tickets"]) for row in tx.rows(query)}
