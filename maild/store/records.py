"""The whole record of a ticket: its birth, each event with what was known just then, and what was done."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any, get_args

from pydantic import TypeAdapter
from sqlalchemy import select

from maild.domain.events import Event, TicketCreated
from maild.domain.recorded import Deed, Doubted, Entry, Outside, Record, RulesChanged, TimerKey
from maild.domain.ticket import Snapshot
from maild.store import history, tickets
from maild.store.tables import HISTORY, TICKET, TIMER
from maild.store.tx import Tx
from maild.store.visibility import shown

_EVENTS = {kind.__name__: kind for kind in (*get_args(Event), Doubted, RulesChanged)}
_OUTSIDE = TypeAdapter(Outside)
_BIRTH = TypeAdapter(Snapshot)
_FOR_EVER = datetime.max.replace(tzinfo=UTC)


@cache
def form(kind: str) -> TypeAdapter[Any]:
    """How events of a kind are written as JSON and read again: made when one of that kind first happens."""
    return TypeAdapter(_EVENTS[kind])


def seen(event: Event, ticket: Snapshot) -> dict[str, Any]:
    """What the history keeps of a ticket as the event finds it: all of it at birth, later what no rule decides."""
    if isinstance(event, TicketCreated):  # the orders stand in the event
        born: dict[str, Any] = _BIRTH.dump_python(replace(ticket, orders=(), timers=()), mode="json")
        return {"birth": born}
    outside: dict[str, Any] = _OUTSIDE.dump_python(_outside(ticket), mode="json")
    return outside


def _outside(ticket: Snapshot) -> Outside:
    return Outside(
        ticket.requester,
        ticket.organization,
        ticket.counter("customer_mails"),
        ticket.counter("agent_mails"),
        ticket.stamp("customer_reply"),
        ticket.stamp("agent_reply"),
        ticket.blockers,
    )


def of_ticket(tx: Tx, ticket_id: int) -> Record | None:
    """Everything that happened to a ticket; None where the history does not reach back to its birth."""
    rows = history.of_ticket(tx, ticket_id, seen=True)
    if not rows or "birth" not in rows[0]["seen"]:
        return None
    entries = tuple(_entry(row) for row in rows)
    first = entries[0].event
    birth = _BIRTH.validate_python(rows[0]["seen"]["birth"])
    if isinstance(first, TicketCreated):
        birth = replace(birth, orders=first.orders)
    return Record(tickets.snapshot(tx, ticket_id), birth, entries, dict(_held(tx, ticket_id)))


def _entry(row: dict[str, Any]) -> Entry:
    deeds = tuple(Deed(step["rule"], tuple(step.get("effects", ()))) for step in row["steps"] if step["what"] == "hit")
    known = _OUTSIDE.validate_python(row["seen"]) if "requester" in row["seen"] else None
    return Entry(row["at"], form(row["kind"]).validate_python(row["data"]), row["rules_hash"], known, deeds)


def _held(tx: Tx, ticket_id: int) -> Iterator[tuple[TimerKey, datetime]]:
    for row in tx.execute(select(TIMER).where(TIMER.c.ticket_id == ticket_id).order_by(TIMER.c.id)):
        key = (row.rule, row.step, row.due_at)
        if row.state != "cancelled":
            yield key, _FOR_EVER
        elif row.settled_at > row.due_at:
            yield key, row.settled_at


def touched_since(tx: Tx, since: datetime | None, after: int, count: int, hidden: Collection[str] = ()) -> list[int]:
    """Tickets with an event since then (all of them when None), by number, from the one behind ``after`` on.

    None of ``hidden`` departments.
    """
    query = select(TICKET.c.id).where(TICKET.c.id > after, shown(hidden)).order_by(TICKET.c.id).limit(count)
    if since is not None:
        lately = select(HISTORY.c.id).where(HISTORY.c.ticket_id == TICKET.c.id, HISTORY.c.at >= since)
        query = query.where(lately.correlate(TICKET).exists())
    return list(tx.execute(query).scalars())


def last_instant(tx: Tx) -> datetime:
    """Now, or the instant of the newest event where that is later."""
    newest = tx.scalar(select(HISTORY.c.at).order_by(HISTORY.c.id.desc()).limit(1))
    return max(tx.now, newest) if newest else tx.now
