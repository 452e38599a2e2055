"""Letters that are no orders, and orders in a thread whose subject or first words are another's."""

import pytest

from maild.domain.mail import Mail
from maild.domain.order import Order
from pipeline.orders.read import read_orders

LINES = "\n20 pcs bracket AX-10 at 12.50 EUR\n10 pcs hinge AX-22 at 8.50 EUR\n\nTotal 335.00 EUR\n"


def orders(text: str, subject: str = "") -> list[Order]:
    return list(read_orders(Mail(sender=None, subject=subject, text=text)).orders)


@pytest.mark.parametrize(
    "text",
    [
        "Ville bara säga tack för snabb leverans av vår order 7741. De 12 säckarna kom redan i tisdags.",
        "Just to say thanks for the quick delivery of our order 7741, all 12 sacks.",
        "Vielen Dank für die schnelle Lieferung unserer Bestellung 7741, alle 12 Säcke sind da.",
        "Merci pour la livraison rapide de notre commande 7741, les 12 sacs sont là.",
        "Grazie per la rapida consegna del nostro ordine 7741.",
        "Gracias por la rápida entrega de nuestro pedido 7741, llegó todo bien.",
        "Bedankt voor de snelle levering van onze bestelling 7741!",
        "Obrigado pela entrega da nossa encomenda 7741, chegou tudo.",
        "Dziękuję za szybką dostawę zamówienia nr 7741.",
        "Спасибо за быструю доставку заказа № 7741, товар получили.",
        "订单7741的货收到了，谢谢！",
        "Děkujeme za rychlé dodání objednávky č. 7741.",
        "Tak for hurtig levering af vores ordre nr. 7741.",
        "Kiitos nopeasta toimituksesta, tilausnumero 7741.",
        "Köszönjük a gyors szállítást, megrendelésünk száma 7741.",
        "Mulțumim pentru livrare, comanda nr. 7741.",
        "7741 numaralı siparişimiz için: teslimat için teşekkürler.",
    ],
)
def test_thanks_for_a_delivery_are_no_order(text: str) -> None:
    assert orders(f"Hello,\n\n{text}\n\nBest regards\nAnn") == []


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("回复：DH-1090 已发货", "收到货了，谢谢。再订一批，订单号DH-1103："),
        ("Re: Your order 1090 has shipped", "Thanks, all arrived. Next one please, PO no. DH-1103:"),
        ("AW: Auftragsbestätigung 1090", "Danke, ist gut angekommen. Neue Bestellung Nr. DH-1103:"),
        ("SV: Orderbekräftelse 1090", "Tack för leveransen! Ny beställning nr DH-1103:"),
        ("Odp: Potwierdzenie zamówienia 1090", "Dziękuję za dostawę. Kolejne zamówienie nr DH-1103:"),
    ],
)
def test_a_reply_to_the_sellers_mail_that_orders_is_an_order(subject: str, text: str) -> None:
    [order] = orders(f"{text}\n{LINES}", subject)
    assert (order.po_number, len(order.lines)) == ("DH-1103", 2)


@pytest.mark.parametrize("subject", ["Your order 1090 has shipped", "Order confirmation 1090"])
def test_the_seller_himself_orders_nothing(subject: str) -> None:
    assert orders(f"Hello,\n\nyour order 1090 is on its way:\n{LINES}", subject) == []


def test_a_credit_below_what_the_lines_come_to_is_no_orders_total() -> None:
    text = """On invoice 26/2204 for our order 5078 you charged AX-10 at 3.40, agreed were 2.90:

AX-10   100 pcs   3.40   340.00
CP-35    50 pcs   1.15    57.50

Please send a credit note for a total of 50.00 EUR.
"""
    assert orders(text, "Invoice 26/2204") == []


def test_an_item_number_that_touches_its_label_is_read() -> None:
    first, second = "A4复印纸（货号BZ-A4-70） 30箱 × 98元 = 2940元", "水彩笔24色（货号MS-24） 50盒 × 16.5元 = 825元"
    text = f"订单号DH-1103：\n{first}\n{second}\n\n一共3765元"
    [order] = orders(text)
    assert [(line.sku, line.quantity) for line in order.lines] == [("BZ-A4-70", "30"), ("MS-24", "50")]
    assert (order.total, order.needs_review) == ("3765", False)
    assert [(line.description or "")[:3] for line in order.lines] == ["A4复", "水彩笔"]


def test_a_code_between_words_without_blanks_that_was_not_read_is_a_doubt() -> None:
    text = (
        "订单号DH-1103：\n复印纸甲BZ-A470级 30箱 × 98元 = 2940元\n水彩笔乙MS-A241级 50盒 × 16.5元 = 825元\n\n一共3765元"
    )
    [order] = orders(text)
    assert order.needs_review or all(line.sku for line in order.lines)
