"""Who acts and who orders."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    CUSTOMER = "customer"
    LIGHT = "light"
    AGENT = "agent"
    LEAD = "lead"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Organization:
    """A customer company as rules and letters see it; ``domains`` are lower-case, in A-label form."""

    id: int
    name: str
    domains: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    fields: tuple[tuple[str, str], ...] = ()
    trust_unauthenticated: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """One human (or machine) with an address; ``address`` is canonical: lower-case, domain in A-label form."""

    id: int
    name: str
    address: str
    role: Role = Role.CUSTOMER
    organization_id: int | None = None
    tags: frozenset[str] = frozenset()
    fields: tuple[tuple[str, str], ...] = ()
    bounced: bool = False

    @property
    def is_nobody(self) -> bool:
        """Whether it stands for a customer whom no one knows, or who was forgotten."""
        return self.address == NOBODY

    @property
    def first_name(self) -> str:
        """The given name for a salutation, "" when the name is unknown; "Last, First" is turned round."""
        name = self.name.split(",", 1)[1].strip() if "," in self.name else self.name.strip()
        return name.split()[0] if name else ""


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever makes a change: ``kind`` is customer, agent, rule or system; ``name`` an address, user or rule name."""

    kind: str
    name: str

    @property
    def called(self) -> str:
        """As a sentence for people names them."""
        return {"rule": "rules", "system": "maild itself", "customer": "the customer"}.get(self.kind, self.name)

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


SYSTEM = Actor("system", "maild")
NOBODY = "unknown@sender.invalid"
"""The requester of a ticket that no customer can be told for; no letter is written to it (RFC 2606, section 2).

People read "an unknown sender" instead.
"""
