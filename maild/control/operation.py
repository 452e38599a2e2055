"""One thing an operator may ask for: a name, what it does with a transaction, and whether it writes."""

import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from maild.domain.people import Actor, Role
from maild.errors import NotPermitted
from maild.store.tx import Tx

if TYPE_CHECKING:  # a list of tables is told without it, and loading it costs more than the list
    from maild.store.db import Database
    from pipeline.furniture import Desk

Row = dict[str, Any]

_OF_ADMINISTRATORS = ("forget",)


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: an operation's name, its arguments as plain JSON values, and who asks.

    ``hidden`` are the departments whose tickets whoever asks does not see; of mails without a ticket they see those
    that came in at one of ``addresses`` (where nothing is hidden, all).
    """

    operation: str
    arguments: dict[str, Any] = field(default_factory=dict)
    actor: str = ""
    hidden: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()

    def text(self, name: str) -> str:
        """An argument that has to be there; so is that of `number`."""
        return str(self.arguments[name])

    def optional(self, name: str) -> str | None:
        """An argument that may be left out; as a number: `maybe`."""
        value = self.arguments.get(name)
        return None if value is None else str(value)

    def number(self, name: str) -> int:
        return int(self.arguments[name])

    def maybe(self, name: str) -> int | None:
        value = self.arguments.get(name)
        return None if value is None else int(value)

    def limit(self) -> int:
        """How many rows at most."""
        return int(self.arguments.get("limit") or 100)


@dataclass(frozen=True, slots=True)
class Operation:
    """``run`` gives rows of JSON-ready values (datetimes are written as ISO 8601).

    One that ``writes`` is refused to light agents, unless it says that they may (``light``). One that takes many
    transactions has ``steps``; its ``run`` only looks whether it may begin.
    """

    run: "Callable[[Tx, Desk, Request], Iterable[Row]]"
    writes: bool = False
    light: bool = False
    steps: "Callable[[Database, Desk, Request], Awaitable[list[Row]]] | None" = None

    def permit(self, desk: "Desk", request: "Request") -> None:
        """Raises NotPermitted where a light agent asks for more than reading and noting."""
        colleague = desk.ruleset.colleague(request.actor) if request.actor else None
        if self.writes and not self.light and colleague is not None and colleague.role is Role.LIGHT:
            why = f"{colleague.name} is a light agent, who may read and leave private notes"
            who = "an administrator" if request.operation in _OF_ADMINISTRATORS else "an agent or a lead"
            raise NotPermitted(why, f"{who} may do this: ask one, or say it in a note")


def actor(desk: "Desk", request: Request) -> Actor:
    """Who acts: one of our people by name or address, else an operator at the command line under that name."""
    colleague = desk.ruleset.colleague(request.actor) if request.actor else None
    return Actor("agent", colleague.name) if colleague else Actor("operator", request.actor or "cli")


def to_json(row: Row) -> str:
    """One line; times are ISO 8601 in UTC."""
    return json.dumps(row, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
