"""One transaction: a connection, one instant, and whom to wake and what to say when it is committed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast, overload

from sqlalchemy import Connection, Executable, Select, Table, text, true
from sqlalchemy.engine import CursorResult

from maild.store.prepared import Prepared, Rows

if TYPE_CHECKING:
    from maild.store.wire import Answer, Wire

Params = Mapping[str, Any] | Sequence[Mapping[str, Any]]


class Tx:
    """Passed to every store function. ``now`` is the instant of the whole transaction; nothing else asks the wall."""

    __slots__ = ("_conn", "_wire", "dialect", "now", "postgres", "read_only", "told", "woken")

    def __init__(self, conn: Connection, now: datetime, *, read_only: bool = False, wire: "Wire | None" = None) -> None:
        self._conn = conn
        self._wire = wire
        self.now = now
        self.dialect = conn.dialect
        self.postgres = self.dialect.name == "postgresql"
        self.read_only = read_only
        self.woken: set[str] = set()
        self.told: list[Callable[[], object]] = []

    @property
    def conn(self) -> Connection:
        """For what goes by SQLAlchemy; what was sent before is answered first."""
        if self._wire is not None:
            self._wire.settle()
        return self._conn

    def send(self, text: str, values: "Sequence[bytes | None]", *, answer: bool) -> "Answer":
        """PostgreSQL: a statement with binary values for its $1, $2 ...

        Without ``answer`` nobody waits for it, and what it fails with is raised later, at the latest by the COMMIT.
        """
        if self._wire is None:
            wire: Wire = import_module("maild.store.wire").Wire(self._conn)
            return wire.now(text, values)
        if answer:
            return self._wire.now(text, values)
        self._wire.later(text, values)
        return []

    @overload
    def execute(self, statement: Prepared, params: Params | None = None) -> Rows: ...
    @overload
    def execute(self, statement: Executable, params: Params | None = None) -> CursorResult[Any]: ...
    def execute(self, statement: Executable | Prepared, params: Params | None = None) -> Any:
        if not isinstance(statement, Prepared):
            return self.conn.execute(statement, params)
        conn = self.conn
        return statement.run(conn, params) or cast(Rows, conn.execute(statement.statement, params))

    def scalar(self, statement: Executable | Prepared, params: Mapping[str, Any] | None = None) -> Any:
        return self.execute(statement, params).scalar()

    def rows(self, query: Select[Any]) -> list[dict[str, Any]]:
        """Rows as dictionaries, for people."""
        return [dict(row._mapping) for row in self.conn.execute(query)]

    def insert(self, table: Table, **values: Any) -> int:
        """Insert one row and return its id."""
        done = self.execute(_insert(table, self.postgres), values)
        return int(done.scalar_one() if self.postgres else cast(int, done.lastrowid))

    def insert_row(self, table: Table, **values: Any) -> Any:
        """Insert one row and return it with all that the database has put into it."""
        return self.execute(_returning_all(table), values).one()

    def insert_new(self, table: Table, returning: str | None = None, **values: Any) -> Any:
        """Insert unless a unique key is taken; the ``returning`` column (or True), None when it was taken."""
        return self.execute(_unless_taken(table, returning, self.postgres), values).scalar()

    def insert_all(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
        many = list(rows)
        if many:
            self.execute(_plain(table), many)

    def alone(self, what: str) -> None:
        """Until the end nobody else's transaction that asks for the same is under way; on SQLite none ever is."""
        if self.postgres and not self.read_only:
            self.conn.execute(_ALONE, {"what": what})

    def tell(self, say: Callable[[], object], *, first: bool = False) -> None:
        """Say it once it is true: ``say`` (a log call) runs after the commit, and never when there is none.

        ``first`` puts it before everything that was told so far.
        """
        self.told.insert(0 if first else len(self.told), say)

    def wake(self, *topics: str) -> None:
        """After the commit, wake whoever works on these (spool, outbox, calls, timers)."""
        self.woken.update(topics)


_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 1))")

# Built once: putting a statement together costs more than running it.


@cache
def _plain(table: Table) -> Prepared:
    return Prepared(table.insert().inline())


@cache
def _insert(table: Table, postgres: bool) -> Prepared:
    """SQLite's driver knows the number of the row that was just inserted."""
    return Prepared(table.insert().returning(table.c.id) if postgres else table.insert().inline())


@cache
def _returning_all(table: Table) -> Prepared:
    return Prepared(table.insert().returning(*table.c))


@cache
def _unless_taken(table: Table, returning: str | None, postgres: bool) -> Prepared:
    statement = insert_into(table, postgres).on_conflict_do_nothing()
    return Prepared(statement.returning(true() if returning is None else table.c[returning]))


def insert_into(table: Table, postgres: bool) -> Any:
    """INSERT of the database's own dialect, which knows ON CONFLICT; PostgreSQL's is imported only where it is used."""
    dialect: Any = import_module(f"sqlalchemy.dialects.{'postgresql' if postgres else 'sqlite'}")
    return dialect.insert(table)
