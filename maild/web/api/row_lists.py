"""Lists in a body: each mistake is told with its place there."""

from typing import Any

from maild.control.row_lists import WrongRows
from maild.web.api.endpoint import Call
from maild.web.trouble import Problem, Refused


def taken(call: Call, operation: str, name: str, rows: list[dict[str, Any]], **asked: Any) -> list[dict[str, Any]]:
    """What taking in the list of that name gave; all of it, or nothing."""
    try:
        return call.carry_out(operation, rows=rows, **asked)
    except WrongRows as error:
        mistakes = [{"where": f"/{name}/{index}", "what": why} for index, why in error.places]
        what = "nothing was taken in: " + "; ".join(f"{one['where']}: {one['what']}" for one in mistakes)
        raise Refused(Problem(422, what, "mend these, and send all of them again", more={"errors": mistakes})) from None
