"""What a letter says in sentences against the table in it or the order attached to it."""

import pytest

from maild.domain.mail import Attachment, Mail
from maild.domain.order import Order
from pipeline.orders.read import read_orders

TABLE = """
Art. no.   Description              Qty     Price       Total
{code}      {goods}                 40     38.50    1,540.00
AR-20      Zylonit 20 kg            30     14.20      426.00
                                 Total EUR          1,966.00
"""
CSV = """Art. no.;Description;Qty;Unit price;Amount
{code};{goods};40;38.50;1540.00
AR-20;Zylonit;30;14.20;426.00
;;;Total;1966.00
"""
SAID = [
    ("cimento CP II", "Segue nosso pedido nº 2210. Atenção que desta vez são 60 sacos de cimento, a laje ficou maior:"),
    ("cement CEM II", "Please note we need 60 bags of cement this time for order no. 2210:"),
    ("Zement CEM II", "Bestellung Nr. 2210, diesmal bitte 60 Säcke Zement:"),
    ("Cement portlandzki", "Zamówienie nr 2210, tym razem 60 worków cementu poproszę:"),
    ("Цемент М500", "Заказ № 2210, в этот раз нужно 60 мешков цемента:"),
    ("水泥 42.5", "订单号2210，这次要60袋水泥："),
    ("Cement CEM II", "Objednávka č. 2210, tentokrát 60 pytlů cementu:"),
    ("Cement CEM II", "Beställning nr 2210, den här gången 60 säckar cement:"),
]


BEFORE = [
    ("水泥 42.5", "订单号2210，这次水泥要60袋，别弄错了："),
    ("cement CEM II", "Order no. 2210. Of the cement we need 60 bags this time:"),
    ("Zement CEM II", "Bestellung Nr. 2210. Vom Zement brauchen wir diesmal 60 Säcke:"),
    ("cemento CEM II", "Pedido nº 2210. De cemento esta vez 60 sacos:"),
    ("Цемент М500", "Заказ № 2210. Цемента в этот раз 60 мешков:"),
]


def orders(text: str, *attached: Attachment) -> list[Order]:
    return list(read_orders(Mail(sender=None, subject="", text=text, attachments=attached)).orders)


def csv(goods: str) -> Attachment:
    content = CSV.format(code="CM-50", goods=goods).encode()
    return Attachment("order.csv", "text/csv", len(content), "2", content=content)


@pytest.mark.parametrize(("goods", "said"), [*SAID, *BEFORE])
def test_a_sentence_that_orders_another_quantity_than_the_table_is_a_doubt(goods: str, said: str) -> None:
    [order] = orders(f"{said}\n{TABLE.format(code='CM-50', goods=goods)}")
    assert [line.quantity for line in order.lines] == ["40", "30"]
    assert "po.text_differs" in {problem.code for problem in order.problems}
    assert order.needs_review


@pytest.mark.parametrize(("goods", "said"), [*SAID, *BEFORE])
def test_the_same_quantity_in_a_sentence_is_none(goods: str, said: str) -> None:
    [order] = orders(f"{said.replace('60', '40')}\n{TABLE.format(code='CM-50', goods=goods)}")
    assert (order.po_number, order.needs_review) == ("2210", False)


def test_other_goods_in_a_sentence_are_none() -> None:
    [order] = orders(f"Order no. 2210. We still have 60 bags of sand.\n{TABLE.format(code='CM-50', goods='cement')}")
    assert not order.needs_review


@pytest.mark.parametrize(("goods", "said"), SAID)
def test_a_letter_that_orders_another_quantity_than_its_attachment_is_a_doubt(goods: str, said: str) -> None:
    [order] = orders(said.rstrip(":：") + ".", csv(goods))
    assert "po.text_differs" in {problem.code for problem in order.problems}


def test_a_letter_that_is_no_order_by_itself_tells_of_the_one_attached() -> None:
    said = "Hi, here is this week's list. Deliver to 14 Cross Lane, Wakefield WF2 8LN please.\n\nFern Tools Ltd"
    [order] = orders(said, csv("cement"))
    assert order.ship_to is not None
    assert (order.ship_to.postcode, order.buyer) == ("WF2 8LN", "Fern Tools Ltd")
