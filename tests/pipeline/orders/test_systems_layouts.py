"""Layouts that accounting systems print: small labels above their values, the number beside or under the title."""

import pytest

from maild.domain.order import Order
from pipeline.orders.order_number import number_in
from pipeline.orders.read import read_document
from tests.pipeline.orders.test_unseen_kinds import HEADS, ROWS, TOLD, TOTAL, drawn, told

Words = "tuple[tuple[float, float, str], ...]"
LETTERHEAD = ((40.0, 40.0, "Fernhill Tools Ltd"), (40.0, 52.0, "4 Mill Lane"), (40.0, 64.0, "Leeds LS1 4AB"))
GOODS = tuple(
    (float(x), y, text)
    for y, cells in ((220.0, HEADS), (240.0, ROWS[0]), (254.0, ROWS[1]), (290.0, TOTAL[1]))
    for x, text in cells
)
PAGE_HTML = """<html><body>{top}<table><tr><td>Item No</td><td>Description</td><td>Qty</td><td>Unit Price</td>
<td>Amount</td></tr><tr><td>AX-10</td><td>Bracket</td><td>20</td><td>12.50</td><td>250.00</td></tr><tr><td>AX-22</td><td>Hinge</td>
<td>10</td><td>8.50</td><td>85.00</td></tr><tr><td colspan="4">Total</td><td>335.00</td></tr></table></body></html>"""

ABOVE = {
    "columns of labels side by side": (
        (320, 100, "Order number"), (440, 100, "Your customer number with us"),
        (320, 110, "40718"), (440, 110, "20145"),
        (320, 130, "Order date"), (440, 130, "Our reference"), (320, 140, "16 Nov 2026"), (440, 140, "A. Holm, 555 12"),
        (320, 160, "Delivery date"), (440, 160, "Terms"), (320, 170, "2 Dec 2026"), (440, 170, "Net 30"),
    ),
    "in Swedish": (
        (320, 100, "Ordernummer"), (440, 100, "Ert kundnummer hos oss"), (320, 110, "40718"), (440, 110, "20145"),
        (320, 130, "Orderdatum"), (440, 130, "Vår referens"), (320, 140, "2026-11-16"), (440, 140, "Annika Holm"),
        (320, 160, "Leveransdatum"), (440, 160, "Valuta"), (320, 170, "2026-12-02"), (440, 170, "GBP"),
    ),
    "between other columns": (
        (320, 100, "Purchase Order Number"), (440, 100, "West Yorkshire"), (40, 110, "Tall Timber Merchants Ltd"),
        (320, 110, "40718"), (440, 110, "HX6 2AE"), (320, 124, "Purchase Order Date"), (440, 124, "United Kingdom"),
        (320, 134, "16 Nov 2026"), (320, 148, "Delivery Date"), (440, 148, "Wharf Street"), (320, 158, "2 Dec 2026"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", ABOVE)
def test_labels_stand_above_their_values(kind: str) -> None:
    order = drawn([*LETTERHEAD, *ABOVE[kind], *GOODS])
    assert (order.po_number, order.order_date, order.requested_date) == ("40718", "2026-11-16", "2026-12-02")
    assert told(order) == TOLD


TITLED = {
    "labelled in two languages": (
        (440, 40, "PURCHASE ORDER"), (428, 52, "BON DE COMMANDE"), (460, 64, "No. / N°: 771402"),
    ),
    "with a number sign": ((440, 40, "Purchase Order"), (480, 52, "#771402")),
    "a long number alone": ((440, 40, "Purchase Order"), (440, 52, "771402")),
    "in the title": ((440, 40, "Purchase Order #771402"),),
    "with the day behind it": ((340, 40, "Bestellung 771402 vom 16.11.2026"),),
    "not in a street": ((440, 40, "Ordine a fornitore n. 771402"), (440, 64, "VIA PO, 1122")),
}  # fmt: skip


@pytest.mark.parametrize("kind", TITLED)
def test_the_number_stands_in_or_under_the_title(kind: str) -> None:
    order = drawn([*LETTERHEAD, *TITLED[kind], *GOODS])
    assert order.po_number == "771402"
    assert not {"po.number_differs", "po.no_number"} & {problem.code for problem in order.problems}


def page_of(top: str) -> Order:
    reading = read_document("order.html", PAGE_HTML.format(top=top).encode())
    assert reading is not None
    [order] = reading.orders
    return order


def test_a_status_stands_between_the_title_and_its_number() -> None:
    order = page_of(
        "<table><tr><td>From:<br>Lumen Labs Ltd<br>4 Park Road<br>Leeds LS1 4AB</td><td>To:<br>Medi Goods Ltd</td>"
        "<td>Purchase Order<br>(New)<br>4700019925<br>Version: 1</td></tr></table>"
        "<p>Order submitted on: Wednesday 11 Mar 2026 2:14 PM GMT</p>"
    )
    assert (order.po_number, order.order_date) == ("4700019925", "2026-03-11")
    assert not order.needs_review


@pytest.mark.parametrize("label", ["Your Order Reference", "Your order no.", "Your Order Number"])
def test_your_reference_on_a_buyers_paper_is_the_sellers(label: str) -> None:
    order = page_of(f"<p>Fernhill Tools Ltd</p><h2>Purchase Order #P00317</h2><p>{label}: SO-26-031</p>")
    assert order.po_number == "P00317"
    assert not order.needs_review


@pytest.mark.parametrize("text", ["11 Mar 2026 2:14 PM", "11. März 2026", "1st Nov 2026", "March 11, 2026"])
def test_a_day_is_no_number_of_an_order(text: str) -> None:
    assert number_in(text) is None


@pytest.mark.parametrize(("text", "number"), [("11 (March 2026)", "11"), ("2026-0387 vom 10.03.2026", "2026-0387")])
def test_a_number_beside_a_day_is_one(text: str, number: str) -> None:
    assert number_in(text) == number


def test_a_code_that_goes_on_elsewhere_is_doubted() -> None:
    rows = [*LETTERHEAD, (400, 40, "PO Number: F-4471"), *GOODS]
    order = drawn([(x, y, "AX-10-" if text == "AX-10" else text) for x, y, text in rows])
    assert "po.item_unclear" in {problem.code for problem in order.problems}
