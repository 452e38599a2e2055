"""Texts with placeholders in rules: "PO# {{ ticket.fields.po_number }}". No logic, no filters: letters have those."""

import re
from dataclasses import dataclass

from maild.domain.ticket import Snapshot

_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
LONGEST_VALUE = 500
"""Characters of a value that find their way into a text."""


@dataclass(frozen=True, slots=True)
class Wording:
    """``names`` are its placeholders in order of appearance."""

    source: str
    names: tuple[str, ...] = ()


def parse_wording(source: str) -> Wording:
    """Raises ValueError for braces that are no placeholder; whether the names exist is asked by `unknown`."""
    rest = _PLACEHOLDER.sub("", source)
    if "{{" in rest or "}}" in rest:
        raise ValueError("a placeholder is not closed; write {{ ticket.subject }}")
    return Wording(source, tuple(_PLACEHOLDER.findall(source)))


@dataclass(frozen=True, slots=True)
class Filled:
    """``missing`` names the placeholders without a value; a text with any is not to be used."""

    text: str
    missing: tuple[str, ...] = ()


def fill(wording: Wording, ticket: Snapshot, user: str = "") -> Filled:
    """The text for one ticket; ``user`` is the name of the person who acts."""
    if not wording.names:
        return Filled(wording.source)
    values = {name: _value(name, ticket, user) for name in wording.names}
    missing = tuple(name for name, value in values.items() if not value)
    return Filled(_PLACEHOLDER.sub(lambda found: values[found[1]], wording.source), missing)


TICKET_NAMES = ("id", "subject", "status", "priority", "department", "group", "assignee", "order_address")
EXPECTED = ("expected", "expected_at")
PERSON_NAMES = ("name", "first_name", "address")
ORDER_NAMES = ("po_number", "revision", "order_date", "requested_date", "currency", "total", "buyer", "ship_method")


def known_names(fields: "list[str]") -> tuple[str, ...]:
    """Every placeholder that can have a value here."""
    return (
        *(f"ticket.{name}" for name in TICKET_NAMES),
        *(f"ticket.{name}" for name in EXPECTED),
        *(f"ticket.fields.{name}" for name in fields),
        *(f"requester.{name}" for name in PERSON_NAMES),
        "organization.name",
        *(f"order.{name}" for name in ORDER_NAMES),
        "current_user.name",
    )


def _value(name: str, ticket: Snapshot, user: str) -> str:
    room, _, part = name.partition(".")
    value: object = None
    if room == "ticket" and part.startswith("fields."):
        value = ticket.value(part.removeprefix("fields."))
    elif name == "ticket.status":
        value = ticket.status.word
    elif (room == "ticket" and part in EXPECTED) or (room == "ticket" and part in TICKET_NAMES):
        value = getattr(ticket, part)
    elif room == "requester" and part in PERSON_NAMES:
        value = getattr(ticket.requester, part)
    elif name == "organization.name":
        value = ticket.organization.name if ticket.organization else None
    elif room == "order" and part in ORDER_NAMES:
        value = getattr(ticket.order, part) if ticket.order else None
    elif name == "current_user.name":
        value = user
    return "" if value is None else str(value)[:LONGEST_VALUE]
