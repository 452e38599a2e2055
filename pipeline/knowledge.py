"""What is known of the customer, put to use on the orders that were read: habits first, then the price list."""

from dataclasses import replace
from datetime import date

from maild.domain import habits, prices
from maild.domain.order import Order, OrderType
from maild.domain.people import Organization
from maild.store import knowledge
from maild.store.documents import content_digest
from maild.store.tx import Tx

AGREED_TERMS = ("payment_terms", "net_terms")
"""Fields of an organization that say what was agreed for payment; the first that is filled counts."""


def applied(tx: Tx, orders: tuple[Order, ...], organization: Organization | None, day: date) -> tuple[Order, ...]:
    """The orders in our words and compared with the price list. What was doubtful stays so."""
    return tuple(_applied(tx, order, organization, day) for order in orders)


def _applied(tx: Tx, order: Order, organization: Organization | None, day: date) -> Order:
    if organization is not None:
        told = habits.applied(order, knowledge.habits(tx, organization.id))
        order = order if told is order else replace(told, printed=content_digest(order))
    mine = organization.id if organization else None
    if order.type is OrderType.CANCEL or not order.lines or not knowledge.has_prices(tx, mine):
        return order
    fields = dict(organization.fields) if organization else {}
    terms = next((fields[name] for name in AGREED_TERMS if fields.get(name)), "")
    return prices.checked(order, knowledge.prices(tx, mine, prices.items(order)), day.isoformat(), terms)
