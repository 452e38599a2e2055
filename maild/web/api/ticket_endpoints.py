"""Tickets: found, shown, and changed in every way that a person may."""

from typing import Annotated, Any

from pydantic import Field

from maild.control.operation import Row
from maild.errors import Missing
from maild.store import tickets
from maild.web.api.endpoint import Answer, Asked, Call, Endpoint, described, maybe, several

Line = Annotated[str, Field(min_length=1, max_length=500)]
Text = Annotated[str, Field(min_length=1, max_length=100_000)]
Number = Annotated[int, Field(ge=1, le=2**53)]

TICKET = described(id="integer", version="integer", subject="string", status="string", fields="object", tags="array")
LISTED = described(id="integer", subject="string", status="string", requester="string", po_number=maybe("string"))
DONE = described(id="integer", version="integer", status="string", refused=several({"type": "string"}))


class Search(Asked):
    """``q`` as on the command line: status:open tag:rush po:4711 updated:2026-11-22T10:00:00Z words."""

    q: Annotated[str, Field(max_length=500)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    before: Number | None = None


class Paging(Asked):
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    after: Annotated[str, Field(max_length=1000)] | None = None


class NewTicket(Asked):
    """A ticket typed by hand for the customer with this address; ``template`` presets some of it."""

    requester: Annotated[str, Field(min_length=3, max_length=320)]
    name: Annotated[str, Field(max_length=200)] = ""
    subject: Annotated[str, Field(max_length=500)] = ""
    text: Annotated[str, Field(max_length=100_000)] = ""
    template: Annotated[str, Field(max_length=100)] = ""
    fields: Annotated[dict[Line, Annotated[str, Field(max_length=10_000)]], Field(default_factory=dict, max_length=200)]


class NoWords(Asked):
    """An empty object."""


class Changes(Asked):
    """Only what is given is changed; "" clears. ``tags`` as on the command line: "+a -b", or "a b" for just those."""

    status: Line | None = None
    priority: Line | None = None
    subject: Line | None = None
    department: Line | None = None
    group: Annotated[str, Field(max_length=100)] | None = None
    assignee: Annotated[str, Field(max_length=100)] | None = None
    form: Annotated[str, Field(max_length=100)] | None = None
    tags: Annotated[str, Field(max_length=2000)] | None = None
    fields: Annotated[dict[Line, Annotated[str, Field(max_length=10_000)]], Field(default_factory=dict, max_length=200)]
    version: Number | None = None


class Said(Asked):
    text: Text
    version: Number | None = None


class Reply(Said):
    """``dry_run`` tells which letters it would write, and writes none."""

    dry_run: bool = False


class Macro(Asked):
    """``dry_run`` tells what it would do, and does nothing."""

    name: Line
    dry_run: bool = False
    version: Number | None = None


class AttachedFile(Asked):
    """``content`` is base64 (RFC 4648), as much of it as a body may have."""

    name: Annotated[str, Field(min_length=1, max_length=255)]
    content: Annotated[str, Field(min_length=1)]


class Move(Asked):
    """``status`` is also a transition of the ticket's blueprint or the state it leads to, which may ask for ``inputs``
    (form fields), a ``comment`` and a ``file``; ``dry_run`` tells what it would do, and does nothing.
    """

    status: Line
    inputs: Annotated[dict[Line, Annotated[str, Field(max_length=10_000)]], Field(default_factory=dict, max_length=50)]
    comment: Annotated[str, Field(max_length=100_000)] = ""
    file: AttachedFile | None = None
    dry_run: bool = False
    version: Number | None = None


class Correction(Asked):
    """A value of the order that was read wrongly, by its path: po_number, lines[0].quantity."""

    field: Line
    value: Annotated[str, Field(max_length=1000)]


def search(call: Call) -> Answer:
    found = call.carry_out("ticket.list", query=call.query.q, limit=call.query.limit, before=call.query.before)
    more = len(found) == call.query.limit
    return Answer({"tickets": found, "before": found[-1]["id"] if more else None})


def create(call: Call) -> Answer:
    given = call.body.model_dump(exclude={"fields"})
    row = call.carry_out("ticket.new", **given, changes=list(call.body.fields.items()))[0]
    return Answer(row, 201, row["version"], headers={"location": f"/api/v1/tickets/{row['id']}"})


def show(call: Call) -> Answer:
    row = call.carry_out("ticket.show", id=call.path["id"])[0]
    return Answer(row, version=row["version"])


def change(call: Call) -> Answer:
    asked = call.body
    plain = asked.model_dump(exclude={"fields", "version"}, exclude_none=True)
    return _done(call, "ticket.set", changes=[*plain.items(), *asked.fields.items()], version=asked.version)


def note(call: Call) -> Answer:
    return _done(call, "ticket.note", text=call.body.text, version=call.body.version)


def reply(call: Call) -> Answer:
    if call.body.dry_run:
        return Answer(call.carry_out("ticket.draft", id=call.path["id"], text=call.body.text)[0])
    return _done(call, "ticket.reply", text=call.body.text, version=call.body.version)


def macro(call: Call) -> Answer:
    if call.body.dry_run:
        return Answer(call.carry_out("ticket.preview", id=call.path["id"], macro=call.body.name)[0])
    return _done(call, "ticket.macro", macro=call.body.name, version=call.body.version)


def move(call: Call) -> Answer:
    asked = call.body
    given = {"status": asked.status, "inputs": list(asked.inputs.items()), "comment": asked.comment}
    given |= {"file": asked.file.model_dump()} if asked.file else {}
    if asked.dry_run:
        return Answer(call.carry_out("ticket.rehearse", id=call.path["id"], **given)[0])
    return _done(call, "ticket.move", version=asked.version, **given)


def seen(call: Call) -> Answer:
    return _done(call, "ticket.seen")


def correct(call: Call) -> Answer:
    row = call.carry_out("ticket.correct", id=call.path["id"], field=call.body.field, value=call.body.value)[0]
    return Answer(row, version=tickets.version(call.tx, int(call.path["id"])))


def _done(call: Call, operation: str, **arguments: object) -> Answer:
    row: Row = call.carry_out(operation, id=call.path["id"], **arguments)[0]
    return Answer(row, version=row["version"])


def views(call: Call) -> Answer:
    return Answer({"views": call.carry_out("view.list")})


def view(call: Call) -> Answer:
    if call.desk.ruleset.view(call.path["name"]) is None:
        raise Missing(f"no view {call.path['name']!r}", "see /api/v1/views")
    rows = call.carry_out("view.page", name=call.path["name"], limit=call.query.limit, after=call.query.after)
    after = rows.pop()["after"] if rows and rows[-1].keys() == {"after"} else None
    return Answer({"tickets": rows, "after": after})


def macros(call: Call) -> Answer:
    listed = [{"name": macro.name, "label": macro.label} for macro in call.desk.ruleset.macros.values()]
    return Answer({"macros": listed})


_READ, _WRITE = "tickets:read", "tickets:write"
_OF: dict[str, Any] = {"of_ticket": "id", "answer": DONE}

ENDPOINTS = (
    Endpoint(
        "GET", "/tickets", "findTickets", _READ, "Tickets that match a search line, newest first.", search,
        described(tickets=several(LISTED), before=maybe("integer")), query=Search,
    ),
    Endpoint("POST", "/tickets", "openTicket", _WRITE, "Open a ticket by hand.", create, DONE, body=NewTicket,
             status=201),
    Endpoint("GET", "/tickets/{id:int}", "showTicket", _READ, "Everything about one ticket.", show, TICKET),
    Endpoint("PATCH", "/tickets/{id:int}", "changeTicket", _WRITE, "Set fields, status, tags, assignment.", change,
             body=Changes, **_OF),
    Endpoint("POST", "/tickets/{id:int}/notes", "addNote", _WRITE, "Leave a private note.", note, body=Said, **_OF),
    Endpoint("POST", "/tickets/{id:int}/replies", "sendReply", _WRITE,
             "Answer the requester by mail, or see the letter.", reply, body=Reply, **_OF),
    Endpoint("POST", "/tickets/{id:int}/macros", "applyMacro", _WRITE, "Apply a macro, or tell what it would do.",
             macro, body=Macro, **_OF),
    Endpoint("POST", "/tickets/{id:int}/moves", "moveTicket", _WRITE, "Ask for another status.", move,
             body=Move, **_OF),
    Endpoint("POST", "/tickets/{id:int}/seen", "seeRevision", _WRITE, "Keep that a revised order was looked at.", seen,
             body=NoWords, **_OF),
    Endpoint("POST", "/tickets/{id:int}/corrections", "correctOrder", _WRITE,
             "Put a value of the order right, and learn it.", correct, described(id="integer", field="string"),
             body=Correction, of_ticket="id"),
    Endpoint("GET", "/views", "listViews", _READ, "The views of the token's user, each with its count.", views,
             described(views=several(described(name="string", label="string", count="integer")))),
    Endpoint("GET", "/views/{name:path}", "showView", _READ, "A view's tickets, page by page.", view,
             described(tickets=several(described(id="integer")), after=maybe("string")), query=Paging),
    Endpoint("GET", "/macros", "listMacros", _READ, "The macros there are.", macros,
             described(macros=several(described(name="string", label="string")))),
)  # fmt: skip
