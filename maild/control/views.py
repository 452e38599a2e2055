"""Views for people: which there are, how many tickets are in each, and their pages. Asked anew each time."""

from collections.abc import Iterable
from typing import Any

from maild.control.operation import Operation, Request, Row, actor
from maild.domain.condition_syntax import parse
from maild.domain.condition_tokens import ConditionError
from maild.domain.conditions import Conditions
from maild.domain.terms import Kind
from maild.errors import NotPermitted, Unknown, UsageError
from maild.store import views
from maild.store.tx import Tx
from maild.store.views import Listing
from notifications.placeholders import Labels
from pipeline.furniture import Desk
from rules.fields import KINDS
from rules.findings import near
from rules.model import Ruleset, View
from rules.views import may_see, offered

MOST_ROWS = 5000


def list_views(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """The views of the one who asks, each with its count; with ``name`` only that one."""
    if "name" in request.arguments:
        chosen = [_chosen(desk.ruleset, request, desk)]
    else:
        chosen = list(offered(desk.ruleset, actor(desk, request)))
    for view in chosen:
        yield {
            "name": view.name,
            "label": view.label,
            "count": views.count(tx, _narrowed(desk.ruleset, view.conditions, request), request.hidden),
            "columns": list(view.columns),
            "sort": list(view.sort),
            "groups": list(view.groups),
            "numbers": [name for name in view.columns if kinds(desk.ruleset).get(name) is Kind.NUMBER],
        }


def page(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Rows with the ticket's number and exactly the view's columns; ``after`` by itself in a last one if there is more.

    ``sort`` is another order, ``if`` one more condition in the language of rules. ``shown`` gives options by their
    labels and numbers with their prefixes, as people read them.
    """
    view = _chosen(desk.ruleset, request, desk)
    listing = Listing(
        _narrowed(desk.ruleset, view.conditions, request),
        view.columns,
        _sort(view, request),
        kinds(desk.ruleset),
        request.hidden,
    )
    found = views.page(tx, listing, min(max(request.limit(), 1), MOST_ROWS), request.optional("after"))
    labels = desk.labels if request.arguments.get("shown") else None
    for row in found.rows:
        yield {name: _shown(name, value, labels) for name, value in row.items()} if labels else row
    if found.after is not None:
        yield {"after": found.after}


def _narrowed(ruleset: Ruleset, conditions: Conditions, request: Request) -> Conditions:
    typed = request.optional("if")
    if not typed:
        return conditions
    try:
        return Conditions((*conditions.all, parse(typed, ruleset.asking)), conditions.any)
    except ConditionError as error:
        raise UsageError(f"column {error.column}: {error.what}", error.hint) from None


def _sort(view: View, request: Request) -> tuple[str, ...]:
    """By a column of the view, and within equal ones as the view says."""
    wanted = request.optional("sort")
    if not wanted:
        return view.sort
    if wanted.removeprefix("-") not in view.columns:
        raise UsageError(
            f"{view.label} has no column {wanted.removeprefix('-')!r}", f"it has {', '.join(view.columns)}"
        )
    return (wanted, *(word for word in view.sort if word.removeprefix("-") != wanted.removeprefix("-")))


def kinds(ruleset: Ruleset) -> dict[str, Kind]:
    """How form fields compare."""
    return {name: KINDS.get(field.kind, Kind.TEXT) for name, field in ruleset.fields.items()}


def _chosen(ruleset: Ruleset, request: Request, desk: Desk) -> View:
    view = ruleset.view(request.text("name"))
    who = actor(desk, request)
    if view is None:
        names = [view.name for view in offered(ruleset, who)]
        there = f"there are {', '.join(names)}" if names else ""
        hint = " ".join(filter(None, (near(request.text("name"), names), there)))
        raise Unknown(f"no view {request.text('name')!r}", hint)
    if not may_see(ruleset, view, who):
        whose = ", ".join(view.groups) or "another department"
        raise NotPermitted(f"{view.label} is for {whose}", f"{who.name} does not belong there")
    return view


def _shown(name: str, value: Any, labels: Labels) -> Any:
    if not isinstance(value, str):
        return value
    prefix = labels.prefixes.get(name, "")
    text = labels.options.get(name, {}).get(value, value)
    return text if not prefix or text.upper().startswith(prefix.upper()) else prefix + text


OPERATIONS = {
    "view.list": Operation(list_views),
    "view.page": Operation(page),
}
