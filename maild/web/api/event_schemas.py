"""What an event tells, by its kind: its data in the feed, and the call that a webhook gets of it.

The schemas of the data are those of the event's own types; that of a call is compared with real calls by a test.
"""

from functools import cache
from typing import Any, get_args

from pydantic import TypeAdapter

from maild.domain.events import Event
from maild.domain.terms import PRIORITIES
from maild.domain.ticket import Status
from maild.web.api.endpoint import Schema

TOLD = {
    "TicketCreated": "A ticket was opened, by mail or by hand; orders that were read come along.",
    "MailArrived": "A mail came to a ticket that was there; public is false for what became a private note.",
    "CommentWritten": "Somebody of the desk answered (public: by mail to the requester) or left a note.",
    "FieldEdited": "Somebody set fields, status, tags or assignment; changes are as they were typed.",
    "MacroApplied": "Somebody applied a macro.",
    "MoveAsked": "Somebody asked for another status.",
    "TransitionAsked": "Somebody took a transition of the ticket's blueprint.",
    "MigrationAsked": "Somebody took the ticket over to its blueprint's version of today.",
    "TimerFired": "An automation, a step of a sequence, a promise or a limit came due.",
    "LetterBounced": "A letter of ours came back.",
    "WorkOffered": "A waiting ticket was to be given to somebody by an assignment.",
    "TaskAdded": "Somebody was given something to do, by hand or by a rule; `owner` is a user, or `group:` and "
    "its name.",
    "TaskDone": "A task was done; `left` counts those of the ticket that are open still.",
    "SideOpened": "A colleague wrote to an outsider about the ticket.",
    "SideSaid": "A colleague wrote to the outsider once more.",
    "SideAnswered": "The outsider answered; what they said is in the side conversation.",
    "SideClosed": "A colleague closed a side conversation.",
    "ResolutionWritten": "Somebody wrote how the ticket was resolved.",
    "ArticlePublished": "The resolution became an article for everybody, or its next edition.",
    "ArticleWithdrawn": "The article was taken back.",
    "TicketRated": "The customer said how content they were, from 1 to 5; `again`: in place of an earlier rating.",
}
"""Kinds of events that webhooks name, and when they happen. What the rules made of one is in the ticket."""

HAPPENED = TOLD | {"Doubted": "The desk wants a person to look at the ticket, for a reason."}
"""What the feed holds: besides, what no program is called about."""

EXAMPLE_TICKET: dict[str, Any] = {
    "id": 17,
    "subject": "Purchase order PO-70231",
    "status": "open",
    "priority": "normal",
    "department": None,
    "group": "Orders",
    "assignee": "anna",
    "tags": ["open_order"],
    "fields": {"po_number": "PO-70231", "total_cost": "335.00"},
    "requester": {"name": "Mia Okafor", "address": "mia@blueharbor.example"},
    "organization": "Blue Harbor Ltd",
}


@cache
def data_schemas() -> dict[str, Schema]:
    """Of each kind, with their references still in ``$defs``."""
    kinds = {kind.__name__: TypeAdapter(kind).json_schema(mode="serialization") for kind in get_args(Event)}
    doubted = {"type": "object", "properties": {"reason": {"type": "string"}}, "required": ["reason"]}
    return kinds | {"Doubted": doubted}


def _exactly(**members: Schema) -> Schema:
    return {"type": "object", "properties": members, "required": list(members), "additionalProperties": False}


_TEXT: Schema = {"type": "string"}
_OR_NONE: Schema = {"type": ["string", "null"]}
_TICKET = _exactly(
    id={"type": "integer"},
    subject=_TEXT,
    status={"enum": [status.word for status in Status]},
    priority={"enum": list(PRIORITIES)},
    department=_OR_NONE,
    group=_OR_NONE,
    assignee=_OR_NONE,
    tags={"type": "array", "items": _TEXT},
    fields={"type": "object", "additionalProperties": _TEXT},
    requester=_exactly(name=_TEXT, address=_TEXT),
    organization=_OR_NONE,
)


def call_schema(kind: str = "") -> Schema:
    """A call about an event of this kind; without one, a call that a rule makes."""
    known: dict[str, Schema] = {
        "id": _TEXT | {"description": "The same each time that this call is tried; also X-Maild-Delivery."},
        "webhook": _TEXT,
        "at": _TEXT | {"format": "date-time"},
        "rule": _TEXT | {"description": "The rule that calls; empty where events name the webhook."},
        "text": _TEXT | {"description": "What the rule says; the kind of event where no rule calls."},
        "ticket": _TICKET | {"description": "As the event has left it."},
    }
    event = _exactly(
        id={"type": "integer", "description": "Its number in GET /events, where its data is."},
        kind={"const": kind},
        actor=_TEXT,
    )
    return _exactly(**known, **({"event": event} if kind else {}))


def example(kind: str = "") -> dict[str, Any]:
    """A call as it may come."""
    found = {
        "id": "d.5f0c1b7e9a@shop.example",
        "webhook": "erp",
        "at": "2026-03-02T09:00:00Z",
        "rule": "" if kind else "Hand over for packing",
        "text": kind or "PO-70231 is to be packed",
        "ticket": EXAMPLE_TICKET,
    }
    return found | ({"event": {"id": 4711, "kind": kind, "actor": "agent:anna"}} if kind else {})


def calls() -> dict[str, Any]:
    """The section webhooks of the document (OpenAPI 3.1, 4.8.1)."""
    named = {kind: _call(f"{text} Named under events of [[webhook]].", kind) for kind, text in TOLD.items()}
    return named | {"rule": _call("A rule calls: the action webhook, where the configuration gives no body.", "")}


def _call(summary: str, kind: str) -> dict[str, Any]:
    content = {"schema": call_schema(kind), "example": example(kind)}
    return {
        "post": {
            "operationId": f"call{kind or 'ByRule'}",
            "summary": summary,
            "parameters": [
                {"name": name, "in": "header", "required": name != _SIGNATURE, "schema": _TEXT, "description": text}
                for name, text in _HEADERS.items()
            ],
            "requestBody": {"required": True, "content": {"application/json": content}},
            "responses": {"2XX": {"description": "Taken. Anything else is tried again, for a day."}},
            "security": [],
        }
    }


_SIGNATURE = "X-Maild-Signature"
_HEADERS = {
    "X-Maild-Delivery": "The call's id.",
    "X-Maild-Attempt": "1, and one more each time that it is tried again.",
    "X-Maild-Timestamp": "When it was sent, in seconds since 1970.",
    _SIGNATURE: "sha256= and the HMAC-SHA256 of timestamp, full stop and body, where the webhook has a secret.",
}
