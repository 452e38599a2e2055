"""What a program that was refused does next, in terms of the API: what is worded for the command line names the
endpoint that does the same, and a refusal without a word about it gets one by what was asked for.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from maild.web.problem import Problem

COMMANDS: Mapping[str, str] = {
    "ticket list": "GET /tickets",
    "ticket new": "POST /tickets",
    "ticket show": "GET /tickets/{id}",
    "ticket set": "PATCH /tickets/{id}",
    "ticket note": "POST /tickets/{id}/notes",
    "ticket reply": "POST /tickets/{id}/replies",
    "ticket move": "POST /tickets/{id}/moves",
    "ticket seen": "POST /tickets/{id}/seen",
    "ticket resolve": "PUT /tickets/{id}/resolution",
    "ticket correct": "POST /tickets/{id}/corrections",
    "task list": "GET /tasks",
    "aside list": "GET /asides",
    "mail list": "GET /mails",
    "outbox list": "GET /letters",
    "timer list": "GET /timers",
    "article list": "GET /articles",
    "fact list": "GET /facts",
    "habit list": "GET /habits",
    "organization list": "GET /organizations",
    "organization show": "GET /organizations/{name}",
    "person list": "GET /people",
    "webhook list": "GET /webhooks",
    "mail retry": "POST /mails/{id}/retry",
    "outbox retry": "POST /letters/{id}/retry",
    "rules explain": "GET /tickets/{id}/explanation",
}
"""Commands that hints name, and what does the same here. Any other is left, as one for the command line."""

_COMMAND = re.compile(
    r"'?\bmaild (?P<words>[a-z]{2,20} [a-z]{2,20})\b"
    r"(?P<rest>(?: (?:[0-9]{1,19}|[A-Z]{2,12}|--[a-z]{1,20}|'[^']{1,100}'))*)'?"
)
_COLLEAGUE = re.compile(r"(?<![\w-])--as (?:[A-Z]{1,12}\b)?")
_OPTION = re.compile(r"(?<![\w-])--([a-z]{1,30})(?: [A-Z]{2,12}\b)?")
_TICKET = re.compile(r"/api/v1(/tickets/[0-9]{1,19})(?:/([a-z]+))?")
_ROOM = re.compile(r"/api/v1(/[a-z]+)")

_DEEDS: Mapping[str, str] = {
    "": "GET {0}/choices tells what may be set, with the options of each field; GET {0} where it stands",
    "moves": "GET {0} tells what may follow: next_steps, in a blueprint blueprint.next with what each step asks for",
    "macros": 'GET {0}/choices names the macros; "dry_run": true tells what one would do and lack',
    "replies": '"dry_run": true tells which letters it would write; POST {0}/notes leaves a note instead',
    "corrections": "GET {0} has the order as it was read, under orders",
    "shipment": "GET {0} tells whether it has an order, and under blueprint.next which transition ships it",
    "tasks": "GET /users names the colleagues; GET {0} tells where the ticket stands",
    "seen": "GET {0} tells under revision whether somebody has yet to look",
    "article": "PUT {0}/resolution writes how it was resolved, without whose order it was",
}
_ROOMS: Mapping[str, str] = {
    "/tickets": "GET /templates names the templates, with what each presets",
    "/asides": "GET /asides/{{id}} tells where it stands",
    "/tasks": "GET /tasks lists those that are open",
    "/letters": "GET /letters/{{id}} tells where it stands, and why",
    "/mails": "GET /mails/{{id}} tells what became of it",
}
_ALWAYS: Mapping[int, str] = {
    400: "see what it takes in /api/v1/openapi.json",
    403: "use a token of somebody who may, or ask them",
    405: "the header Allow names what can be done there",
    409: "look at it again, then repeat the change",
    413: "send less at once, in several requests",
    431: "send fewer and shorter headers",
}


def of_api(problem: Problem, method: str, path: str) -> Problem:
    """The same, with its words for programs and a hint in any case."""
    hint = _worded(problem.hint) or _instead(problem.status, method, path)
    return replace(problem, what=_worded(problem.what), hint=hint)


def _worded(text: str) -> str:
    if "maild " not in text and "--" not in text:
        return text
    text = _COLLEAGUE.sub("with a token of ", _COMMAND.sub(_endpoint, text))
    return text if "at the command line" in text else _OPTION.sub(r'"\1"', text)


def _endpoint(found: re.Match[str]) -> str:
    endpoint = COMMANDS.get(found["words"])
    if endpoint is None:
        return f"{found[0]} at the command line"
    number = re.search("[0-9]+", found["rest"])
    return endpoint.replace("{id}", number[0]) if number else endpoint


def _instead(status: int, method: str, path: str) -> str:
    ticket, room = _TICKET.match(path), _ROOM.match(path)
    where = room[1] if room else ""
    if status == 404:
        return f"GET {where} lists what there is" if where in _LISTED else "see the addresses in /api/v1/openapi.json"
    if status == 422 and ticket is not None and method != "GET":
        return _DEEDS.get(ticket[2] or "", "GET {0} tells where it stands, GET {0}/explanation why").format(ticket[1])
    if status == 422 and where in _ROOMS and method != "GET":
        return _ROOMS[where].format()
    return _ALWAYS.get(status, _ALWAYS[400])


_LISTED = frozenset(
    f"/{name}"
    for name in (
        *("tickets", "tasks", "asides", "articles", "users", "views", "macros", "templates", "blueprints", "mails"),
        *("letters", "people", "organizations", "facts", "habits", "prices", "webhooks", "timers"),
    )
)
