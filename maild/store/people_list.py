"""People and organizations for people, as plain dictionaries with stable keys."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from maild.store.customers import sites
from maild.store.tables import ORGANIZATION, ORGANIZATION_DOMAIN, PERSON, TICKET, UNSOLVED
from maild.store.term_sql import TermSql, text
from maild.store.tx import Tx
from maild.store.visibility import shown

Row = dict[str, Any]


def persons(tx: Tx, words: list[str], tag: str | None, organization: str | None, limit: int, after: str) -> list[Row]:
    """By address, those behind ``after``; each word stands in name, address or company."""
    query = _persons().where(PERSON.c.address > after).order_by(PERSON.c.address).limit(limit)
    query = query.where(*(_any(word, PERSON.c.name, PERSON.c.address, ORGANIZATION.c.name) for word in words))
    if tag is not None:
        query = query.where(TermSql(tx.postgres).in_array(PERSON.c.tags, tag))
    if organization is not None:
        query = query.where(func.lower(ORGANIZATION.c.name) == text(organization.lower()))
    return tx.rows(query)


def person(tx: Tx, address: str, hidden: Collection[str] = ()) -> Row | None:
    """One with the numbers of open tickets and of all, those of ``hidden`` departments left out."""
    found = tx.rows(_persons().where(PERSON.c.address == text(address)))
    if not found:
        return None
    theirs = TICKET.c.requester_id == found[0]["id"]
    return found[0] | _numbers(tx, theirs, hidden)


def _persons() -> Select[Any]:
    return select(
        PERSON.c.id,
        PERSON.c.address,
        PERSON.c.name,
        PERSON.c.role,
        ORGANIZATION.c.name.label("organization"),
        PERSON.c.tags,
        PERSON.c.fields,
        PERSON.c.bounced_at,
        PERSON.c.created_at,
    ).outerjoin(ORGANIZATION, ORGANIZATION.c.id == PERSON.c.organization_id)


def organizations(tx: Tx, words: list[str], tag: str | None, limit: int, after: str) -> list[Row]:
    """By name, those behind ``after``, with their domains and sites."""
    query = _organizations().where(ORGANIZATION.c.name > after).order_by(ORGANIZATION.c.name).limit(limit)
    query = query.where(*(_any(word, ORGANIZATION.c.name) for word in words))
    if tag is not None:
        query = query.where(TermSql(tx.postgres).in_array(ORGANIZATION.c.tags, tag))
    return [_whole(tx, row) for row in tx.rows(query)]


def organization(tx: Tx, name: str, hidden: Collection[str] = ()) -> Row | None:
    """One, upper or lower case alike, with its people and the numbers of its tickets that are not ``hidden``."""
    found = tx.rows(_organizations().where(func.lower(ORGANIZATION.c.name) == text(name.lower())).limit(1))
    if not found:
        return None
    mine = found[0]["id"]
    people = select(PERSON.c.address).where(PERSON.c.organization_id == mine).order_by(PERSON.c.address).limit(100)
    return (
        _whole(tx, found[0])
        | {"people": list(tx.execute(people).scalars())}
        | _numbers(tx, TICKET.c.organization_id == mine, hidden)
    )


def _organizations() -> Select[Any]:
    return select(
        ORGANIZATION.c.id,
        ORGANIZATION.c.name,
        ORGANIZATION.c.tags,
        ORGANIZATION.c.fields,
        ORGANIZATION.c.trust_unauthenticated,
    )


def _whole(tx: Tx, row: Row) -> Row:
    listed = select(ORGANIZATION_DOMAIN.c.domain).where(ORGANIZATION_DOMAIN.c.organization_id == row["id"])
    return row | {"domains": sorted(tx.execute(listed).scalars()), "sites": sites(tx, row["id"])}


def _numbers(tx: Tx, theirs: ColumnElement[bool], hidden: Collection[str]) -> Row:
    every = select(func.count()).select_from(TICKET).where(theirs, shown(hidden))
    return {"tickets": int(tx.scalar(every)), "open_tickets": int(tx.scalar(every.where(UNSOLVED)))}


def _any(word: str, *columns: ColumnElement[str]) -> ColumnElement[bool]:
    pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return or_(*(column.ilike(text(pattern), escape="\\") for column in columns))
