"""Tables of the people and companies that order."""

from datetime import datetime

from sqlmodel import Field

from maild.domain.people import Role
from maild.store.columns import BIG, DOC, belongs_to, one_of, serial, words
from maild.store.row import Row


class OrganizationRow(Row):
    """A customer company."""

    __tablename__ = "organization"

    id: int | None = serial()
    name: str = Field(max_length=200, unique=True)
    tags: list[str] = Field(default_factory=list, sa_type=DOC)
    fields: dict[str, str] = Field(default_factory=dict, sa_type=DOC)
    trust_unauthenticated: bool = False


class OrganizationDomainRow(Row):
    """A domain or a full address that belongs to an organization; the longest match wins."""

    __tablename__ = "organization_domain"

    domain: str = Field(primary_key=True, max_length=320)
    organization_id: int = belongs_to("organization.id", index=True)


class PersonRow(Row):
    """Somebody with an address: a customer, or an agent of the desk."""

    __tablename__ = "person"
    __table_args__ = (one_of("person", "role", Role),)

    id: int | None = serial()
    address: str = words(320, unique=True)
    name: str = words(200, default="")
    role: str = Field(default="customer", max_length=16)
    organization_id: int | None = belongs_to("organization.id", default=None, index=True)
    tags: list[str] = Field(default_factory=list, sa_type=DOC)
    fields: dict[str, str] = Field(default_factory=dict, sa_type=DOC)
    bounced_at: datetime | None = None
    created_at: datetime


class ForgettingRow(Row):
    """A person who is being forgotten, until that is done: up to where their mails and letters were looked through.

    ``found`` is how much of each kind was erased so far.
    """

    __tablename__ = "forgetting"

    address: str = words(320, primary_key=True)
    begun_at: datetime
    mails_to: int = Field(default=0, sa_type=BIG)
    letters_to: int = Field(default=0, sa_type=BIG)
    found: dict[str, int] = Field(default_factory=dict, sa_type=DOC)
