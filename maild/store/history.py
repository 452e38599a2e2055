"""The append-only history: each handled event with its trace."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, literal, select

from maild.domain.trace import Step
from maild.store.columns import Encoded
from maild.store.prepared import Prepared
from maild.store.tables import HISTORY
from maild.store.tx import Tx
from maild.store.visibility import shown_by

_KNOWN = Prepared(select(HISTORY.c.id).where(HISTORY.c.key == bindparam("key")))


def write_entry(
    tx: Tx,
    ticket_id: int,
    key: str,
    kind: str,
    actor: str,
    data: Encoded | dict[str, Any],
    steps: Iterable[Step] = (),
    rules_hash: str = "",
    seen: dict[str, Any] | None = None,
) -> int | None:
    """Write that an event happened and what rules made of it; None when the same cause (``key``) was handled before.

    ``seen`` is what `maild.store.records` makes of the ticket as the event found it.
    """
    entry = tx.insert_new(
        HISTORY,
        returning="id",
        ticket_id=ticket_id,
        at=tx.now,
        key=key,
        kind=kind,
        actor=actor,
        data=data,
        steps=list(map(_row, steps)),
        rules_hash=rules_hash,
        seen=seen or {},
    )
    return None if entry is None else int(entry)


def known(tx: Tx, key: str) -> bool:
    """Whether the event of this cause was handled."""
    return tx.scalar(_KNOWN, {"key": key}) is not None


def actor_behind(tx: Tx, ticket_id: int, letter_key: str) -> str:
    """Whose event a letter was written for, as "agent:eve"; "" for one that no event is behind."""
    begins = func.substr(literal(letter_key), 1, func.length(HISTORY.c.key) + 1) == HISTORY.c.key + "|"
    return str(tx.scalar(select(HISTORY.c.actor).where(HISTORY.c.ticket_id == ticket_id, begins)) or "")


def _row(step: Step) -> dict[str, Any]:
    """Without what is empty; by hand, for an event has as many of them as there are rules."""
    row: dict[str, Any] = {"what": step.what, "rule": step.rule}
    if step.why:
        row["why"] = step.why
    if step.condition is not None:
        row["condition"] = step.condition
    if step.seen:
        row["seen"] = step.seen
    if step.effects:
        row["effects"] = step.effects
    return row


def fired(tx: Tx, since: datetime, hidden: Collection[str] = ()) -> dict[str, tuple[int, datetime]]:
    """How often each rule acted since then, and when last; not on tickets of ``hidden`` departments."""
    found: dict[str, tuple[int, datetime]] = {}
    acted = select(HISTORY.c.at, HISTORY.c.steps).where(HISTORY.c.at >= since, shown_by(HISTORY.c.ticket_id, hidden))
    for row in tx.execute(acted.order_by(HISTORY.c.at)):
        for step in row.steps:
            if step["what"] == "hit":
                found[step["rule"]] = (found.get(step["rule"], (0, row.at))[0] + 1, row.at)
    return found


def newest(tx: Tx) -> int:
    """The number of the last event there is, 0 before the first."""
    return int(tx.scalar(select(func.max(HISTORY.c.id))) or 0)


def of_ticket(tx: Tx, ticket_id: int, *, seen: bool = False) -> list[dict[str, Any]]:
    """The ticket's events, oldest first, with their steps; with ``seen`` also what was seen besides."""
    rows = tx.execute(select(HISTORY).where(HISTORY.c.ticket_id == ticket_id).order_by(HISTORY.c.id)).all()
    return [
        {
            "id": r.id,
            "at": r.at,
            "kind": r.kind,
            "actor": r.actor,
            "data": r.data,
            "steps": r.steps,
            "rules_hash": r.rules_hash,
            **({"seen": r.seen} if seen else {}),
        }
        for r in rows
    ]
