"""What stands now: open tickets by what is to do about them, everybody's and each colleague's; and which they are."""

from collections.abc import Iterable, Iterator

from maild.control.operation import Operation, Request, Row
from maild.control.report_options import HOUR, sight
from maild.control.views import kinds
from maild.domain.condition_syntax import parse
from maild.domain.conditions import Compare, Condition, Conditions, Empty
from maild.domain.terms import TERMS
from maild.errors import UsageError
from maild.store import views
from maild.store.tx import Tx
from maild.store.views import Listing
from pipeline.furniture import Desk
from rules.findings import near
from rules.model import Ruleset

ALL, NOBODY = "(all)", "(nobody)"
"""Rows that are of no one colleague; no name of a colleague has brackets."""
OPEN = "status < solved"
FIGURES = {
    "open": OPEN,
    "new": "status == new",
    "urgent": f"{OPEN} and priority in [high, urgent]",
    "to_review": f"{OPEN} and needs_review",
    "unread": f"{OPEN} and unread",
    "overdue": f"{OPEN} and overdue",
    "missed": f"{OPEN} and sla.breached",
    "due_soon": f"{OPEN} and not sla.breached and hours_until('sla.due') <= 4",
}
"""Each figure by the condition, in the language of rules, that its tickets meet."""
COLUMNS = ("subject", "requester", "organization", "status", "assignee", "requested", "updated")
MOST = 200


def figures(ruleset: Ruleset) -> dict[str, str]:
    """Those that say something on this desk: promises where there are service levels, limits where they are."""
    without = set() if ruleset.sla else {"missed", "due_soon"}
    without |= set() if ruleset.blueprints else {"overdue"}
    return {name: condition for name, condition in FIGURES.items() if name not in without}


def now(tx: Tx, desk: Desk, request: Request) -> Iterator[Row]:
    """All open tickets first, then nobody's, then each colleague's who has any; ``oldest_hours`` since one came."""
    wanted, whose = figures(desk.ruleset), sight(tx, desk, request)
    counted = {name: views.by_assignee(tx, _meaning(desk, wanted[name]), whose) for name in wanted}
    held = dict.fromkeys(name for found in counted.values() for name in found)
    for one in [None, *sorted(held)]:
        mine = {name: [found[who] for who in found if one in (None, who)] for name, found in counted.items()}
        oldest = min((group.oldest for group in mine["open"]), default=None)
        yield {
            "assignee": ALL if one is None else one or NOBODY,
            **{name: sum(group.tickets for group in groups) for name, groups in mine.items()},
            "oldest_hours": None if oldest is None else round((tx.now - oldest).total_seconds() / HOUR, 2),
        }


def tickets(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """The tickets behind a ``figure``, the oldest first; with ``assignee`` theirs ("" for nobody's)."""
    known, name = figures(desk.ruleset), request.text("figure")
    if name not in known:
        raise UsageError(f"no figure {name!r}", near(name, list(known)) or f"there are {', '.join(known)}")
    conditions, who = _meaning(desk, known[name]), request.arguments.get("assignee")
    if who is not None:
        term = TERMS["assignee"]
        theirs = Condition("", Compare(term, "==", str(who)) if who else Empty(term))
        conditions = Conditions((*conditions.all, theirs))
    listing = Listing(conditions, COLUMNS, ("requested",), kinds(desk.ruleset), request.hidden)
    return views.page(tx, listing, min(request.limit(), MOST)).rows


def _meaning(desk: Desk, condition: str) -> Conditions:
    return Conditions((parse(condition, desk.ruleset.asking),))


OPERATIONS = {"report.now": Operation(now), "now.tickets": Operation(tickets)}
