"""Records of customers, and what other systems know of them."""

from typing import Annotated, Any

from pydantic import Field

from maild.web.api.endpoint import Answer, Asked, Call, Endpoint, described, maybe, several
from maild.web.api.row_lists import taken
from maild.web.api.ticket_endpoints import Line, NoWords

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


class Site(Asked):
    """A place that goods are sent to; what is left out is emptied."""

    company: Value = ""
    street: Value = ""
    city: Value = ""
    postcode: Value = ""
    country: Value = ""


class RecordRows(Asked):
    """Each row makes or changes one record: a person by its ``address``, a company by its ``name``, and further columns
    as in RecordChanges; empty ones change nothing. One mistake refuses all. ``dry_run`` tells what it would do.
    """

    rows: Annotated[tuple[dict[Line, Value], ...], Field(min_length=1, max_length=5000)]
    dry_run: bool = False


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


def put_site(call: Call) -> Answer:
    """As it is given: parts that are left out are empty from now on."""
    return _site(call, changes=[(part, value) for part, value in call.body.model_dump().items() if value])


def drop_site(call: Call) -> Answer:
    return _site(call, drop=True)


def _site(call: Call, **asked: Any) -> Answer:
    name, site = call.path["name"], call.path["site"]
    return Answer(call.carry_out("organization.site", name=name, site=site, **asked)[0])


def import_people(call: Call) -> Answer:
    return _imported(call, "person.import")


def import_organizations(call: Call) -> Answer:
    return _imported(call, "organization.import")


def _imported(call: Call, operation: str) -> Answer:
    """How many rows, or of a dry run what each would do."""
    dry = call.body.dry_run
    rows = taken(call, operation, "rows", list(call.body.rows), dry=dry)
    return Answer({"rows": len(rows), "would": rows} if dry else rows[0])


def revoke_links(call: Call) -> Answer:
    return Answer(call.carry_out("person.revoke_links", address=call.path["address"])[0])


def find_facts(call: Call) -> Answer:
    rows = call.carry_out("fact.list", **call.query.model_dump())
    return Answer({"facts": rows, "after": rows[-1]["id"] if len(rows) == call.query.limit else None})


def put_facts(call: Call) -> Answer:
    rows = taken(call, "fact.put", "facts", [fact.model_dump() for fact in call.body.facts])
    return Answer({"ids": [row["id"] for row in rows]})


def drop_fact(call: Call) -> Answer:
    return Answer(call.carry_out("fact.drop", id=call.path["id"])[0])


PERSON = described(address="string", name="string", organization=maybe("string"))
COMPANY = described(name="string", domains="array", tags="array")
_IMPORTED = described(rows="integer", new="integer", changed="integer", same="integer")

ENDPOINTS = (
    Endpoint("GET", "/people", "listPeople", "people:read", "People by address.", persons,
             described(people=several(PERSON), after=maybe("string")), query=People),
    Endpoint("POST", "/people/import", "importPeople", "people:write", "Make or change many people; all or nothing.",
             import_people, _IMPORTED, body=RecordRows),
    Endpoint("POST", "/people/{address:path}/revoke-links", "revokeLinks", "people:write",
             "Make every link useless that somebody was ever sent.", revoke_links,
             described(address="string", edition="integer"), body=NoWords),
    Endpoint("GET", "/people/{address:path}", "showPerson", "people:read", "One person.", person, PERSON),
    Endpoint("PATCH", "/people/{address:path}", "changePerson", "people:write", "Make or change a person.", set_person,
             PERSON, body=RecordChanges),
    Endpoint("GET", "/organizations", "listOrganizations", "people:read", "Customer companies by name.", organizations,
             described(organizations=several(COMPANY), after=maybe("string")), query=Companies),
    Endpoint("POST", "/organizations/import", "importOrganizations", "people:write",
             "Make or change many companies; all or nothing.", import_organizations, _IMPORTED, body=RecordRows),
    Endpoint("PUT", "/organizations/{name:path}/sites/{site}", "putSite", "people:write",
             "Keep a place that a company has goods sent to.", put_site, COMPANY, body=Site),
    Endpoint("DELETE", "/organizations/{name:path}/sites/{site}", "dropSite", "people:write", "Forget such a place.",
             drop_site, COMPANY),
    Endpoint("GET", "/organizations/{name:path}", "showOrganization", "people:read", "One company with its sites.",
             organization, COMPANY),
    Endpoint("PATCH", "/organizations/{name:path}", "changeOrganization", "people:write", "Make or change a company.",
             set_organization, COMPANY, body=RecordChanges),
    Endpoint("GET", "/facts", "listFacts", "people:read", "What other systems told of customers.", find_facts,
             described(facts=several(described(id="integer", kind="string", key="string")), after=maybe("integer")),
             query=FactSearch),
    Endpoint("PUT", "/facts", "putFacts", "facts:write", "Tell what another system knows of customers; all or nothing.",
             put_facts, described(ids=several({"type": "integer"})), body=NewFacts),
    Endpoint("DELETE", "/facts/{id:int}", "dropFact", "facts:write", "Take a fact back.", drop_fact,
             described(id="integer")),
)  # fmt: skip
