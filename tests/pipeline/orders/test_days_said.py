"""Days as letters of many languages say them: by when goods are wanted, and when they were ordered."""

from datetime import UTC, date, datetime

import pytest

from maild.domain.mail import Mail
from pipeline.orders import dates
from pipeline.orders.read import read_orders

SENT = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)
LINES = "\n\n20 pcs bracket AX-10 at 12.50 EUR\n10 pcs hinge AX-22 at 8.50 EUR\n\nTotal 335.00 EUR\n\n"


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("Dodejte prosím nejpozději ve středu 2. prosince.", "2026-12-02"),
        ("Dodajte najneskôr 2. decembra 2026.", "2026-12-02"),
        ("Leverans senast fredag 11 december.", "2026-12-11"),
        ("Leveres senest tirsdag den 1/12.", "2026-12-01"),
        ("Levering ønskes senest 1. desember 2026.", "2026-12-01"),
        ("Toimitus viimeistään 1. joulukuuta 2026.", "2026-12-01"),
        ("Livrarea se face până pe 4 decembrie 2026.", "2026-12-04"),
        ("A szállítást 2026. december 3-ig kérjük.", "2026-12-03"),
        ("Teslim tarihi: en geç 10 Aralık 2026 Perşembe", "2026-12-10"),
        ("wrzuć nam proszę na czwartek 26.11, dzięki", "2026-11-26"),
        ("Proszę o dostawę do 15 grudnia.", "2026-12-15"),
        ("Pode entregar na sexta, dia 27/11, no mercado.", "2026-11-27"),
        ("Entregar até o dia 4 de dezembro no hotel.", "2026-12-04"),
        ("Consegna entro e non oltre il 4 dicembre p.v.", "2026-12-04"),
        ("À livrer jeudi 26 novembre avant 6 h.", "2026-11-26"),
        ("Lieferung bis spätestens 4.12, danke", "2026-12-04"),
        ("Graag leveren uiterlijk donderdag 3 december.", "2026-12-03"),
        ("Lo necesitamos como muy tarde el 3 de diciembre.", "2026-12-03"),
        ("Нужно к 4 декабря.", "2026-12-04"),
        ("周六11月28号送到店里", "2026-11-28"),
        ("納期：2026年12月4日", "2026-12-04"),
        ("by Friday 4th December as we break up the week after", "2026-12-04"),
    ],
)
def test_the_day_by_which_goods_are_wanted(said: str, day: str) -> None:
    [order] = read_orders(Mail(sender=None, subject="PO 4471-A", date=SENT, text=f"Hello,{LINES}{said}\n")).orders
    assert order.requested_date == day


@pytest.mark.parametrize(
    "said",
    [
        "Bestellung Nr. 4471-A vom 20. November 2026",
        "Comanda nr. 4471-A din 20.11.2026",
        "Megrendelésünk száma 4471-A, kelte 2026. november 20.",
        "Objednávka č. 4471-A ze dne 20. 11. 2026",
        "20.11.2026 tarihli siparişimiz, sipariş no 4471-A",
        "Vores ordre nr. 4471-A af 20. november 2026",
        "Beställning nr 4471-A, orderdatum 2026-11-20",
        "onze bestelling 4471-A van 20 november",
        "Заказ № 4471-A от 20 ноября 2026 г.",
        "订单号4471-A，下单日期2026年11月20日",
    ],
)
def test_the_day_of_the_order(said: str) -> None:
    [order] = read_orders(Mail(sender=None, subject="", date=SENT, text=f"{said}{LINES}")).orders
    assert (order.po_number, order.order_date) == ("4471-A", "2026-11-20")


@pytest.mark.parametrize(
    "text",
    ["na 2.5 t piasku", "do 3.10 zł", "bis 2.12 kg", "DN 4.12 x 3", "Art 26.11 na", "v 1.12", "tomatoes 3/1, tin"],
)
def test_figures_that_are_no_days(text: str) -> None:
    assert not dates.find(text, date(2026, 11, 23))
