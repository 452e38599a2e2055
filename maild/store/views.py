"""Views: the tickets that meet conditions now, counted and listed page by page. Exact, and asked anew each time.

A page begins after the last row of the one before (its sort values and number), so pages neither repeat nor skip a
ticket when others come or go, and the last page costs what the first one does.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select

from maild.domain.conditions import Conditions
from maild.domain.terms import PRIORITIES, Kind, Term
from maild.domain.ticket import Status
from maild.errors import UsageError
from maild.store.condition_sql import where
from maild.store.tables import ORGANIZATION, PERSON, TICKET, TICKET_TAG
from maild.store.term_sql import TermSql, of_organization, of_requester
from maild.store.tx import Tx
from maild.store.visibility import Sight, seen, shown

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Listing:
    """What a view shows: ``sort`` are columns, "-" in front for the largest first; ``kinds`` those of form fields.

    Tickets of ``hidden`` departments are left out.
    """

    conditions: Conditions
    columns: tuple[str, ...]
    sort: tuple[str, ...] = ("requested",)
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Page:
    """``rows`` hold the ticket's ``id`` and exactly the columns; ``after`` asks for the next page, None at the end."""

    rows: tuple[Row, ...]
    after: str | None = None


def count(tx: Tx, conditions: Conditions, hidden: frozenset[str] = frozenset()) -> int:
    found = select(func.count()).select_from(TICKET).where(where(conditions, tx.now, postgres=tx.postgres))
    if hidden:
        found = found.where(shown(hidden))
    return int(tx.scalar(found))


@dataclass(frozen=True, slots=True)
class Group:
    """Tickets of one assignee, and when the oldest of them came."""

    tickets: int
    oldest: datetime


def by_assignee(tx: Tx, conditions: Conditions, sight: Sight) -> dict[str, Group]:
    """Tickets that meet conditions by whose they are, "" for nobody's."""
    whose = func.coalesce(TICKET.c.assignee, "")
    query = select(whose.label("whose"), func.count().label("n"), func.min(TICKET.c.created_at).label("oldest"))
    query = query.where(where(conditions, tx.now, postgres=tx.postgres), seen(sight)).group_by(whose)
    return {row.whose: Group(row.n, row.oldest) for row in tx.execute(query)}


def page(tx: Tx, listing: Listing, limit: int, after: str | None = None) -> Page:
    """``limit`` rows from the start, or from after another page's end. Raises UsageError for no such place."""
    keys = [_Key.of(name, listing.kinds, TermSql(tx.postgres)) for name in (*listing.sort, "id")]
    query = select(TICKET.c.id, *(key.value.label(f"key{n}") for n, key in enumerate(keys)))
    query = query.where(where(listing.conditions, tx.now, postgres=tx.postgres))
    if listing.hidden:
        query = query.where(shown(listing.hidden))
    if after is not None:
        query = query.where(_beyond(keys, _read_cursor(after, len(keys))))
    found = tx.execute(_sorted(query, keys).limit(limit + 1)).all()
    rows = _rows(tx, [row.id for row in found[:limit]], listing.columns)
    return Page(tuple(rows), _cursor(found[limit - 1][1:]) if len(found) > limit else None)


@dataclass(frozen=True, slots=True)
class _Key:
    """One value to sort by; tickets without it come last either way."""

    value: ColumnElement[Any]
    largest_first: bool

    @classmethod
    def of(cls, name: str, kinds: Mapping[str, Kind], sql: TermSql) -> "_Key":
        column = name.removeprefix("-")
        return cls(_sort_value(column, kinds, sql), name.startswith("-"))

    def beyond(self, last: Any) -> ColumnElement[bool]:
        if last is None:
            return false()
        further = self.value < last if self.largest_first else self.value > last
        return or_(further, self.value.is_(None))

    def same(self, last: Any) -> ColumnElement[bool]:
        return self.value.is_(None) if last is None else self.value == last


def _sort_value(column: str, kinds: Mapping[str, Kind], sql: TermSql) -> ColumnElement[Any]:
    match column:
        case "id":
            return TICKET.c.id
        case "requested":
            return TICKET.c.created_at
        case "updated":
            return TICKET.c.updated_at
        case "status":
            return TICKET.c.status
        case "priority":
            return case({word: rank for rank, word in enumerate(PRIORITIES)}, value=TICKET.c.priority)
        case "needs_review" | "unread":
            return case((TICKET.c[column], 1), else_=0)
        case "requester":
            return of_requester(sql.ordered(_called()))
        case "organization":
            return of_organization(sql.ordered(ORGANIZATION.c.name))
        case "tags":
            first = select(func.min(TICKET_TAG.c.tag)).where(TICKET_TAG.c.ticket_id == TICKET.c.id)
            return first.correlate(TICKET).scalar_subquery()
        case "subject" | "assignee" | "order_address" | "department" | "queue" | "state":
            return sql.ordered(TICKET.c[column])
        case "group":
            return sql.ordered(TICKET.c.group_name)
    kind = kinds.get(column, Kind.TEXT)
    value = sql.value(Term(f"field.{column}", kind))
    if kind is Kind.FLAG:
        return case((value, 1), else_=0)
    return value if kind in (Kind.NUMBER, Kind.DATE) else sql.ordered(value)


def _called() -> ColumnElement[str]:
    """A person's name, else the address."""
    return func.coalesce(func.nullif(PERSON.c.name, ""), PERSON.c.address)


def _sorted(query: Select[Any], keys: Sequence[_Key]) -> Select[Any]:
    """NULLs last; the number and the instant of creation are never NULL, and left as an index has them."""
    order = []
    for key in keys:
        directed = key.value.desc() if key.largest_first else key.value.asc()
        never_null = key.value is TICKET.c.id or key.value is TICKET.c.created_at
        order.append(directed if never_null else directed.nulls_last())
    return query.order_by(*order)


def _beyond(keys: Sequence[_Key], last: Sequence[Any]) -> ColumnElement[bool]:
    """Rows after the one with these sort values."""
    steps = []
    for number, key in enumerate(keys):
        before = [earlier.same(value) for earlier, value in zip(keys[:number], last, strict=False)]
        steps.append(and_(*before, key.beyond(last[number])))
    return or_(*steps)


def _cursor(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps([_plain(value) for value in values]).encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return {"at": value.isoformat()}
        case Decimal():
            return {"number": str(value)}
    return value


def _read_cursor(after: str, length: int) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        if isinstance(values, list) and len(values) == length:
            return [_value(value) for value in values]
    except (binascii.Error, ValueError, KeyError, TypeError, InvalidOperation, RecursionError):
        pass
    raise UsageError("that page is of no such view", "take the word after 'next page' as it was printed")


def _value(value: Any) -> Any:
    match value:
        case {"at": str(text)}:
            return datetime.fromisoformat(text)
        case {"number": str(text)}:
            return Decimal(text)
        case None | str() | int():
            return value
    raise ValueError("no sort value")


def _rows(tx: Tx, ids: list[int], columns: Sequence[str]) -> list[Row]:
    """The tickets in this order."""
    found = (
        select(TICKET, _called().label("requester"), ORGANIZATION.c.name.label("organization"))
        .join(PERSON, PERSON.c.id == TICKET.c.requester_id)
        .outerjoin(ORGANIZATION, ORGANIZATION.c.id == TICKET.c.organization_id)
        .where(TICKET.c.id.in_(ids))
    )
    rows = {row.id: row for row in tx.execute(found)}
    tags = _tags(tx, ids) if "tags" in columns else {}
    return [{"id": id} | {name: _cell(rows[id], name, tags) for name in columns} for id in ids]


def _cell(row: Any, column: str, tags: Mapping[int, list[str]]) -> Any:
    match column:
        case "requested":
            return row.created_at
        case "updated":
            return row.updated_at
        case "status":
            return Status(row.status).word
        case "group":
            return row.group_name
        case "tags":
            return tags.get(row.id, [])
        case "id" | "requester" | "organization" | "subject" | "priority" | "assignee":
            return getattr(row, column)
        case "order_address" | "needs_review" | "unread" | "department" | "queue" | "state":
            return getattr(row, column)
    return row.fields.get(column)


def _tags(tx: Tx, ids: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in tx.execute(select(TICKET_TAG).where(TICKET_TAG.c.ticket_id.in_(ids)).order_by(TICKET_TAG.c.tag)):
        found.setdefault(row.ticket_id, []).append(row.tag)
    return found
