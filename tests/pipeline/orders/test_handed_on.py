"""Orders that were handed on several times, and letters that only move an order or answer by themselves."""

# ruff: noqa: E501 (what is typed stays on its line)

import pytest

from maild.domain.mail import Address, Mail
from maild.domain.order import OrderType
from pipeline.orders.read import read_orders

INNER = """Hello, our PO is BB-1187

4 ea  MP-2000  bilge pump   $89.95
10 ea HC-112   hose clamp   $2.15

Total $381.30
Deliver to 901 Levee Rd, Houma, LA 70360

Renee Font
Bayside Boat Works LLC
"""


def head(name: str, address: str, subject: str) -> str:
    return (
        f"From: {name} <{address}>\nSent: Thursday, November 19, 2026 11:10 AM\nTo: x@y.example\nSubject: {subject}\n\n"
    )


def handed_on(*levels: tuple[str, str], subject: str = "FW: PO", inner: str = INNER) -> Mail:
    seller = "".join(head("Gus", "gus@seller.example", each) + remark + "\n\n" for each, remark in levels)
    text = f"please enter\n\n{seller}{head('Renee', 'renee@bayside.example', 'PO for this week')}{inner}"
    return Mail(sender=Address("Ann", "ann@seller.example"), subject=subject, text=text)


def test_the_order_is_read_below_two_who_hand_it_on() -> None:
    [order] = read_orders(handed_on(("FW: Fwd: PO", "Acct 55821, truck 12"), ("Fwd: PO", "who does this?"))).orders
    assert order.po_number == "BB-1187"
    assert order.buyer == "Bayside Boat Works LLC"


def test_a_quoted_order_below_a_question_is_not_read() -> None:
    mail = handed_on(("Re: PO", "where is our delivery? It was due on Monday."))
    assert not read_orders(mail).orders


def test_who_wrote_may_stand_in_a_row_without_a_verb() -> None:
    text = (
        "-------- Пересылаемое сообщение --------\n25.11.2026, 17:40, Ольга Зима <zima@lada.example>:\n\n"
        "Наш заказ № К-14/26:\n\nбумага А4 (БМ-А4) - 50 пачек х 312 руб = 15 600 руб\n"
        "маркеры 4 цв (МР-4) - 20 наборов х 245 руб = 4 900 руб\n\nВсего: 20 500 руб."
    )
    [order] = read_orders(Mail(sender=Address("P", "p@seller.example"), subject="FW: заказ", text=text)).orders
    assert order.buyer == "Ольга Зима"


MOVED = {
    "nl": "Kunnen jullie onze order HZ-5520 een week later leveren? De rest blijft zoals besteld.",
    "pl": "do naszego zamówienia ZK/1180/26 prosimy o zmianę terminu dostawy na 2 grudnia 2026.",
    "en": "Could you push back our PO HZ-5520 by a week? Everything else stays as it is.",
    "de": "Können wir unsere Bestellung HZ-5520 um eine Woche verschieben? Der Rest bleibt.",
}


@pytest.mark.parametrize("language", MOVED)
def test_a_letter_that_only_moves_an_order_changes_it(language: str) -> None:
    [order] = read_orders(Mail(sender=None, subject="", text=MOVED[language])).orders
    assert order.type is OrderType.CHANGE
    assert not order.lines


def test_two_orders_whose_heads_go_on_behind_the_number() -> None:
    text = (
        "Dwa zamówienia:\n\n1) Zamówienie KN/501 - sklep Sopot, ulica Bohaterów 12, 81-830 Sopot, dostawa 1.12.2026\n"
        "- 30 szt doniczka DC14B, 8,40 zł\n\n2) Zamówienie KN/502 - sklep Gdynia, ulica Jasna 4, 81-372 Gdynia, dostawa 2.12.2026\n"
        "- 60 szt doniczka DC12S, 6,90 zł\n"
    )
    orders = read_orders(Mail(sender=None, subject="", text=text)).orders
    assert [(order.po_number, len(order.lines)) for order in orders] == [("KN/501", 1), ("KN/502", 1)]


def test_orders_counted_in_chinese() -> None:
    text = "两张单：\n\n订单一：LL-3301\n积木 JM-100 24套 单价75元\n拼图 PT-500 36盒 单价28元\n合计 2808元\n\n订单二：LL-3302\n玩具熊 MX-40 20只 单价45元\n积木 JM-100 10套 单价75元\n合计 1650元"
    orders = read_orders(Mail(sender=None, subject="", text=text)).orders
    assert [(order.po_number, order.total, len(order.lines)) for order in orders] == [
        ("LL-3301", "2808", 2),
        ("LL-3302", "1650", 2),
    ]
