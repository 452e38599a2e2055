"""Where tickets stand in blueprints, the log of how they came there, and the versions that they keep."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from maild.domain.effects import AdoptVersion, EnterBlueprint, LeaveBlueprint, MoveState
from maild.domain.stand import STAMPS, Move, Stand
from maild.domain.ticket import Snapshot, Status
from maild.domain.walk import Walk, walked
from maild.store.tables import BLUEPRINT_DROP, BLUEPRINT_MOVE, BLUEPRINT_SHARE, BLUEPRINT_VERSION, TICKET, WALKING
from maild.store.tx import Tx
from maild.store.visibility import shown, shown_by

Row = dict[str, Any]

_DROPPED = (
    select(BLUEPRINT_DROP.c.state)
    .where(BLUEPRINT_DROP.c.version == BLUEPRINT_MOVE.c.version, BLUEPRINT_DROP.c.state == BLUEPRINT_MOVE.c.target)
    .exists()
)
_MOVES = select(BLUEPRINT_MOVE, _DROPPED.label("dropped"))


def of(row: Any) -> Stand | None:
    """Read off a ticket's row."""
    return Stand(row.blueprint, row.blueprint_version, row.state) if row.blueprint is not None else None


def columns(stand: Stand | None, stamps: dict[str, datetime | None]) -> Row:
    """As a ticket's row has them."""
    named: Row = {"blueprint": None, "blueprint_version": None, "state": None}
    if stand is not None:
        named = {"blueprint": stand.blueprint, "blueprint_version": stand.version, "state": stand.state}
    return named | {f"{name}_at": at for name, at in stamps.items()}


def held(ticket: Snapshot) -> Row:
    """What the row holds for this snapshot."""
    return columns(ticket.blueprint, {name: ticket.stamp(name) for name in STAMPS})


def log(
    tx: Tx,
    before: Snapshot,
    effect: Walk,
    actor: str,
    rules: str,
    shares: Iterable[tuple[str, str]] = (),
    drops: Iterable[str] = (),
) -> None:
    """Write a step down; ``before`` is the ticket just before it, ``rules`` the digest of the rule file in force.

    ``shares`` are the states of the version with the departments that have a transition there, ``drops`` those in which
    it ends without a sale.
    """
    stamps = {name: before.stamp(name) for name in STAMPS}
    after, fresh = walked(before.blueprint, stamps, effect, tx.now)
    if isinstance(effect, LeaveBlueprint) and before.blueprint is not None:
        after = replace(before.blueprint, state="")
    if after is None:
        return
    stamps |= fresh
    if isinstance(effect, EnterBlueprint | AdoptVersion):
        _know(tx, after, rules, shares, drops)
    tx.insert(
        BLUEPRINT_MOVE,
        ticket_id=before.id,
        at=tx.now,
        blueprint=after.blueprint,
        version=after.version,
        transition=effect.transition if isinstance(effect, MoveState) else "",
        source=before.blueprint.state if before.blueprint and not isinstance(effect, EnterBlueprint) else "",
        target=after.state,
        department=before.department or "",
        due_at=stamps["state_due"],
        whole_due_at=stamps["blueprint_due"],
        final=not isinstance(effect, LeaveBlueprint) and effect.final,
        actor=actor,
    )


def _know(tx: Tx, stand: Stand, rules: str, shares: Iterable[tuple[str, str]], drops: Iterable[str]) -> None:
    known = select(func.count()).select_from(BLUEPRINT_VERSION).where(BLUEPRINT_VERSION.c.name == stand.blueprint)
    if rules_of(tx, stand.version) is None:
        tx.insert_new(
            BLUEPRINT_VERSION,
            digest=stand.version,
            name=stand.blueprint,
            number=int(tx.scalar(known)) + 1,
            rules=rules,
            first_at=tx.now,
        )
        for state, department in shares:
            tx.insert_new(BLUEPRINT_SHARE, version=stand.version, state=state, department=department)
        for state in drops:
            tx.insert_new(BLUEPRINT_DROP, version=stand.version, state=state)


def rules_of(tx: Tx, version: str) -> str | None:
    """The digest of the rule file in which a version stands."""
    found: str | None = tx.scalar(select(BLUEPRINT_VERSION.c.rules).where(BLUEPRINT_VERSION.c.digest == version))
    return found


def versions(tx: Tx, hidden: Collection[str] = ()) -> list[Row]:
    """Those that tickets have entered, with how many stand there that are not closed, nor of ``hidden`` departments."""
    walking = (
        select(TICKET.c.blueprint_version, func.count().label("tickets"))
        .where(WALKING, TICKET.c.status < int(Status.CLOSED), shown(hidden))
        .group_by(TICKET.c.blueprint_version)
        .subquery()
    )
    query = (
        select(BLUEPRINT_VERSION, func.coalesce(walking.c.tickets, 0).label("tickets"))
        .outerjoin(walking, walking.c.blueprint_version == BLUEPRINT_VERSION.c.digest)
        .order_by(BLUEPRINT_VERSION.c.name, BLUEPRINT_VERSION.c.number)
    )
    return tx.rows(query)


def counts(tx: Tx, blueprint: str, hidden: Collection[str] = ()) -> dict[str, int]:
    """Tickets that are not closed, nor of ``hidden`` departments, by state, whatever their version."""
    query: Any = (
        select(TICKET.c.state, func.count().label("tickets"))
        .where(WALKING, TICKET.c.blueprint == blueprint, TICKET.c.status < int(Status.CLOSED), shown(hidden))
        .group_by(TICKET.c.state)
    )
    return {row["state"]: int(row["tickets"]) for row in tx.rows(query)}


def tickets_in(
    tx: Tx, blueprint: str, other_than: str, after: int, count: int, hidden: Collection[str] = ()
) -> list[int]:
    """Tickets of a blueprint that are not closed and keep another version, by number, behind ``after``; none of
    ``hidden`` departments.
    """
    query = (
        select(TICKET.c.id)
        .where(WALKING, TICKET.c.blueprint == blueprint, TICKET.c.blueprint_version != other_than)
        .where(TICKET.c.status < int(Status.CLOSED), TICKET.c.id > after, shown(hidden))
        .order_by(TICKET.c.id)
        .limit(count)
    )
    return list(tx.execute(query).scalars())


def moves(tx: Tx, blueprint: str | None, until: datetime, hidden: Collection[str] = ()) -> Iterator[Move]:
    """Steps up to an instant, ticket by ticket in their order; none of tickets of ``hidden`` departments."""
    query = _MOVES.where(BLUEPRINT_MOVE.c.at <= until, shown_by(BLUEPRINT_MOVE.c.ticket_id, hidden))
    if blueprint is not None:
        query = query.where(BLUEPRINT_MOVE.c.blueprint == blueprint)
    return map(_move, tx.execute(query.order_by(BLUEPRINT_MOVE.c.ticket_id, BLUEPRINT_MOVE.c.id)))


def of_ticket(tx: Tx, ticket: int) -> list[Move]:
    """A ticket's steps, oldest first."""
    query = _MOVES.where(BLUEPRINT_MOVE.c.ticket_id == ticket).order_by(BLUEPRINT_MOVE.c.id)
    return list(map(_move, tx.execute(query)))


def _move(row: Any) -> Move:
    return Move(
        row.ticket_id,
        row.at,
        row.blueprint,
        row.transition,
        row.source,
        row.target,
        row.department,
        row.due_at,
        row.whole_due_at,
        row.final,
        row.actor,
        row.dropped,
    )
