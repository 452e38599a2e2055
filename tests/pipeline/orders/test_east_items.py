"""Positions written out in Chinese, each of their parts behind its own word."""

import pytest

from maild.domain.mail import Mail
from maild.domain.order import Order
from pipeline.orders.items import item
from pipeline.orders.numbers import Style
from pipeline.orders.read import read_orders

POSITIONS = [
    (
        "1、瓦楞盒 三层 320*200*150(编号 WL-3201),500个,单价 3.20元",
        "WL-3201",
        "500",
        "个",
        "3.20",
        "瓦楞盒 三层 320*200*150",
    ),
    ("2、美纹纸 24mm(编号 MW-24),120卷,单价 4.50元", "MW-24", "120", "卷", "4.50", "美纹纸 24mm"),
    ("3、缠绕膜 50cm宽（货号：CR-50），20卷，单价：38.00元", "CR-50", "20", "卷", "38.00", "缠绕膜 50cm宽"),
    ("（2）角阀 DN15，货号：JF-15，48只，单价：9.80元/只，金额470.40元", "JF-15", "48", "只", "9.80", "角阀 DN15"),
    ("3) 密封圈 30mm【料号MF-30】 200件 单价 0.85元", "MF-30", "200", "件", "0.85", "密封圈 30mm"),
    ("4、扎带 4*200mm,型号 ZD-200,数量:50包,单价6.00元", "ZD-200", "50", "包", "6.00", "扎带 4*200mm"),
    ("5.焊丝 1.2mm（物料编号：HS-12）共16盘，单价为75.50元", "HS-12", "16", "盘", "75.50", "焊丝 1.2mm"),
]
LETTER = """您好：

请备货：

{}

合计金额：{}元（含税）。

请于2026年12月3日前送到。

林小雨
采购部
绍兴市青禾文具有限公司
"""


@pytest.mark.parametrize(("text", "sku", "quantity", "unit", "price", "description"), POSITIONS)
def test_a_measure_of_the_goods_is_no_quantity(
    text: str, sku: str, quantity: str, unit: str, price: str, description: str
) -> None:
    line = item(text, Style.POINT)
    assert line is not None
    assert (line.sku, str(line.quantity), line.unit, str(line.price), line.description) == (
        sku,
        quantity,
        unit,
        price,
        description,
    )


def letter(*rows: str, total: str) -> Order:
    text = LETTER.format("\n".join(rows), total)
    [order] = read_orders(Mail(sender=None, subject="采购订单 QH20261124-07", text=text)).orders
    return order


def test_numbered_positions_with_their_total_are_an_order() -> None:
    order = letter(*(text for text, *_ in POSITIONS[:3]), total="2900.00")
    assert [(line.sku, line.quantity, line.unit_price) for line in order.lines] == [
        ("WL-3201", "500", "3.20"),
        ("MW-24", "120", "4.50"),
        ("CR-50", "20", "38.00"),
    ]
    assert (order.total, order.po_number) == ("2900.00", "QH20261124-07")


def test_a_total_that_they_do_not_make_is_a_doubt() -> None:
    assert "po.totals" in {p.code for p in letter(*(text for text, *_ in POSITIONS[:3]), total="2950.00").problems}


def test_the_total_behind_the_last_position_is_not_its_amount() -> None:
    line = item("2、卡箍 40mm，150个，料号 KG-40，单价3元 合计：1250元", Style.POINT)
    assert line is not None
    assert (str(line.price), line.amount) == ("3", None)
