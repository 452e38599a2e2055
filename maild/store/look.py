"""One look at the database: a consistent snapshot, on which nothing is written."""

import contextlib
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Engine

from maild.store import driver
from maild.store.tx import Tx

T = TypeVar("T")


def look(engine: Engine, now: datetime, run: Callable[[Tx], T]) -> T:
    """What ``run`` makes of a snapshot of ``engine``, which was opened for reading."""
    postgres = engine.dialect.name == "postgresql"
    with engine.connect() as conn:
        driver.run(conn, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if postgres else "BEGIN")
        try:
            return run(Tx(conn, now, read_only=True))
        finally:
            with contextlib.suppress(Exception):
                driver.run(conn, "ROLLBACK")
