"""Orders for an ERP: taken over as they were understood, each once; and the report that one was shipped."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from maild.control.operation import Row
from maild.domain.ticket import Snapshot
from maild.errors import DataError
from maild.store import tickets
from maild.web.api.endpoint import LINES, Answer, Asked, Call, Endpoint, described, maybe, several
from maild.web.api.ticket_endpoints import DONE, Line, Number
from pipeline.pinned import in_force

Word = Annotated[str, Field(min_length=1, max_length=200)]


class Following(Asked):
    """``after`` is the number of the last one that was taken over; 0 begins at the beginning."""

    after: Annotated[int, Field(ge=0, le=2**53)] = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class FollowingOrders(Following):
    """``ticket`` for the orders of one ticket: the last of them is in force."""

    ticket: Number | None = None


class ShippedLine(Asked):
    line: Line
    quantity: Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,6})?$")]


class Shipment(Asked):
    """``fields`` are further form fields to set, ``macro`` is applied after them and tells the customer.

    ``transition`` is taken with all of it in one deed, on a ticket in a blueprint; it may ask for a ``comment``.
    """

    carrier: Word
    tracking_number: Word
    lines: Annotated[tuple[ShippedLine, ...], Field(max_length=1000)] = ()
    fields: Annotated[dict[Line, Annotated[str, Field(max_length=1000)]], Field(default_factory=dict, max_length=50)]
    transition: Line | None = None
    comment: Annotated[str, Field(max_length=100_000)] = ""
    macro: Line | None = None
    version: Number | None = None


def orders(call: Call) -> Answer:
    """Each order with its number, its ticket and the mail it came by: JSON lines, or one object where that is asked."""
    rows = call.carry_out("order.feed", **call.query.model_dump(), most=call.most)
    return Answer({"orders": rows, "after": rows[-1]["id"] if rows else call.query.after}, media=LINES)


def shipment(call: Call) -> Answer:
    """Fields, or a transition with them, a note of what was sent, and the macro: all of it or nothing."""
    asked, number = call.body, int(call.path["id"])
    ticket = _demand_order(call, number)
    changes = [("carrier", asked.carrier), ("tracking_number", asked.tracking_number), *asked.fields.items()]
    sent = _sent(asked.lines, ticket)
    deeds = [_taken(call, ticket, changes) if asked.transition else _filled(call, ticket, changes)]
    if sent:
        deeds += call.carry_out("ticket.note", id=number, text=f"Shipped by {asked.carrier}:\n{sent}")
    if asked.macro:
        deeds += call.carry_out("ticket.macro", id=number, macro=asked.macro)
    effects = [effect for deed in deeds for effect in deed["effects"]]
    return Answer(deeds[-1] | {"effects": effects}, version=tickets.version(call.tx, number))


def _taken(call: Call, ticket: Snapshot, inputs: list[tuple[str, str]]) -> Row:
    """The transition, with the fields as what it asks for."""
    asked = call.body
    if ticket.blueprint is None:
        raise DataError(f"ticket {ticket.id} is in no blueprint", 'leave "transition" out')
    given = {"status": asked.transition, "inputs": inputs, "comment": asked.comment, "version": asked.version}
    return call.carry_out("ticket.move", id=ticket.id, **given)[0]


def _filled(call: Call, ticket: Snapshot, changes: list[tuple[str, str]]) -> Row:
    """The fields; where only a transition fills them, the refusal says how to ask for it."""
    if call.body.comment:
        raise DataError("the comment goes with a transition", 'name it in "transition", or leave "comment" out')
    try:
        return call.carry_out("ticket.set", id=ticket.id, changes=changes, version=call.body.version)[0]
    except DataError as error:
        blueprint = in_force(call.tx, call.desk, ticket).blueprint_of(ticket)
        if blueprint is None or not blueprint.strict:
            raise
        raise DataError(error.what, error.hint or 'name it in "transition": it takes these fields with it') from None


def _sent(lines: Iterable[ShippedLine], ticket: Snapshot) -> str:
    """What was sent, line by line, and where it is more than was ordered; "" for no lines.

    Raises DataError for a line that the order in force does not have, or that is named twice. An order that was typed
    by hand has no lines to hold it against.
    """
    order, told, seen = ticket.order, list[str](), set[str]()
    ordered = {_plain(one.line or str(n)): one for n, one in enumerate(order.lines, start=1)} if order else {}
    for line in lines:
        name = _plain(line.line)
        if name in seen:
            raise DataError(f"the report has line {name} twice", "add the quantities up")
        if ordered and name not in ordered:
            there = f"{next(iter(ordered))} to {next(reversed(ordered))}" if len(ordered) > 1 else next(iter(ordered))
            raise DataError(f"the order of ticket {ticket.id} has no line {line.line}", f"its lines are {there}")
        seen.add(name)
        wanted = ordered[name].quantity if ordered else None
        more = f" ({wanted} were ordered)" if wanted and Decimal(line.quantity) > Decimal(wanted) else ""
        told.append(f"line {line.line}: {line.quantity}{more}")
    return "\n".join(told)


def _plain(line: str) -> str:
    """A line's number as people say it: 00010 is 10."""
    return line.strip().lstrip("0") or "0"


def _demand_order(call: Call, number: int) -> Snapshot:
    """Nothing can be shipped where nothing was ordered: neither by a document, nor by hand in the fields of an order.

    An operation comes first, so that nobody learns what is in a department that they do not see.
    """
    call.carry_out("ticket.version", id=number)
    ticket = tickets.snapshot(call.tx, number)
    of_orders = [field.name for field in call.desk.ruleset.fields.values() if field.source]
    if not ticket.orders and not any(map(ticket.value, of_orders)):
        hint = "name the ticket of the order" + (f", or set {of_orders[0]} first" if of_orders else "")
        raise DataError(f"ticket {number} has no order: nothing on it can be shipped", hint)
    return ticket


ORDER = described(id="integer", ticket="integer", mail=maybe("integer"), received_at="string", order="object")

ENDPOINTS = (
    Endpoint("GET", "/orders", "followOrders", "orders:read",
             "Orders as they were understood, oldest first, one JSON object a line.", orders,
             described(orders=several(ORDER), after="integer"),
             query=FollowingOrders, feed="ticket_order", media=LINES),
    Endpoint("POST", "/tickets/{id:int}/shipment", "reportShipment", "shipments:write",
             "Report that an order was shipped: fields or a transition, a note and a macro in one.", shipment, DONE,
             body=Shipment, of_ticket="id"),
)  # fmt: skip
