"""Mails typed by hand in ten languages: read field by field; those known to fall short are never trusted wrongly."""

import pytest

from tests.pipeline.orders.handwritten import letters
from tests.pipeline.orders.layouts.drawn import Drawn
from tests.pipeline.orders.layouts.score import score

LETTERS = letters()


@pytest.mark.parametrize("drawn", [d for _, short, d in LETTERS if not short], ids=[n for n, s, _ in LETTERS if not s])
def test_typed_order_is_read(drawn: Drawn) -> None:
    assert not [(name, want, got) for _, name, want, got, _ in score([drawn]).misses]


@pytest.mark.parametrize("drawn", [d for _, short, d in LETTERS if short], ids=[n for n, s, _ in LETTERS if s])
def test_typed_order_that_is_not_understood_is_not_trusted(drawn: Drawn) -> None:
    assert not score([drawn]).asked["trusted"]


def test_most_typed_orders_prove_themselves() -> None:
    measured = score(drawn for _, _, drawn in LETTERS)
    assert measured.share("trust_share") >= 0.7
    assert measured.share("trusted") == 1
