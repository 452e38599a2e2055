"""A currency that a sentence names in words, and houses without a legal form that sign a letter."""

import pytest

from maild.domain.mail import Address, Attachment, Mail
from maild.domain.order import Order
from pipeline.orders.named_currency import named_currency
from pipeline.orders.read import read_orders

SAID = [
    ("All prices in euro.", "EUR"),
    ("Prices are in US dollars, ex works.", "USD"),
    ("Preise in Euro, netto.", "EUR"),
    ("Preise in Schweizer Franken.", "CHF"),
    ("Prix en euros HT.", "EUR"),
    ("Prezzi in euro.", "EUR"),
    ("Precios en euros sin IVA.", "EUR"),
    ("Preços em reais.", "BRL"),
    ("Valores em euros.", "EUR"),
    ("Prijzen in euro.", "EUR"),
    ("Ceny netto w złotych.", "PLN"),
    ("Ceny podane są w euro.", "EUR"),
    ("Цены в рублях.", "RUB"),
    ("Цены указаны в рублях без НДС.", "RUB"),
    ("Ceny v českých korunách.", "CZK"),
    ("价格为人民币，含税。", "CNY"),
    ("单价均以美元计。", "USD"),
    ("Prices are in the list of euro pallets.", None),
    ("Preise in Euro, bisher Preise in Schweizer Franken.", None),
    ("Цены в приложении.", None),
]
CSV = """Артикул;Наименование;Кол-во;Ед.;Цена;Сумма
77-101;Мел школьный, 100 шт;100;пач;289,00;28900,00
77-120;Указка деревянная;200;шт;12,40;2480,00
Итого;;;;;31380,00
"""
LETTER = """Добрый день, Олег!

Во вложении заказ № 2026-77 от 25.11.2026. Ждём до 4 декабря 2026 г. Адрес доставки: 150000, г. Ярославль, ул. Лесная, 12. Цены в рублях.

Спасибо!
Ирина Белова, завхоз
{}
"""  # noqa: E501
HOUSES = [
    "Гимназия «Лад»",
    "Школа № 12",
    "ГБУЗ Городская больница",
    "Szkoła Podstawowa nr 4 w Jaśle",
    "Przedszkole Miejskie Słoneczko",
    "Escola Básica de Fafe",
    "Hospital Santa Clara",
    "Bergschule Apolda",
    "Krankenhaus Maria Hilf",
    "École Jean Macé",
    "Colegio San Andrés",
    "Hillside Primary School",
    "Scuola Elementare Manzoni",
    "青禾学校",
    "安和医院",
    "云栖酒店",
]


@pytest.mark.parametrize(("text", "code"), SAID)
def test_prices_in_a_currency(text: str, code: str | None) -> None:
    assert named_currency(text) == code


def order(house: str) -> Order:
    content = CSV.encode("cp1251")
    attached = Attachment("zakaz.csv", "text/csv", len(content), "2", content=content)
    sender = Address("Ирина Белова", "belova@post77.example")
    [found] = read_orders(
        Mail(sender=sender, subject="Заказ", text=LETTER.format(house), attachments=(attached,))
    ).orders
    return found


@pytest.mark.parametrize("house", HOUSES)
def test_a_house_without_a_legal_form_buys_rather_than_the_person(house: str) -> None:
    assert order(house).buyer == house


def test_the_letter_tells_currency_and_place_of_the_attached_order() -> None:
    found = order(HOUSES[0])
    assert (found.currency, found.requested_date, found.total) == ("RUB", "2026-12-04", "31380.00")
    assert found.ship_to is not None
    assert (found.ship_to.postcode, found.ship_to.street) == ("150000", "г. Ярославль, ул. Лесная, 12")
