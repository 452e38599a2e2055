"""How service levels were kept: every run of a clock is one promise, counted in the month in which it began."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, or_, select

from maild.domain.sla import Ending
from maild.store.tables import SLA_CLOCK
from maild.store.tx import Tx
from maild.store.visibility import ALL, Sight, shown_by

Row = dict[str, Any]


def kept(tx: Tx, months: Sequence[tuple[str, datetime]], sight: Sight = ALL) -> list[Row]:
    """By month, department, policy and target: ``met`` in time, ``missed`` (those still open too), ``running``.

    The department is the one that the ticket was with when the clock started, wherever it is now.
    ``share`` is that of the met among both, in percent, None where nothing is decided yet. What was released by a
    solution before it was due, or dropped by the rules, is no promise kept or broken; missed before, it counts.
    """
    begun = SLA_CLOCK.c.started_at
    month = case(*((begun >= begins, literal(name)) for name, begins in reversed(months[:-1]))).label("month")
    missed = SLA_CLOCK.c.breached_at.is_not(None)
    met = SLA_CLOCK.c.ending == Ending.MET.value
    counts = (
        func.sum(case((met & ~missed, 1), else_=0)).label("met"),
        func.sum(case((missed, 1), else_=0)).label("missed"),
        func.sum(case((SLA_CLOCK.c.ended_at.is_(None) & ~missed, 1), else_=0)).label("running"),
    )
    department = func.coalesce(SLA_CLOCK.c.department, "").label("department")
    query = (
        select(month, department, SLA_CLOCK.c.policy, SLA_CLOCK.c.target, *counts)
        .where(begun >= months[0][1], begun < months[-1][1], _counted(), *_seen(sight))
        .group_by("month", "department", SLA_CLOCK.c.policy, SLA_CLOCK.c.target)
        .order_by("month", "department", SLA_CLOCK.c.policy, SLA_CLOCK.c.target)
    )
    return [row | {"share": _share(row["met"], row["missed"])} for row in tx.rows(query)]


def _seen(sight: Sight) -> Iterator[ColumnElement[bool]]:
    """Promises on tickets that are not hidden now, of the department that gave them."""
    yield shown_by(SLA_CLOCK.c.ticket_id, sight.hidden)
    if sight.only is not None:
        yield func.coalesce(SLA_CLOCK.c.department, "") == sight.only


def _counted() -> Any:
    """A promise that was dropped says nothing, unless it was missed before."""
    undecided = SLA_CLOCK.c.ending.in_((Ending.DROPPED.value, Ending.RELEASED.value))
    return or_(SLA_CLOCK.c.ending.is_(None), ~undecided, SLA_CLOCK.c.breached_at.is_not(None))


def _share(met: int, missed: int) -> float | None:
    return round(100 * met / (met + missed), 1) if met + missed else None
