"""The desk itself: its people and who takes work, what tickets may become, and why they became what they are."""

from typing import Annotated, Any, Literal

from pydantic import Field

from maild.control.operation import Row
from maild.domain.people import Role
from maild.errors import Missing
from maild.web.api.endpoint import Answer, Asked, Call, Endpoint, described, following, maybe, several
from maild.web.api.ticket_endpoints import Number
from maild.web.download import FILE_POLICY

_NOT_TOLD = ("password_since", "sessions")
"""Of users: what is for whoever looks after their sign-ins."""


class Presence(Asked):
    """Of yourself; of others where the token's user is a lead."""

    online: bool


class Timers(Asked):
    """Pending ones by due time; ``all`` with the settled ones. ``after`` is the last one's number."""

    ticket: Number | None = None
    all: bool = False
    after: Number | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class Picture(Asked):
    """``live`` says how many tickets stand in each state."""

    form: Literal["mermaid", "svg"] = "mermaid"
    live: bool = False


class Flow(Asked):
    form: Literal["mermaid", "svg"] = "mermaid"


class Rules(Asked):
    """``fired`` tells how often each acted in 90 days, and when last."""

    fired: bool = False


def users(call: Call) -> Answer:
    rows = call.carry_out("user.list")
    return Answer({"users": [{key: row[key] for key in row if key not in _NOT_TOLD} for row in rows]})


def presence(call: Call) -> Answer:
    return Answer(call.carry_out("user.presence", name=call.path["name"], online=call.body.online)[0])


def assignments(call: Call) -> Answer:
    return Answer({"assignments": call.carry_out("assignment.list")})


def templates(call: Call) -> Answer:
    return Answer({"templates": call.carry_out("ticket.templates")})


def choices(call: Call) -> Answer:
    row = call.carry_out("ticket.choices", id=call.path["id"])[0]
    return Answer(row, version=row["version"])


def explanation(call: Call) -> Answer:
    return Answer({"steps": call.carry_out("rules.explain", id=call.path["id"])})


def timers(call: Call) -> Answer:
    asked = call.query
    return following("timers", call.carry_out("timer.list", **asked.model_dump()), asked.limit, to="after")


def blueprints(call: Call) -> Answer:
    return Answer({"blueprints": call.carry_out("blueprint.list")})


def blueprint(call: Call) -> Answer:
    """States and transitions apart from each other."""
    rows = call.carry_out("blueprint.show", name=_named(call))
    parts: dict[str, list[Row]] = {"states": [], "transitions": []}
    for row in rows:
        parts[f"{row.pop('kind')}s"].append(row)
    return Answer({"name": call.path["name"], **parts})


def blueprint_picture(call: Call) -> Answer:
    asked = call.query
    return _picture(call.carry_out("blueprint.graph", name=_named(call), form=asked.form, live=asked.live)[0])


def _named(call: Call) -> str:
    name = str(call.path["name"])
    if name not in call.desk.ruleset.blueprints:
        raise Missing(f"no blueprint {name!r}", "see /api/v1/blueprints")
    return name


def rules(call: Call) -> Answer:
    return Answer({"rules": call.carry_out("rules.list", fired=call.query.fired)})


def flow(call: Call) -> Answer:
    operation = "rules.picture" if call.query.form == "svg" else "rules.graph"
    return _picture(call.carry_out(operation)[0])


def _picture(row: dict[str, Any]) -> Answer:
    """SVG, or Mermaid text; neither may do anything in a browser."""
    [(kind, text)] = row.items()
    media = "image/svg+xml" if kind == "svg" else "text/plain; charset=utf-8"
    return Answer(text.encode(), media=media, headers={"content-security-policy": FILE_POLICY})


_TEXT = {"type": "string"}
USER = described(name="string", address="string", role="string", groups="array", online="boolean", load="array")
WHY = described(event="string", rule="string", what="string", why=maybe("string"), effects="array")
TIMER = described(id="integer", ticket="integer", rule="string", due_at="string", state="string")

ENDPOINTS = (
    Endpoint("GET", "/users", "listUsers", "tickets:read", "The desk's people: who takes work, and how much each has.",
             users, described(users=several(USER))),
    Endpoint("PUT", "/users/{name}/presence", "setPresence", "tickets:write", "Go on or off line.", presence,
             described(name="string", online="boolean"), body=Presence),
    Endpoint("GET", "/assignments", "listAssignments", "tickets:read",
             "How work is given away, and what waits for somebody.", assignments,
             described(assignments=several(described(name="string", order="string", waiting="integer")))),
    Endpoint("GET", "/templates", "listTemplates", "tickets:read",
             "Ticket templates of the token's user, for POST /tickets.", templates,
             described(templates=several(described(name="string", label="string", set="object")))),
    Endpoint("GET", "/tickets/{id:int}/choices", "showChoices", "tickets:read",
             "What may be done to a ticket now: macros, fields with their options, colleagues.", choices,
             described(id="integer", version="integer", macros="array", form="array", inputs="array")),
    Endpoint("GET", "/tickets/{id:int}/explanation", "explainTicket", "tickets:read",
             "Why a ticket is as it is, rule by rule, and what is to come.", explanation,
             described(steps=several(WHY))),
    Endpoint("GET", "/timers", "listTimers", "tickets:read", "What the desk will do by itself, by due time.", timers,
             described(timers=several(TIMER), after=maybe("integer")), query=Timers),
    Endpoint("GET", "/blueprints", "listBlueprints", "tickets:read", "Blueprints with their versions and tickets.",
             blueprints, described(blueprints=several(described(name="string", label="string", tickets="integer")))),
    Endpoint("GET", "/blueprints/{name}", "showBlueprint", "tickets:read", "States and transitions of a blueprint.",
             blueprint, described(name="string", states="array", transitions="array")),
    Endpoint("GET", "/blueprints/{name}/picture", "drawBlueprint", "tickets:read",
             "A blueprint as Mermaid text or SVG.", blueprint_picture, _TEXT, query=Picture,
             media="text/plain; charset=utf-8"),
    Endpoint("GET", "/rules", "listRules", "reports:read", "Every rule with its place in the file.", rules,
             described(rules=several(described(kind="string", rule="string", where="string"))), query=Rules,
             at_least=Role.LEAD),
    Endpoint("GET", "/rules/picture", "drawRules", "reports:read", "The flow of statuses as Mermaid text or SVG.", flow,
             _TEXT, query=Flow, media="text/plain; charset=utf-8", at_least=Role.LEAD),
)  # fmt: skip
