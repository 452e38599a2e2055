"""What a revised order changes, line by line."""

from dataclasses import replace

from maild.domain.order import Order, OrderLine, OrderType, Party
from maild.domain.revision import Change, changes

LINES = (
    OrderLine("1", sku="AX-1", description="Hinge", quantity="20", unit="PCE", unit_price="12.50", amount="250.00"),
    OrderLine("2", sku="BX-2", description="Bracket", quantity="10", unit="PCE", unit_price="8.50", amount="85.00"),
)
BEFORE = Order(po_number="PO-1", total="335.00", currency="EUR", ship_to=Party("Blue Harbor", city="Rye"), lines=LINES)


def test_p05_the_same_order_differs_in_nothing_whatever_its_figures_are_written_like() -> None:
    again = replace(BEFORE, total="335", format="pdf", needs_review=False, confidence="1")
    assert changes(BEFORE, replace(again, lines=(replace(LINES[0], quantity="20.000"), LINES[1]))) == ()


def test_p05_quantity_price_and_date_are_named_with_both_values() -> None:
    line = replace(LINES[1], quantity="12", unit_price="8.00", requested_date="2026-12-01")
    found = changes(BEFORE, replace(BEFORE, lines=(LINES[0], line)))
    assert [(c.line, c.field, c.before, c.after) for c in found] == [
        ("line 2 (BX-2)", "quantity", "10", "12"),
        ("line 2 (BX-2)", "unit_price", "8.50", "8.00"),
        ("line 2 (BX-2)", "requested_date", None, "2026-12-01"),
    ]
    assert str(found[0]) == "line 2 (BX-2), quantity: 10 -> 12"


def test_p05_lines_that_came_and_went_are_told_by_their_item_and_not_by_their_number() -> None:
    fresh = OrderLine("2", sku="CX-3", description="Bolt", quantity="5", unit_price="1.00")
    found = changes(BEFORE, replace(BEFORE, lines=(replace(LINES[1], line="1"), fresh)))
    assert [(c.what, c.line) for c in found] == [("added", "line 2 (CX-3)"), ("removed", "line 1 (AX-1)")]


def test_p05_one_of_two_equal_lines_gone_is_one_line_removed() -> None:
    twice = replace(BEFORE, lines=(LINES[0], replace(LINES[0], line="2")))
    assert [c.what for c in changes(twice, replace(twice, lines=twice.lines[:1]))] == ["removed"]


def test_p05_the_head_is_compared_too() -> None:
    after = replace(BEFORE, total="400.00", ship_to=Party("Blue Harbor", city="Hove"), payment_terms="30 days")
    assert changes(BEFORE, after) == (
        Change("changed", "", "total", "335.00", "400.00"),
        Change("changed", "", "ship_to", "Blue Harbor, Rye", "Blue Harbor, Hove"),
        Change("added", "", "payment_terms", None, "30 days"),
    )


def test_trap_02_a_change_order_takes_nothing_away_that_it_does_not_name() -> None:
    change = Order(type=OrderType.CHANGE, po_number="PO-1", lines=(replace(LINES[1], quantity="7", amount=None),))
    assert [(c.what, c.field) for c in changes(BEFORE, change)] == [("changed", "quantity")]


def test_p06_five_thousand_lines_are_compared_in_linear_time() -> None:
    lines = tuple(OrderLine(str(n), sku=f"S{n % 50}", quantity="1") for n in range(5000))
    assert len(changes(replace(BEFORE, lines=lines), replace(BEFORE, lines=lines[::2]))) == 5000 // 2
