"""Orders as JSON documents in a column, and back."""

import hashlib
import json
from typing import Any

from pydantic import TypeAdapter

from maild.domain.order import Order
from maild.store.columns import as_json

_ORDER = TypeAdapter(Order)
_HOW_IT_WAS_READ = frozenset(
    {"confidence", "needs_review", "problems", "provenance", "format", "layout", "prices", "printed"}
)


def dump(order: Order) -> dict[str, Any]:
    """A JSON object without empty values."""
    data: dict[str, Any] = _ORDER.dump_python(order, mode="json", exclude_none=True)
    return data


def order(data: dict[str, Any]) -> Order:
    return _ORDER.validate_python(data)


def kept(order: Order) -> Order:
    """An order as it comes back from a column: the very same, unless it holds what a database does not take."""
    try:
        harmless = b"\\u0000" not in _ORDER.dump_json(order)
    except ValueError:  # half a surrogate pair
        harmless = False
    return order if harmless else _ORDER.validate_python(json.loads(as_json(dump(order))))


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
    return digest(dump(order))


def digest(data: dict[str, Any]) -> str:
    """The same of an order that was dumped before."""
    if data.get("printed"):
        return str(data["printed"])
    meaning = {k: v for k, v in data.items() if k not in _HOW_IT_WAS_READ}
    return hashlib.sha256(json.dumps(meaning, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
