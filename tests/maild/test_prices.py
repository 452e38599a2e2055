"""An order held against a price list."""

from dataclasses import replace

import pytest

from maild.domain.order import Order, OrderLine
from maild.domain.prices import Price, checked

DAY = "2026-11-22"
LINE = OrderLine("1", sku="AX-1", quantity="20", unit="PCE", unit_price="12.50")
ORDER = Order(po_number="PO-1", currency="EUR", lines=(LINE,), needs_review=False)
PRICE = Price("ax-1", "12.5", "EUR", unit="pcs")


def codes(order: Order) -> list[str]:
    return [problem.code for problem in order.problems]


def test_an_order_at_list_prices_agrees() -> None:
    found = checked(ORDER, [PRICE], DAY)
    assert (found.prices, found.problems, found.needs_review) == ("agree", (), False)


def test_a_difference_is_told_with_both_values_and_changes_nothing_else() -> None:
    found = checked(ORDER, [replace(PRICE, price="11.90")], DAY)
    [problem] = found.problems
    assert (found.prices, problem.code, problem.field) == ("differ", "price.differs", "lines[0].unit_price")
    assert problem.candidates == ("12.50 EUR", "11.90 EUR")
    assert found.lines == ORDER.lines and not found.needs_review


def test_trap_09_prices_per_hundred_are_compared_for_one() -> None:
    hundred = replace(ORDER, lines=(replace(LINE, unit_price="1250", price_per="100"),))
    assert checked(hundred, [PRICE], DAY).prices == "agree"
    assert checked(ORDER, [replace(PRICE, price="1250", per="100")], DAY).prices == "agree"
    assert checked(ORDER, [replace(PRICE, price="1250", per="1000")], DAY).prices == "differ"


def test_another_currency_is_another_price() -> None:
    assert codes(checked(ORDER, [replace(PRICE, currency="USD")], DAY)) == ["price.differs"]


def test_p12_another_unit_than_the_list_has_is_a_difference() -> None:
    found = checked(ORDER, [replace(PRICE, unit="box")], DAY)
    assert (found.prices, codes(found)) == ("differ", ["unit.differs"])
    both = [replace(PRICE, unit="box", price="100"), PRICE]
    assert checked(ORDER, both, DAY).prices == "agree"


def test_p03_an_item_that_no_list_holds_is_unknown_and_only_where_there_is_a_list() -> None:
    found = checked(ORDER, [replace(PRICE, sku="AX-10")], DAY)
    assert (found.prices, codes(found)) == ("unknown", ["sku.unknown"])
    assert checked(ORDER, [], DAY, listed=False).problems == ()


def test_p03_blanks_and_case_do_not_make_another_item() -> None:
    assert checked(replace(ORDER, lines=(replace(LINE, sku="Ax - 1"),)), [PRICE], DAY).prices == "agree"


@pytest.mark.parametrize(
    ("first", "last", "verdict"),
    [("", "2026-11-21", "unknown"), ("2026-11-23", "", "unknown"), ("2026-11-22", "2026-11-22", "agree")],
)
def test_only_what_is_in_force_on_the_day_counts(first: str, last: str, verdict: str) -> None:
    assert checked(ORDER, [replace(PRICE, valid_from=first, valid_to=last)], DAY).prices == verdict


def test_the_customers_own_price_hides_everybodys() -> None:
    general = replace(PRICE, price="15.00", general=True)
    assert checked(ORDER, [general, PRICE], DAY).prices == "agree"
    assert checked(ORDER, [general], DAY).prices == "differ"


def test_trap_13_a_line_without_a_price_does_not_agree() -> None:
    assert checked(replace(ORDER, lines=(replace(LINE, unit_price=None),)), [PRICE], DAY).prices == "unknown"
    assert checked(replace(ORDER, lines=(replace(LINE, unit_price="0.00"),)), [PRICE], DAY).prices == "differ"


def test_payment_terms_are_compared_by_their_figures() -> None:
    order = replace(ORDER, payment_terms="Net 60 days")
    assert checked(order, [PRICE], DAY, "60 days net").prices == "agree"
    found = checked(order, [PRICE], DAY, "30 days net")
    assert (found.prices, codes(found)) == ("differ", ["terms.differ"])
    assert found.problems[0].candidates == ("Net 60 days", "30 days net")
