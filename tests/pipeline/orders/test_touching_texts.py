"""Texts that touch or lie on each other, and proofs that would let what they hide go by."""

from decimal import Decimal

import pytest

from pipeline.orders.found import Draft, Line
from pipeline.orders.judge import judge
from pipeline.orders.pdf import _words
from pipeline.orders.pdf_glyphs import Glyph
from pipeline.orders.pdf_layers import layers
from tests.pipeline.orders.test_unseen_kinds import ROWS, TOLD, drawn, page, told


def printed(text: str, x: float, at: int, width: float = 5.0) -> list[Glyph]:
    return [
        Glyph(sign, x + width * n, 0.0, x + width * (n + 1), 8.0, at=at + n)
        for n, sign in enumerate(text)
        if sign != " "
    ]


def legible(*texts: list[Glyph]) -> list[str]:
    line = sorted((glyph for text in texts for glyph in text), key=lambda glyph: glyph.x0)
    return ["".join(glyph.text for glyph in layer) for layer in layers(line, 8.0)]


def test_texts_on_each_other_are_told_apart() -> None:
    assert legible(printed("Total", 10, 0), printed("56.10", 28, 5)) == ["Total", "56.10"]
    assert legible(printed("Total", 10, 0), printed("56.10", 35, 5)) == ["Total56.10"]
    assert legible(printed("Net", 10, 0), printed("Total", 60, 3), printed("56.10", 78, 8)) == ["NetTotal", "56.10"]


def test_what_is_printed_twice_to_look_bold_is_read_once() -> None:
    assert legible(printed("56.10", 10, 0), printed("56.10", 11.5, 5)) == ["56.10"]


def test_kerned_letters_and_ligatures_stay_one_word() -> None:
    assert legible(printed("AVA", 10, 0, width=5.0), printed("x", 24.5, 3)) == ["AVAx"]
    ligature = [Glyph(sign, 10.0, 0.0, 15.0, 8.0, at=at) for at, sign in enumerate("fi")]
    assert legible(ligature) == ["fi"]


def run(text: str) -> list[str]:
    return [word.text for word in _words(printed(text, 10.0, 0))]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("4012345600018LED-Panel", ["4012345600018", "LED-Panel"]),
        ("4012345600012LED-Panel", ["4012345600012LED-Panel"]),  # no GTIN: its check digit is wrong
        ("zamówienia56466,86", ["zamówienia", "56466,86"]),
        ("Gesamtwert:1.234,50", ["Gesamtwert:", "1.234,50"]),
        ("TOTAL335.00", ["TOTAL", "335.00"]),
        ("ROHR12.50", ["ROHR12.50"]),
        ("Regal12.5", ["Regal12.5"]),
    ],
)
def test_columns_that_touch_are_cut(text: str, words: list[str]) -> None:
    assert run(text) == words


def codes(*skus: str) -> set[str]:
    lines = tuple(Line(Decimal(2), Decimal("3.50"), Decimal("7.00"), sku=sku, description="Lamp") for sku in skus)
    problems = judge(Draft("pdf", lines=lines, way="table")).problems
    return {problem.code for problem in problems}


@pytest.mark.parametrize(
    ("skus", "doubted"),
    [
        (("4711", "4712", "4713LED"), True),
        (("AX-4711", "AX-4712", "AX-4713LED-PANEL"), True),
        (("4012345600012LED-PANEL",), True),
        (("AX-4711", "AX-4712", "AX-4713B"), False),
        (("AX-4711", "AX-4712", "AX-4713-2"), False),
        (("4711", "4712", "4713"), False),
        (("40123456AB",), False),
    ],
)
def test_item_number_that_goes_on_where_the_others_end_is_doubted(skus: tuple[str, ...], doubted: bool) -> None:
    assert ("po.item_unclear" in codes(*skus)) is doubted


def order_with(*sums: tuple[float, float, str]) -> "tuple[str | None, bool]":
    table = page(*((140.0 + 14 * n, row) for n, row in enumerate(ROWS)))
    order = drawn(table + list(sums))
    assert told(order) == TOLD
    return order.total, order.needs_review


def test_goods_alone_are_no_total_where_taxes_stand_below() -> None:
    net, tax = [(400.0, 190.0, "Net total"), (500.0, 190.0, "335.00")], [(400.0, 204.0, "VAT"), (500.0, 204.0, "67.00")]
    assert order_with(*net) == ("335.00", False)
    assert order_with(*net, *tax) == ("335.00", True)
    assert order_with(*net, *tax, (400.0, 218.0, "Total"), (500.0, 218.0, "402.00")) == ("402.00", False)


def test_total_that_lies_on_its_label_is_read() -> None:
    label = "Order value with everything"
    width = 108.0  # of the label in 9 points
    sums = [(400.0, 190.0, "Net total"), (520.0, 190.0, "335.00"), (400.0, 204.0, "VAT"), (520.0, 204.0, "67.00")]
    over = [(400.0, 218.0, f"{label} total"), (400.0 + width + 15.0, 218.0, "402.00")]
    assert order_with(*sums, *over) == ("402.00", False)
