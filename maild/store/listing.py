"""Rows for people: lists and details of mails, tickets and letters as plain dictionaries with stable keys."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from maild.domain.query import Query
from maild.domain.ticket import Status
from maild.store.tables import (
    DELIVERY,
    LETTER,
    LETTER_ATTEMPT,
    LETTER_RECIPIENT,
    MESSAGE,
    ORGANIZATION,
    PERSON,
    TICKET,
    TICKET_TAG,
    TIMER,
)
from maild.store.tx import Tx

Row = dict[str, Any]


def tickets(tx: Tx, query: Query, limit: int) -> list[Row]:
    """Newest first."""
    columns = (
        TICKET.c.id,
        TICKET.c.status,
        TICKET.c.subject,
        TICKET.c.priority,
        TICKET.c.group_name,
        TICKET.c.assignee,
        TICKET.c.fields,
        TICKET.c.needs_review,
        TICKET.c.created_at,
        TICKET.c.updated_at,
        PERSON.c.address.label("requester"),
        ORGANIZATION.c.name.label("organization"),
    )
    found = (
        select(*columns)
        .join(PERSON, PERSON.c.id == TICKET.c.requester_id)
        .outerjoin(ORGANIZATION, ORGANIZATION.c.id == TICKET.c.organization_id)
        .where(*(_term(key, value) for key, value in query.terms), *(_word(word) for word in query.words))
        .order_by(TICKET.c.id.desc())
        .limit(limit)
    )
    rows = tx.execute(found).all()
    tags = _tags(tx, [row.id for row in rows])
    return [
        {
            "id": row.id,
            "status": Status(row.status).word,
            "subject": row.subject,
            "requester": row.requester,
            "organization": row.organization,
            "po_number": row.fields.get("po_number"),
            "total_cost": row.fields.get("total_cost"),
            "currency": row.fields.get("currency"),
            "group": row.group_name,
            "assignee": row.assignee,
            "priority": row.priority,
            "tags": tags.get(row.id, []),
            "needs_review": row.needs_review,
            "created_at": row.created_at,
            "updated_at": row.updated_at,
        }
        for row in rows
    ]


def _term(key: str, value: str) -> ColumnElement[bool]:
    match key:
        case "status":
            return TICKET.c.status == int(Status.parse(value))
        case "tag":
            return (
                select(TICKET_TAG.c.tag)
                .where(TICKET_TAG.c.ticket_id == TICKET.c.id, TICKET_TAG.c.tag == value)
                .exists()
            )
        case "assignee":
            return TICKET.c.assignee == value
        case "group":
            return TICKET.c.group_name == value
        case "requester":
            return PERSON.c.address == value.lower()
        case "organization":
            return func.lower(ORGANIZATION.c.name) == value.lower()
        case "priority":
            return TICKET.c.priority == value
        case "review":
            return TICKET.c.needs_review == (value.lower() in ("yes", "true", "1"))
        case _:
            return _po_number() == value


def _word(word: str) -> ColumnElement[bool]:
    pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return TICKET.c.subject.ilike(pattern, escape="\\") | _po_number().ilike(pattern, escape="\\")


def _po_number() -> ColumnElement[str]:
    number: ColumnElement[str] = TICKET.c.fields["po_number"].as_string()
    return number


def _tags(tx: Tx, ids: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in tx.execute(select(TICKET_TAG).where(TICKET_TAG.c.ticket_id.in_(ids)).order_by(TICKET_TAG.c.tag)):
        found.setdefault(row.ticket_id, []).append(row.tag)
    return found


_MAIL = (
    MESSAGE.c.id,
    MESSAGE.c.received_at,
    MESSAGE.c.state,
    MESSAGE.c.outcome,
    MESSAGE.c.code,
    MESSAGE.c.why,
    MESSAGE.c.ticket_id,
    MESSAGE.c.kind,
    MESSAGE.c.from_address,
    MESSAGE.c.subject,
    MESSAGE.c.order_address,
    MESSAGE.c.message_id,
    MESSAGE.c.size,
    MESSAGE.c.attempts,
)


def mails(tx: Tx, outcome: str | None, ticket_id: int | None, limit: int) -> list[Row]:
    """Newest first; ``outcome`` is a final state, or "waiting" for those that have none yet."""
    query = select(*_MAIL).order_by(MESSAGE.c.id.desc()).limit(limit)
    if outcome == "waiting":
        query = query.where(MESSAGE.c.state != "done")
    elif outcome is not None:
        query = query.where(MESSAGE.c.outcome == outcome)
    if ticket_id is not None:
        query = query.where(MESSAGE.c.ticket_id == ticket_id)
    return _mappings(tx, query)


def mail(tx: Tx, message_id: int) -> Row | None:
    """One mail with all its deliveries."""
    found = _mappings(tx, select(*_MAIL).where(MESSAGE.c.id == message_id))
    if not found:
        return None
    columns = [c for c in DELIVERY.c if c.name not in ("id", "message_id", "head")]
    deliveries = select(*columns).where(DELIVERY.c.message_id == message_id).order_by(DELIVERY.c.id)
    return found[0] | {"deliveries": _mappings(tx, deliveries)}


_LETTER = (
    LETTER.c.id,
    LETTER.c.phase,
    LETTER.c.code,
    LETTER.c.why,
    LETTER.c.ticket_id,
    LETTER.c.template,
    LETTER.c.to_address,
    LETTER.c.subject,
    LETTER.c.message_id,
    LETTER.c.automatic,
    LETTER.c.attempt,
    LETTER.c.copies,
    LETTER.c.created_at,
    LETTER.c.next_at,
    LETTER.c.settled_at,
)


def letters(tx: Tx, phase: str | None, ticket_id: int | None, limit: int) -> list[Row]:
    """Newest first."""
    query = select(*_LETTER).order_by(LETTER.c.id.desc()).limit(limit)
    if phase is not None:
        query = query.where(LETTER.c.phase == phase)
    if ticket_id is not None:
        query = query.where(LETTER.c.ticket_id == ticket_id)
    return _mappings(tx, query)


def letter(tx: Tx, letter_id: int) -> Row | None:
    """One letter with its recipients, tries and text."""
    found = _mappings(tx, select(*_LETTER, LETTER.c.raw).where(LETTER.c.id == letter_id))
    if not found:
        return None
    mine = LETTER_RECIPIENT.c.letter_id == letter_id
    recipients = select(LETTER_RECIPIENT.c.address, LETTER_RECIPIENT.c.state, LETTER_RECIPIENT.c.reply).where(mine)
    tries = select(*[c for c in LETTER_ATTEMPT.c if c.name != "letter_id"]).where(
        LETTER_ATTEMPT.c.letter_id == letter_id
    )
    raw = found[0].pop("raw").decode("utf-8", "replace")
    return found[0] | {
        "recipients": _mappings(tx, recipients),
        "tries": _mappings(tx, tries.order_by(LETTER_ATTEMPT.c.attempt)),
        "raw": raw,
    }


def counts(tx: Tx) -> Row:
    """Tickets by status and letters by phase, for ``maild status`` and the metrics."""
    number = func.count().label("n")
    by_status = tx.execute(select(TICKET.c.status, number).group_by(TICKET.c.status))
    by_phase = tx.execute(select(LETTER.c.phase, number).group_by(LETTER.c.phase))
    return {
        "tickets": {Status(row.status).word: row.n for row in by_status},
        "letters": {row.phase: row.n for row in by_phase},
    }


def _mappings(tx: Tx, query: Select[Any]) -> list[Row]:
    return [dict(row._mapping) for row in tx.execute(query)]


def overdue(tx: Tx) -> dict[str, float]:
    """Seconds that the oldest due mail, letter and timer have waited; 0 where none is due."""
    oldest = {
        "mail": select(func.min(MESSAGE.c.received_at)).where(MESSAGE.c.state != "done"),
        "letter": select(func.min(LETTER.c.next_at)).where(LETTER.c.phase.in_(["queued", "deferred", "unknown"])),
        "timer": select(func.min(TIMER.c.due_at)).where(TIMER.c.state == "pending"),
    }
    since = {name: tx.scalar(query) for name, query in oldest.items()}
    return {name: max(0.0, (tx.now - at).total_seconds()) if at else 0.0 for name, at in since.items()}
