"""Numbers that the subject repeats, numbers like a postcode, and addresses in Chinese sentences."""

import pytest

from maild.domain.mail import Mail
from maild.domain.order import Order, Party
from pipeline.orders.read import read_orders

TABLE = """
Art. no.   Description              Qty     Price       Total
RK-50      Ring 20 mm               40     38.50    1,540.00
RK-20      Ring 25 mm               30     14.20      426.00
                                 Total EUR          1,966.00
"""


def order(text: str, subject: str = "") -> Order:
    [found] = read_orders(Mail(sender=None, subject=subject, text=text)).orders
    return found


@pytest.mark.parametrize(("subject", "sure"), [("Заявка на поставку № ВМ-2207", True), ("Заявка на поставку", False)])
def test_a_number_said_twice_is_sure(subject: str, sure: bool) -> None:
    said = "Направляем заявку на поставку № ВМ-2207 от 24.11.2026. Просим отгрузить до 07.12.2026."
    found = order(f"{said}\n{TABLE}", subject)
    assert found.po_number == "ВМ-2207"
    assert ("po.number_unclear" not in {problem.code for problem in found.problems}) == sure


def test_the_orders_number_is_no_postcode() -> None:
    said = "Заказ № 2026-418 от 25.11.2026. Адрес доставки: 150000, г. Ярославль, ул. Лесная, 12. Цены в рублях."
    place = order(f"{said}\n{TABLE}").ship_to
    assert place is not None
    assert (place.postcode, place.street) == ("150000", "г. Ярославль, ул. Лесная, 12")


@pytest.mark.parametrize(
    ("said", "street", "city"),
    [
        ("12月1日前送到武汉市江岸区胜利街65号。", "武汉市江岸区胜利街65号", "武汉市"),
        ("请发货至武汉市江岸区胜利街65号。", "武汉市江岸区胜利街65号", "武汉市"),
        ("请在月底之前寄到湖北省武汉市江岸区胜利街65号。", "湖北省武汉市江岸区胜利街65号", "湖北省武汉市"),
    ],
)
def test_an_address_begins_with_its_province_or_city(said: str, street: str, city: str) -> None:
    place = order(f"订单号 YS-2210。{said}\n{TABLE}").ship_to
    assert place is not None
    assert (place.company or place.street, place.city) == (street, city)


@pytest.mark.parametrize("who", ["收货人 李工 138****0123", "联系人：王芳", "电话 138****0123"])
def test_whoever_receives_is_no_city(who: str) -> None:
    said = f"收货地址：湖北省武汉市江岸区胜利街65号，邮编 430010，{who}。"
    place = order(f"订单号 YS-2210。\n{said}\n{TABLE}").ship_to
    assert isinstance(place, Party)
    assert (place.postcode, place.city) == ("430010", "湖北省武汉市")
