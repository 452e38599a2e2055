"""Reports, as rows: what the same commands and pages show."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from maild.domain.people import Role
from maild.web.api.endpoint import Answer, Asked, Call, Endpoint, described, several

Name = Annotated[str, Field(max_length=100)]


class Narrowed(Asked):
    """Of tickets of one department that whoever asks may see; ``none``: of those without one."""

    department: Name | None = None


class Months(Narrowed):
    """The last months, this one included."""

    months: Annotated[int, Field(ge=1, le=120)] = 12


class Days(Narrowed):
    """The last days, today included."""

    days: Annotated[int, Field(ge=1, le=366)] = 30


class Stays(Narrowed):
    """Of tickets that came in the last days; in working hours of a ``schedule``, or of the calendar."""

    days: Annotated[int, Field(ge=1, le=3660)] = 90
    schedule: Name | None = None


class Ways(Narrowed):
    """From one date to another, both included; of all blueprints, or one."""

    since: date | None = None
    until: date | None = None
    blueprint: Name | None = None
    schedule: Name | None = None


def _report(operation: str) -> Callable[[Call], Answer]:
    def told(call: Call) -> Answer:
        return Answer({"rows": call.carry_out(operation, **call.query.model_dump(mode="json"))})

    return told


REPORTS: tuple[tuple[str, str, type[Asked]], ...] = (
    ("now", "What is open now, of everybody and of each colleague, by what is to do about it.", Narrowed),
    ("orders", "Orders by day.", Days),
    ("sales", "What was ordered, whatever became of it, by month, organization and currency.", Months),
    ("stages", "How long tickets stay in each status and under each tag.", Stays),
    ("touchless", "Orders that went through without a person's edit, by month.", Months),
    ("late", "Orders beyond their requested date.", Narrowed),
    ("sla", "Promises met and missed, by month, department (when it was given), policy and target.", Months),
    ("satisfaction", "How content customers were, by month and organization.", Months),
    ("blueprint", "The figures of blueprints, by department.", Ways),
    ("waiting", "Where tickets wait in their blueprint.", Ways),
)

_ROWS: dict[str, Any] = described(rows=several({"type": "object"}))

ENDPOINTS = tuple(
    Endpoint("GET", f"/reports/{name}", f"report{name.capitalize()}", "reports:read", text, _report(f"report.{name}"),
             _ROWS, query=asked, at_least=Role.LEAD)
    for name, text, asked in REPORTS
)  # fmt: skip
