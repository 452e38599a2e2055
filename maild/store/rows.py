"""Many rows by few statements, each put together once: for SQLite one INSERT for 1, 2, 3 ... rows, for PostgreSQL one
for any number, which takes an array for each column.

A statement costs more than its rows do: SQLite's driver lets go of the interpreter for every step, and has to win it
back from a busy loop; PostgreSQL's reads the text again for every number of rows, and the server plans it. So a group's
rows go in together.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import String, Table, bindparam, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect

from maild.store import driver
from maild.store.tx import Tx

FEW = 8  # rows: so many have a statement for their very number
MOST = 32  # rows of one statement

Row = Mapping[str, Any]
Key = tuple[Any, Any]
Bind = Callable[[Any], Any]


def insert(tx: Tx, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all name the same columns in the same order."""
    for some in _pieces(tx, rows):
        _insertion(tx, table, some, ()).run(tx, some)


def insert_new(tx: Tx, table: Table, key: tuple[str, str], rows: Sequence[Row]) -> dict[Key, int]:
    """Insert the rows whose unique ``key`` is free; the ids of those that were inserted, by key."""
    new: dict[Key, int] = {}
    for some in _pieces(tx, rows):
        done = _insertion(tx, table, some, ("id", *key)).run(tx, some)
        new |= _returned(done) if tx.postgres else _counted(tx, table, key, some, done)
    return new


def _pieces(tx: Tx, rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """SQLite: a few alone, more in powers of two, so that few statements serve every number."""
    if tx.postgres and rows:
        yield rows
        return
    at = 0
    while at < len(rows):
        left = len(rows) - at
        size = left if left <= FEW else min(MOST, 1 << (left.bit_length() - 1))
        yield rows[at : at + size]
        at += size


def _returned(done: Any) -> dict[Key, int]:
    return {(row[1], row[2]): row[0] for row in done}


def _counted(tx: Tx, table: Table, key: tuple[str, str], rows: Sequence[Row], done: Any) -> dict[Key, int]:
    """What SQLite has just inserted are the newest rows, since nobody else writes meanwhile.

    Where none was left out their ids rise by one from row to row, and need not be asked for.
    """
    count, last = done.rowcount, done.lastrowid
    if count == len(rows):
        return {(row[key[0]], row[key[1]]): last - count + 1 + place for place, row in enumerate(rows)}
    if not count:
        return {}
    columns = (table.c.id, *(table.c[name] for name in key))
    return _returned(tx.execute(select(*columns).order_by(table.c.id.desc()).limit(count)))


@dataclass(frozen=True, slots=True)
class _Insertion:
    """An INSERT as the driver takes it: the values row by row, or as ``arrays``, one for each column."""

    text: str
    binds: tuple[tuple[str, Bind | None], ...]
    arrays: bool

    def run(self, tx: Tx, rows: Sequence[Row]) -> Any:
        columns = [_column([row[name] for row in rows], bind) for name, bind in self.binds]
        if self.arrays:
            return driver.run(tx.conn, self.text, tuple(columns))
        values: list[Any] = [None] * (len(rows) * len(columns))
        for place, column in enumerate(columns):
            values[place :: len(columns)] = column
        return driver.run(tx.conn, self.text, tuple(values))


def _column(values: list[Any], bind: Bind | None) -> list[Any]:
    return values if bind is None else list(_bound(values, bind))


def _bound(column: Sequence[Any], bind: Bind) -> Iterator[Any]:
    """Each value as the driver takes it; what stands in many rows is made once."""
    known, made = object(), None
    for value in column:
        if value is not known:
            known, made = value, bind(value)
        yield made


def _insertion(tx: Tx, table: Table, rows: Sequence[Row], returning: tuple[str, ...]) -> _Insertion:
    """With ``returning`` those whose unique key is taken are left out."""
    names, dialect = tuple(rows[0]), tx.conn.dialect
    if tx.postgres:
        return _of_arrays(dialect, table, names, returning)
    return _of_values(dialect, table, names, len(rows), bool(returning))


@lru_cache(maxsize=256)
def _of_values(dialect: Dialect, table: Table, names: tuple[str, ...], count: int, new: bool) -> _Insertion:
    types = {name: table.c[name].type for name in names}
    made = sqlite.insert(table).values(
        [{name: bindparam(f"{name}_{place}", type_=types[name]) for name in names} for place in range(count)]
    )
    compiled = (made.on_conflict_do_nothing() if new else made).inline().compile(dialect=dialect)
    assert list(compiled.positiontup or ()) == [f"{name}_{place}" for place in range(count) for name in names]
    return _Insertion(str(compiled), _binds(dialect, table, names), False)


@lru_cache(maxsize=64)
def _of_arrays(dialect: Dialect, table: Table, names: tuple[str, ...], returning: tuple[str, ...]) -> _Insertion:
    """Text has no length in its array: a value that is too long is to be refused, not cut."""
    types = {name: table.c[name].type.dialect_impl(dialect) for name in names}
    arrays = ", ".join(
        f"%s::{'TEXT' if isinstance(kind, String) else kind.compile(dialect=dialect)}[]" for kind in types.values()
    )
    text = f"INSERT INTO {table.name} ({', '.join(names)}) SELECT * FROM unnest({arrays})"
    if returning:
        text += f" ON CONFLICT DO NOTHING RETURNING {', '.join(returning)}"
    return _Insertion(text, _binds(dialect, table, names), True)


def _binds(dialect: Dialect, table: Table, names: tuple[str, ...]) -> tuple[tuple[str, Bind | None], ...]:
    return tuple((name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names)
