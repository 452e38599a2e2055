"""Whether a reading is an order that is known, or only speaks of it."""

from dataclasses import replace

import pytest

from maild.domain.order import Order, OrderLine, OrderType, Party
from pipeline import same_order

LINE = OrderLine("1", sku="AX-1", quantity="20", unit_price="12.50", amount="250.00")
KNOWN = Order(po_number="PO-70231", total="250.00", currency="EUR", lines=(LINE,))
NAMED = Order(po_number="po 70231")


@pytest.mark.parametrize("sum_", [None, "250.00", "1.00"])
def test_who_names_an_order_and_a_sum_orders_nothing(sum_: str | None) -> None:
    assert same_order.only_names(replace(NAMED, total=sum_), KNOWN)


@pytest.mark.parametrize(
    "told",
    [
        replace(NAMED, po_number="PO-70232"),
        replace(NAMED, lines=(LINE,)),
        replace(NAMED, requested_date="2026-12-04"),
        replace(NAMED, ship_to=Party("Blue Harbor", city="Rye")),
        replace(NAMED, type=OrderType.CHANGE),
    ],
    ids=["another number", "a line", "a day", "a place", "a change"],
)
def test_who_says_what_is_to_be_delivered_orders(told: Order) -> None:
    assert not same_order.only_names(told, KNOWN)
