"""Positions as people write them in one phrase or one row, and figures whose style only the language tells."""

# ruff: noqa: E501 (what is typed stays on its line)

from decimal import Decimal

import pytest

from maild.domain.mail import Address, Mail
from maild.domain.order import Order
from pipeline.orders.enumeration import groupings
from pipeline.orders.found import Draft, Line
from pipeline.orders.items import item
from pipeline.orders.judge import judge
from pipeline.orders.language import style_of
from pipeline.orders.mentions import multiplied
from pipeline.orders.money import amounts, currency_of
from pipeline.orders.numbers import Style
from pipeline.orders.pdf import _words
from pipeline.orders.pdf_glyphs import Glyph
from pipeline.orders.read import read_orders


@pytest.mark.parametrize(
    ("text", "sku", "quantity", "price"),
    [
        ("FT-2207 x 36", "FT-2207", "36", None),
        ("71.204.55 x 144 @ $2.35 each", "71.204.55", "144", "2.35"),
        ("4012345600011 x 12,5 à 7,20", "4012345600011", "12.5", "7.20"),
        ("- 8.00x 55120931 - gate hinge", "55120931", "8.00", None),
        ("Masking film 48 mm x 50 m, MF-3381, 15 rolls at 4.10", "MF-3381", "15", "4.10"),
        ("4012345600028 tube copper 15mm x 3m - 9 pcs", "4012345600028", "9", None),
        ("24 x HM-6612 Helm weiß EN 397 zu je 12,40 EUR", "HM-6612", "24", "12.40"),
        ("24 pcs HM-6612 helmet EN 397 12.40", "HM-6612", "24", "12.40"),
    ],
)
def test_quantity_behind_its_item(text: str, sku: str, quantity: str, price: str | None) -> None:
    style = Style.COMMA if "," in text.replace(", ", "") else Style.POINT
    line = item(text, style)
    assert line is not None
    assert (line.sku, line.quantity) == (sku, Decimal(quantity))
    assert line.price == (None if price is None else Decimal(price))


@pytest.mark.parametrize("text", ["100 x 50", "12345 x 10", "40x30x20 x 5", "AB-12 x 300mm x 17mu", "PB-15 x 20 x 3"])
def test_sizes_and_counts_are_no_item_number_with_its_quantity(text: str) -> None:
    assert multiplied(text, Style.POINT) is None


def test_quantity_with_its_own_label_goes_before_a_size_at_the_end() -> None:
    line = item("HS-4410 hose, Qty: 5, 20 m", Style.POINT)
    assert line is not None
    assert line.quantity == 5


@pytest.mark.parametrize(
    ("row", "count"),
    [
        ("5 x AB-1204 tape, white, 3 x CD-1407 hose.", 2),
        ("Tape, white, AB-1204, 5 rolls, hose 3 m, CD-1407, 3 pcs", 2),
        ("AB-1204: 5 pcs, CD-1407: 3 pcs, EF-1500: 1 box", 3),
    ],
)
def test_row_is_cut_into_its_positions(row: str, count: int) -> None:
    assert count in [len(groups) for groups in groupings(row)]


def test_row_with_one_position_is_not_cut() -> None:
    assert not [g for g in groupings("5 x AB-1204 gloves, white, size L") if len(g) > 1]
    line = item("5 x AB-1204 gloves, 100 pcs per box", Style.POINT)
    assert line is not None
    assert line.quantity == 5


def test_cutting_is_linear_and_bounded() -> None:
    assert not list(groupings("5 x A-1, " * 100_000))


ROW = """Hello,

please book our order PO-7741:

{row}

Deliver to: Fernhill Joinery Ltd, 3 Mill Lane, LS9 8AB Leeds

Thanks
Fernhill Joinery Ltd
"""


def _mail(text: str) -> Mail:
    return Mail(sender=Address("Ann", "ann@fernhill.example"), subject="Order", text=text)


@pytest.mark.parametrize(
    "row",
    [
        "Film 500mm x 300m, MF-338, 10 rolls at 4.10 ea, lead 5m 3 pin, EL-771, 4 pcs at 9.00 ea, hinge, GH-120, 2 box at 7.75 ea.",
        "MF-338 - film, clear: 10 rolls at 4.10 ea, EL-771 - lead 5m: 4 pcs at 9.00 ea, GH-120 - hinge 100x100x2: 2 box at 7.75 ea.",
    ],
)  # fmt: skip
def test_positions_in_one_row_are_read_apart(row: str) -> None:
    order = read_orders(_mail(ROW.format(row=row))).orders[0]
    assert [(x.sku, x.quantity, x.unit_price) for x in order.lines] == [
        ("MF-338", "10", "4.10"), ("EL-771", "4", "9.00"), ("GH-120", "2", "7.75"),
    ]  # fmt: skip
    assert order.needs_review  # nothing proves them


def test_total_proves_positions_in_one_row() -> None:
    row = "MF-338 x 10 @ 4.10, EL-771 x 4 @ 9.00, GH-120 x 2 @ 7.75.\n\nOrder total: 92.50"
    assert not read_orders(_mail(ROW.format(row=row))).orders[0].needs_review
    wrong = read_orders(_mail(ROW.format(row=row.replace("92.50", "93.50")))).orders[0]
    assert wrong.needs_review


LETTER = """Guten Tag,

bitte liefern Sie mit unserer Bestellung 7741 für uns:

{rows}

Mit freundlichen Grüßen
Birkner Metallbau GmbH
"""


def _lettered(rows: str) -> Order:
    return read_orders(_mail(LETTER.format(rows=rows))).orders[0]


def test_figures_that_nothing_decides_are_read_as_the_language_writes_them_and_stay_in_doubt() -> None:
    order = read_orders(
        _mail(LETTER.format(rows="- 12,000 Stück BM-4471 Winkel\n- 8,000 Stück BM-4490 Lasche"))
    ).orders[0]
    assert [Decimal(line.quantity or 0) for line in order.lines] == [12, 8]
    order = _lettered("- 12,000 Stück BM-4471 Winkel\n- 8,000 Stück BM-4490 Lasche")
    assert [Decimal(line.quantity or 0) for line in order.lines] == [12, 8]
    order = _lettered("- 1.000 Stück BM-4471 Winkel\n- 8.000 Stück BM-4490 Lasche")
    assert [Decimal(line.quantity or 0) for line in order.lines] == [1000, 8000]
    assert "po.number_style" in {problem.code for problem in order.problems}


def test_decimal_mark_of_a_language() -> None:
    assert style_of(None, "de") is style_of("BR", "pt") is Style.COMMA
    assert style_of("CH", "de") is style_of("MX", "es") is style_of(None, "en") is style_of(None, None) is Style.POINT


def _run(text: str) -> list[Glyph]:
    return [Glyph(sign, 10.0 + 5 * n, 0.0, 15.0 + 5 * n, 8.0, False) for n, sign in enumerate(text)]


def test_long_number_that_touches_the_next_column_is_a_word_of_its_own() -> None:
    assert [(w.text, w.x0, w.x1) for w in _words(_run("4012345600011Лампа"))] == [
        ("4012345600011", 10.0, 75.0), ("Лампа", 75.0, 100.0),
    ]  # fmt: skip
    assert [w.text for w in _words(_run("4711Lampe"))] == ["4711Lampe"]
    assert [w.text for w in _words(_run("12345678stk"))] == ["12345678stk"]


def test_item_number_that_runs_on_into_a_word_is_in_doubt() -> None:
    def doubts(sku: str) -> set[str]:
        line = Line(Decimal(2), Decimal("3.50"), Decimal("7.00"), sku=sku, description="Lamp", sure=True)
        return {problem.code for problem in judge(Draft("pdf", lines=(line,), way="table")).problems}

    assert "po.item_unclear" in doubts("88120Лампа")
    assert "po.item_unclear" not in doubts("88120")


def test_currency_sign_behind_east_asian_letters_and_in_front_of_a_unit() -> None:
    assert amounts("单价¥33.95", Style.POINT)[0].currency == ""
    assert currency_of("25 个 HD-65249 单价¥33.95", "CN") == "CNY"
    assert currency_of("10 cajas LP-5485 a 443,95 €/ud") == "EUR"
    assert currency_of("adapter RS/232, kr/h") is None


@pytest.mark.parametrize("text", ["tot 157,60 euro", "Summe 157,60 Euro", "total 157,60 euros"])
def test_a_currency_by_its_name(text: str) -> None:
    assert [amount.currency for amount in amounts(text, Style.COMMA)] == ["EUR"]
