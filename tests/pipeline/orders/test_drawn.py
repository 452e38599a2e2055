"""Two hundred drawn layouts in ten languages: nearly all are read to the last digit, none is trusted wrongly."""

from decimal import Decimal

import pytest

from pipeline.orders.read import read_document
from tests.pipeline.orders.drawn import LANGUAGES, Drawing, draw

PER_LANGUAGE = 20


@pytest.mark.parametrize("language", LANGUAGES)
def test_drawn_orders(language: str) -> None:
    seeds = [seed for seed in range(PER_LANGUAGE * len(LANGUAGES)) if LANGUAGES[seed % len(LANGUAGES)] == language]
    wrong, trusted, trusted_wrong = [], 0, []
    for seed in seeds:
        drawing = draw(seed)
        reading = read_document("order.pdf", drawing.data)
        assert reading is not None
        assert len(reading.orders) == 1, (seed, reading.problems)
        order = reading.orders[0]
        missed = _missed(drawing, order)
        trusted += not order.needs_review
        if missed:
            wrong.append((seed, missed))
            if not order.needs_review:
                trusted_wrong.append((seed, missed))
    assert not trusted_wrong
    assert len(wrong) <= len(seeds) // 10, wrong
    assert trusted >= len(seeds) * 8 // 10


def _missed(drawing: Drawing, order) -> list[str]:  # type: ignore[no-untyped-def]
    truth = drawing.truth
    missed = []
    if order.po_number != truth.po_number:
        missed.append("po_number")
    if order.total is None or Decimal(order.total) != Decimal(truth.total or 0):
        missed.append("total")
    if (order.order_date, order.requested_date) != (truth.order_date, truth.requested_date):
        missed.append("dates")
    found = [
        ({x.sku, x.customer_sku, x.gtin}, Decimal(x.quantity or 0), Decimal(x.unit_price or 0)) for x in order.lines
    ]
    for code, quantity, price in truth.lines:
        hit = next((f for f in found if code in f[0] and f[1:] == (Decimal(quantity), Decimal(price or 0))), None)
        if hit is None:
            missed.append(f"line {code}")
        else:
            found.remove(hit)
    return missed + [f"extra {codes}" for codes, _, _ in found]
