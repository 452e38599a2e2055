"""Whether a reading is an order that is known, or only speaks of it."""

from dataclasses import replace

import pytest

from maild.domain.order import Order, OrderLine, OrderType, Party
from maild.domain.revision import changes
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


WHOLE = replace(
    KNOWN, buyer="Blue Harbor", requested_date="2026-12-04", lines=(replace(LINE, requested_date="2026-12-04"),)
)


@pytest.mark.parametrize("number", ["PO-70231", None])
def test_a_reading_without_lines_changes_what_it_says_and_leaves_the_rest(number: str | None) -> None:
    told = Order(po_number=number, buyer="Mia Okafor", requested_date="2026-11-27")
    changed = same_order.news(told, (WHOLE,))
    assert changed is not None
    assert changed.type is OrderType.CHANGE
    assert [str(change) for change in changes(WHOLE, changed)] == ["requested date: 2026-12-04 -> 2026-11-27"]
    assert (changed.po_number, changed.buyer, changed.total, changed.lines) == (
        "PO-70231",
        "Blue Harbor",
        "250.00",
        (LINE,),
    )
    assert changed.needs_review


def test_what_was_asked_for_before_is_no_change_but_to_ask_for_one_is() -> None:
    assert same_order.news(replace(NAMED, requested_date="2026-12-04"), (replace(WHOLE, lines=(LINE,)),)) is None
    asked = same_order.news(replace(NAMED, type=OrderType.CHANGE), (WHOLE,))
    assert asked is not None and not changes(WHOLE, asked)


def test_a_reading_with_lines_and_one_of_another_number_stand_for_themselves() -> None:
    whole = replace(KNOWN, lines=(replace(LINE, quantity="40"),))
    other = replace(NAMED, po_number="PO-70232", requested_date="2026-11-27")
    assert same_order.news(whole, (WHOLE,)) is whole
    assert same_order.news(other, (WHOLE,)) is other


def test_an_older_order_is_a_quotation_in_a_reply_and_asked_for_again_by_itself() -> None:
    newer = replace(KNOWN, lines=(replace(LINE, quantity="40"),))
    assert same_order.news(KNOWN, (KNOWN, newer)) is None
    assert same_order.asked(KNOWN, (KNOWN, newer)) is KNOWN
