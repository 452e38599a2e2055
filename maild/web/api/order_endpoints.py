"""Orders for an ERP: taken over as they were understood, each once; and the report that one was shipped."""

from typing import Annotated

from pydantic import Field

from maild.errors import DataError
from maild.store import tickets
from maild.web.api.endpoint import LINES, Answer, Asked, Call, Endpoint, described, maybe, several
from maild.web.api.ticket_endpoints import DONE, Line, Number

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
    """``fields`` are further form fields to set, ``macro`` is applied after them and tells the customer."""

    carrier: Word
    tracking_number: Word
    lines: Annotated[tuple[ShippedLine, ...], Field(max_length=1000)] = ()
    fields: Annotated[dict[Line, Annotated[str, Field(max_length=1000)]], Field(default_factory=dict, max_length=50)]
    macro: Line | None = None
    version: Number | None = None


def orders(call: Call) -> Answer:
    """Each order with its number, its ticket and the mail it came by: JSON lines, or one object where that is asked."""
    rows = call.carry_out("order.feed", **call.query.model_dump(), most=call.most)
    return Answer({"orders": rows, "after": rows[-1]["id"] if rows else call.query.after}, media=LINES)


def shipment(call: Call) -> Answer:
    """Fields, a note of what was sent, and the macro: all of it or nothing."""
    asked, number = call.body, int(call.path["id"])
    _demand_order(call, number)
    changes = [("carrier", asked.carrier), ("tracking_number", asked.tracking_number), *asked.fields.items()]
    done = call.carry_out("ticket.set", id=number, changes=changes, version=asked.version)
    if asked.lines:
        sent = "\n".join(f"line {line.line}: {line.quantity}" for line in asked.lines)
        done = call.carry_out("ticket.note", id=number, text=f"Shipped by {asked.carrier}:\n{sent}")
    if asked.macro:
        done = call.carry_out("ticket.macro", id=number, macro=asked.macro)
    return Answer(done[0], version=tickets.version(call.tx, number))


def _demand_order(call: Call, number: int) -> None:
    """Nothing can be shipped where nothing was ordered: neither by a document, nor by hand in the fields of an order.

    An operation comes first, so that nobody learns what is in a department that they do not see.
    """
    call.carry_out("ticket.version", id=number)
    ticket = tickets.snapshot(call.tx, number)
    of_orders = [field.name for field in call.desk.ruleset.fields.values() if field.source]
    if not ticket.orders and not any(map(ticket.value, of_orders)):
        hint = "name the ticket of the order" + (f", or set {of_orders[0]} first" if of_orders else "")
        raise DataError(f"ticket {number} has no order: nothing on it can be shipped", hint)


ORDER = described(id="integer", ticket="integer", mail=maybe("integer"), received_at="string", order="object")

ENDPOINTS = (
    Endpoint("GET", "/orders", "followOrders", "orders:read",
             "Orders as they were understood, oldest first, one JSON object a line.", orders,
             described(orders=several(ORDER), after="integer"),
             query=FollowingOrders, feed="ticket_order", media=LINES),
    Endpoint("POST", "/tickets/{id:int}/shipment", "reportShipment", "shipments:write",
             "Report that an order was shipped: fields, a note and a macro in one.", shipment, DONE, body=Shipment,
             of_ticket="id"),
)  # fmt: skip
