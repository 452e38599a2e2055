"""One transaction: a connection, one instant, and whom to wake when it is committed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult

Params = Mapping[str, Any] | Sequence[Mapping[str, Any]]


class Tx:
    """Passed to every store function. ``now`` is the instant of the whole transaction; nothing else asks the wall."""

    __slots__ = ("conn", "now", "postgres", "woken")

    def __init__(self, conn: Connection, now: datetime) -> None:
        self.conn = conn
        self.now = now
        self.postgres = conn.dialect.name == "postgresql"
        self.woken: set[str] = set()

    def execute(self, statement: Executable, params: Params | None = None) -> CursorResult[Any]:
        result: CursorResult[Any] = self.conn.execute(statement, params)
        return result

    def scalar(self, statement: Executable) -> Any:
        return self.conn.execute(statement).scalar()

    def insert(self, table: Table, **values: Any) -> int:
        """Insert one row and return its id."""
        return int(self.conn.execute(table.insert().returning(table.c.id), values).scalar_one())

    def insert_new(self, table: Table, returning: str | None = None, **values: Any) -> Any:
        """Insert unless a unique key is taken; the ``returning`` column (or True), None when it was taken."""
        dialect: Any = postgresql if self.postgres else sqlite
        statement = dialect.insert(table).values(**values).on_conflict_do_nothing()
        if returning is not None:
            return self.conn.execute(statement.returning(table.c[returning])).scalar()
        return True if self.conn.execute(statement).rowcount else None

    def insert_all(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
        many = list(rows)
        if many:
            self.conn.execute(table.insert(), many)

    def wake(self, topic: str) -> None:
        """After the commit, wake whoever works on ``topic`` (spool, outbox, timers)."""
        self.woken.add(topic)
