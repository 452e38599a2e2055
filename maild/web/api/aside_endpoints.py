"""Side conversations with outsiders about a ticket: the customer sees nothing of them."""

from typing import Annotated

from pydantic import Field

from maild.web.api.endpoint import Answer, Asked, Call, Endpoint, described, following, maybe, several
from maild.web.api.ticket_endpoints import NoWords, Number, Text


class Asides(Asked):
    """Of one ticket, or all; ``all`` with the closed ones."""

    ticket: Number | None = None
    all: bool = False
    before: Number | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class NewAside(Asked):
    """``to`` is an outsider's mail address: a carrier's, a supplier's."""

    to: Annotated[str, Field(min_length=3, max_length=320)]
    subject: Annotated[str, Field(min_length=1, max_length=200)]
    text: Text
    version: Number | None = None


class Words(Asked):
    text: Text


def asides(call: Call) -> Answer:
    asked = call.query
    rows = call.carry_out("side.list", **asked.model_dump())
    return following("asides", rows, asked.limit)


def begin(call: Call) -> Answer:
    row = call.carry_out("side.begin", id=call.path["id"], **call.body.model_dump())[0]
    return Answer(row, 201, headers={"location": f"/api/v1/asides/{row['id']}"})


def aside(call: Call) -> Answer:
    return Answer(call.carry_out("side.show", id=call.path["id"])[0])


def say(call: Call) -> Answer:
    return Answer(call.carry_out("side.say", id=call.path["id"], text=call.body.text)[0])


def close(call: Call) -> Answer:
    return Answer(call.carry_out("side.close", id=call.path["id"])[0])


LISTED = described(id="integer", ticket="integer", state="string", subject="string", messages=maybe("integer"))
SHOWN = described(id="integer", ticket="integer", state="string", subject="string", messages="array")

ENDPOINTS = (
    Endpoint("GET", "/asides", "listAsides", "tickets:read", "Side conversations, newest first.", asides,
             described(asides=several(LISTED), before=maybe("integer")), query=Asides),
    Endpoint("POST", "/tickets/{id:int}/asides", "beginAside", "tickets:write",
             "Write to an outsider about a ticket.", begin, SHOWN, body=NewAside, status=201, of_ticket="id"),
    Endpoint("GET", "/asides/{id:int}", "showAside", "tickets:read", "One with everything said there.", aside, SHOWN),
    Endpoint("POST", "/asides/{id:int}/messages", "sayAside", "tickets:write", "Write to the outsider once more.", say,
             SHOWN, body=Words),
    Endpoint("POST", "/asides/{id:int}/close", "closeAside", "tickets:write",
             "It needs nobody any more; an answer opens it again.", close, SHOWN, body=NoWords),
)  # fmt: skip
