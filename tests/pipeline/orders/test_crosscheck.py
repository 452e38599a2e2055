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


THIS_TIME = [
    ("12oz纸杯", "订单号 YS-2210。注意这次纸杯要60箱,店里搞活动。"),
    ("12oz纸杯", "订单号 YS-2210。纸杯改为60箱。"),
    ("12oz纸杯", "订单号 YS-2210。纸杯的数量请改成60箱。"),
    ("12oz纸杯", "订单号 YS-2210。纸杯加到60箱,别忘了。"),
    ("12oz纸杯", "订单号 YS-2210。纸杯这次只要60箱。"),
    ("12oz纸杯", "订单号 YS-2210。纸杯要60。"),
    ("紙コップ 12oz", "発注番号 2210。今回は紙コップを60箱お願いします。"),
    ("紙コップ 12oz", "発注番号 2210。紙コップは60箱に変更してください。"),
    ("종이컵 12oz", "주문번호 2210. 이번에는 종이컵 60박스 부탁드립니다."),
    ("Kubki papierowe 12 oz", "Zamówienie nr 2210. Uwaga, tym razem kubków 60 kartonów."),
    ("Kubki papierowe 12 oz", "Zamówienie nr 2210. Kubków tym razem ma być 60."),
    ("Kubki papierowe 12 oz", "Zamówienie nr 2210. Tym razem kubków potrzebujemy 60 szt."),
    ("Copo de papel 12 oz", "Pedido nº 2210. Atenção, desta vez os copos são 60 caixas."),
    ("Copo de papel 12 oz", "Pedido nº 2210. Desta vez precisamos de copos: 60."),
    ("Copo de papel 12 oz", "Pedido nº 2210. Os copos desta vez são 60."),
    ("Стакан бумажный 12oz", "Заказ № 2210. Внимание: на этот раз стаканов нужно 60 коробок."),
    ("Стакан бумажный 12oz", "Заказ № 2210. Стаканов на этот раз нужно 60."),
    ("Paper cup 12 oz", "Order no. 2210. This time we need 60 paper cups."),
    ("Paper cup 12 oz", "Order no. 2210. The cups: 60 this time please."),
    ("Pappbecher 12 oz", "Bestellung Nr. 2210. Diesmal bitte 60 Pappbecher."),
    ("Gobelet carton 12 oz", "Commande n° 2210. Cette fois il nous faut 60 gobelets."),
    ("Vaso de papel 12 oz", "Pedido nº 2210. Esta vez los vasos son 60."),
    ("Bicchiere carta 12 oz", "Ordine n. 2210. Questa volta i bicchieri sono 60."),
    ("Kartonnen beker 12 oz", "Bestelling nr. 2210. Deze keer 60 bekers graag."),
]
NO_QUANTITY = [
    ("12oz纸杯", "订单号 YS-2210。纸杯这次请在60天内付款。"),
    ("Paper cup 12 oz", "Order no. 2210. This time the cups may come within 60 days."),
    ("Paper cup 12 oz", "Order no. 2210. This time the lids are 60 mm."),
    ("Kubki papierowe 12 oz", "Zamówienie nr 2210. Tym razem kubków nie ma w punkcie, faktura na 60 dni."),
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


@pytest.mark.parametrize(("goods", "said"), THIS_TIME)
def test_what_is_said_for_this_time_of_goods_named_in_part_is_compared(goods: str, said: str) -> None:
    for figure, doubted in (("60", True), ("40", False)):
        [order] = orders(f"{said.replace('60', figure)}\n{TABLE.format(code='CM-50', goods=goods)}")
        assert ("po.text_differs" in {problem.code for problem in order.problems}) == doubted
        assert order.needs_review == doubted


@pytest.mark.parametrize(("goods", "said"), NO_QUANTITY)
def test_days_and_sizes_said_for_this_time_are_no_quantities(goods: str, said: str) -> None:
    [order] = orders(f"{said}\n{TABLE.format(code='CM-50', goods=goods)}")
    assert not order.needs_review


def test_other_goods_in_a_sentence_are_none() -> None:
    [order] = orders(f"Order no. 2210. We still have 60 bags of sand.\n{TABLE.format(code='CM-50', goods='cement')}")
    assert not order.needs_review


@pytest.mark.parametrize(("goods", "said"), SAID)
def test_a_letter_that_orders_another_quantity_than_its_attachment_is_a_doubt(goods: str, said: str) -> None:
    [order] = orders(said.rstrip(":：") + ".", csv(goods))
    assert "po.text_differs" in {problem.code for problem in order.problems}


@pytest.mark.parametrize(("goods", "said"), THIS_TIME)
def test_what_a_letter_says_for_this_time_is_held_against_its_attachment(goods: str, said: str) -> None:
    for figure, doubted in (("60", True), ("40", False)):
        [order] = orders(said.replace("60", figure), csv(goods))
        assert ("po.text_differs" in {problem.code for problem in order.problems}) == doubted


def test_a_letter_that_is_no_order_by_itself_tells_of_the_one_attached() -> None:
    said = "Hi, here is this week's list. Deliver to 14 Cross Lane, Wakefield WF2 8LN please.\n\nFern Tools Ltd"
    [order] = orders(said, csv("cement"))
    assert order.ship_to is not None
    assert (order.ship_to.postcode, order.buyer) == ("WF2 8LN", "Fern Tools Ltd")
