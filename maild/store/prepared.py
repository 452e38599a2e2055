"""Statements put together once and handed to SQLite's driver as they are.

SQLAlchemy's road from a statement to its rows costs several times what SQLite takes to answer. It is walked once for
each statement, set of values and engine; what it finds (the text, how values are bound and read, the defaults of
columns) is kept. PostgreSQL's statements, those with lists of changing length and those of a connection that somebody
listens to take the long road, which gives the same rows.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError

MOST_WAYS = 64  # kept of one statement, for the sets of values that come with it and the engines of tests

Convert = Callable[[Any], Any]
Values = Mapping[str, Any]


class Prepared:
    """A statement with bound parameters that is run often. ``tx.execute`` takes it as any other."""

    __slots__ = ("_ways", "statement")

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self._ways: dict[tuple[Any, ...], _Way | None] = {}

    def run(self, conn: Connection, params: Values | Sequence[Values] | None) -> "Rows | None":
        """The rows by the short road, None where only the long one leads there."""
        if conn.dialect.name != "sqlite" or conn.dispatch.before_cursor_execute:
            return None
        first = params if isinstance(params, Mapping) else params[0] if params else {}
        key = (conn.dialect, *first)
        if key not in self._ways:
            if len(self._ways) >= MOST_WAYS:
                self._ways.clear()
            self._ways[key] = _find(self.statement, conn.dialect, list(first))
        way = self._ways[key]
        return None if way is None else way.walk(conn, params or {})


class Rows:
    """What a statement gave; the part of SQLAlchemy's result that the store asks for."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: list[Any], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

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


class _Way:
    """A statement as the driver takes it."""

    __slots__ = ("_binds", "_convert", "_defaults", "_row", "_text")

    def __init__(
        self,
        text: str,
        binds: Sequence[tuple[str, Convert | None]],
        defaults: Mapping[str, Callable[[], Any]],
        names: Sequence[str],
        convert: Sequence[Convert | None],
    ) -> None:
        self._text = text
        self._binds = tuple(binds)
        self._defaults = defaults
        self._row: Any = namedtuple("Row", names, rename=True) if names else None
        self._convert = tuple((place, read) for place, read in enumerate(convert) if read is not None)

    def walk(self, conn: Connection, params: Values | Sequence[Values]) -> Rows:
        driver: Any = conn.connection.driver_connection
        bound: Any = ()
        try:
            if isinstance(params, Mapping):
                bound = self._bound(params)
                cursor = driver.execute(self._text, bound)
            else:
                bound = [self._bound(one) for one in params]
                cursor = driver.executemany(self._text, bound)
            rows = [] if self._row is None else [self._read(row) for row in cursor.fetchall()]
        except sqlite3.Error as error:
            raise DBAPIError.instance(self._text, bound, error, sqlite3.Error, dialect=conn.dialect) from error
        return Rows(rows, cursor.rowcount)

    def _bound(self, params: Values) -> tuple[Any, ...]:
        if self._defaults:
            params = {**{name: default() for name, default in self._defaults.items()}, **params}
        return tuple(params[name] if bind is None else bind(params[name]) for name, bind in self._binds)

    def _read(self, row: tuple[Any, ...]) -> Any:
        if self._convert:
            values = list(row)
            for place, read in self._convert:
                values[place] = read(values[place])
            return self._row._make(values)
        return self._row._make(row)


def _find(statement: Executable, dialect: Dialect, names: list[str]) -> _Way | None:
    compiled: Any = statement.compile(dialect=dialect, column_keys=names)  # type: ignore[attr-defined]
    if compiled.post_compile_params or compiled.literal_execute_params:
        return None
    binds = compiled.binds
    asked = compiled.positiontup or []
    fixed = {
        name: (lambda value=binds[name].effective_value: value)
        for name in asked
        if name in binds and not binds[name].required and name not in names
    }
    prefetched = {
        column.key: _default(column, insert)
        for insert, columns in ((True, compiled.insert_prefetch), (False, compiled.update_prefetch))
        for column in columns
    }
    convert = [entry.type._cached_result_processor(dialect, None) for entry in compiled._result_columns]
    return _Way(
        str(compiled),
        [(name, compiled._bind_processors.get(name)) for name in asked],
        {**fixed, **prefetched},
        [entry.keyname for entry in compiled._result_columns],
        convert,
    )


def _default(column: Any, insert: bool) -> Callable[[], Any]:
    default = column.default if insert else column.onupdate
    if default.is_callable:
        return lambda: default.arg(None)
    return lambda: default.arg
