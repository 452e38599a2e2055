"""Texts that touch, lie on each other or stand side by side, and proofs that would let what they hide go by."""

from decimal import Decimal

import pytest

from maild.domain.mail import Mail
from maild.domain.order import Place
from pipeline.orders.codes import labelled
from pipeline.orders.found import Draft, Line, Value
from pipeline.orders.identity import spoken
from pipeline.orders.judge import judge
from pipeline.orders.pdf import _words
from pipeline.orders.pdf_glyphs import Glyph
from pipeline.orders.pdf_layers import layers
from pipeline.orders.read import read_orders
from tests.pipeline.orders.layouts.drawing import draw
from tests.pipeline.orders.layouts.score import read_drawn
from tests.pipeline.orders.test_unseen_kinds import HEADS, ROWS, TOLD, drawn, page, told


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


FORWARDED = """FYI

-----Original Message-----
From: Dana Reed <dana@fernhill.example>
Sent: 17 November 2026 09:12
Subject: Order F-4471
To: sales@shop.example

Req. Date: 2026-11-27
Ship To: Fernhill Tools Ltd, 4 Mill Lane, Leeds LS12 2QF

Item No   Description   Qty   Unit Price   Amount
AX-10     Bracket        20        12.50   250.00
AX-22     Hinge          10         8.50    85.00

Total 335.00

Fernhill Tools Ltd
"""


def test_head_of_a_forwarded_mail_ends_at_an_empty_line() -> None:
    [order] = read_orders(Mail(sender=None, subject="FW: Order F-4471", text=FORWARDED)).orders
    assert order.requested_date == "2026-11-27"
    assert order.ship_to is not None
    assert (order.ship_to.postcode, order.po_number, told(order)) == ("LS12 2QF", "F-4471", TOLD)


def test_address_under_do_beside_the_place_of_delivery_is_the_sellers() -> None:
    table = page(*((240.0 + 14 * n, row) for n, row in enumerate((HEADS, *ROWS))))
    ours = [(40.0, 160.0, "Ship To:"), (40.0, 172.0, "Fernhill Tools Ltd"), (40.0, 184.0, "Leeds LS12 2QF")]
    theirs = [(300.0, 160.0, "Do"), (300.0, 172.0, "Bolt Traders Ltd"), (300.0, 184.0, "York YO1 7HH")]
    rows = [each for each in table if each[1] != 120.0]
    order = drawn([*rows, *ours, *theirs, (400.0, 290.0, "Total"), (500.0, 290.0, "335.00")])
    assert told(order) == TOLD
    assert order.ship_to is not None
    assert (order.ship_to.company, order.ship_to.postcode) == ("Fernhill Tools Ltd", "LS12 2QF")


def test_capitals_behind_a_number_s_own_label_belong_to_it() -> None:
    assert spoken("Número: OC 55.201") == (("OC 55.201", "oc"),)
    assert spoken("OC 55.201") == (("55.201", "oc"),)
    assert spoken("No.: PO 4711") == (("4711", "po"),)


def test_number_of_the_customs_tariff_is_no_item_number() -> None:
    assert labelled("HX-9434 Hex bolt, Tariff code 7318 15 88") == []
    assert labelled("Hex bolt, Tariff code 7318 15 88, Item code 44120") == [("item", "44120")]


@pytest.mark.parametrize(
    ("goods", "prices", "doubted"),
    [
        (("Hex bolt M8", "Carton 400x300"), ("2.10", "9.80"), True),
        (("Hex bolt M8", "Hex bolt M8, second call"), ("2.10", "1.95"), False),
        (("Hex bolt M8", "Carton 400x300"), ("2.10", "2.10"), False),
    ],
)
def test_one_item_number_on_different_goods_is_doubted(
    goods: tuple[str, str], prices: tuple[str, str], doubted: bool
) -> None:
    lines = tuple(
        Line(Decimal(1), Decimal(price), Decimal(price), sku="7318", description=text)
        for text, price in zip(goods, prices, strict=True)
    )
    problems = judge(Draft("xlsx", lines=lines, way="table")).problems
    assert ("po.item_unclear" in {problem.code for problem in problems}) is doubted


def test_the_orders_own_number_is_no_item_number_of_customers_either() -> None:
    lines = tuple(
        Line(Decimal(n), Decimal(2), Decimal(2 * n), customer_sku="870/2026", description=f"Bolt M{n}") for n in (1, 2)
    )
    number = {"po_number": (Value("870/2026", Place("body")),)}
    problems = judge(Draft("csv", number, lines, way="table")).problems
    assert "po.item_unclear" in {problem.code for problem in problems}


@pytest.mark.parametrize(("seed", "postcode"), [(1670, "LS9 8AB"), (12816, "4590-117")])
def test_year_of_a_day_is_no_postcode(seed: int, postcode: str) -> None:
    order = read_drawn(draw(seed))
    assert order is not None and order.ship_to is not None
    assert order.ship_to.postcode == postcode
