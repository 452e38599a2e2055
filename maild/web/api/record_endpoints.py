"""Records of customers, tasks, and mails as they came."""

import base64
from typing import Annotated

from pydantic import Field

from maild.web.api.endpoint import Answer, Asked, Call, Endpoint, described, maybe, several
from maild.web.api.ticket_endpoints import Line, NoWords, Number
from maild.web.download import saved_as
from pipeline.viewing.wish import What, Wish

Value = Annotated[str, Field(max_length=2000)]


class People(Asked):
    q: Annotated[str, Field(max_length=200)] = ""
    tag: Annotated[str, Field(max_length=100)] | None = None
    organization: Annotated[str, Field(max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    after: Annotated[str, Field(max_length=400)] = ""


class Companies(Asked):
    q: Annotated[str, Field(max_length=200)] = ""
    tag: Annotated[str, Field(max_length=100)] | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    after: Annotated[str, Field(max_length=400)] = ""


class RecordChanges(Asked):
    """As on the command line: name, organization, domains, tags, or any field; "" clears."""

    changes: Annotated[dict[Line, Value], Field(min_length=1, max_length=100)]


class Tasks(Asked):
    ticket: Number | None = None
    owner: Annotated[str, Field(max_length=100)] | None = None
    all: bool = False
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class NewTask(Asked):
    """``to`` is assignee, group, lead or a user; ``due`` and ``remind`` are spans: 4bh, 1bd, 2d."""

    title: Line
    to: Line = "assignee"
    due: Annotated[str, Field(max_length=20)] | None = None
    remind: Annotated[str, Field(max_length=20)] | None = None


class FactSearch(Asked):
    """Of one organization or one address, of one kind, or all; ``after`` is the last one's number."""

    organization: Annotated[str, Field(max_length=200)] | None = None
    address: Annotated[str, Field(max_length=320)] | None = None
    kind: Annotated[str, Field(max_length=64)] | None = None
    after: Annotated[int, Field(ge=0, le=2**53)] = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class NewFact(Asked):
    """Of an organization or an address; the same ``kind`` and ``key`` again replaces it. ``amount`` is a decimal."""

    organization: Value = ""
    address: Value = ""
    kind: Line
    key: Line
    date: Value = ""
    amount: Value = ""
    currency: Value = ""
    text: Value = ""
    link: Value = ""


class NewFacts(Asked):
    facts: Annotated[tuple[NewFact, ...], Field(min_length=1, max_length=1000)]


class FileName(Asked):
    name: Annotated[str, Field(min_length=1, max_length=500)]


def persons(call: Call) -> Answer:
    asked = call.query
    rows = call.carry_out(
        "person.list", query=asked.q, tag=asked.tag, organization=asked.organization, limit=asked.limit,
        after=asked.after,
    )  # fmt: skip
    return Answer({"people": rows, "after": rows[-1]["address"] if len(rows) == asked.limit else None})


def person(call: Call) -> Answer:
    return Answer(call.carry_out("person.show", address=call.path["address"])[0])


def set_person(call: Call) -> Answer:
    changes = list(call.body.changes.items())
    return Answer(call.carry_out("person.set", address=call.path["address"], changes=changes)[0])


def organizations(call: Call) -> Answer:
    asked = call.query
    rows = call.carry_out("organization.list", query=asked.q, tag=asked.tag, limit=asked.limit, after=asked.after)
    return Answer({"organizations": rows, "after": rows[-1]["name"] if len(rows) == asked.limit else None})


def organization(call: Call) -> Answer:
    return Answer(call.carry_out("organization.show", name=call.path["name"])[0])


def set_organization(call: Call) -> Answer:
    changes = list(call.body.changes.items())
    return Answer(call.carry_out("organization.set", name=call.path["name"], changes=changes)[0])


def tasks(call: Call) -> Answer:
    asked = call.query
    rows = call.carry_out("task.list", ticket=asked.ticket, owner=asked.owner, all=asked.all, limit=asked.limit)
    return Answer({"tasks": rows})


def add_task(call: Call) -> Answer:
    asked = call.body
    rows = call.carry_out(
        "task.add", ticket=call.path["id"], title=asked.title, to=asked.to, due=asked.due, remind=asked.remind
    )
    return Answer(rows[0], 201)


def finish_task(call: Call) -> Answer:
    return Answer(call.carry_out("task.done", id=call.path["id"])[0])


def mail(call: Call) -> Answer:
    return Answer(call.carry_out("mail.show", id=call.path["id"])[0])


def raw_mail(call: Call) -> Answer:
    return Answer(_raw(call), media="message/rfc822", headers=saved_as(f"mail-{call.path['id']}.eml"))


def contents(call: Call) -> Answer:
    return Answer(_raw(call), wish=Wish(What.CONTENTS))


def file(call: Call) -> Answer:
    return Answer(_raw(call), wish=Wish(What.FILE, call.query.name))


def _raw(call: Call) -> bytes:
    return base64.b64decode(call.carry_out("mail.raw", id=call.path["id"])[0]["raw"])


def find_facts(call: Call) -> Answer:
    rows = call.carry_out("fact.list", **call.query.model_dump())
    return Answer({"facts": rows, "after": rows[-1]["id"] if len(rows) == call.query.limit else None})


def put_facts(call: Call) -> Answer:
    rows = call.carry_out("fact.put", rows=[fact.model_dump() for fact in call.body.facts])
    return Answer({"ids": [row["id"] for row in rows]})


def drop_fact(call: Call) -> Answer:
    return Answer(call.carry_out("fact.drop", id=call.path["id"])[0])


PERSON = described(address="string", name="string", organization=maybe("string"))
COMPANY = described(name="string", domains="array", tags="array")
TASK = described(id="integer", ticket="integer", title="string", owner="string", state="string")
MAIL = described(id="integer", received_at="string", state="string", outcome=maybe("string"))

ENDPOINTS = (
    Endpoint("GET", "/people", "listPeople", "people:read", "People by address.", persons,
             described(people=several(PERSON), after=maybe("string")), query=People),
    Endpoint("GET", "/people/{address}", "showPerson", "people:read", "One person.", person, PERSON),
    Endpoint("PATCH", "/people/{address}", "changePerson", "people:write", "Make or change a person.", set_person,
             PERSON, body=RecordChanges),
    Endpoint("GET", "/organizations", "listOrganizations", "people:read", "Customer companies by name.", organizations,
             described(organizations=several(COMPANY), after=maybe("string")), query=Companies),
    Endpoint("GET", "/organizations/{name}", "showOrganization", "people:read", "One company with its sites.",
             organization, COMPANY),
    Endpoint("PATCH", "/organizations/{name}", "changeOrganization", "people:write", "Make or change a company.",
             set_organization, COMPANY, body=RecordChanges),
    Endpoint("GET", "/facts", "listFacts", "people:read", "What other systems told of customers.", find_facts,
             described(facts=several(described(id="integer", kind="string", key="string")), after=maybe("integer")),
             query=FactSearch),
    Endpoint("PUT", "/facts", "putFacts", "facts:write", "Tell what another system knows of customers; all or nothing.",
             put_facts, described(ids=several({"type": "integer"})), body=NewFacts),
    Endpoint("DELETE", "/facts/{id:int}", "dropFact", "facts:write", "Take a fact back.", drop_fact,
             described(id="integer")),
    Endpoint("GET", "/tasks", "listTasks", "tickets:read", "Open tasks by due time.", tasks,
             described(tasks=several(TASK)), query=Tasks),
    Endpoint("POST", "/tickets/{id:int}/tasks", "addTask", "tickets:write", "Give a colleague something to do.",
             add_task, TASK, body=NewTask, status=201, of_ticket="id"),
    Endpoint("POST", "/tasks/{id:int}/done", "finishTask", "tickets:write", "Mark a task done.", finish_task, TASK,
             body=NoWords),
    Endpoint("GET", "/mails/{id:int}", "showMail", "tickets:read", "One mail with its deliveries and its end.", mail,
             MAIL),
    Endpoint("GET", "/mails/{id:int}/contents", "mailContents", "tickets:read",
             "A mail's text, and which files it holds.", contents,
             described(text="string", files=several(described(name="string", type="string", size="integer")))),
    Endpoint("GET", "/mails/{id:int}/file", "mailFile", "tickets:read", "One file of a mail, by its name.", file,
             {"type": "string", "format": "binary"}, query=FileName, media="application/octet-stream"),
    Endpoint("GET", "/mails/{id:int}/raw", "rawMail", "tickets:read", "The mail's bytes as they were received.",
             raw_mail, {"type": "string", "format": "binary"}, media="message/rfc822"),
)  # fmt: skip
