"""Many rows by few statements: one INSERT for 1, 2, 3 ... rows, each put together once.

A statement costs more than its rows do: the driver lets go of the interpreter for every step, and has to win it back
from a busy loop. So a group's rows go in together.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
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
    for some in _pieces(rows):
        _insertion(tx.conn.dialect, table, tuple(some[0]), len(some), ()).run(tx, some)


def insert_new(tx: Tx, table: Table, key: tuple[str, str], rows: Sequence[Row]) -> dict[Key, int]:
    """Insert the rows whose unique ``key`` is free; the ids of those that were inserted, by key."""
    new: dict[Key, int] = {}
    for some in _pieces(rows):
        done = _insertion(tx.conn.dialect, table, tuple(some[0]), len(some), ("id", *key)).run(tx, some)
        new |= _returned(done) if tx.postgres else _counted(tx, table, key, some, done)
    return new


def _pieces(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """A few alone, more in powers of two, so that few statements serve every number."""
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
    """An INSERT for a number of rows, as the driver takes it. ``named`` where it wants its values by name."""

    text: str
    binds: tuple[tuple[str, Bind | None], ...]
    named: bool

    def run(self, tx: Tx, rows: Sequence[Row]) -> Any:
        values: list[Any] = [None] * (len(rows) * len(self.binds))
        for place, (name, bind) in enumerate(self.binds):
            column = [row[name] for row in rows]
            values[place :: len(self.binds)] = column if bind is None else list(_bound(column, bind))
        if not self.named:
            return driver.run(tx.conn, self.text, tuple(values))
        names = (f"{name}_{place}" for place in range(len(rows)) for name, _ in self.binds)
        return driver.run(tx.conn, self.text, dict(zip(names, values, strict=True)))


def _bound(column: Sequence[Any], bind: Bind) -> Iterator[Any]:
    """Each value as the driver takes it; what stands in many rows is made once."""
    known, made = object(), None
    for value in column:
        if value is not known:
            known, made = value, bind(value)
        yield made


@lru_cache(maxsize=256)
def _insertion(
    dialect: Dialect, table: Table, names: tuple[str, ...], count: int, returning: tuple[str, ...]
) -> _Insertion:
    """With ``returning`` those whose unique key is taken are left out."""
    kind: Any = postgresql if dialect.name == "postgresql" else sqlite
    types = {name: table.c[name].type for name in names}
    made = kind.insert(table).values(
        [{name: bindparam(f"{name}_{place}", type_=types[name]) for name in names} for place in range(count)]
    )
    if returning:
        made = made.on_conflict_do_nothing()
    if returning and dialect.name == "postgresql":
        made = made.returning(*(table.c[name] for name in returning))
    else:
        made = made.inline()
    compiled = made.compile(dialect=dialect)
    expected = [f"{name}_{place}" for place in range(count) for name in names]
    assert not compiled.positional or list(compiled.positiontup) == expected
    binds = tuple((name, types[name].dialect_impl(dialect).bind_processor(dialect)) for name in names)
    return _Insertion(str(compiled), binds, not compiled.positional)
