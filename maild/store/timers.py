"""Timers: promises to act at an instant, kept in our own table so that no crash or late wake-up loses one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select, update

from maild.domain.timer import ArmedTimer
from maild.store.columns import but
from maild.store.prepared import Prepared
from maild.store.tables import PENDING, TIMER
from maild.store.tx import Tx
from maild.store.visibility import shown_by


@dataclass(frozen=True, slots=True)
class Due:
    """A timer whose instant has come."""

    id: int
    ticket: int
    rule: str
    step: int
    due_at: datetime


_LISTED = Prepared(select(TIMER).where(TIMER.c.ticket_id == bindparam("ticket"), ~TIMER.c.over).order_by(TIMER.c.id))
_STEP = (TIMER.c.ticket_id == bindparam("ticket"), TIMER.c.rule == bindparam("of"), TIMER.c.step == bindparam("at"))
_MOVE = Prepared(update(TIMER).where(*_STEP, ~TIMER.c.over, TIMER.c.state == "pending"))
_FOLLOW = Prepared(update(TIMER).where(*_STEP, ~TIMER.c.over, TIMER.c.id != bindparam("fresh")).values(over=True))
_FIRE = Prepared(
    update(TIMER).where(
        TIMER.c.id == bindparam("timer"), TIMER.c.state == "pending", TIMER.c.due_at <= bindparam("now")
    )
)


def arm(tx: Tx, ticket_id: int, rule: str, step: int, due_at: datetime, *, first: bool = False) -> None:
    """Exactly one pending timer per ticket, rule and step: a second one moves the first, and follows a fired one.

    ``first`` where the ticket is known to have had none of that rule and step in its present stay.
    """
    fresh = tx.insert_new(
        TIMER,
        returning="id",
        ticket_id=ticket_id,
        rule=rule,
        step=step,
        due_at=due_at,
        state="pending",
        armed_at=tx.now,
    )
    mine = {"ticket": ticket_id, "of": rule, "at": step}
    if fresh is None:
        tx.execute(_MOVE, {**mine, "due_at": due_at})
    elif not first:
        tx.execute(_FOLLOW, {**mine, "fresh": fresh})
    tx.wake("timers")


def cancel(tx: Tx, ticket_id: int, rule: str, step: int | None, why: str) -> None:
    """End the stay: pending timers are taken back, fired ones no longer keep the rule from arming itself."""
    pending = update(TIMER).where(*_listed(ticket_id, rule, step), TIMER.c.state == "pending")
    tx.execute(pending.values(state="cancelled", settled_at=tx.now, over=True, why=why))
    tx.execute(update(TIMER).where(*_listed(ticket_id, rule, step)).values(over=True))


def _listed(ticket_id: int, rule: str, step: int | None) -> list[Any]:
    which = [TIMER.c.ticket_id == ticket_id, TIMER.c.rule == rule, ~TIMER.c.over]
    return which if step is None else [*which, TIMER.c.step == step]


def listed(tx: Tx, ticket_id: int) -> tuple[ArmedTimer, ...]:
    """The timers that rules see: pending ones and those that fired during the present stay."""
    rows = tx.execute(_LISTED, {"ticket": ticket_id})
    return tuple(ArmedTimer(r.rule, r.step, r.due_at, r.state == "fired") for r in rows)


def due(tx: Tx, count: int, skip: Iterable[int] = ()) -> list[Due]:
    """Pending timers whose instant has come, oldest first; ``fire`` decides between several who found the same one."""
    columns = (TIMER.c.id, TIMER.c.ticket_id, TIMER.c.rule, TIMER.c.step, TIMER.c.due_at)
    query = select(*columns).where(PENDING, TIMER.c.due_at <= tx.now, *but(TIMER.c.id, skip))
    query = query.order_by(TIMER.c.due_at, TIMER.c.id).limit(count)
    return [Due(r.id, r.ticket_id, r.rule, r.step, r.due_at) for r in tx.execute(query)]


def fire(tx: Tx, timer_id: int) -> bool:
    """Mark a timer fired, in the transaction of what it does; False when somebody settled it before."""
    tx.wake("settled")
    fired = {"timer": timer_id, "now": tx.now, "state": "fired", "settled_at": tx.now}
    return tx.execute(_FIRE, fired).rowcount == 1


def next_due(tx: Tx, skip: Iterable[int] = ()) -> datetime | None:
    """When the next pending timer comes due, those in ``skip`` left out."""
    query = select(TIMER.c.due_at).where(PENDING, *but(TIMER.c.id, skip)).order_by(TIMER.c.due_at).limit(1)
    found: datetime | None = tx.execute(query).scalar()
    return found


def overdue(tx: Tx, before: datetime, hidden: frozenset[str] = frozenset()) -> tuple[int, datetime | None]:
    """How many pending timers came due before an instant, and the oldest of them: what somebody should have fired.

    Those of tickets in ``hidden`` departments are left out.
    """
    late = select(func.count().label("n"), func.min(TIMER.c.due_at).label("oldest"))
    found = tx.execute(late.where(PENDING, TIMER.c.due_at < before, shown_by(TIMER.c.ticket_id, hidden))).one()
    return int(found.n), found.oldest


def listing(
    tx: Tx,
    ticket_id: int | None = None,
    *,
    all_states: bool = False,
    limit: int = 1000,
    hidden: frozenset[str] = frozenset(),
    after: int | None = None,
) -> list[dict[str, Any]]:
    """Timers for people: pending ones by due time, or every one; only what follows the timer ``after``."""
    query = select(TIMER).order_by(TIMER.c.due_at, TIMER.c.id).limit(limit)
    if after is not None:
        due = select(TIMER.c.due_at).where(TIMER.c.id == after).scalar_subquery()
        query = query.where(or_(TIMER.c.due_at > due, and_(TIMER.c.due_at == due, TIMER.c.id > after)))
    if ticket_id is not None:
        query = query.where(TIMER.c.ticket_id == ticket_id)
    if hidden:
        query = query.where(shown_by(TIMER.c.ticket_id, hidden))
    if not all_states:
        query = query.where(PENDING)
    return [
        {
            "id": r.id,
            "ticket": r.ticket_id,
            "rule": r.rule,
            "step": r.step,
            "due_at": r.due_at,
            "state": r.state,
            "armed_at": r.armed_at,
            "settled_at": r.settled_at,
            "why": r.why,
        }
        for r in tx.execute(query)
    ]
