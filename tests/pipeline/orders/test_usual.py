"""What is usual with a customer decides what the document leaves open, and nothing else."""

import pytest

from maild.domain.habits import Usual
from maild.domain.mail import Address, Mail
from maild.domain.order import Order
from pipeline.child import _read
from pipeline.orders.read import read_orders
from pipeline.understood import Understood

OPEN = """Purchase order PO-8110
Order date: 03/04/2026

Item    Description   Qty   Unit price   Amount
AX-1    Hinge         20    12.50        250.00
AX-2    Bracket       10     8.50         85.00
Total 335.00 EUR
"""
MONTH: Usual = {"harbor.example": {"day_order": "month"}}
DAY: Usual = {"harbor.example": {"day_order": "day"}}


def order(text: str, usual: Usual, sender: str = "mia@harbor.example") -> Order:
    mail = Mail(sender=Address("Mia Okafor", sender), subject="Purchase order PO-8110", text=text)
    return read_orders(mail, usual).orders[0]


def test_p07_an_open_date_is_read_by_the_customers_habit() -> None:
    assert order(OPEN, MONTH).order_date == "2026-03-04"
    assert order(OPEN, DAY).order_date == "2026-04-03"


def test_p07_without_a_habit_or_with_another_customers_it_stays_open() -> None:
    assert order(OPEN, {}) == order(OPEN, {"other.example": {"day_order": "day"}})
    assert order(OPEN, {}).needs_review


def test_p07_what_the_document_tells_goes_before_the_habit() -> None:
    told = OPEN.replace("03/04/2026", "03/04/2026\nDelivery date: 25/04/2026")
    assert order(told, MONTH).order_date == order(told, {}).order_date == "2026-04-03"


@pytest.mark.parametrize(
    ("sender", "date"),
    [
        ("mia@harbor.example", "2026-04-03"),
        ("mia@east.harbor.example", "2026-04-03"),
        ("chief@harbor.example", "2026-03-04"),
        ("mia@notharbor.example", None),
    ],
)
def test_the_nearest_of_address_domain_and_the_domains_above_counts(sender: str, date: str | None) -> None:
    usual = {**DAY, "chief@harbor.example": {"day_order": "month"}}
    found = order(OPEN, usual, sender)
    assert found.order_date == date if date else found == order(OPEN, {}, sender)


def test_f05_the_habit_of_decimals_changes_no_figure_that_its_arithmetic_proves() -> None:
    assert order(OPEN, {"harbor.example": {"decimal": "comma"}}).lines == order(OPEN, {}).lines


@pytest.mark.parametrize(("decimal", "quantity"), [("comma", "1250"), ("point", "1.250")])
def test_f05_figures_that_may_be_read_two_ways_follow_the_habit(decimal: str, quantity: str) -> None:
    """1.250 times 2 is 2.500 in either style."""
    text = OPEN.split("AX-1")[0] + "AX-1    Hinge         1.250    2        2.500\nTotal 2.500 EUR\n"
    assert "po.number_style" in {p.code for p in order(text, {}).problems}
    found = order(text, {"harbor.example": {"decimal": decimal}})
    assert found.lines[0].quantity == quantity


def test_the_child_reads_with_what_it_was_told() -> None:
    raw = f"From: mia@harbor.example\r\nSubject: PO-8110\r\n\r\n{OPEN}".encode()
    for usual, date in ((MONTH, "2026-03-04"), (DAY, "2026-04-03")):
        answer = _read(raw, usual)
        assert isinstance(answer, Understood)
        assert answer.reading.orders[0].order_date == date
