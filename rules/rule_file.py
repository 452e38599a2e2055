"""The text of the rules and all that it is read against, as a value that can be kept and read again years later."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from maild.config import Config
from maild.config.mistakes import Loc
from maild.domain.people import Role
from rules.model import Colleague

SECTIONS = (
    *("fields", "form", "schedule", "matrix", "trigger", "automation", "sequence", "macro", "view", "blueprint"),
    *("department", "layout", "assignment", "ticket_template", "sla"),
)


@dataclass(frozen=True, slots=True)
class RuleFile:
    """``sections`` as the TOML has them; the people, webhooks and time zone that they may name.

    ``config`` knows where things stand; there is none for a rule file of the past. ``places`` knows it of a text that
    is no configuration of ours.
    """

    sections: Mapping[str, Any]
    people: tuple[Colleague, ...] = ()
    groups: tuple[str, ...] = ()
    webhooks: tuple[str, ...] = ()
    zone: str = "UTC"
    config: Config | None = field(default=None, compare=False)
    places: Callable[[Loc], str] | None = field(default=None, compare=False)

    @classmethod
    def of(cls, config: Config) -> Self:
        return cls(
            {name: config.raw[name] for name in SECTIONS if name in config.raw},
            tuple(Colleague(u.name, u.address, Role(u.role), tuple(u.groups)) for u in config.users),
            tuple(group.name for group in config.groups),
            tuple(hook.name for hook in config.webhook),
            config.site.timezone,
            config,
        )

    @classmethod
    def kept(cls, document: Mapping[str, Any]) -> Self:
        """From what `document` gave."""
        people = (Colleague(p["name"], p["address"], Role(p["role"]), tuple(p["groups"])) for p in document["people"])
        groups, webhooks = tuple(document["groups"]), tuple(document["webhooks"])
        return cls(document["sections"], tuple(people), groups, webhooks, document["zone"])

    @property
    def document(self) -> dict[str, Any]:
        """As plain JSON values; dates as ISO 8601, which the readers of rules take as well."""
        people = [
            {"name": p.name, "address": p.address, "role": p.role.value, "groups": list(p.groups)} for p in self.people
        ]
        found: dict[str, Any] = {
            "sections": self.sections,
            "people": people,
            "groups": list(self.groups),
            "webhooks": list(self.webhooks),
            "zone": self.zone,
        }
        plain: dict[str, Any] = json.loads(json.dumps(found, default=str))
        return plain

    @property
    def digest(self) -> str:
        """What names it: the SHA-256 of its contents, comments and layout apart."""
        return hashlib.sha256(json.dumps(self.document, sort_keys=True).encode()).hexdigest()

    def locate(self, loc: Loc) -> str:
        """Where a key stands, "config.toml:12"; in a rule file of the past only its name."""
        if self.places is not None:
            return self.places(loc)
        return self.config.locate(loc) if self.config else f"rules {self.digest[:12]}"
