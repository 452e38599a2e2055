"""Tickets: made, read as snapshots, linked; what a mail counts on them. Rules change them through a Draft."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update

from maild.domain.people import Organization, Person
from maild.domain.stand import STAMPS as STAND_STAMPS
from maild.domain.ticket import Snapshot, Status
from maild.store import documents, people, slas, stands, tasks, timers
from maild.store.prepared import Prepared
from maild.store.tables import TICKET, TICKET_LINK, TICKET_ORDER, TICKET_TAG
from maild.store.tx import Tx
from maild.store.visibility import shown_by

STAMPS = {
    "created": "created_at",
    "updated": "updated_at",
    "status_changed": "status_changed_at",
    "assigned": "assigned_at",
    "customer_reply": "customer_reply_at",
    "agent_reply": "agent_reply_at",
    **{name: f"{name}_at" for name in STAND_STAMPS},
}
COUNTERS = ("customer_mails", "agent_mails", "reopens")

# Asked for every mail, so built once: putting a statement together costs more than running it.
_ROW = Prepared(select(TICKET).where(TICKET.c.id == bindparam("ticket")))
_VERSION = Prepared(select(TICKET.c.version).where(TICKET.c.id == bindparam("ticket")))
_ID = select(TICKET.c.id).where(TICKET.c.id == bindparam("ticket"))
_EXISTS = Prepared(_ID)
_LOCK = Prepared(_ID.with_for_update())
_VERIFIED = Prepared(select(TICKET.c.verified).where(TICKET.c.id == bindparam("ticket")))
_TAGS = Prepared(select(TICKET_TAG.c.tag).where(TICKET_TAG.c.ticket_id == bindparam("ticket")))
_ORDERS = Prepared(
    select(TICKET_ORDER.c.data).where(TICKET_ORDER.c.ticket_id == bindparam("ticket")).order_by(TICKET_ORDER.c.id)
)
_OF_STATUS = Prepared(
    select(TICKET.c.id)
    .where(TICKET.c.status == bindparam("status"), TICKET.c.id > bindparam("after"))
    .order_by(TICKET.c.id)
    .limit(bindparam("count"))
)


@dataclass(frozen=True, slots=True)
class NewTicket:
    """What a ticket is born with; everything else is the work of rules."""

    subject: str
    order_address: str
    channel: str
    requester: int
    organization: int | None = None
    needs_review: bool = False
    review_reasons: tuple[str, ...] = ()
    verified: bool = False
    follow_up_of: int | None = None
    fields: tuple[tuple[str, str], ...] = ()
    customer_mails: int = 1
    language: str = ""


def create(tx: Tx, new: NewTicket) -> int:
    """Open a ticket in status New; returns its number."""
    return tx.insert(TICKET, **_columns(tx, new))


def begin(tx: Tx, new: NewTicket, requester: Person, organization: Organization | None) -> Snapshot:
    """The same for one whose people are known; returns the ticket as `snapshot` would read it, before its order."""
    return _snapshot(tx, tx.insert_row(TICKET, **_columns(tx, new)), requester, organization)


def _columns(tx: Tx, new: NewTicket) -> dict[str, Any]:
    return {
        "subject": new.subject,
        "status": int(Status.NEW),
        "order_address": new.order_address,
        "channel": new.channel,
        "requester_id": new.requester,
        "organization_id": new.organization,
        "needs_review": new.needs_review,
        "review_reasons": list(new.review_reasons),
        "verified": new.verified,
        "follow_up_of": new.follow_up_of,
        "fields": dict(new.fields),
        "customer_mails": new.customer_mails,
        "language": new.language,
        "created_at": tx.now,
        "updated_at": tx.now,
        "status_changed_at": tx.now,
    }


def exists(tx: Tx, ticket_id: int) -> bool:
    return tx.scalar(_EXISTS, {"ticket": ticket_id}) is not None


def version(tx: Tx, ticket_id: int) -> int | None:
    """That of a ticket, None where there is none."""
    found: int | None = tx.scalar(_VERSION, {"ticket": ticket_id})
    return found


def unclosed(tx: Tx, after: int, count: int) -> list[int]:
    """The numbers of tickets that are not closed, behind ``after``, oldest first; closed ones cost nothing."""
    found: list[int] = []
    for status in range(int(Status.NEW), int(Status.CLOSED)):  # one by one, as the index has them
        found += tx.execute(_OF_STATUS, {"status": status, "after": after, "count": count}).scalars()
    return sorted(found)[:count]


def count_unclosed(tx: Tx, most: int) -> int:
    """How many tickets are not closed, counted up to ``most``."""
    some = select(TICKET.c.id).where(TICKET.c.status < int(Status.CLOSED)).limit(most).subquery()
    return int(tx.scalar(select(func.count()).select_from(some)))


def lock(tx: Tx, ticket_id: int) -> bool:
    """Take the ticket for this transaction (a row lock on PostgreSQL); False when there is no such ticket."""
    return tx.scalar(_LOCK, {"ticket": ticket_id}) is not None


def snapshot(tx: Tx, ticket_id: int) -> Snapshot:
    """The ticket at this instant, with everything that conditions and letters may ask."""
    mine = {"ticket": ticket_id}
    row = tx.execute(_ROW, mine).one()
    organization = people.organization(tx, row.organization_id) if row.organization_id else None
    return replace(
        _snapshot(tx, row, people.by_id(tx, row.requester_id), organization),
        tags=frozenset(tx.execute(_TAGS, mine).scalars()),
        orders=tuple(documents.order(data) for data in tx.execute(_ORDERS, mine).scalars()),
        timers=timers.listed(tx, ticket_id),
        sla=slas.of(tx, ticket_id, row.sla_policy),
        blockers=tasks.blocking(tx, ticket_id) if row.blocking else (),
    )


def _snapshot(tx: Tx, row: Any, requester: Person, organization: Organization | None) -> Snapshot:
    """What stands in the ticket's own row."""
    return Snapshot(
        id=row.id,
        version=row.version,
        now=tx.now,
        subject=row.subject,
        status=Status(row.status),
        priority=row.priority,
        order_address=row.order_address,
        channel=row.channel,
        requester=requester,
        organization=organization,
        group=row.group_name,
        assignee=row.assignee,
        form=row.form,
        fields=tuple(sorted(row.fields.items())),
        needs_review=row.needs_review,
        review_reasons=tuple(row.review_reasons),
        unread=row.unread,
        stamps=_stamps(row),
        counters=tuple((name, getattr(row, name)) for name in COUNTERS),
        follow_up_of=row.follow_up_of,
        language=row.language,
        blueprint=stands.of(row),
        department=row.department,
        queue=row.queue,
        queue_told=row.queue_told,
    )


def _stamps(row: Any) -> tuple[tuple[str, datetime], ...]:
    found = ((name, getattr(row, column)) for name, column in STAMPS.items())
    return tuple((name, at) for name, at in found if at is not None)


def is_verified(tx: Tx, ticket_id: int) -> bool:
    """Whether the requester has proved to be who they say, or an agent has vouched for them."""
    return bool(tx.scalar(_VERIFIED, {"ticket": ticket_id}))


def count_mail(tx: Tx, ticket_id: int, *, customer: bool) -> None:
    """A public mail came from (or went to) the customer: counters, stamps and the unread mark follow."""
    columns: dict[str, Any] = (
        {"customer_mails": TICKET.c.customer_mails + 1, "customer_reply_at": tx.now, "unread": True}
        if customer
        else {"agent_mails": TICKET.c.agent_mails + 1, "agent_reply_at": tx.now}
    )
    tx.execute(
        update(TICKET)
        .where(TICKET.c.id == ticket_id)
        .values(**columns, updated_at=tx.now, version=TICKET.c.version + 1)
    )


def mark_verified(tx: Tx, ticket_id: int) -> None:
    tx.execute(update(TICKET).where(TICKET.c.id == ticket_id).values(verified=True))


def link(tx: Tx, ticket_id: int, other_id: int, why: str) -> None:
    """Tie two tickets together, both ways."""
    tx.insert_new(TICKET_LINK, ticket_id=ticket_id, other_id=other_id, why=why)
    tx.insert_new(TICKET_LINK, ticket_id=other_id, other_id=ticket_id, why=why)


def links(tx: Tx, ticket_id: int, hidden: Collection[str] = ()) -> list[tuple[int, str]]:
    """The other tickets and why, but those of ``hidden`` departments."""
    mine = select(TICKET_LINK).where(TICKET_LINK.c.ticket_id == ticket_id, shown_by(TICKET_LINK.c.other_id, hidden))
    rows = tx.execute(mine.order_by(TICKET_LINK.c.other_id))
    return [(row.other_id, row.why) for row in rows]
