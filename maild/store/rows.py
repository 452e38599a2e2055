"""Many rows by few statements, each put together once: for SQLite one INSERT for 1, 2, 3 ... rows, for PostgreSQL one
for any number, which takes an array for each column.

A statement costs more than its rows do: SQLite's driver lets go of the interpreter for every step, and has to win it
back from a busy loop; with PostgreSQL each is a way to the server and back. So a group's rows go in together.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, bindparam, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect

from maild.store import arrays, driver
from maild.store.tx import Tx

FEW = 8  # rows: so many have a statement for their very number
MOST = 32  # rows of one statement

Row = Mapping[str, Any]
Key = tuple[str, str]
Bind = Callable[[Any], Any]


def insert(tx: Tx, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all name the same columns in the same order."""
    if tx.postgres:
        if rows:
            _of_arrays(tx.dialect, table, tuple(rows[0]), ()).run(tx, rows)
        return
    for some in _pieces(rows):
        _of_values(tx.dialect, table, tuple(some[0]), len(some), False).run(tx, some)


def insert_new(tx: Tx, table: Table, key: tuple[str, str], rows: Sequence[Row]) -> dict[Key, int]:
    """Insert the rows whose unique ``key`` of two texts is free; the ids of those that were inserted, by key."""
    if tx.postgres:
        return _of_arrays(tx.dialect, table, tuple(rows[0]), ("id", *key)).run(tx, rows) if rows else {}
    new: dict[Key, int] = {}
    for some in _pieces(rows):
        done = _of_values(tx.dialect, table, tuple(some[0]), len(some), True).run(tx, some)
        new |= _counted(tx, table, key, some, done)
    return new


def _pieces(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """A few alone, more in powers of two, so that few statements serve every number."""
    at = 0
    while at < len(rows):
        left = len(rows) - at
        size = left if left <= FEW else min(MOST, 1 << (left.bit_length() - 1))
        yield rows[at : at + size]
        at += size


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
    newest: Any = tx.execute(select(*columns).order_by(table.c.id.desc()).limit(count))
    return {(row[1], row[2]): row[0] for row in newest}


@dataclass(frozen=True, slots=True)
class _Values:
    """An INSERT as SQLite's driver takes it, the values row by row."""

    text: str
    binds: tuple[tuple[str, Bind | None], ...]

    def run(self, tx: Tx, rows: Sequence[Row]) -> Any:
        values: list[Any] = [None] * (len(rows) * len(self.binds))
        for place, (name, bind) in enumerate(self.binds):
            column = [row[name] for row in rows]
            values[place :: len(self.binds)] = column if bind is None else _bound(column, bind)
        return driver.run(tx.conn, self.text, tuple(values))


@dataclass(frozen=True, slots=True)
class _Arrays:
    """An INSERT as PostgreSQL takes it, an array for each column; ``new`` where it tells whom it inserted."""

    text: str
    binds: tuple[tuple[str, Bind | None], ...]
    kinds: tuple[str, ...]
    new: bool

    def run(self, tx: Tx, rows: Sequence[Row]) -> dict[Key, int]:
        columns = (_column([row[name] for row in rows], bind) for name, bind in self.binds)
        values = [arrays.array(kind, column) for kind, column in zip(self.kinds, columns, strict=True)]
        answer: Any = tx.send(self.text, values, answer=self.new)
        return {(first.decode(), second.decode()): int(number) for number, first, second in answer}


def _column(values: list[Any], bind: Bind | None) -> list[Any]:
    return values if bind is None else list(_bound(values, bind))


def _bound(column: Sequence[Any], bind: Bind) -> Iterator[Any]:
    """Each value as the driver takes it; what stands in many rows is made once."""
    known, made = object(), None
    for value in column:
        if value is not known:
            known, made = value, bind(value)
        yield made


@lru_cache(maxsize=256)
def _of_values(dialect: Dialect, table: Table, names: tuple[str, ...], count: int, new: bool) -> _Values:
    """With ``new`` those whose unique key is taken are left out."""
    types = {name: table.c[name].type for name in names}
    made = sqlite.insert(table).values(
        [{name: bindparam(f"{name}_{place}", type_=types[name]) for name in names} for place in range(count)]
    )
    compiled = (made.on_conflict_do_nothing() if new else made).inline().compile(dialect=dialect)
    assert list(compiled.positiontup or ()) == [f"{name}_{place}" for place in range(count) for name in names]
    binds = tuple((name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names)
    return _Values(str(compiled), binds)


@lru_cache(maxsize=64)
def _of_arrays(dialect: Dialect, table: Table, names: tuple[str, ...], returning: tuple[str, ...]) -> _Arrays:
    """Those whose unique key is taken are left out where something is ``returning``.

    Text has no length in its array: a value that is too long is to be refused, not cut.
    """
    types = [table.c[name].type.dialect_impl(dialect) for name in names]
    kinds = ["TEXT" if kind.startswith("VARCHAR") else kind for kind in (made.compile(dialect) for made in types)]
    given = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(kinds, 1))
    text = f"INSERT INTO {table.name} ({', '.join(names)}) SELECT * FROM unnest({given})"
    if returning:
        text += f" ON CONFLICT DO NOTHING RETURNING {', '.join(returning)}"
    # A document is written as JSON by its array, and bytes need no wrapping.
    plain = ("JSONB", "BYTEA")
    binds = [None if kind in plain else made.bind_processor(dialect) for kind, made in zip(kinds, types, strict=True)]
    return _Arrays(text, tuple(zip(names, binds, strict=True)), tuple(kinds), bool(returning))
