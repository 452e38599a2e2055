"""Columns of many rows as PostgreSQL reads them quickest: one binary array for each.

As text, bytes would be sent as hexadecimal digits, twice as many, and every value escaped by the driver and read again
by the server. The form is that of array_recv and of each type's receive function (PostgreSQL's source, utils/adt).
"""

import struct
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from maild.store.columns import as_json

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_HEAD = struct.Struct(">iiIii")  # dimensions, whether there are NULLs, type of the values, how many, counted from
_LENGTH = struct.Struct(">i").pack
_NULL = _LENGTH(-1)


def array(kind: str, values: Sequence[Any]) -> bytes:
    """The values of a column of the type ``kind``; None is NULL. Raises KeyError for a type that no column has yet."""
    number, write = _KINDS[kind]
    parts = [_HEAD.pack(1, 1, number, len(values), 1) if values else _HEAD.pack(0, 0, number, 0, 0)[:12]]
    known, made = object(), b""
    for value in values:
        if value is None:
            parts.append(_NULL)
            continue
        if value is not known:  # what stands in many rows is written once
            known, made = value, write(value)
        parts += (_LENGTH(len(made)), made)
    return b"".join(parts)


def _instant(value: datetime) -> bytes:
    return struct.pack(">q", (value - _EPOCH) // _MICROSECOND)


def _document(value: Any) -> bytes:
    return b"\x01" + as_json(value).encode()


# The numbers are those of the server's own types (pg_type.dat), the same in all versions.
_KINDS: dict[str, tuple[int, Callable[[Any], bytes]]] = {
    "BOOLEAN": (16, struct.Struct(">?").pack),
    "BYTEA": (17, bytes),
    "BIGINT": (20, struct.Struct(">q").pack),
    "INTEGER": (23, struct.Struct(">i").pack),
    "TEXT": (25, str.encode),
    "TIMESTAMP WITH TIME ZONE": (1184, _instant),
    "JSONB": (3802, _document),
}
