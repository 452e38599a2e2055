"""Who has how much work and whose turn it was; what waits for an assignment; who is on line."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from maild.domain.conditions import Conditions
from maild.domain.loads import Load, Loads
from maild.store.condition_sql import where
from maild.store.tables import AGENT_PRESENCE, ASSIGNMENT_TURN, TICKET, UNSOLVED, WAITS
from maild.store.tx import Tx, insert_into
from maild.store.visibility import shown

LOCK = "assignment"


@dataclass(frozen=True, slots=True)
class Presence:
    """``since`` is None for somebody who never said anything, and is on line."""

    online: bool = True
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """Tickets of one department that wait for one assignment: whoever belongs there can take any of them."""

    rule: str
    department: str | None = None


def alone(tx: Tx) -> None:
    """Count and choose with nobody else doing the same, in whatever process, until the commit."""
    tx.alone(LOCK)


def seen(tx: Tx, queue: Queue, agents: Sequence[str], counts: Conditions) -> Loads:
    """The loads of an assignment's people as they are now, for the decision about a ticket that waits for it."""
    owned, there, turns = counted(tx, agents, counts), presences(tx, agents), _turns(tx, queue.rule)
    told = select(func.count()).select_from(TICKET).where(*_of(queue), TICKET.c.queue_told)
    return Loads(
        tuple(
            Load(name, owned.get(name, 0), there.get(name, Presence()).online, *turns.get(name, (0, 0)))
            for name in agents
        ),
        int(tx.scalar(told)),
    )


def counted(tx: Tx, agents: Sequence[str], counts: Conditions, hidden: Collection[str] = ()) -> dict[str, int]:
    """How many unsolved tickets that count each of them owns, but those of ``hidden`` departments."""
    owned = func.count().label("owned")
    found = select(TICKET.c.assignee, owned).where(UNSOLVED, TICKET.c.assignee.in_(list(agents)), shown(hidden))
    if counts.nodes():
        found = found.where(where(counts, tx.now, postgres=tx.postgres))
    return {row.assignee: int(row.owned) for row in tx.execute(found.group_by(TICKET.c.assignee))}


def _turns(tx: Tx, rule: str) -> dict[str, tuple[int, int]]:
    rows = tx.execute(select(ASSIGNMENT_TURN).where(ASSIGNMENT_TURN.c.rule == rule))
    return {row.agent: (row.turn, row.credit) for row in rows}


def take_turn(tx: Tx, rule: str, agent: str, credits: Iterable[tuple[str, int]]) -> None:
    """Somebody was chosen: their turn is the newest, and what is owed to whom is written down."""
    latest = tx.scalar(select(func.max(ASSIGNMENT_TURN.c.turn)).where(ASSIGNMENT_TURN.c.rule == rule))
    _keep_turn(tx, rule, agent, {"turn": int(latest or 0) + 1})
    for name, credit in credits:
        _keep_turn(tx, rule, name, {"credit": credit})


def _keep_turn(tx: Tx, rule: str, agent: str, values: Mapping[str, int]) -> None:
    _keep(tx, ASSIGNMENT_TURN, {"rule": rule, "agent": agent}, {"turn": 0, "credit": 0, **values}, values)


def _keep(tx: Tx, table: Any, key: Mapping[str, Any], fresh: Mapping[str, Any], changed: Mapping[str, Any]) -> None:
    made = insert_into(table, tx.postgres).values(**key, **fresh)
    tx.execute(made.on_conflict_do_update(index_elements=list(key), set_=dict(changed)))


def queues(tx: Tx) -> list[Queue]:
    """In which tickets wait."""
    found = select(TICKET.c.queue, TICKET.c.department).where(WAITS).distinct()
    return sorted((Queue(row.queue, row.department) for row in tx.execute(found)), key=str)


def _of(queue: Queue) -> tuple[Any, ...]:
    here = TICKET.c.department.is_(None) if queue.department is None else TICKET.c.department == queue.department
    return WAITS, TICKET.c.queue == queue.rule, here


def waiting(tx: Tx, hidden: Collection[str] = ()) -> dict[str, int]:
    """How many tickets wait for each assignment, but those of ``hidden`` departments."""
    found = select(TICKET.c.queue, func.count().label("waiting")).where(WAITS, shown(hidden)).group_by(TICKET.c.queue)
    return {row.queue: int(row.waiting) for row in tx.execute(found)}


def oldest(tx: Tx, queue: Queue, *, untold: bool = False) -> int | None:
    """The number of the oldest ticket that waits there; ``untold``: of those whose lead does not know yet."""
    mine = select(TICKET.c.id).where(*_of(queue)).order_by(TICKET.c.id).limit(1)
    found = tx.scalar(mine.where(~TICKET.c.queue_told) if untold else mine)
    return None if found is None else int(found)


def lock_free(tx: Tx, ticket: int) -> bool:
    """Take the ticket for this transaction, unless somebody else has it just now."""
    mine = select(TICKET.c.id).where(TICKET.c.id == ticket).with_for_update(skip_locked=True)
    return tx.scalar(mine) is not None


def presences(tx: Tx, names: Iterable[str]) -> dict[str, Presence]:
    """Of those who ever said whether they are there."""
    rows = tx.execute(select(AGENT_PRESENCE).where(AGENT_PRESENCE.c.name.in_(list(names))))
    return {row.name: Presence(row.online, row.since) for row in rows}


def be_present(tx: Tx, name: str, online: bool, by: str) -> bool:
    """Somebody goes on or off line; False where it was so already."""
    if presences(tx, [name]).get(name, Presence()).online == online:
        return False
    values = {"online": online, "since": tx.now, "changed_by": by}
    _keep(tx, AGENT_PRESENCE, {"name": name}, values, values)
    tx.wake("assignment")
    return True
