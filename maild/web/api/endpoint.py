"""What an endpoint of the API is, and what it is handed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict

from maild.control.operation import Request, Row
from maild.control.registry import carry_out_in
from maild.domain.people import Role
from maild.store.tx import Tx
from pipeline.furniture import Desk
from pipeline.viewing.wish import Wish

Schema = dict[str, Any]
LINES = "application/jsonl"
"""Media type of an answer whose rows are told one a line, and as one object to whoever accepts JSON alone."""


class Asked(BaseModel):
    """Base of what endpoints take, as query or body: nothing else may stand in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Call:
    """One request, checked: ``path`` by the names in the address, ``query`` and ``body`` as the endpoint's models."""

    tx: Tx
    desk: Desk
    user: str
    path: dict[str, Any]
    query: Any = None
    body: Any = None
    most: int | None = None  # of feeds: the highest number that may be told now

    def carry_out(self, operation: str, **arguments: Any) -> list[Row]:
        """As on the command line, by the token's user."""
        given = {name: value for name, value in arguments.items() if value is not None}
        return carry_out_in(self.tx, self.desk, Request(operation, given, self.user))


@dataclass(frozen=True, slots=True)
class Answer:
    """``body`` is JSON-ready, or bytes with their ``media`` type; ``version`` becomes the ETag.

    With a ``wish`` the body is a mail's bytes, and what is answered is what the viewer finds in them.
    """

    body: Any
    status: int = 200
    version: int | None = None
    media: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    wish: Wish | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """``run`` is called inside a transaction. ``answer`` is the JSON Schema of the body.

    ``of_ticket`` names the part of the address that is a ticket's number: If-Match is held against its version.
    ``feed`` names the table whose numbers the endpoint follows. ``at_least`` is what the token's user has to be.
    """

    method: str
    path: str
    name: str
    scope: str
    summary: str
    run: Callable[[Call], Answer]
    answer: Schema = field(default_factory=lambda: {"type": "object"})
    query: type[Asked] | None = None
    body: type[Asked] | None = None
    status: int = 200
    of_ticket: str = ""
    feed: str = ""
    media: str = "application/json"
    at_least: Role = Role.LIGHT

    @property
    def needs_body(self) -> bool:
        """Whether something must be said: an empty body is an empty object otherwise."""
        return self.body is not None and any(field.is_required() for field in self.body.model_fields.values())

    @property
    def writes(self) -> bool:
        return self.method != "GET"


def following(name: str, rows: list[Row], limit: int, key: str = "id", to: str = "before") -> Answer:
    """A page of rows, and what to pass on to get the next one: None at the end."""
    return Answer({name: rows, to: rows[-1][key] if len(rows) == limit else None})


def described(**members: Any) -> Schema:
    """The schema of an object with these members, each a schema or the name of a type; all are there, more may be."""
    kinds = {name: {"type": kind} if isinstance(kind, str) else kind for name, kind in members.items()}
    return {"type": "object", "properties": kinds, "required": list(kinds)}


def several(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def maybe(kind: str) -> Schema:
    return {"type": [kind, "null"]}
