"""Tables of blueprints: the versions that tickets have entered, and the log of their steps."""

from datetime import datetime

from sqlmodel import Field, Index

from maild.store.columns import belongs_to, serial, words
from maild.store.row import Row


class BlueprintVersionRow(Row):
    """A version of a blueprint that tickets have entered; it stands in the rule file ``rules``. Counted by name."""

    __tablename__ = "blueprint_version"

    digest: str = Field(primary_key=True, max_length=64)
    name: str = Field(max_length=100, index=True)
    number: int
    rules: str = Field(max_length=64)
    first_at: datetime


class BlueprintShareRow(Row):
    """A department that has a transition from a state of a version: its people see tickets that stand there."""

    __tablename__ = "blueprint_share"

    version: str = Field(primary_key=True, max_length=64)
    state: str = Field(primary_key=True, max_length=100)
    department: str = Field(primary_key=True, max_length=100)


class BlueprintDropRow(Row):
    """A state in which a version ends without a sale: no order there is completed or bought."""

    __tablename__ = "blueprint_drop"

    version: str = Field(primary_key=True, max_length=64)
    state: str = Field(primary_key=True, max_length=100)


class BlueprintMoveRow(Row):
    """One step of a ticket along its blueprint. Append only; the first has no transition and no source,
    one that left has no target.

    ``due_at`` is the limit of the state that begins, ``whole_due_at`` that of the whole way, as they were set then.
    """

    __tablename__ = "blueprint_move"
    __table_args__ = (
        Index("blueprint_move_ticket", "ticket_id", "id"),
        Index("blueprint_move_at", "blueprint", "at", "id"),
    )

    id: int | None = serial()
    ticket_id: int = belongs_to("ticket.id")
    at: datetime
    blueprint: str = Field(max_length=100)
    version: str = Field(max_length=64)
    transition: str = Field(default="", max_length=100)
    source: str = Field(default="", max_length=100)
    target: str = Field(max_length=100)
    department: str = words(100, default="")
    due_at: datetime | None = None
    whole_due_at: datetime | None = None
    final: bool = False
    actor: str = words(400)
