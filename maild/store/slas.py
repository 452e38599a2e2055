"""Clocks of service levels: the newest run of each target for rules, all of them for reports."""

from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select, update

from maild.domain.sla import Clock, Ending, Sla, Target
from maild.domain.ticket import Snapshot
from maild.store.prepared import Prepared
from maild.store.tables import NEWEST, SLA_CLOCK, TICKET
from maild.store.tx import Tx

_TICK = timedelta(microseconds=1)
_NEWEST = Prepared(select(SLA_CLOCK).where(SLA_CLOCK.c.ticket_id == bindparam("ticket"), NEWEST))
_RUN = (
    SLA_CLOCK.c.ticket_id == bindparam("of"),
    SLA_CLOCK.c.target == bindparam("what"),
    SLA_CLOCK.c.run == bindparam("nth"),
)
_CHANGE = Prepared(update(SLA_CLOCK).where(*_RUN))
_POLICY = Prepared(update(TICKET).where(TICKET.c.id == bindparam("of")))
_ORDER = {target.value: number for number, target in enumerate(Target)}


def of(tx: Tx, ticket_id: int, policy: str | None) -> Sla | None:
    """``policy`` is what the ticket's row says: None for tickets that never had one, which cost no question."""
    if policy is None:
        return None
    rows = sorted(tx.execute(_NEWEST, {"ticket": ticket_id}), key=lambda row: _ORDER[row.target])
    return Sla(policy, tuple(map(_clock, rows)))


def keep(tx: Tx, before: Snapshot, after: Sla, department: str | None) -> None:
    """Write what differs from what the ticket had; a further run of a target takes the place of the one before."""
    old = before.sla or Sla("")
    if before.sla is None or old.policy != after.policy:
        tx.execute(_POLICY, {"of": before.id, "sla_policy": after.policy})
    for clock in after.clocks:
        was = old.clock(clock.target)
        if was == clock:
            continue
        run = {"of": before.id, "what": clock.target.value, "nth": clock.run}
        if was is not None and was.run == clock.run:
            tx.execute(_CHANGE, {**run, **_row(clock)})
            continue
        if was is not None:
            tx.execute(_CHANGE, {**run, "nth": was.run, "newest": False})
        mine = {"ticket_id": before.id, "target": clock.target.value, "run": clock.run}
        tx.insert(SLA_CLOCK, **mine, newest=True, department=department, **_row(clock))


def _row(clock: Clock) -> dict[str, Any]:
    return {
        "policy": clock.policy,
        "schedule": clock.schedule,
        "zone": clock.zone,
        "started_at": clock.started,
        "allowed": clock.allowed // _TICK,
        "consumed": clock.consumed // _TICK,
        "since": clock.since,
        "due_at": clock.due,
        "breached_at": clock.breached,
        "ended_at": clock.ended,
        "ending": clock.ending.value if clock.ending else None,
    }


def _clock(row: Any) -> Clock:
    return Clock(
        target=Target(row.target),
        run=row.run,
        policy=row.policy,
        schedule=row.schedule,
        zone=row.zone,
        started=row.started_at,
        allowed=row.allowed * _TICK,
        consumed=row.consumed * _TICK,
        since=row.since,
        due=row.due_at,
        breached=row.breached_at,
        ended=row.ended_at,
        ending=Ending(row.ending) if row.ending else None,
    )
