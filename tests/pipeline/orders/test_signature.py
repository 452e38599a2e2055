"""Who buys, as a letter's signature and its sender's address tell, and phrases that are nobody's name."""

# ruff: noqa: E501 (what is typed stays on its line)

import pytest

from maild.domain.mail import Address, Mail
from pipeline.orders.layout import Row
from pipeline.orders.names import is_name
from pipeline.orders.read import read_orders
from pipeline.orders.signature import signed
from pipeline.orders.text import read_text

LINES = "\nPO no. 4471-A\n\n20 pcs bracket AX-10 at 12.50 EUR\n10 pcs hinge AX-22 at 8.50 EUR\n\nTotal 335.00 EUR\n\n"
SIGNED = [
    ("Helen Marsh", "h.marsh@birchfield-primary.example", "Many thanks\nHelen\n\nHelen Marsh\nSchool Business Manager\n{}\n", "Birchfield Primary School"),
    ("Kasia Lis", "kasia@drogeria-lisia.example", "Dzięki!\nKasia\n{}\n\nWysłane z iPhone'a\n", "Drogeria Lisia"),
    ("Ole Berg", "ole@fjelltun-camping.example", "Hilsen\nOle\n{}\n", "Fjelltun Camping"),
    ("Eva Malá", "eva@kvetinarstvi-mala.example", "Děkuji\nEva Malá\n{}\n", "Květinářství Malá"),
    ("Deniz", "deniz@kumsalpansiyon.example", "Saygılarımla\nDeniz\n{}\n", "Kumsal Pansiyon"),
    ("Anna Kis", "anna@tulipankert.example", "Üdvözlettel:\nKis Anna\n{}\n", "Tulipánkert Óvoda"),
    ("刘洋", "liuyang@qingmiao.example", "谢谢\n刘洋\n{} 后勤\n", "青禾幼儿园"),
]  # fmt: skip


def mail(name: str, address: str, text: str) -> Mail:
    return Mail(sender=Address(name, address), subject="", text=text)


@pytest.mark.parametrize(("name", "address", "end", "house"), SIGNED)
def test_the_house_that_signs_buys(name: str, address: str, end: str, house: str) -> None:
    [order] = read_orders(mail(name, address, f"Hello,\n{LINES}{end.format(house)}")).orders
    assert order.buyer == house


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Delivery to the school office please, Birch Road, Stourbridge DY8 4JB, by Friday 4th December.", "DY8 4JB"),
        ("À livrer jeudi 26 novembre avant 6 h, toujours 3 place de l'Église, 49400 Saumur.", "49400"),
        ("Dostawa do sklepu na Mickiewicza 8, 35-064 Rzeszów.", "35-064"),
        ("Entregar até o dia 4 de dezembro no hotel, Rua das Flores, 210, Gramado, CEP 95670-000.", "95670-000"),
        ("Leveres senest tirsdag den 1/12 hos os, Havnegade 21, 7100 Vejle.", "7100"),
    ],
)
def test_a_phrase_before_an_address_is_nobodys_name(said: str, code: str) -> None:
    text = f"Hello,\n{LINES}{said}\n\nMany thanks\nHelen\nBirchfield Primary School\n"
    [order] = read_orders(mail("Helen Marsh", "h.marsh@birchfield-primary.example", text)).orders
    assert order.buyer == "Birchfield Primary School"
    assert order.ship_to is not None
    assert order.ship_to.postcode == code


@pytest.mark.parametrize(
    "text", ["Mavi Otel", "Magazyn Kawiarni", "Lakeshore Property", "Кафе «Полдень»", "青禾幼儿园"]
)
def test_names(text: str) -> None:
    assert is_name(text)


@pytest.mark.parametrize(
    "text", ["the office please", "jeudi 26 novembre avant 6 h", "Dostawa do sklepu", "Entrega até 02/12/2026", ""]
)
def test_no_names(text: str) -> None:
    assert not is_name(text)


def test_a_title_or_another_house_than_the_addresss_does_not_sign() -> None:
    rows: tuple[Row, ...] = read_text("Thanks\nHelen Marsh\nSchool Business Manager\nStour Valley Trust\n").rows
    assert list(signed(rows, "Helen Marsh <h.marsh@birchfield.example>")) == []


def test_the_row_above_a_quotation_stays_with_the_letter() -> None:
    text = f"Hello,\n{LINES}Regards,\nLuc\nBertin Foods Ltd\n\nOn 20 Nov 2026 at 16:30, Ann <ann@shop.example> wrote:\n> hi\n"
    [order] = read_orders(mail("Luc", "luc@bertin-foods.example", text)).orders
    assert order.buyer == "Bertin Foods Ltd"
