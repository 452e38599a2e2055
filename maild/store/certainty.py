"""PostgreSQL: whether a transaction was committed whose COMMIT was sent and never answered.

The server remembers what became of each transaction number, across its own restarts; but a number whose transaction was
lost in a crash may be given again, to one that is then committed, or not be given yet when it is asked about. So each
transaction also counts up a row of its connection, which tells them apart: nothing is run again that is done, and
nothing is said to be done that is not.
After a failover the numbers begin anew at the standby's last one: then the timeline of its log is another, and the
question has no answer.
"""

import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from maild.store.trouble import StoreTrouble, TroubleKind, translate

if TYPE_CHECKING:
    from maild.store.wire import Wire

PATIENCE = 10.0  # seconds in which the server must be back to be asked
PAUSE = 0.1

_COUNT = (
    "INSERT INTO commit_mark (name, count, at) SELECT $1::text, 1, extract(epoch FROM now())::bigint"
    " WHERE pg_current_xact_id_if_assigned() IS NOT NULL"
    " ON CONFLICT (name) DO UPDATE SET count = commit_mark.count + 1 RETURNING count, pg_current_xact_id()::text"
)
_CLEAR = (
    "DELETE FROM commit_mark WHERE name IN (SELECT name FROM commit_mark"
    " WHERE at < extract(epoch FROM now())::bigint - 86400 FOR UPDATE SKIP LOCKED)"
)
_NOT_GIVEN_YET = "22023"  # pg_xact_status: "transaction ID ... is in the future"
_STATUS = "SELECT pg_xact_status(%(number)s::xid8)"
_THERE = "SELECT count(*) FROM commit_mark WHERE name = %(name)s AND count >= %(count)s"


@dataclass(frozen=True, slots=True)
class Mark:
    """A transaction's number, the timeline in which it means something, and what it counted its connection's row to."""

    number: str
    timeline: str
    name: str
    count: int


class InDoubt(StoreTrouble):
    """Nobody can say whether it was committed; whoever asked must look."""

    def __init__(self) -> None:
        super().__init__(TroubleKind.GONE, "database: lost while committing; it may be done or not")


def mark(wire: "Wire") -> Mark | None:
    """The transaction that is open on the ``wire``; None where it has written nothing."""
    info = wire.conn.info
    name = info.setdefault("mark", uuid.uuid4().hex)
    rows = wire.now(_COUNT, [name.encode()])
    if not rows:
        return None
    count, number = rows[0]
    assert count is not None and number is not None
    if int(count) == 1:  # connections that ended a day ago are asked about no more
        wire.later(_CLEAR)
    return Mark(number.decode(), info["timeline"], name, int(count))


def committed(engine: Engine, of: Mark | None) -> bool:
    """Blocks until the server can be asked; raises InDoubt where it gives no answer in time."""
    if of is None:
        return False
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with engine.connect() as conn:
                timeline = conn.info["timeline"]
                status = _status(conn, of.number)
                there = bool(conn.exec_driver_sql(_THERE, {"name": of.name, "count": of.count}).scalar())
        except Exception as error:
            if not isinstance(translate(error), StoreTrouble):  # it may be done all the same: not to be run again
                raise InDoubt from error
            status, timeline, there = "unreachable", of.timeline, False
        if timeline != of.timeline or status is None:
            raise InDoubt
        if status in ("committed", "aborted"):
            return there
        if time.monotonic() > until:  # unreachable, or still at work on it
            raise InDoubt
        time.sleep(PAUSE)


def _status(conn: Connection, number: str) -> str | None:
    """In the server's words; None where it has forgotten. What never reached its log before a crash is ``aborted``."""
    try:
        answer: str | None = conn.exec_driver_sql(_STATUS, {"number": number}).scalar()
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _NOT_GIVEN_YET:
            raise
        conn.rollback()
        return "aborted"
    return answer
