"""Statements put together once and handed to SQLite's driver as they are.

SQLAlchemy's road from a statement to its rows costs several times what SQLite takes to answer. It is walked once for
each statement and set of values; what it finds (the text, how values are bound and read) is kept. PostgreSQL's
statements, those with lists of changing length, and those of a connection that somebody listens to take the long road,
which gives the same rows.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Executable, Insert
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError

MOST_ROADS = 64  # kept of one statement, for the sets of values that come with it and the engines of tests

Convert = Callable[[Any], Any]
Values = Mapping[str, Any]


class Prepared:
    """A statement with bound parameters that is run often; ``tx.execute`` takes it as any other."""

    __slots__ = ("_roads", "statement")

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self._roads: dict[tuple[Any, ...], _Road | None] = {}

    def run(self, conn: Connection, params: Values | Sequence[Values] | None) -> "Rows | None":
        """The rows by the short road, None where only the long one leads there."""
        if conn.dialect.name != "sqlite" or conn.dispatch.before_cursor_execute:
            return None
        first = (params if isinstance(params, Mapping) else params[0]) if params else {}
        key = (conn.dialect, *first)
        try:
            road = self._roads[key]
        except KeyError:
            if len(self._roads) >= MOST_ROADS:
                self._roads.clear()
            road = self._roads[key] = _road(self.statement, conn.dialect, first)
        return None if road is None else road.walk(conn, params or {})


class Rows:
    """What a statement gave; the part of SQLAlchemy's result that is asked of prepared ones."""

    __slots__ = ("_rows", "lastrowid", "rowcount")

    def __init__(self, rows: list[Any], rowcount: int, lastrowid: int | None) -> None:
        self._rows = rows
        self.rowcount = rowcount
        self.lastrowid = lastrowid

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> list[Any]:
        return self._rows

    def scalars(self) -> Iterator[Any]:
        return (row[0] for row in self._rows)

    def scalar(self) -> Any:
        return self._rows[0][0] if self._rows else None

    def scalar_one(self) -> Any:
        return self.one()[0]

    def first(self) -> Any:
        return self._rows[0] if self._rows else None

    def one(self) -> Any:
        (row,) = self._rows
        return row

    def one_or_none(self) -> Any:
        return self.one() if self._rows else None


@dataclass(frozen=True, slots=True)
class _Road:
    """A statement as the driver takes it: ``binds`` in its order, ``fixed`` for what the caller does not give.

    ``row`` makes a row of a tuple, None for a statement that gives none; ``reads`` by place.
    """

    text: str
    binds: tuple[tuple[str, Convert | None], ...]
    fixed: Values
    row: Callable[[Any], Any] | None
    reads: tuple[tuple[int, Convert], ...]

    def walk(self, conn: Connection, params: Values | Sequence[Values]) -> Rows:
        driver: Any = conn.connection.driver_connection
        bound: Any = ()
        try:
            if isinstance(params, Mapping):
                bound = self._bound(params)
                cursor = driver.execute(self.text, bound)
            else:
                bound = [self._bound(one) for one in params]
                cursor = driver.executemany(self.text, bound)
            rows = [] if self.row is None else list(map(self._read, cursor.fetchall()))
        except sqlite3.Error as error:
            raise DBAPIError.instance(self.text, bound, error, sqlite3.Error, dialect=conn.dialect) from error
        return Rows(rows, cursor.rowcount, cursor.lastrowid)

    def _bound(self, params: Values) -> tuple[Any, ...]:
        if self.fixed:
            params = {**self.fixed, **params}
        return tuple([params[name] if bind is None else bind(params[name]) for name, bind in self.binds])

    def _read(self, row: tuple[Any, ...]) -> Any:
        assert self.row is not None
        if not self.reads:
            return self.row(row)
        values = list(row)
        for place, read in self.reads:
            values[place] = read(values[place])
        return self.row(values)


def _road(statement: Executable, dialect: Dialect, given: Values) -> _Road | None:
    """With the ``given`` names; None where the text changes with the values."""
    made: Any = statement
    defaults = _defaults(statement, given)
    compiled = made.compile(dialect=dialect, column_keys=[*given, *defaults])
    if compiled.post_compile_params or compiled.literal_execute_params:
        return None
    fixed = {name: value for name, value in compiled.params.items() if name not in given} | defaults
    binds = [(name, compiled.binds[name].type.dialect_impl(dialect)) for name in compiled.positiontup or ()]
    columns = list(made.exported_columns) if made.is_select or _returns(made) else []
    reads = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    return _Road(
        str(compiled),
        tuple((name, kind.bind_processor(dialect)) for name, kind in binds),
        fixed,
        _maker([str(column.key) for column in columns]),
        tuple((place, read) for place, read in enumerate(reads) if read is not None),
    )


def _returns(statement: Any) -> bool:
    return bool(statement.is_dml and len(statement.exported_columns))


def _maker(names: Sequence[str]) -> Callable[[Any], Any] | None:
    if not names:
        return None
    made: Any = namedtuple  # type checkers want to see the names of one
    kind = made("Row", names, rename=True)
    make: Callable[[Any], Any] = kind._make
    return make


def _defaults(statement: Executable, given: Values) -> dict[str, Any]:
    """What a new row gets in columns that nothing is said of; the same for every row, so it is asked for once."""
    if not isinstance(statement, Insert):
        return {}
    table: Any = statement.table
    wanted = {c.key: c.default for c in table.c if c.default is not None and c.key not in given}
    return {name: default.arg if default.is_scalar else default.arg(None) for name, default in wanted.items()}
