"""Days that a letter says from the day it was written on, and days that others take the place of."""

# ruff: noqa: E501 (what is typed stays on its line)

from datetime import UTC, date, datetime

import pytest

from maild.domain.mail import Address, Mail
from pipeline.orders.read import read_orders
from pipeline.orders.said_days import said_day

TUESDAY = date(2026, 11, 24)
SAID = {
    "we need it on tomorrow's truck": 25,
    "wir brauchen das übermorgen auf der Baustelle": 26,
    "il me faudrait pour demain dix sacs": 25,
    "Potrzebuję na jutro dziesięć worków": 25,
    "Привезите послезавтра": 26,
    "manda pra amanhã": 25,
    "please deliver by Friday": 27,
    "dostawa na piątek": 27,
    "麻烦本周五送货": 27,
    "deliver it tomorrow and send the invoice by mail": 25,
    "deliver not later than tomorrow": 25,
}
NOT_SAID = [
    "Guten Morgen, bitte liefern Sie",
    "bitte Freitag morgen liefern",
    "deliver next Friday",
    "the office is closed until Friday",
    "entrega por la mañana",
    "Delivery Monday or by Friday, for Thursday the truck is full",
    "we call you tomorrow",
    "please send us the order confirmation tomorrow",
    "Bitte schicken Sie uns die Auftragsbestätigung bis morgen",
    "merci de nous envoyer la facture demain",
    "请明天发送报价",
    "please do not deliver tomorrow",
    "bitte nicht morgen liefern",
    "не отгружайте завтра",
    "请不要明天送货",
    "please ship to Portland, Maine 04101",
    "morgen bel ik over een van de dozen",
]


@pytest.mark.parametrize("text", SAID)
def test_days_said_from_the_letters_day_on(text: str) -> None:
    assert said_day(text, TUESDAY) == date(2026, 11, SAID[text])


def test_monday_of_next_week() -> None:
    assert said_day("下周三送到", TUESDAY) == date(2026, 12, 2)


@pytest.mark.parametrize("text", NOT_SAID)
def test_no_day_is_said(text: str) -> None:
    assert said_day(text, TUESDAY) is None


def requested(text: str) -> str | None:
    mail = Mail(
        sender=Address("", "a@fernhill.example"), date=datetime(2026, 11, 24, 9, tzinfo=UTC), subject="", text=text
    )
    [order] = read_orders(mail).orders
    return order.requested_date


def test_a_date_goes_before_a_said_day() -> None:
    rows = "PO 4471\n\n10 boxes WS-50 @ 8.90\n\nWe need a price by tomorrow. Deliver by 3 December 2026."
    assert requested(rows) == "2026-12-03"


@pytest.mark.parametrize(
    "text",
    [
        "Our order 4471: please deliver not on 24 November but on 1 December 2026.\n\n10 boxes WS-50 @ 8.90",
        "Onze bestelling 4471 graag niet 24 november maar 1 december 2026 leveren.\n\n10 dozen WS-50 à 8,90",
        "Bestellung 4471, statt am 24.11.2026 bitte am 1.12.2026 liefern.\n\n10 Kartons WS-50 à 8,90",
    ],
)
def test_a_day_that_another_replaces_is_not_wanted(text: str) -> None:
    assert requested(text) == "2026-12-01"


def test_a_day_before_a_count_is_not_moved() -> None:
    text = "Zamówienie 4471: prosimy o dostawę do 10.12.2026 na 2 paletach.\n\n10 szt. WS-50 po 8,90"
    assert requested(text) == "2026-12-10"


def test_a_day_of_the_next_sentence_is_not_the_orders() -> None:
    text = "Segue o pedido de compra 0098/2026. Precisamos receber até 03/12/2026 na fábrica.\n\n10 cx parafuso WS-50 a 8,90"
    mail = Mail(sender=Address("", "a@ipe.example"), date=datetime(2026, 11, 24, 9, tzinfo=UTC), subject="", text=text)
    [order] = read_orders(mail).orders
    assert (order.order_date, order.requested_date) == (None, "2026-12-03")


def test_a_size_in_a_row_of_goods_is_no_day() -> None:
    rows = "Order KF/2216\n\nKF-110 coupler S type  12 @ £28.50\nKF-245 beer hose 3/8in, 100m coil  6 @ £41.00"
    assert requested(rows) is None
