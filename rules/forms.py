"""What an order form asks for: fields shown by other fields' values, and fields that a status needs."""

from maild.domain.terms import quiet
from maild.domain.ticket import Snapshot, Status
from rules.departments import layout
from rules.model import FormField, Ruleset


def shown(ruleset: Ruleset, ticket: Snapshot) -> tuple[FormField, ...]:
    """The fields of the ticket's form, as its department lays it out, that its values call for; none without a form."""
    form = layout(ruleset, ticket)
    scene = quiet(ticket)
    return tuple(f for f in form.fields if f.shown_if is None or f.shown_if.hold(scene)) if form else ()


def missing(ruleset: Ruleset, ticket: Snapshot, to: Status) -> tuple[str, ...]:
    """The labels of shown fields that the status needs and that are empty."""
    wanted = (f for f in shown(ruleset, ticket) if f.required_from is not None and f.required_from <= to)
    return tuple(ruleset.fields[f.name].label for f in wanted if ticket.value(f.name) is None)
