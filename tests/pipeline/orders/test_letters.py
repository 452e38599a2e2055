"""Mails as people write them, in several languages: everything is read, and what adds up is trusted."""

from decimal import Decimal

import pytest

from maild.domain.mail import Mail
from maild.domain.order import Order, Party
from pipeline.orders.labels import normal
from pipeline.orders.read import read_orders
from tests.pipeline.orders.letters import LETTERS as FIRST
from tests.pipeline.orders.letters import Letter, Truth
from tests.pipeline.orders.more_letters import MORE, NO_ORDERS

LETTERS = (*FIRST, *MORE)


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: letter.name)
def test_letter_is_read(letter: Letter) -> None:
    reading = read_orders(letter.mail())
    assert len(reading.orders) == 1, reading.problems
    order, truth = reading.orders[0], letter.truth
    assert order.po_number == truth.po_number
    assert str(order.type) == truth.type
    assert lines_of(order) == expected_lines(truth)
    if truth.total:
        assert order.total is not None
        assert Decimal(order.total) == Decimal(truth.total)
    if truth.currency:
        assert order.currency == truth.currency
    if truth.order_date:
        assert order.order_date == truth.order_date
    if truth.requested_date:
        assert order.requested_date == truth.requested_date
    assert normal(order.buyer or "").startswith(normal(truth.buyer)[:8])
    assert all(part in address_text(order.ship_to) for part in truth.ship_to)


@pytest.mark.parametrize("letter", [x for x in LETTERS if x.truth.type == "new"], ids=lambda letter: letter.name)
def test_letter_that_adds_up_is_trusted(letter: Letter) -> None:
    order = read_orders(letter.mail()).orders[0]
    assert not order.needs_review, order.problems
    assert dict(order.provenance)["po_number"].text


@pytest.mark.parametrize("letter", [x for x in LETTERS if x.truth.total and x.text], ids=lambda letter: letter.name)
def test_letter_with_another_total_is_never_trusted(letter: Letter) -> None:
    order = read_orders(letter.mail()).orders[0]
    assert order.total is not None
    amount = dict(order.provenance)["total"].text or ""
    digits = [c for c in amount if c.isdigit()]
    changed = letter.text.replace(amount.strip(), amount.strip()[::-1].replace(digits[-1], "7", 1)[::-1], 1)
    wrong = Letter(letter.name, letter.subject, letter.sender, letter.day, letter.truth, changed)
    again = read_orders(wrong.mail())
    if changed != letter.text and again.orders and again.orders[0].total != order.total:
        assert again.orders[0].needs_review


@pytest.mark.parametrize(("subject", "text"), NO_ORDERS, ids=[subject for subject, _ in NO_ORDERS])
def test_enquiries_notices_and_complaints_are_no_orders(subject: str, text: str) -> None:
    reading = read_orders(Mail(sender=None, subject=subject, text=text))
    assert not reading.orders
    assert reading.problems


def lines_of(order: Order) -> set[tuple[str, Decimal, Decimal | None]]:
    """(item number, quantity, price) of each line, by the code that the truth may name."""
    return {
        (code, Decimal(line.quantity or 0), Decimal(line.unit_price) if line.unit_price else None)
        for line in order.lines
        for code in [line.sku or line.customer_sku or line.gtin or ""]
    }


def expected_lines(truth: Truth) -> set[tuple[str, Decimal, Decimal | None]]:
    return {(code, Decimal(quantity), Decimal(price) if price else None) for code, quantity, price in truth.lines}


def address_text(party: Party | None) -> str:
    return " ".join(filter(None, (party.company, party.street, party.city, party.postcode))) if party else ""
