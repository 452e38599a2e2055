"""What all reports take alike: which tickets they are about, and by which hours they count."""

from maild.control.operation import Request
from maild.domain.calendars import Schedule
from maild.errors import UsageError
from maild.store.tx import Tx
from maild.store.visibility import Sight, is_used
from pipeline.furniture import Desk

HOUR = 3600.0
NONE = "none"
"""How tickets are asked for that are with no department."""


def sight(tx: Tx, desk: Desk, request: Request) -> Sight:
    """What whoever asks may see, and of that the ``department`` asked for."""
    return Sight(request.hidden, department(tx, desk, request))


def department(tx: Tx, desk: Desk, request: Request) -> str | None:
    """The one asked for, "" for none, None for all; raises UsageError for one that is not there, or hidden."""
    name, departments = request.optional("department"), desk.ruleset.departments
    if not name:
        return None
    known = [one for one in departments if one not in request.hidden]
    if name in known:
        return name
    if name == NONE:
        return ""
    if name not in departments and is_used(tx, name):
        return name
    hint = f"there are {', '.join([*known, NONE])}" if known else "you see tickets of none"
    raise UsageError(f"no department {name!r}", hint if departments else "the rules have none")


def schedule(desk: Desk, request: Request) -> Schedule | None:
    """The one whose working hours are asked for; None for hours of the calendar. Raises UsageError."""
    name, schedules = request.optional("schedule"), desk.ruleset.schedules
    if name is None:
        return None
    if name not in schedules:
        raise UsageError(f"no schedule {name!r}", f"there are {', '.join(schedules)}" if schedules else "configure one")
    return schedules[name]


def hours(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / HOUR, 2)
