"""PostgreSQL: whether a transaction was committed whose COMMIT was sent and never answered.

The server remembers what became of each transaction number, across its own restarts. So nothing is run again that is
done, and nothing is said to be done that is not. After a failover the numbers begin anew at the standby's last one:
then the timeline of its log is another, and the question has no answer.
"""

import time
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from maild.store.trouble import StoreTrouble, TroubleKind, translate

PATIENCE = 10.0  # seconds in which the server must be back to be asked
PAUSE = 0.1

_NUMBER = "SELECT pg_current_xact_id_if_assigned()::text"
_STATUS = "SELECT pg_xact_status(%(number)s::xid8)"


@dataclass(frozen=True, slots=True)
class Mark:
    """A transaction's number, and the timeline in which it means something."""

    number: str
    timeline: str


class InDoubt(StoreTrouble):
    """Nobody can say whether it was committed; whoever asked must look."""

    def __init__(self) -> None:
        super().__init__(TroubleKind.GONE, "database: lost while committing; it may be done or not")


def mark(conn: Connection) -> Mark | None:
    """The transaction that is open on ``conn``; None where it has written nothing."""
    number = conn.exec_driver_sql(_NUMBER).scalar()
    if number is None:
        return None
    return Mark(number, conn.info["timeline"])


def committed(engine: Engine, of: Mark | None) -> bool:
    """Blocks until the server can be asked; raises InDoubt where it gives no answer in time."""
    if of is None:
        return False
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with engine.connect() as conn:
                timeline = conn.info["timeline"]
                status = conn.exec_driver_sql(_STATUS, {"number": of.number}).scalar()
        except Exception as error:
            if not isinstance(translate(error), StoreTrouble):
                raise
            status, timeline = "unreachable", of.timeline
        if timeline != of.timeline or status is None:
            raise InDoubt
        if status in ("committed", "aborted"):
            return bool(status == "committed")
        if time.monotonic() > until:  # unreachable, or still at work on it
            raise InDoubt
        time.sleep(PAUSE)
