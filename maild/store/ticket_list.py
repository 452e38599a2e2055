"""Tickets for people, found by a search line, as plain dictionaries with stable keys."""

from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from maild.domain.query import Query, instant
from maild.domain.status import Status
from maild.store.tables import ORGANIZATION, PERSON, TICKET, TICKET_TAG, UNSOLVED, WALKING
from maild.store.tx import Tx
from maild.store.visibility import shown

Row = dict[str, Any]


_TICKET = (
    TICKET.c.id,
    TICKET.c.status,
    TICKET.c.subject,
    TICKET.c.priority,
    TICKET.c.department,
    TICKET.c.queue,
    TICKET.c.state,
    TICKET.c.group_name,
    TICKET.c.assignee,
    TICKET.c.fields,
    TICKET.c.needs_review,
    TICKET.c.created_at,
    TICKET.c.updated_at,
    PERSON.c.address.label("requester"),
    ORGANIZATION.c.name.label("organization"),
)


def rows(
    tx: Tx, query: Query, limit: int, hidden: frozenset[str] = frozenset(), before: int | None = None
) -> list[Row]:
    """Newest first, those older than the ticket ``before``; without those of ``hidden`` departments."""
    found = (
        select(*_TICKET)
        .join(PERSON, PERSON.c.id == TICKET.c.requester_id)
        .outerjoin(ORGANIZATION, ORGANIZATION.c.id == TICKET.c.organization_id)
        .where(
            *(_term(key, value) for key, value in query.terms), *(_word(word) for word in query.words), shown(hidden)
        )
        .order_by(TICKET.c.id.desc())
        .limit(limit)
    )
    listed = tx.execute(found if before is None else found.where(TICKET.c.id < before)).all()
    tags = _tags(tx, [row.id for row in listed])
    return [_listed(row, tags.get(row.id, [])) for row in listed]


def _listed(row: Any, tags: list[str]) -> Row:
    return {
        "id": row.id,
        "status": Status(row.status).word,
        "subject": row.subject,
        "requester": row.requester,
        "organization": row.organization,
        "po_number": row.fields.get("po_number"),
        "total_cost": row.fields.get("total_cost"),
        "currency": row.fields.get("currency"),
        "department": row.department,
        "state": row.state,
        "queue": row.queue,
        "group": row.group_name,
        "assignee": row.assignee,
        "priority": row.priority,
        "tags": tags,
        "needs_review": row.needs_review,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def of_requester(tx: Tx, person: int, limit: int) -> list[Row]:
    """Somebody's own tickets for themselves, newest first."""
    columns = (TICKET.c.id, TICKET.c.status, TICKET.c.subject, TICKET.c.fields, TICKET.c.created_at)
    found = select(*columns).where(TICKET.c.requester_id == person).order_by(TICKET.c.id.desc()).limit(limit)
    return [
        {
            "id": row.id,
            "status": Status(row.status),
            "subject": row.subject,
            "po_number": row.fields.get("po_number"),
            "created_at": row.created_at,
        }
        for row in tx.execute(found)
    ]


def _term(key: str, value: str) -> ColumnElement[bool]:
    match key:
        case "status":
            return _status(Status.parse(value))
        case "tag":
            return (
                select(TICKET_TAG.c.tag)
                .where(TICKET_TAG.c.ticket_id == TICKET.c.id, TICKET_TAG.c.tag == value)
                .exists()
            )
        case "assignee":
            return TICKET.c.assignee == value
        case "state":
            return and_(WALKING, TICKET.c.state == value)
        case "department":
            return TICKET.c.department == value
        case "group":
            return TICKET.c.group_name == value
        case "requester":
            return PERSON.c.address == value.lower()
        case "organization":
            return func.lower(ORGANIZATION.c.name) == value.lower()
        case "priority":
            return TICKET.c.priority == value
        case "created":
            return TICKET.c.created_at >= instant(value)
        case "updated":
            return TICKET.c.updated_at >= instant(value)
        case "review":
            return TICKET.c.needs_review == (value.lower() in ("yes", "true", "1"))
        case _:
            return _po_number() == value


def _status(status: Status) -> ColumnElement[bool]:
    same = TICKET.c.status == int(status)
    return and_(UNSOLVED, same) if status < Status.SOLVED else same


def _word(word: str) -> ColumnElement[bool]:
    pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return TICKET.c.subject.ilike(pattern, escape="\\") | _po_number().ilike(pattern, escape="\\")


def _po_number() -> ColumnElement[str]:
    number: ColumnElement[str] = TICKET.c.fields["po_number"].as_string()
    return number


def _tags(tx: Tx, ids: list[int]) -> dict[int, list[str]]:
    if not ids:
        return {}
    found: dict[int, list[str]] = {}
    for row in tx.execute(select(TICKET_TAG).where(TICKET_TAG.c.ticket_id.in_(ids)).order_by(TICKET_TAG.c.tag)):
        found.setdefault(row.ticket_id, []).append(row.tag)
    return found
