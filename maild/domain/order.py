"""A purchase order as understood from a document; every value is what was printed, decimals as strings."""

from dataclasses import dataclass
from enum import StrEnum

from maild.domain.problem import Problem


class OrderType(StrEnum):
    NEW = "new"
    REPLACE = "replace"
    CHANGE = "change"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was found: the mail part, the page and line counted from 1, the box in points, the text itself."""

    part: str | None = None
    page: int | None = None
    line: int | None = None
    box: tuple[float, float, float, float] | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """A postal address; country is as printed unless the format says it is an ISO 3166 code."""

    company: str | None = None
    street: str | None = None
    city: str | None = None
    postcode: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One ordered position.

    ``unit_price`` is as printed, for ``price_per`` units; ``amount`` the printed line total.
    """

    line: str | None = None
    sku: str | None = None
    customer_sku: str | None = None
    gtin: str | None = None
    description: str | None = None
    quantity: str | None = None
    unit: str | None = None
    unit_price: str | None = None
    price_per: str | None = None
    amount: str | None = None
    requested_date: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One purchase order.

    Decimals are strings in plain notation ("1234.50"), dates ISO 8601 ("2026-11-21"), ``currency`` an ISO 4217 code.
    ``total`` is the grand total as printed, ``subtotal`` the goods. ``confidence`` runs from "0" to "1".
    ``needs_review`` is False only when the order proves itself. ``provenance`` pairs field paths with places.
    ``layout`` is a fingerprint of the document's structure, whatever values it holds. ``prices`` says how the order
    compares with the price list (`maild.domain.prices`): agree, differ or unknown; None where it was not compared.
    ``printed`` is the digest of what the document itself orders, where a customer's habits changed its words since.
    """

    type: OrderType = OrderType.NEW
    po_number: str | None = None
    revision: str | None = None
    order_date: str | None = None
    requested_date: str | None = None
    currency: str | None = None
    total: str | None = None
    subtotal: str | None = None
    tax: str | None = None
    buyer: str | None = None
    ship_to: Party | None = None
    bill_to: Party | None = None
    end_user: str | None = None
    ship_method: str | None = None
    freight_terms: str | None = None
    freight_account: str | None = None
    payment_terms: str | None = None
    contact: str | None = None
    notes: str | None = None
    lines: tuple[OrderLine, ...] = ()
    format: str = "text"
    confidence: str = "0"
    needs_review: bool = True
    problems: tuple[Problem, ...] = ()
    provenance: tuple[tuple[str, Place], ...] = ()
    layout: str | None = None
    prices: str | None = None
    printed: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """All orders found in one mail or document; ``problems`` say why there is none, or what could not be read."""

    orders: tuple[Order, ...] = ()
    problems: tuple[Problem, ...] = ()
