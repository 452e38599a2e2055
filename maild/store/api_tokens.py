"""Tokens of programs that act for one of our own people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from maild.store.tables import API_ANSWER, API_TOKEN
from maild.store.tx import Tx

Row = dict[str, Any]
TOUCH = timedelta(minutes=10)  # a token that is used is written anew this often
ANSWERS_KEPT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Token:
    """``name`` is the user it acts for."""

    id: int
    name: str
    label: str
    scopes: frozenset[str]
    used_at: datetime | None


def create(tx: Tx, name: str, label: str, scopes: Sequence[str], digest: str, expires_at: datetime | None) -> int:
    return tx.insert(
        API_TOKEN,
        name=name,
        label=label,
        scopes=sorted(scopes),
        digest=digest,
        created_at=tx.now,
        expires_at=expires_at,
    )


def by_digest(tx: Tx, digest: str) -> Token | None:
    """The token, if it is still good."""
    row = tx.execute(select(API_TOKEN).where(API_TOKEN.c.digest == digest)).one_or_none()
    if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= tx.now):
        return None
    return Token(row.id, row.name, row.label, frozenset(row.scopes), row.used_at)


def touch(tx: Tx, number: int) -> None:
    tx.execute(update(API_TOKEN).where(API_TOKEN.c.id == number).values(used_at=tx.now))


def revoke(tx: Tx, number: int) -> bool:
    """False where there is none, or it was revoked before."""
    alive = update(API_TOKEN).where(API_TOKEN.c.id == number, API_TOKEN.c.revoked_at.is_(None))
    return tx.execute(alive.values(revoked_at=tx.now)).rowcount == 1


def rows(tx: Tx, number: int | None = None) -> list[Row]:
    """All of them, or one; never their digests."""
    columns = [column for column in API_TOKEN.c if column.name != "digest"]
    query = select(*columns).order_by(API_TOKEN.c.id)
    return tx.rows(query if number is None else query.where(API_TOKEN.c.id == number))


@dataclass(frozen=True, slots=True)
class Kept:
    """What a program was answered to a request; ``request`` is its digest."""

    request: str
    status: int
    body: Row


def claim(tx: Tx, token: int, key: str, request: str) -> Kept | None:
    """Take the key for this transaction's answer; what was answered before, if it was taken.

    Where two ask at once, the second waits here for the first one's end.
    """
    tx.execute(delete(API_ANSWER).where(API_ANSWER.c.at <= tx.now - ANSWERS_KEPT))
    if tx.insert_new(API_ANSWER, token_id=token, key=key, request=request, status=0, body={}, at=tx.now):
        return None
    row = tx.execute(select(API_ANSWER).where(_this(token, key))).one()
    return Kept(row.request, row.status, row.body)


def keep(tx: Tx, token: int, key: str, status: int, body: Row) -> None:
    tx.execute(update(API_ANSWER).where(_this(token, key)).values(status=status, body=body))


def _this(token: int, key: str) -> Any:
    return (API_ANSWER.c.token_id == token) & (API_ANSWER.c.key == key)
