"""Rows and sentences as people type them: goods first, counts behind colons and dashes, sums told by a verb, changes."""

# ruff: noqa: E501 (what is typed stays on its line)

from datetime import UTC, date, datetime

import pytest

from maild.domain.mail import Address, Mail
from maild.domain.order import Order, OrderType
from pipeline.orders import dates, parties
from pipeline.orders.order_number import same_number
from pipeline.orders.read import read_orders


def orders(text: str, subject: str = "") -> tuple[Order, ...]:
    day = datetime(2026, 11, 24, 9, tzinfo=UTC)
    return tuple(
        read_orders(Mail(sender=Address("", "a@fernhill.example"), date=day, subject=subject, text=text)).orders
    )


def lines(order: Order) -> list[tuple[str | None, str | None, str | None]]:
    return [(line.sku, line.quantity, line.unit_price) for line in order.lines]


def test_bare_counts_behind_a_colon() -> None:
    [order] = orders("PO DB/883 please:\n\nWhite flour 16kg (WF16): 12\nWholemeal 16kg (WM16): 6\nYeast 1kg (FY10): 10")
    assert lines(order) == [("WF16", "12", None), ("WM16", "6", None), ("FY10", "10", None)]


def test_counts_behind_a_dash_and_prices_in_brackets() -> None:
    [order] = orders(
        "Zamówienie nr 14/2026:\n\nDachówka grafit (DR-100) - 1200 szt (4,20 zł/szt)\nGąsior GP-12 - 36 szt (18,50 zł/szt)\n"
        "Łata 40x60 LT46 - 240 mb (3,10 zł/mb)\n\nWartość: 6 450,00 zł netto"
    )
    assert lines(order) == [("DR-100", "1200", "4.20"), ("GP-12", "36", "18.50"), ("LT46", "240", "3.10")]
    assert not order.needs_review


def test_counted_goods_without_a_unit_but_with_a_price() -> None:
    [order] = orders(
        "Ordine n. 77/26:\n\nn. 30 sacchi cemento (CE325) € 4,95 cad.\nn. 12 pannelli 5 cm (XP50) € 9,20 cad.\n\nTot. € 258,90 + IVA"
    )
    assert lines(order) == [("CE325", "30", "4.95"), ("XP50", "12", "9.20")]
    assert order.total == "258.90"


def test_chinese_rows_with_a_sign_for_times() -> None:
    [order] = orders(
        "订单号TF-8831：\n1) BR-6308 轴承 ×40，35.5元/个\n2) OS-50 油封 ×100，3.2元/个\n3) VB-A55 皮带 ×25，18元/条\n共2190元，请发货。"
    )
    assert lines(order) == [("BR-6308", "40", "35.5"), ("OS-50", "100", "3.2"), ("VB-A55", "25", "18")]
    assert (order.total, order.needs_review) == ("2190", False)


@pytest.mark.parametrize(
    "said", ["Dá 125,60 € mais IVA.", "Daje 125,60 zł.", "Das macht 125,60 €.", "It's £125.60 plus VAT."]
)
def test_sums_told_by_a_verb(said: str) -> None:
    price = "6.28" if "£" in said else "6,28"
    [order] = orders(f"Order 4471:\n\n- 20 boxes WS-50 @ {price}\n\n{said}")
    assert order.total == "125.60"


CHANGED = {
    "zh": ("订单AJ-1120的地毯DT-9请从30块改成45块，其余照旧。", ("DT-9", "45")),
    "pl": ("poprawka do zamówienia 551/2026: farba biała FB10 - 18 wiader zamiast 12.", ("FB10", "18")),
    "en": ("can you add these to PO 4471 before it ships:\n\n6 ea PMP-15 pool pump $289.00", ("PMP-15", "6")),
    "de": (
        "kleine Änderung zu unserer Bestellung GU-418: bei Pos. 1 (Erde 70 l, Art. AE70) bitte 60 statt 40 Säcke, und zusätzlich 10 Rollen Draht BD-2 zu 4,20 €.",
        ("AE70", "60"),
    ),
    "ru": ("Просим внести изменения в заказ № 3307:\n\n- перчатки М (ПН-М) - 40 упаковок вместо 25", ("ПН-М", "40")),
}


@pytest.mark.parametrize("language", CHANGED)
def test_changes(language: str) -> None:
    text, told = CHANGED[language]
    [order] = orders(text)
    assert order.type is OrderType.CHANGE
    assert lines(order)[0][:2] == told


def test_a_day_moved_from_one_to_another() -> None:
    [order] = orders("Просим перенести поставку по нашему заказу № 7745 с 27 ноября на 8 декабря 2026 г.")
    assert (order.order_date, order.requested_date) == (None, "2026-12-08")


def test_roman_months_and_weekdays_with_their_day() -> None:
    assert dates.find("Termin: 3.XII.2026")[0].readings == (date(2026, 12, 3),)
    assert not dates.find("zamówienie 14/XI/26, IV 2026")
    [found] = dates.find("na segunda-feira, dia 30", date(2026, 11, 25))
    assert found.readings == (date(2026, 11, 30),)


def test_a_brazilian_postcode_is_no_american_one() -> None:
    assert parties.country_of("Cuiabá/MT, 78005-000") == "BR"
    assert parties.country_of("Helena, MT 59601-1234") == "US"


def test_lines_below_under_the_number_above_are_reviewed() -> None:
    inner = "40 Pack Einlagen M (IE-20) 8,90 €\n20 Fl Reiniger 1 l (DS10) 5,20 €\nSumme 460,00 €"
    head = "Von: Pflege <pflege@lind.example>\nGesendet: Freitag, 20. November 2026 09:15\nAn: Einkauf\nBetreff: Bedarf"
    [order] = orders(
        f"bitte unten stehenden Bedarf liefern, unsere Bestellnummer LK-77120.\n\n{head}\n\n{inner}", "WG: Bedarf"
    )
    assert order.po_number == "LK-77120"
    assert lines(order) == [("IE-20", "40", "8.90"), ("DS10", "20", "5.20")]
    assert order.needs_review


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ZAM 0231/26", "0231/26", True),
        ("14/XI", "14/XI/26", True),
        ("PO-4471", "4471", True),
        ("4471", "4471-2", False),
        ("4471", "4471/26", False),
        ("4471", "14471", False),
        ("77", "PO77", False),
        ("1234", "ABCDE", False),
    ],
)
def test_numbers_that_are_one(one: str, other: str, same: bool) -> None:
    assert same_number(one, other) is same
    assert same_number(other, one) is same


def test_blocks_of_labels_do_not_contradict_each_other() -> None:
    blocks = (
        "Poz. 1\nIndeks: PS-A1250\nNazwa: Pas klinowy A1250\nIlość: 20 szt.\nCena netto: 18,60 PLN\nWartość netto: 372,00 PLN\n\n"
        "Poz. 2\nIndeks: LO-6206\nNazwa: Łożysko 6206\nIlość: 50 szt.\nCena netto: 14,90 PLN\nWartość netto: 745,00 PLN\n"
    )
    [order] = orders(f"Zamówienie zakupu: 4700012231\n\n{blocks}\nRazem netto: 1 117,00 PLN")
    assert (order.total, order.needs_review) == ("1117.00", False)


def test_item_numbers_without_digits_among_others() -> None:
    [order] = orders(
        "PO 77-3012\n\n12 bx NG-XL gloves @ $11.25\n6 bx NG-SM gloves @ $11.25\n3 cs WP-80 wipes @ $42.00\n\nTotal $328.50"
    )
    assert [line.sku for line in order.lines] == ["NG-XL", "NG-SM", "WP-80"]


INVOICED = {
    "a list item": "Bestellung Nr. 4471\n\n- 10 Kartons WS-50 zu 8,90 €\n- Rechnung an: Holz Meier GmbH, Musterweg 1, 12345 Berlin",
    "a list item without a label": "Order 4471\n\n- 10 boxes WS-50 @ 8.90\n- invoice to our office 12 High St, Leeds LS1 4AB please",
    "a sentence": "PO 4471. Please send 10 boxes WS-50 @ 8.90. Invoice goes to 12 High St, Leeds LS1 4AB. Thanks",
}


@pytest.mark.parametrize("kind", INVOICED)
def test_the_address_that_is_invoiced_gets_no_goods(kind: str) -> None:
    [order] = orders(INVOICED[kind])
    assert order.ship_to is None


def test_goods_go_where_the_list_says() -> None:
    [order] = orders(
        "Bestellung Nr. 4471\n\n- 10 Kartons WS-50 zu 8,90 €\n- Lieferung an: Holz Meier GmbH, Musterweg 1, 12345 Berlin"
    )
    assert order.ship_to is not None
    assert order.ship_to.postcode == "12345"


def test_spelled_counts_of_a_numbered_list() -> None:
    text = "our order WC/2026/0443:\n\n1. Twelve soldering stations, ref. SS-60, at £64.50 each.\n2. Forty reels of solder, ref. SR-07, at £5.20 each.\n3. One fume extractor, ref. FX-10, at £312.00.\n\nThe total is £1,294.00 exclusive of VAT."
    [order] = orders(text)
    assert lines(order) == [("SS-60", "12", "64.50"), ("SR-07", "40", "5.20"), ("FX-10", "1", "312.00")]
    assert not order.needs_review


def test_a_chinese_list_of_goods_without_item_numbers_is_reviewed() -> None:
    [order] = orders("你好，明天送：土豆50斤、白菜30斤、鸡蛋10盘、食用油4桶。单号1125。")
    assert [(line.description, line.quantity) for line in order.lines] == [
        ("土豆", "50"),
        ("白菜", "30"),
        ("鸡蛋", "10"),
        ("食用油", "4"),
    ]
    assert order.needs_review


def test_the_address_behind_a_sum_in_the_same_row() -> None:
    [order] = orders(
        "Zamówienie WO/19/2026: 150 szt. tui (TS-80) po 14,50 zł oraz 12 worków kory (KO-80) po 16,00 zł, razem 2367,00 zł. Dowóz na ul. Sadową 14, 05-500 Piaseczno."
    )
    assert order.ship_to is not None
    assert (order.ship_to.postcode, order.ship_to.city) == ("05-500", "Piaseczno")


def test_an_invoice_in_a_letter_is_no_order() -> None:
    assert not orders(
        "Please find below invoice INV-2231 for your PO 5510.\n\n10 boxes paper @ £18.00  £180.00\nTotal due £216.00 inc VAT."
    )


def test_a_sentence_of_one_position_with_its_number_and_total() -> None:
    [order] = orders("PO 4471: 10 boxes AB-10 at $5.00. Total $50.00")
    assert (lines(order), order.total, order.needs_review) == ([("AB-10", "10", "5.00")], "50.00", False)


def test_a_price_in_front_of_instead_is_no_quantity() -> None:
    [order] = orders("please change PO 4471: 30 rolls TP-20 at $3.00 instead of 20.")
    assert lines(order)[0][:2] == ("TP-20", "30")


DOUBTED = {
    "a choice": "PO 4471: 10 boxes AB-10 at $5.00 or 10 boxes AC-10 at $5.00 whichever is in stock. Total $50.00",
    "a return": "Order 4471: 10 boxes AB-10 at £5.00, less 2 boxes AB-10 returned at £5.00. Total £40.00",
    "an option": "Bestellung 4471: zwölf Ventile KV-12 zu 6,00 €, optional sechs Hähne KH-60 zu 5,00 €. Summe 72,00 €",
    "a gift": "订单号AB-1：苹果AP-1二十箱，每箱86元；另送梨PE-2两包，不收费。合计1720元。",
    "cups in boxes": "PO 4471: 5 boxes of 12 cups (CU-12) at $1.00 each. Total $60.00",
    "a range": "PO 4471: 20-30 rolls TP-20 at $3.00. Total $60.00",
}


@pytest.mark.parametrize("kind", DOUBTED)
def test_sentences_that_say_more_than_they_order_are_not_trusted(kind: str) -> None:
    assert all(order.needs_review for order in orders(DOUBTED[kind]))


def test_until_in_dutch_is_no_total() -> None:
    [order] = orders("Bestelling 4471: 10 dozen WS-50 à € 8,90. Leveren kan tot 15.12.\n\nGroeten")
    assert order.total is None
