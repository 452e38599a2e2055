"""The order's number as letters of many languages say it, and numbers that are none of the order's."""

import pytest

from maild.domain.mail import Mail
from maild.domain.order import Order
from pipeline.orders.identity import spoken
from pipeline.orders.read import read_orders

LINES = "\n\n20 pcs bracket AX-10 at 12.50 EUR\n10 pcs hinge AX-22 at 8.50 EUR\n\nTotal 335.00 EUR\n"


def read(text: str, subject: str = "") -> Order:
    [order] = read_orders(Mail(sender=None, subject=subject, text=text + LINES)).orders
    return order


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("wir bestellen unter der Nummer PH-2026-61:", "PH-2026-61"),
        ("bitte buchen Sie unsere Bestellung für Halle 3, Nr. 26-118:", "26-118"),
        ("nous vous passons commande sous le numéro C-7712 :", "C-7712"),
        ("voici notre commande de la semaine, n° 2026-47 :", "2026-47"),
        ("Segue o pedido da semana, nº 2026-47, na lista:", "2026-47"),
        ("Segue o pedido 903.", "903"),
        ("os paso el pedido de esta semana, nº 26-47:", "26-47"),
        ("invio ordine per il cantiere, numero OF 2026/1140:", "OF 2026/1140"),
        ("we bestellen onder nummer 26-0471:", "26-0471"),
        ("zamawiamy pod numerem ZD/214/26:", "ZD/214/26"),
        ("wrzuć nam proszę, nr zamówienia 88/11:", "88/11"),
        ("просим поставить по заявке № 1246:", "1246"),
        ("objednáváme pod číslem OBJ-0412:", "OBJ-0412"),
        ("Megrendelésünk száma ZK-2026/90:", "ZK-2026/90"),
        ("Vil I sende os følgende, rekvisition 55120:", "55120"),
        ("Vår beställning, ordernr B-20887:", "B-20887"),
        ("Tilaamme seuraavat, tilausnumeromme 7745-26:", "7745-26"),
        ("Comanda noastră nr. 1628 din 24.11.2026:", "1628"),
        ("Siparişimiz aşağıdadır, sipariş numaramız MO-2026/755:", "MO-2026/755"),
        ("下記の通り発注いたします。発注番号 PO-7781", "PO-7781"),
        ("再订一批，订单号DH-1103：", "DH-1103"),
    ],
)
def test_a_number_said_in_a_letter(said: str, number: str) -> None:
    assert read(f"Hello,\n\n{said}").po_number == number


@pytest.mark.parametrize(
    "subject", ["Pedido 903", "Bestellung 903", "Commande 903", "Bestilling - rekv. 903", "Objednávka 903"]
)
def test_a_short_number_that_ends_the_subject(subject: str) -> None:
    assert read("Hello,", subject).po_number == "903"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Ristorante Po S.r.l., Via Po 3, 10124 Torino", []),
        ("magazyn: ul. Zam 77, Kielce", []),
        ("Please cancel order 26-0088. Order 26-0091 remains unchanged.", ["26-0088"]),
        ("Prosím o storno objednávky č. 26-0088. Objednávka č. 26-0091 zůstává beze změny.", ["26-0088"]),
        ("Bitte Bestellung 26-0088 stornieren. Bestellung 26-0091 bleibt unverändert.", ["26-0088"]),
        ("Anulujemy zamówienie 26-0088, zamówienie 26-0091 pozostaje bez zmian.", ["26-0088"]),
        ("Annulla l'ordine n. 26-0088. L'ordine n. 26-0091 resta invariato.", ["26-0088"]),
        ("请取消订单26-0088", ["26-0088"]),
        ("we would like to order 100 bags", []),
    ],
)
def test_numbers_that_are_none_of_the_order(text: str, numbers: list[str]) -> None:
    assert [number for number, _ in spoken(text)] == numbers


@pytest.mark.parametrize(
    "said",
    [
        "please order the usual, art. no. 31011 first",
        "bitte bestellen, Kunden-Nr. 55120",
        "we order again, tel. no. 0711 55120",
        "prosimy o dostawę, ul. Składowa nr 14",
    ],
)
def test_a_number_of_another_thing_is_not_the_orders(said: str) -> None:
    assert read(f"Hello,\n\n{said}").po_number is None


def test_two_characters_in_a_sentence_are_a_doubt() -> None:
    order = read("Hello,\n\nplease see our order no. 12:")
    assert order.po_number != "12" or order.needs_review


@pytest.mark.parametrize(
    "said",
    ["we order again for our branch, no. 1180:", "wir bestellen wie im Heft Nr. 1180:", "pedido da semana, nº 1180:"],
)
def test_a_number_that_only_the_word_for_number_announces_is_a_doubt(said: str) -> None:
    order = read(f"Hello,\n\n{said}")
    assert (order.po_number, order.needs_review) == ("1180", True)
