"""What a seller writes is no order, however complete; and what a buyer writes about a seller's paper still is one."""

import pytest

from maild.domain.order import Order, OrderType
from pipeline.orders.read import read_document

GOODS = """<table><tr><td>Pos</td><td>Item No</td><td>Description</td><td>Qty</td><td>Price</td><td>Amount</td></tr>
<tr><td>1</td><td>AX-10</td><td>Bracket</td><td>20</td><td>12.50</td><td>250.00</td></tr>
<tr><td>2</td><td>AX-22</td><td>Hinge</td><td>10</td><td>8.50</td><td>85.00</td></tr>
<tr><td colspan="5">Total</td><td>335.00</td></tr></table>"""


def read(*rows: str) -> tuple[list[Order], list[str]]:
    """The orders of a page with these rows above its goods, and the codes of its problems."""
    page = "<html><body>" + "".join(f"<p>{row}</p>" for row in rows) + GOODS + "</body></html>"
    reading = read_document("paper.html", page.encode())
    assert reading is not None
    return list(reading.orders), [problem.code for problem in reading.problems]


SELLERS = {
    "confirmation, its number lettered": ("Blue Harbor GmbH", "Auftragsbestätigung Nr. AB-118842", "Ihre Nr.: 26-1"),
    "confirmation below its references": ("Blue Harbor GmbH", "Ihre Bestellung 26-1", "Auftragsbestätigung AB 118842"),
    "confirmation of your order": ("Blue Harbor Ltd", "Order Confirmation for your order 4711"),
    "quotation, its number lettered": ("Blue Harbor SARL", "DEVIS N° DV-2603-058", "Client : Mairie de Frasne"),
    "Swedish confirmation": ("Blue Harbor AB", "Orderbekräftelse 118842", "Er order: 26-1"),
    "Danish quotation": ("Blue Harbor ApS", "Tilbud nr. T-1188"),
    "Czech confirmation": ("Blue Harbor s.r.o.", "Potvrzení objednávky č. 118842"),
    "Hungarian quotation": ("Blue Harbor Kft.", "Árajánlat 2026/118"),
}  # fmt: skip


@pytest.mark.parametrize("kind", SELLERS)
def test_papers_of_sellers_are_no_orders(kind: str) -> None:
    assert read(*SELLERS[kind]) == ([], ["po.other_document"])


THANKS = (
    "Thank you for your purchase! We're getting your order ready to be shipped.",
    "Merci pour votre achat !",
    "Bedankt voor je bestelling!",
    "Tack för din beställning!",
    "Dziękujemy za zakupy!",
    "Gracias por tu compra.",
    "感谢您的购买",
)


@pytest.mark.parametrize("thanks", THANKS)
def test_thanks_for_a_purchase_with_little_else_is_no_order(thanks: str) -> None:
    page = f"<p>{thanks}</p><p>Order #WS-104482</p><table><tr><td>Total</td><td>$219.35</td></tr></table>"
    reading = read_document("thanks.html", page.encode())
    assert reading is not None
    assert not reading.orders


def test_a_whole_order_in_which_the_seller_seems_to_speak_is_doubted() -> None:
    [order], _ = read("Order No: 26-4471", "Wir danken für Ihren Auftrag und bestätigen diesen wie folgt:")
    assert order.needs_review
    assert "po.seller_document" in {problem.code for problem in order.problems}


@pytest.mark.parametrize(
    "row",
    ["Please send an order confirmation within 3 days.", "Quotation: Q-118 of 2 Nov 2026", "Unsere Bestellung 26-4471"],
)
def test_a_buyer_may_name_the_sellers_papers(row: str) -> None:
    [order], _ = read("Purchase Order", "PO Number: 26-4471", row)
    assert (order.po_number, order.needs_review) == ("26-4471", False)


REVISED = (
    "Purchase Order 26-4471 has been revised",
    "This revision replaces all earlier versions of the order.",
    "Diese Bestellung ersetzt alle früheren Fassungen.",
    "Ce document annule et remplace toutes les versions précédentes.",
    "Deze order vervangt alle eerdere versies.",
    "Denna order ersätter alla tidigare.",
    "Tato objednávka nahrazuje předchozí.",
)


@pytest.mark.parametrize("told", REVISED)
def test_a_document_that_replaces_earlier_ones_is_no_new_order(told: str) -> None:
    [order], _ = read("PO Number: 26-4471", told)
    assert (order.type, order.needs_review) == (OrderType.REPLACE, True)


def test_a_number_of_the_revision_alone_does_not_make_a_change() -> None:
    [order], _ = read("PO Number: 26-4471", "Revision: 1")
    assert (order.type, order.needs_review) == (OrderType.NEW, False)
