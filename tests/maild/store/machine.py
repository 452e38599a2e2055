"""What a function costs in instructions of SQLite's machine: a measure without a clock."""

from collections.abc import Callable
from typing import Any

from maild.store.db import Database
from maild.store.tx import Tx


def steps(db: Database, work: Callable[[Tx], Any], every: int = 1) -> int:
    """Counted by ``every`` of them; a transaction of its own."""
    ticks = 0

    def tick() -> int:
        nonlocal ticks
        ticks += 1
        return 0

    def run(tx: Tx) -> None:
        raw: Any = tx.conn.connection.driver_connection
        raw.set_progress_handler(tick, every)
        try:
            work(tx)
        finally:
            raw.set_progress_handler(None, every)

    db.write_now(run)
    return ticks
