"""Habits of customers, and corrections that teach them."""

from dataclasses import replace

import pytest

from maild.domain.corrections import Correction, Wrong, corrected
from maild.domain.habits import Habit, applied
from maild.domain.order import Order, OrderLine
from maild.domain.problem import Problem

LINE = OrderLine("1", customer_sku="4711", quantity="20", unit="BX", unit_price="12.50")
DOUBT = Problem("po.item_unclear", "which is the item number is not certain", "lines[0].sku")
ORDER = Order(po_number="PO-1", lines=(LINE,), layout="abc", problems=(DOUBT,), needs_review=True)


def learned(order: Order, path: str, value: str) -> Correction:
    found = corrected(order, path, value, "agent:pat")
    assert isinstance(found, Correction)
    return found


def test_their_number_becomes_ours_and_says_why() -> None:
    found = applied(ORDER, [Habit("sku", "AX-1", "4711", why="learned from ticket 7 by agent:pat")])
    assert (found.lines[0].sku, found.lines[0].customer_sku) == ("AX-1", "4711")
    assert dict(found.provenance)["lines[0].sku"].text == "learned from ticket 7 by agent:pat"


def test_p12_a_unit_of_theirs_becomes_ours() -> None:
    assert applied(ORDER, [Habit("unit", "box of 12", "bx")]).lines[0].unit == "box of 12"


def test_what_an_order_leaves_unsaid_is_filled_in_and_what_it_says_stays() -> None:
    habit = Habit("freight_account", "UPS 99-1")
    assert applied(ORDER, [habit]).freight_account == "UPS 99-1"
    assert applied(replace(ORDER, freight_account="DHL 5"), [habit]).freight_account == "DHL 5"


def test_a_habit_never_settles_a_doubt() -> None:
    """What is learned must not make an order trusted that does not prove itself."""
    found = applied(ORDER, [Habit("sku", "AX-1", "4711"), Habit("unit", "box", "BX")])
    assert (found.needs_review, found.problems) == (True, (DOUBT,))


def test_a_habit_of_one_layout_is_not_used_on_another_and_goes_before_one_of_all() -> None:
    mine, all_ = Habit("sku", "AX-1", "4711", "abc"), Habit("sku", "AX-2", "4711")
    assert applied(ORDER, [mine, all_]).lines[0].sku == "AX-1"
    assert applied(replace(ORDER, layout="other"), [mine]) == replace(ORDER, layout="other")


def test_a_correction_is_kept_for_the_layout_and_applied_to_the_next_document() -> None:
    found = learned(ORDER, "lines[0].sku", "AX-1")
    assert found.teaches == Habit("sku", "AX-1", "4711", "abc")
    assert found.order.lines[0].sku == "AX-1" and found.order.problems == () and found.order.needs_review
    following = replace(ORDER, po_number="PO-2")
    assert applied(following, [found.teaches]).lines[0].sku == "AX-1"


@pytest.mark.parametrize(("path", "value"), [("total", "12.50"), ("po_number", "PO-9"), ("lines[0].quantity", "3")])
def test_figures_and_numbers_of_one_order_teach_nothing(path: str, value: str) -> None:
    assert learned(ORDER, path, value).teaches is None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("layout", "x"),
        ("needs_review", "false"),
        ("lines[1].sku", "x"),
        ("lines[0].nothing", "x"),
        ("total", "NaN"),
        ("total", "1e999999"),
        ("order_date", "2026-02-31"),
        ("contact", "x" * 300),
        ("lines[99999999999999].sku", "x"),
    ],
)
def test_a_correction_that_makes_no_sense_is_refused(path: str, value: str) -> None:
    assert isinstance(corrected(ORDER, path, value, "agent:pat"), Wrong)
