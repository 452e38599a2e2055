"""Trying something out inside a transaction: what is written there is taken back, what is read there is told."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from maild.store.tx import Tx


@contextmanager
def trial(tx: Tx) -> Iterator[None]:
    """Everything that the body writes is undone at its end, however it ends, and nobody is told or woken for it."""
    told, woken = list(tx.told), set(tx.woken)
    tx.execute(text("SAVEPOINT trial"))
    try:
        yield
    finally:
        tx.execute(text("ROLLBACK TO SAVEPOINT trial"))
        tx.execute(text("RELEASE SAVEPOINT trial"))
        tx.told[:], tx.woken = told, woken
