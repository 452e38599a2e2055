"""Service levels in conditions: what `maild.domain.sla` reads of a ticket's clocks, as SQL beside the ticket's row."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from maild.domain.sla import Ending, Standing, Target
from maild.store.tables import NEWEST, SLA_CLOCK, TICKET

_OPEN = SLA_CLOCK.c.ended_at.is_(None)
_MISSED = SLA_CLOCK.c.breached_at.is_not(None)
_DROPPED = SLA_CLOCK.c.ending == Ending.DROPPED.value


def due(target: Target | None = None) -> ColumnElement[Any]:
    """The earliest instant by which something must be done, of all targets or of one; NULL where nothing runs."""
    return _of(select(func.min(SLA_CLOCK.c.due_at)).where(_OPEN), target).scalar_subquery()


def breached() -> ColumnElement[bool]:
    return _of(select(SLA_CLOCK.c.id).where(_MISSED, or_(_OPEN, ~_DROPPED))).exists()


def paused() -> ColumnElement[bool]:
    return _of(select(SLA_CLOCK.c.id).where(_OPEN, ~_MISSED, SLA_CLOCK.c.since.is_(None))).exists()


def standing(target: Target) -> ColumnElement[Any]:
    return _of(select(STANDING), target).scalar_subquery()


def _of(query: Select[Any], target: Target | None = None) -> Select[Any]:
    mine = query.where(SLA_CLOCK.c.ticket_id == TICKET.c.id, NEWEST)
    return (mine if target is None else mine.where(SLA_CLOCK.c.target == target.value)).correlate(TICKET)


STANDING = case(
    (_DROPPED, Standing.DROPPED.value),
    (and_(~_OPEN, _MISSED), Standing.MISSED.value),
    (~_OPEN, Standing.MET.value),
    (_MISSED, Standing.LATE.value),
    (SLA_CLOCK.c.since.is_not(None), Standing.RUNNING.value),
    else_=Standing.PAUSED.value,
)
"""How one clock stands, as a word."""
