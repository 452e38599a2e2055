"""What the tests of the letters write about: one fictional desk, customer and order."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from maild.domain.letter import Letter
from maild.domain.order import Order, OrderLine, Party
from maild.domain.people import Organization, Person
from maild.domain.ticket import Snapshot, Status
from notifications.placeholders import Labels
from notifications.tokens import Keys

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
KEYS = Keys(b"k" * 32)


@dataclass(frozen=True)
class Site:
    name: str = "Harbour Tools"
    timezone: str = "Europe/Berlin"


SITE = Site()
FIELDS = {
    "po_number": "HT-7781",
    "so_number": "1042",
    "ship_to": "Nordlicht - Kiel",
    "order_details": "12 x Rope\n3 x Shackle",
    "total_cost": "1234.50",
    "currency": "EUR",
    "ship_method": "ground",
    "freight_charge_to": "prepaid",
    "carrier": "Paketdienst",
    "tracking_number": "PX-99812",
    "ship_date": "2026-11-05",
}
LABELS = Labels(
    options={"ship_method": {"ground": "Ground"}, "freight_charge_to": {"prepaid": "Prepaid"}},
    prefixes={"so_number": "INVTW"},
)
LINES = (
    OrderLine("1", "ROPE-12", description="Rope 12 mm", quantity="12", unit="m", unit_price="2.50", amount="30.00"),
    OrderLine("2", "SHK-3", description="Shackle", quantity="3", unit="pcs", unit_price="401.50", amount="1204.50"),
)


def order(**changes: Any) -> Order:
    made = Order(
        po_number="HT-7781",
        order_date="2026-11-02",
        currency="EUR",
        total="1234.50",
        ship_to=Party("Nordlicht", "Kai 4", "Kiel", "24103", "DE"),
        lines=LINES,
        needs_review=False,
    )
    return replace(made, **changes)


def ticket(**changes: Any) -> Snapshot:
    made = Snapshot(
        id=7,
        version=1,
        now=NOW,
        subject="Our order HT-7781",
        status=Status.NEW,
        priority="normal",
        order_address="orders@harbour.example",
        channel="smtp",
        requester=Person(3, "Ada Nordlicht", "ada@nordlicht.example"),
        organization=Organization(1, "Nordlicht GmbH"),
        fields=tuple(FIELDS.items()),
        orders=(order(),),
    )
    return replace(made, **changes)


def letter(number: int = 1, **changes: Any) -> Letter:
    made = Letter(
        id=number,
        message_id=f"<letter-{number}@harbour.example>",
        envelope_from=f"orders+b-{number}@harbour.example",
        recipients=("ada@nordlicht.example",),
        raw=b"Subject: hello\r\n\r\nfirst\r\n.second starts with a dot\r\n",
        attempt=1,
        created_at=NOW,
        ticket=7,
    )
    return replace(made, **changes)
