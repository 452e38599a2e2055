"""Deeds that are done once, however often a form is sent."""

from datetime import timedelta

from sqlalchemy import delete, select

from maild.store.tables import DEED
from maild.store.tx import Tx

KEPT = timedelta(days=2)


def known(tx: Tx, key: str) -> int | None:
    """The number of what the deed with this key made, None where it was not done yet."""
    found: int | None = tx.scalar(select(DEED.c.made).where(DEED.c.key == key))
    return found


def keep(tx: Tx, key: str, made: int) -> None:
    """Remember it; those of pages that nobody has open any more are forgotten."""
    tx.execute(delete(DEED).where(DEED.c.at <= tx.now - KEPT))
    tx.insert(DEED, key=key, made=made, at=tx.now)
