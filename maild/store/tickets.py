"""Tickets: made, read as snapshots, changed through a Draft that writes once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from maild.domain.ticket import Snapshot, Status
from maild.store import documents, people, timers
from maild.store.tables import TICKET, TICKET_LINK, TICKET_ORDER, TICKET_TAG
from maild.store.tx import Tx

STAMPS = {
    "created": "created_at",
    "updated": "updated_at",
    "status_changed": "status_changed_at",
    "assigned": "assigned_at",
    "customer_reply": "customer_reply_at",
    "agent_reply": "agent_reply_at",
}
COUNTERS = ("customer_mails", "agent_mails", "reopens")


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


def create(tx: Tx, new: NewTicket) -> int:
    """Open a ticket in status New; returns its number."""
    return tx.insert(
        TICKET,
        subject=new.subject[:998],
        status=int(Status.NEW),
        order_address=new.order_address,
        channel=new.channel,
        requester_id=new.requester,
        organization_id=new.organization,
        needs_review=new.needs_review,
        review_reasons=list(new.review_reasons),
        verified=new.verified,
        follow_up_of=new.follow_up_of,
        fields=dict(new.fields),
        customer_mails=new.customer_mails,
        created_at=tx.now,
        updated_at=tx.now,
        status_changed_at=tx.now,
    )


def exists(tx: Tx, ticket_id: int) -> bool:
    return tx.scalar(select(TICKET.c.id).where(TICKET.c.id == ticket_id)) is not None


def lock(tx: Tx, ticket_id: int) -> bool:
    """Take the ticket for this transaction (a row lock on PostgreSQL); False when there is no such ticket."""
    return tx.scalar(select(TICKET.c.id).where(TICKET.c.id == ticket_id).with_for_update()) is not None


def snapshot(tx: Tx, ticket_id: int) -> Snapshot:
    """The ticket at this instant, with everything that conditions and letters may ask."""
    row = tx.execute(select(TICKET).where(TICKET.c.id == ticket_id)).one()
    tags = tx.execute(select(TICKET_TAG.c.tag).where(TICKET_TAG.c.ticket_id == ticket_id)).scalars()
    orders = select(TICKET_ORDER.c.data).where(TICKET_ORDER.c.ticket_id == ticket_id).order_by(TICKET_ORDER.c.id)
    return Snapshot(
        id=row.id,
        version=row.version,
        now=tx.now,
        subject=row.subject,
        status=Status(row.status),
        priority=row.priority,
        order_address=row.order_address,
        channel=row.channel,
        requester=people.by_id(tx, row.requester_id),
        organization=people.organization(tx, row.organization_id) if row.organization_id else None,
        group=row.group_name,
        assignee=row.assignee,
        form=row.form,
        tags=frozenset(tags),
        fields=tuple(sorted(row.fields.items())),
        orders=tuple(documents.order(data) for data in tx.execute(orders).scalars()),
        needs_review=row.needs_review,
        review_reasons=tuple(row.review_reasons),
        unread=row.unread,
        stamps=_stamps(row),
        counters=tuple((name, getattr(row, name)) for name in COUNTERS),
        follow_up_of=row.follow_up_of,
        timers=timers.listed(tx, ticket_id),
    )


def _stamps(row: Any) -> tuple[tuple[str, datetime], ...]:
    found = ((name, getattr(row, column)) for name, column in STAMPS.items())
    return tuple((name, at) for name, at in found if at is not None)


def is_verified(tx: Tx, ticket_id: int) -> bool:
    """Whether the requester has proved to be who they say, or an agent has vouched for them."""
    return bool(tx.scalar(select(TICKET.c.verified).where(TICKET.c.id == ticket_id)))


class Draft:
    """Changes to one ticket, gathered and written by one UPDATE; ``flush`` must be called once at the end."""

    def __init__(self, tx: Tx, before: Snapshot) -> None:
        self._tx = tx
        self._id = before.id
        self._status = before.status
        self._columns: dict[str, Any] = {}
        self._fields = dict(before.fields)
        self._reasons = list(before.review_reasons)
        self._reopens = before.counter("reopens")
        self._assignee = before.assignee
        self._old_tags = before.tags
        self._tags = set(before.tags)

    def set(self, **columns: Any) -> None:
        """Set plain columns."""
        self._columns.update(columns)

    def set_status(self, status: Status) -> None:
        if status == self._status:
            return
        if self._status >= Status.SOLVED > status:
            self._reopens += 1
            self._columns["reopens"] = self._reopens
        self._status = status
        self._columns |= {"status": int(status), "status_changed_at": self._tx.now}

    def assign(self, group: str | None, assignee: str | None) -> None:
        """None leaves that half as it is, "" clears it."""
        if group is not None:
            self._columns["group_name"] = group or None
        if assignee is not None:
            self._columns["assignee"] = assignee or None
            if assignee and assignee != self._assignee:
                self._columns["assigned_at"] = self._tx.now
            self._assignee = assignee or None

    def set_field(self, name: str, value: str) -> None:
        if value == "":
            self._fields.pop(name, None)
        else:
            self._fields[name] = value
        self._columns["fields"] = dict(self._fields)

    def review(self, on: bool, reason: str) -> None:
        if not on:
            self._reasons = []
        elif reason and reason not in self._reasons:
            self._reasons.append(reason)
        self._columns |= {"needs_review": on, "review_reasons": list(self._reasons)}

    def add_tags(self, tags: Iterable[str]) -> None:
        self._tags |= set(tags)

    def remove_tags(self, tags: Iterable[str]) -> None:
        self._tags -= set(tags)

    def set_tags(self, tags: Iterable[str]) -> None:
        self._tags = set(tags)

    def flush(self) -> None:
        """Write what changed; the version goes up by one if anything did."""
        gone, fresh = self._old_tags - self._tags, self._tags - self._old_tags
        if gone:
            self._tx.execute(
                TICKET_TAG.delete().where(TICKET_TAG.c.ticket_id == self._id, TICKET_TAG.c.tag.in_(sorted(gone)))
            )
        self._tx.insert_all(TICKET_TAG, ({"ticket_id": self._id, "tag": tag[:100]} for tag in sorted(fresh)))
        if self._columns or gone or fresh:
            changed = update(TICKET).where(TICKET.c.id == self._id)
            self._tx.execute(changed.values(**self._columns, updated_at=self._tx.now, version=TICKET.c.version + 1))


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


def links(tx: Tx, ticket_id: int) -> list[tuple[int, str]]:
    rows = tx.execute(select(TICKET_LINK).where(TICKET_LINK.c.ticket_id == ticket_id).order_by(TICKET_LINK.c.other_id))
    return [(row.other_id, row.why) for row in rows]
