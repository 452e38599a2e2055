"""The kinds of columns, portable between SQLite and PostgreSQL: identifiers, documents, remote text, known words."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ColumnElement, Dialect, Integer, String, text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, Index

BIG: Any = BigInteger().with_variant(Integer, "sqlite")
NEVER_AGAIN = {"sqlite_autoincrement": True}
"""Numbers that leave the house (in a Message-ID, a reply address, a subject) are given once, even when the last row is
gone: SQLite would begin there again."""
_TEXT = json.JSONEncoder(ensure_ascii=False)


class Document(TypeDecorator[Any]):
    """JSON, on PostgreSQL JSONB. That dialect is a tenth of what a command imports, and here only where it is used."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name != "postgresql":
            return dialect.type_descriptor(JSON())
        from sqlalchemy.dialects.postgresql import JSONB

        return dialect.type_descriptor(JSONB())

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        return self.impl_instance.coerce_compared_value(op, value)


DOC: Any = Document()


class Words(TypeDecorator[str]):
    """Text from outside, made to fit whenever it is bound: no NUL, no lone surrogates, at most ``length`` characters.

    PostgreSQL refuses all three; SQLite would take them and hand the trouble on.
    """

    impl = String
    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        super().__init__(length)
        self.length = length

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)[: self.length]


def storable(text: str) -> str:
    """``text`` without what a database cannot hold."""
    if "\0" in text:
        text = text.replace("\0", "")
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


@dataclass(frozen=True, slots=True)
class Encoded:
    """A document that is JSON already, without what a database cannot hold."""

    text: str


def as_json(value: Any) -> str:
    """JSON that both databases take: PostgreSQL refuses the escape of NUL, and half a surrogate pair."""
    if type(value) is Encoded:
        return value.text
    text = _TEXT.encode(value)
    if "\\u0000" in text:
        text = _TEXT.encode(_without_nul(value))
    return storable(text)


def _without_nul(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\0", "")
        case dict():
            return {_without_nul(key): _without_nul(held) for key, held in value.items()}
        case list() | tuple():
            return [_without_nul(held) for held in value]
    return value


def serial() -> Any:
    """A 64-bit identifier that the database counts up."""
    return Field(default=None, primary_key=True, sa_type=BIG)


def belongs_to(target: str, **options: Any) -> Any:
    """The identifier of another row."""
    return Field(foreign_key=target, sa_type=BIG, **options)


def words(length: int | None = None, **options: Any) -> Any:
    return Field(sa_type=Words(length), **options)


def one_of(table: str, column: str, values: Iterable[str]) -> CheckConstraint:
    """The column holds one of these words."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{table}_{column}")


def but(column: ColumnElement[Any], skip: Iterable[Any]) -> tuple[ColumnElement[bool], ...]:
    """The condition that leaves some out; none where nobody is."""
    left_out = list(skip)
    return (column.not_in(left_out),) if left_out else ()


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over the rows that ``where`` names; a query must say the very same words to be served by it.

    PostgreSQL is told in `maild.store.tables`, for whoever makes the schema.
    """
    return Index(name, *columns, unique=unique, sqlite_where=text(where))
