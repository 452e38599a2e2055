"""Orders and events as JSON documents in a column, and orders back."""

import hashlib
import json
from typing import Any

from pydantic import TypeAdapter

from maild.domain.order import Order
from maild.store.columns import Encoded, as_json

_ORDER = TypeAdapter(Order)
_HOW_IT_WAS_READ = {"confidence", "needs_review", "problems", "provenance", "format", "layout", "prices", "printed"}


def dump(order: Order) -> dict[str, Any]:
    """A JSON object without empty values."""
    data: dict[str, Any] = _ORDER.dump_python(order, mode="json", exclude_none=True)
    return data


def order(data: dict[str, Any]) -> Order:
    return _ORDER.validate_python(data)


def kept(order: Order) -> tuple[Encoded, Order]:
    """An order for a column, and as it comes back: the very same, unless it holds what a database does not take."""
    if (document := _harmless(_ORDER, order, exclude_none=True)) is not None:
        return document, order
    text = as_json(dump(order))
    return Encoded(text), _ORDER.validate_json(text)


def encoded(kind: TypeAdapter[Any], value: object) -> Encoded:
    """Any value as JSON for a column: a third of what it costs to make dictionaries of it first."""
    return _harmless(kind, value) or Encoded(as_json(kind.dump_python(value, mode="json")))


def _harmless(kind: TypeAdapter[Any], value: object, *, exclude_none: bool = False) -> Encoded | None:
    try:
        text = kind.dump_json(value, exclude_none=exclude_none).decode()
    except ValueError:  # half a surrogate pair
        return None
    return None if "\\u0000" in text else Encoded(text)


def words(order: Order) -> str:
    """By which an order is found: its numbers, and what is ordered, a line each."""
    place = order.ship_to.company if order.ship_to else None
    head = (order.po_number, order.revision, order.buyer, order.end_user, place)
    lines = [" ".join(filter(None, (n.sku, n.customer_sku, n.gtin, n.description))) for n in order.lines]
    return "\n".join(filter(None, (" ".join(filter(None, head)), *lines)))


def content_digest(order: Order) -> str:
    """SHA-256 over what is ordered, apart from how it was read: equal for the same order in another document.

    What a customer's habits make of it counts as little, so that what they learn makes no revision of an old order.
    """
    if order.printed:
        return order.printed
    meaning = _ORDER.dump_python(order, mode="json", exclude_none=True, exclude=_HOW_IT_WAS_READ)
    return hashlib.sha256(json.dumps(meaning, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
