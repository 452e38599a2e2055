"""When a purchase order comes again: under which key it is known, and whether two readings are the same order."""

from collections.abc import Sequence
from dataclasses import replace

from maild.domain.order import Order, OrderType
from maild.domain.people import Person
from maild.store import orders
from maild.store.documents import content_digest
from maild.store.orders import KnownOrder
from maild.store.tx import Tx


def known(tx: Tx, order: Order, customer: Person | None) -> KnownOrder | None:
    """The order on a ticket that this one is again, None where there is none."""
    under = key(order, customer)
    found = orders.find(tx, under) if under else None
    if found is None and order.type is OrderType.CANCEL and (number := wanted(order, customer)):
        return orders.find_number(tx, *number)  # who asks to cancel seldom says for whom it was bought
    return found


def key(order: Order, customer: Person | None) -> str | None:
    """Customer, buyer of record and PO number, for buyers number alike; None where the order cannot be told apart."""
    number = _plain(order.po_number)
    if not number or customer is None:
        return None
    return f"{_who(customer)}|{_plain(order.buyer)}|{number}"[:500]


def corrected_key(known: str | None, order: Order, requester: Person) -> str | None:
    """The key of an order that was corrected: of the same customer as before (``known``), else of the requester."""
    fresh = key(order, requester)
    if known is None or fresh is None:
        return fresh
    return "|".join((known.rsplit("|", 2)[0], *fresh.rsplit("|", 2)[1:]))[:500]


def wanted(order: Order, customer: Person | None) -> tuple[str, str] | None:
    """How the keys begin and end under which an order may be known, whoever its buyer of record is."""
    number = _plain(order.po_number)
    return (f"{_who(customer)}|", f"|{number}") if number and customer is not None else None


def _who(customer: Person) -> str:
    return f"organization:{customer.organization_id}" if customer.organization_id else customer.address


def _plain(text: str | None) -> str:
    return "".join(char for char in (text or "").casefold() if char.isalnum())


def repeats(order: Order, known: KnownOrder) -> bool:
    """Whether it orders exactly what is known already; anything else under the same key is a revision."""
    return content_digest(order) == known.content


def same(order: Order, other: Order) -> bool:
    """Whether two readings are of one and the same order."""
    return content_digest(order) == content_digest(other)


def only_names(order: Order, other: Order) -> bool:
    """Whether a reading says no more than the number of an order that is known, and a sum: somebody speaks of it."""
    said = (order.lines, order.requested_date, order.ship_to, order.ship_method, order.revision)
    return order.type is OrderType.NEW and not any(said) and _plain(order.po_number) == _plain(other.po_number)


def news(order: Order, before: Sequence[Order]) -> Order | None:
    """What a reading adds in a reply to a ticket with orders; None where it quotes one of them or only speaks of it."""
    return None if any(same(order, known) for known in before) else asked(order, before)


def asked(order: Order, before: Sequence[Order]) -> Order | None:
    """What a reading asks for, beside the orders of its ticket: itself where it has lines, else a change of the one it
    speaks of; None where it says nothing new of that.
    """
    known = None if order.lines else _spoken_of(order, before)
    if known is None:
        return order
    changed = _laid_over(order, known)
    unchanged = only_names(order, known) or same(replace(changed, type=known.type), known)
    return None if unchanged and order.type is OrderType.NEW else changed


def _spoken_of(order: Order, before: Sequence[Order]) -> Order | None:
    """The newest order with its number; where it has none, the newest of all."""
    number = _plain(order.po_number)
    return next((known for known in reversed(before) if number in ("", _plain(known.po_number))), None)


_CHANGEABLE = (
    *("revision", "requested_date", "total", "subtotal", "tax", "ship_to", "bill_to", "end_user"),
    *("ship_method", "freight_terms", "freight_account", "payment_terms", "notes"),
)
_KEPT = ("po_number", "order_date", "currency", "buyer", "contact", "prices")


def _laid_over(order: Order, known: Order) -> Order:
    """A reading without lines is no whole order, but asks to change one: what it does not say stays as it is known."""
    said = {name: value for name in _CHANGEABLE if (value := getattr(order, name))}
    lines = known.lines
    if order.requested_date:
        lines = tuple(replace(line, requested_date=None) for line in lines)
    return replace(
        order,
        **{name: getattr(known, name) for name in (*_CHANGEABLE, *_KEPT)} | said,
        type=OrderType.CHANGE,
        lines=lines,
        needs_review=True,
    )
