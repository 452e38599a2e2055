"""Tasks: what a colleague has to do for a ticket, until it is done; and when to bring an open one to mind."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, update

from maild.domain.ticket import Blocker
from maild.store.columns import but
from maild.store.tables import TASK, TICKET, TO_REMIND
from maild.store.tx import Tx
from maild.store.visibility import shown_by

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewTask:
    """``owner`` is a user's name, or "group:NAME"."""

    ticket: int
    title: str
    owner: str
    by: str
    due: datetime | None = None
    remind: datetime | None = None
    priority: str = "normal"
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class Reminder:
    """An open task whose owner is to be reminded now; ``at`` is when that was due, ``due`` when the task is."""

    task: int
    ticket: int
    title: str
    owner: str
    at: datetime
    due: datetime | None = None


_MORE = update(TICKET).where(TICKET.c.id == bindparam("ticket")).values(version=TICKET.c.version + 1)
_BLOCKING = (
    select(TASK.c.id, TASK.c.title)
    .where(TASK.c.ticket_id == bindparam("ticket"), TASK.c.blocks, TASK.c.state == "open")
    .order_by(TASK.c.id)
)


def create(tx: Tx, new: NewTask) -> int:
    tx.wake("tasks")
    if new.blocks:
        tx.execute(_MORE.values(blocking=TICKET.c.blocking + 1), {"ticket": new.ticket})
    return tx.insert(
        TASK,
        ticket_id=new.ticket,
        title=new.title,
        owner=new.owner,
        due_at=new.due,
        remind_at=new.remind,
        created_at=tx.now,
        created_by=new.by,
        priority=new.priority,
        blocks=new.blocks,
    )


def done(tx: Tx, task_id: int, by: str) -> bool:
    """Whether it was open until now."""
    mine = update(TASK).where(TASK.c.id == task_id, TASK.c.state == "open")
    ended = tx.execute(mine.values(state="done", done_at=tx.now, done_by=by).returning(TASK.c.ticket_id, TASK.c.blocks))
    task = ended.one_or_none()
    if task is not None and task.blocks:
        tx.execute(_MORE.values(blocking=TICKET.c.blocking - 1), {"ticket": task.ticket_id})
    tx.wake("settled")
    return task is not None


def blocking(tx: Tx, ticket_id: int) -> tuple[Blocker, ...]:
    """The open tasks without which a ticket may not be solved, oldest first."""
    return tuple(Blocker(row.title, row.id) for row in tx.execute(_BLOCKING, {"ticket": ticket_id}))


def open_of(tx: Tx, ticket_id: int) -> int:
    """How many tasks of a ticket are open."""
    mine = select(func.count(TASK.c.id)).where(TASK.c.ticket_id == ticket_id, TASK.c.state == "open")
    return int(tx.scalar(mine))


def row(tx: Tx, task_id: int) -> Row | None:
    found = tx.rows(_select().where(TASK.c.id == task_id))
    return found[0] if found else None


def rows(
    tx: Tx,
    *,
    ticket: int | None = None,
    owner: str | None = None,
    all_states: bool = False,
    limit: int = 1000,
    hidden: frozenset[str] = frozenset(),
    after: int | None = None,
) -> list[Row]:
    """Open tasks (or every one) by due time, those without one last; only what follows the task ``after``."""
    query = _select().order_by(TASK.c.due_at.is_(None), TASK.c.due_at, TASK.c.id).limit(limit)
    if after is not None:
        query = query.where(_follows(tx, after))
    if ticket is not None:
        query = query.where(TASK.c.ticket_id == ticket)
    if hidden:
        query = query.where(shown_by(TASK.c.ticket_id, hidden))
    if owner is not None:
        query = query.where(TASK.c.owner == owner)
    if not all_states:
        query = query.where(TASK.c.state == "open")
    return tx.rows(query)


def _follows(tx: Tx, task: int) -> ColumnElement[bool]:
    """What comes after a task in the order of `rows`."""
    due, behind = tx.scalar(select(TASK.c.due_at).where(TASK.c.id == task)), TASK.c.id > task
    if due is None:
        return and_(TASK.c.due_at.is_(None), behind)
    return or_(TASK.c.due_at.is_(None), TASK.c.due_at > due, and_(TASK.c.due_at == due, behind))


def _select() -> Any:
    return select(
        TASK.c.id,
        TASK.c.ticket_id.label("ticket"),
        TASK.c.title,
        TASK.c.owner,
        TASK.c.priority,
        TASK.c.blocks,
        TASK.c.state,
        TASK.c.due_at,
        TASK.c.remind_at,
        TASK.c.created_at,
        TASK.c.created_by,
        TASK.c.done_at,
        TASK.c.done_by,
    )


def due_reminders(tx: Tx, count: int, skip: Collection[int] = ()) -> list[Reminder]:
    """Oldest first, those of the tasks in ``skip`` left out."""
    query = select(TASK).where(TO_REMIND, TASK.c.remind_at <= tx.now, *but(TASK.c.id, skip))
    query = query.order_by(TASK.c.remind_at, TASK.c.id).limit(count)
    return [Reminder(r.id, r.ticket_id, r.title, r.owner, r.remind_at, r.due_at) for r in tx.execute(query)]


def reminded(tx: Tx, task_id: int) -> bool:
    """Mark it, in the transaction of the letter; False when somebody did before, or the task is done."""
    due = update(TASK).where(TASK.c.id == task_id, TO_REMIND, TASK.c.remind_at <= tx.now)
    tx.wake("settled")
    return tx.execute(due.values(remind_at=None)).rowcount == 1


def next_reminder(tx: Tx, skip: Collection[int] = ()) -> datetime | None:
    found: datetime | None = tx.scalar(select(func.min(TASK.c.remind_at)).where(TO_REMIND, *but(TASK.c.id, skip)))
    return found


def reminders_due(tx: Tx) -> int:
    """How many reminders should be out by now."""
    return int(tx.scalar(select(func.count(TASK.c.id)).where(TO_REMIND, TASK.c.remind_at <= tx.now)))
