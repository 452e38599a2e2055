"""What somebody may do to a ticket now: macros and why not, its form with the options of its fields, and colleagues."""

from collections.abc import Iterable

from maild.control.at_hand import ticket_of
from maild.control.operation import Operation, Request, Row, actor
from maild.control.visibility import no_ticket
from maild.domain.people import Actor
from maild.domain.ticket import Snapshot
from maild.store import comments, orders, tickets
from maild.store.tx import Tx
from pipeline.furniture import Desk
from rules import forms, triggers
from rules.departments import belongs, options_of
from rules.describe import words
from rules.macros import offered
from rules.model import FormField, Macro, Ruleset


def of_ticket(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """One row; ``inputs`` are all fields, for what a transition may ask; ``order_mails`` are the mails that its
    orders came by, in the order of its orders.
    """
    ticket, who = ticket_of(tx, request), actor(desk, request)
    yield {
        "id": ticket.id,
        "version": ticket.version,
        "macros": [_macro(desk.ruleset, ticket, who, macro) for macro in offered(desk.ruleset, who)],
        "form": form(desk.ruleset, ticket),
        "inputs": [_field(desk.ruleset, FormField(name), ticket) for name in desk.ruleset.fields],
        "order_mails": orders.mails(tx, ticket.id),
        "colleagues": _colleagues(desk.ruleset, ticket),
        "groups": list(desk.ruleset.groups),
    }


def _colleagues(ruleset: Ruleset, ticket: Snapshot) -> list[str]:
    """Those of the ticket's department."""
    here = ruleset.departments.get(ticket.department or "")
    return [colleague.name for colleague in ruleset.people if here is None or belongs(here, colleague)]


def _macro(ruleset: Ruleset, ticket: Snapshot, who: Actor, macro: Macro) -> Row:
    outcome = triggers.preview(ruleset, ticket, who, macro.name)
    refused = [_without(macro.label, why) for why in outcome.asked] if not outcome.effects else []
    effects = [] if refused else [words(planned.effect) for planned in outcome.effects]
    return {"name": macro.name, "label": macro.label, "key": macro.key, "refused": refused, "effects": effects}


def _without(label: str, why: str) -> str:
    """A reason beside the macro it is about, which need not be named again."""
    return why.removeprefix(label).removeprefix(":").strip()


def form(ruleset: Ruleset, ticket: Snapshot) -> list[Row]:
    """The fields that the ticket's form calls for, with what each holds; without a form all that hold something."""
    asked = forms.shown(ruleset, ticket) or tuple(
        FormField(name) for name, _ in ticket.fields if name in ruleset.fields
    )
    return [_field(ruleset, place, ticket) for place in asked if place.name in ruleset.fields]


def _field(ruleset: Ruleset, place: FormField, ticket: Snapshot) -> Row:
    """With the options that the ticket's department offers, and the one that it holds."""
    field, offered = ruleset.fields[place.name], options_of(ruleset, ticket, place.name)
    held = (ticket.value(field.name) or "").split(",")
    options = [option for option in field.options if offered is None or option.id in (*offered, *held)]
    return {
        "name": field.name,
        "label": field.label or field.name,
        "kind": field.kind.value,
        "prefix": field.prefix,
        "value": ticket.value(field.name) or "",
        "options": [{"id": option.id, "label": option.label} for option in options],
        "required_from": place.required_from.word if place.required_from is not None else None,
    }


def version(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Whether a ticket was changed, or something said on it (which is no change of it), for those who look at it.

    Asked often, so next to nothing is read.
    """
    number = request.number("id")
    found = tickets.version(tx, number)
    if found is None:
        raise no_ticket(number)
    yield {"id": number, "version": found, "comment": comments.newest(tx, number)}


OPERATIONS = {
    "ticket.choices": Operation(of_ticket),
    "ticket.version": Operation(version),
}
