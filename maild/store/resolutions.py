"""How tickets were resolved, and the articles that were made of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, and_, or_, select, update

from maild.store.tables import ARTICLE, RESOLUTION
from maild.store.tx import Tx, insert_into

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Resolution:
    text: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article to be published: ``file`` is what it is called in a folder."""

    ticket: int
    file: str
    title: str
    what: str
    how: str
    by: str


def resolve(tx: Tx, ticket_id: int, words: str, by: str) -> None:
    """Keep it, in place of what was said before."""
    tx.execute(_put(tx, RESOLUTION, {"ticket_id": ticket_id}, {"text": words, "at": tx.now, "by": by}))


def of_ticket(tx: Tx, ticket_id: int) -> Resolution | None:
    row = tx.execute(select(RESOLUTION).where(RESOLUTION.c.ticket_id == ticket_id)).one_or_none()
    return Resolution(row.text, row.at, row.by) if row else None


def publish(tx: Tx, new: NewArticle) -> None:
    """Publish an article, or its next edition; a withdrawn one is back."""
    values = {"file": new.file, "title": new.title, "what": new.what, "how": new.how}
    again = {"published_at": tx.now, "published_by": new.by, "withdrawn_at": None, "withdrawn_by": None}
    tx.execute(_put(tx, ARTICLE, {"ticket_id": new.ticket}, values | again))


def _put(tx: Tx, table: Any, key: Mapping[str, Any], values: Mapping[str, Any]) -> Executable:
    statement = insert_into(table, tx.postgres).values(**key, **values)
    found: Executable = statement.on_conflict_do_update(
        index_elements=list(key), set_={name: statement.excluded[name] for name in values}
    )
    return found


def withdraw(tx: Tx, ticket_id: int, by: str) -> bool:
    """Whether there was one to be seen until now."""
    mine = update(ARTICLE).where(ARTICLE.c.ticket_id == ticket_id, ARTICLE.c.withdrawn_at.is_(None))
    return tx.execute(mine.values(withdrawn_at=tx.now, withdrawn_by=by)).rowcount == 1


def articles(
    tx: Tx, *, all_states: bool = False, ticket: int | None = None, limit: int = 1000, before: int | None = None
) -> list[Row]:
    """Published ones (or every one), newest first, whole; only those older than that of the ticket ``before``."""
    query = select(ARTICLE).order_by(ARTICLE.c.published_at.desc(), ARTICLE.c.ticket_id.desc()).limit(limit)
    if before is not None:
        at = select(ARTICLE.c.published_at).where(ARTICLE.c.ticket_id == before).scalar_subquery()
        older = and_(ARTICLE.c.published_at == at, ARTICLE.c.ticket_id < before)
        query = query.where(or_(ARTICLE.c.published_at < at, older))
    if ticket is not None:
        query = query.where(ARTICLE.c.ticket_id == ticket)
    return tx.rows(query if all_states else query.where(ARTICLE.c.withdrawn_at.is_(None)))
