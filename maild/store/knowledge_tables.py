"""Tables of what the desk knows about how its customers order, and at which prices."""

from datetime import datetime

from sqlmodel import Field, Index

from maild.store.columns import belongs_to, serial, words
from maild.store.row import Row


class HabitRow(Row):
    """How an organization writes its orders. ``layout`` is "" for all its documents, ``said`` what stands there.

    ``ticket_id`` is the ticket that it was learned from, NULL for what was told by hand or from a list.
    """

    __tablename__ = "habit"
    __table_args__ = (Index("habit_one", "organization_id", "name", "said", "layout", unique=True),)

    id: int | None = serial()
    organization_id: int = belongs_to("organization.id")
    name: str = Field(max_length=32)
    said: str = words(200, default="")
    value: str = words(200)
    layout: str = Field(default="", max_length=64)
    ticket_id: int | None = belongs_to("ticket.id", default=None)
    set_by: str = words(400)
    set_at: datetime


class PriceRow(Row):
    """One entry of an organization's price list, of everybody's where it has none. ``item`` is the folded number."""

    __tablename__ = "price"
    __table_args__ = (Index("price_item", "item", "organization_id"),)

    id: int | None = serial()
    organization_id: int | None = belongs_to("organization.id", default=None, index=True)
    item: str = words(100)
    sku: str = words(100)
    unit: str = words(32, default="")
    price: str = Field(max_length=40)
    currency: str = Field(max_length=3)
    per: str = Field(default="1", max_length=20)
    valid_from: str = Field(default="", max_length=10)
    valid_to: str = Field(default="", max_length=10)
