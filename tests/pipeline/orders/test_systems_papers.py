"""What planning systems print that no letter holds: boxed codes, prefixed numbers, running heads, cancellations."""

import pytest

from maild.domain.order import Order, OrderType
from pipeline.orders.named_currency import labelled_currency
from pipeline.orders.order_number import number_in
from pipeline.orders.parties import country_of
from pipeline.orders.read import read_document
from tests.pipeline.orders.test_unseen_kinds import HEADS, ROWS, TOLD, TOTAL, drawn, page, told

HEAD = "Item;Description;Qty;Unit Price;Amount"


def sheet(text: str) -> Order:
    reading = read_document("order.csv", text.encode())
    assert reading is not None
    [order] = reading.orders
    return order


def test_codes_in_square_brackets_before_their_goods() -> None:
    rows = (((40, "[AX-10] Bracket"), *ROWS[0][2:]), ((40, "[AX-HINGE] Hinge"), *ROWS[1][2:]))
    cells = [(x, y, t) for y, row in ((120.0, ((40, "Description"), *HEADS[2:])), (136.0, rows[0])) for x, t in row]
    rest = [(x, y, t) for y, row in ((152.0, rows[1]), TOTAL) for x, t in row]
    order = drawn([(40.0, 40.0, "Fernhill Tools Ltd"), (40.0, 60.0, "PO Number: F-4471"), *cells, *rest])
    assert [line.sku for line in order.lines] == ["AX-10", "AX-HINGE"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7 - 118804", "7-118804"),
        ("118804 - 001 OP", "118804"),
        ("26 – 4471", "26-4471"),
        ("3 - 27100 Pavia", "3"),
        ("170382 - 1", "170382"),
    ],
)
def test_a_prefix_set_apart_belongs_to_the_number(text: str, number: str) -> None:
    assert number_in(text) == number


@pytest.mark.parametrize("basis", ["11,90/100ST", "11,90 / 100 ST", "11,90/100"])
def test_price_bases_that_touch_their_unit(basis: str) -> None:
    rows = [(40.0, 136.0, "AX-10"), (150.0, 136.0, "Schraube"), (330.0, 136.0, "2.500"), (400.0, 136.0, basis)]
    total = [(500.0, 136.0, "297,50"), (400.0, 160.0, "Gesamtwert EUR"), (500.0, 160.0, "297,50")]
    head = [(40.0, 40.0, "Bestellung"), (40.0, 60.0, "Bestellnummer: 4500288170")]
    names = ("Material", "Bezeichnung", "Menge", "Preis", "Nettowert")
    order = drawn([*head, *((float(x), 120.0, t) for (x, _), t in zip(HEADS, names, strict=True)), *rows, *total])
    assert [(line.quantity, line.unit_price, line.amount) for line in order.lines] == [("2500", "11.90", "297.50")]


def test_a_total_repeated_on_each_row_of_a_sheet() -> None:
    head = "Belegnummer;Lieferstraße;PLZ;Ort;Artikel;Bezeichnung;Menge;Einzelpreis;Gesamtpreis;{}\n"
    rows = (
        "B-7001;Hafenweg 12;88131;Lindau;AX-100;Dichtung;200;0,85;170,00;290,00\n"
        "B-7001;Hafenweg 12;88131;Lindau;AX-220;O-Ring;1000;0,12;120,00;290,00\n"
    )
    for name in ("Belegsumme", "Summe über alles"):
        order = sheet(head.format(name) + rows)
        assert (order.total, order.needs_review) == ("290.00", False)
    assert order.ship_to is not None
    assert (order.ship_to.street, order.ship_to.postcode, order.ship_to.city) == ("Hafenweg 12", "88131", "Lindau")
    wrong = sheet(head.format("Belegsumme") + rows.replace("290,00", "920,00"))
    assert (wrong.total, wrong.needs_review) == ("920.00", True)


def test_a_number_of_few_digits_beside_its_label_in_a_sheet() -> None:
    order = sheet(
        "Jardins du Port;;;;BON DE COMMANDE\n;;;;\nFournisseur;;;N°;12\n;;;;\nRéf;Désignation;Qté;PU HT;Total HT\n"
        "LAV-C2;Lavande;150;3,20;480,00\nROM-C3;Romarin;80;4,75;380,00\n;;;Total HT;860,00\n"
    )
    assert (order.po_number, order.total, order.needs_review) == ("12", "860.00", False)


def test_the_number_under_its_label_with_a_row_of_another_column_between() -> None:
    head = [(40.0, 40.0, "Atelier du Port SARL"), (340.0, 40.0, "BON DE COMMANDE"), (340.0, 58.0, "Numéro")]
    between = [
        (430.0, 58.0, "Date"),
        (40.0, 64.0, "12 quai Sud"),
        (340.0, 70.0, "CF2600714"),
        (430.0, 70.0, "12/11/26"),
    ]
    table = [(float(x), y, t) for y, row in ((120.0, HEADS), (136.0, ROWS[0]), (152.0, ROWS[1]), TOTAL) for x, t in row]
    order = drawn([*head, *between, *table])
    assert (order.po_number, told(order)) == ("CF2600714", TOLD)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("PURCHASE ORDER CANCELLATION", OrderType.CANCEL),
        ("CANCELLED", OrderType.CANCEL),
        ("Cancel after: 12/08/2026", OrderType.NEW),
        ("Orders are cancelled by letter only.", OrderType.NEW),
    ],
)
def test_titles_that_take_an_order_back(title: str, kind: OrderType) -> None:
    order = drawn([(300.0, 40.0, title), *page((136, ROWS[0]), (152, ROWS[1]), TOTAL)])
    assert (order.type, order.needs_review) == (kind, kind is OrderType.CANCEL)


@pytest.mark.parametrize(
    "title", ["Documento di trasporto (D.D.T.)", "Open Purchase Orders by Vendor", "Goods Receipt"]
)
def test_papers_that_only_quote_orders(title: str) -> None:
    text = f"{title};;;;\nPO Number;F-4471;;;\n{HEAD}\nAX-10;Bracket;20;12.50;250.00\n;;;Total;250.00\n"
    reading = read_document("list.csv", text.encode())
    assert reading is not None and not reading.orders


def test_codes_that_a_column_breaks_without_a_dash() -> None:
    """A column as wide as five capitals: letters alone fill it, and what stands right below them belongs to them."""
    figures = (((300, "20"), (400, "12.50"), (500, "250.00")), ((300, "10"), (400, "8.50"), (500, "85.00")))
    table = (
        (120, ((40, "#"), (60, "Item"), (140, "Description"), *HEADS[2:])),
        (136, ((40, "1"), (60, "WB-CR"), (96, "Tumbler 22 oz black 1"), *figures[0])),
        (147, ((60, "K-22O"), (96, "colour"))),
        (158, ((60, "Z-BLK"),)),
        (172, ((40, "2"), (60, "LID-SIP"), (140, "Sip lid clear"), *figures[1])),
        (183, ((60, "-CLR"),)),
        (200, ((400, "Total"), (500, "335.00"))),
    )
    order = drawn([*page()[:2], *((float(x), float(y), text) for y, row in table for x, text in row)])
    assert told(order) == [("WB-CRK-22OZ-BLK", "20", "12.50"), ("LID-SIP-CLR", "10", "8.50")]
    assert not order.needs_review


def test_two_numbers_one_above_the_other_stay_two() -> None:
    table = (
        (120, HEADS),
        (136, ROWS[0]),
        (147, ((40, "KT-500"),)),
        (172, ROWS[1]),
        (183, ((40, "KT-501"),)),
        (200, ((400, "Total"), (500, "335.00"))),
    )
    order = drawn([*page()[:2], *((float(x), float(y), text) for y, row in table for x, text in row)])
    assert [(line.sku, line.customer_sku) for line in order.lines] == [("AX-10", "KT-500"), ("AX-22", "KT-501")]


def test_quantities_under_the_head_of_units_are_not_the_prices() -> None:
    heads = ((40, "Material"), (150, "Description"), (240, "Order qty."), (330, "Unit"), (400, "Price per unit"))
    table: list[tuple[int, tuple[tuple[int, str], ...]]] = [(120, (*heads, (500, "Net value")))]
    for y, row, following in ((136, ROWS[0], 148), (162, ROWS[1], 174)):
        table += [(y, (*row[:2], (326, f"{row[2][1]} EA"), *row[3:])), (following, ((150, "Rel. ord. 4600100679"),))]
    table.append((200, ((400, "Total"), (500, "335.00"))))
    order = drawn([*page()[:2], *((float(x), float(y), text) for y, row in table for x, text in row)])
    assert [line[1:] for line in told(order)] == [line[1:] for line in TOLD]


def test_boxes_of_sums_are_no_head_of_another_table() -> None:
    sums = (
        (330, ((40, "TOTALE MERCE"), (200, "TOTALE IVA"), (360, "TOTALE ORDINE"))),
        (341, ((40, "335,00"), (200, "73,70"), (360, "408,70"))),
    )
    heads = ((40, "CODICE ARTICOLO"), (150, "DESCRIZIONE"), (330, "QUANTITÀ"), (400, "PREZZO"), (500, "IMPORTO"))
    rows = [(x, t.replace(".", ",")) for row in ROWS for x, t in row]
    table = ((120, heads), (136, rows[:5]), (152, rows[5:]), *sums)
    order = drawn([*page()[:2], *((float(x), float(y), text) for y, row in table for x, text in row)])
    assert (told(order), order.total, order.needs_review) == (TOLD, "408.70", False)


def test_a_city_its_state_and_postcode_in_columns_of_their_own() -> None:
    place = ((330, 60, "Ship To:"), (345, 72, "Fernhill Stores"), (345, 84, "12 Mill Road"), (345, 96, "TOPEKA"))
    apart = [(430.0, 96.0, "KS"), (460.0, 96.0, "66606-1200")]
    rows = page((136, ROWS[0]), (152, ROWS[1]), TOTAL)
    order = drawn([*rows, *((float(x), float(y), text) for x, y, text in place), *apart])
    assert order.ship_to is not None
    assert (order.ship_to.city, order.ship_to.postcode) == ("TOPEKA", "66606-1200")


@pytest.mark.parametrize(
    ("name", "code"), [("EURO", "EUR"), ("US Dollar", "USD"), ("REAL", "BRL"), ("руб", None), ("Real Foods", None)]
)
def test_currencies_named_alone_beside_their_label(name: str, code: "str | None") -> None:
    assert labelled_currency(name) == code


def test_an_italian_province_before_another_postcode_is_no_american_state() -> None:
    assert country_of("P.IVA 02118840228\n38010 Campodenno TN  38066 RIVA DEL GARDA TN") != "US"
    assert country_of("Fernhill Stores  MEMPHIS TN  38103") == "US"


def test_the_item_number_is_not_repeated_in_the_description() -> None:
    rows = [((40, row[0][1]), (150, f"{row[0][1]} {row[1][1]}"), *row[2:]) for row in ROWS]
    order = drawn(page((136, rows[0]), (152, rows[1]), TOTAL))
    assert [(line.sku, line.description) for line in order.lines] == [("AX-10", "Bracket"), ("AX-22", "Hinge")]


@pytest.mark.parametrize("label", ["Ship not before", "Start ship date", "In DC date"])
def test_days_that_retailers_name_otherwise(label: str) -> None:
    rows = page((136, ROWS[0]), (152, ROWS[1]), TOTAL)
    assert drawn([*rows, (300.0, 74.0, f"{label}: 1 Dec 2026")]).requested_date == "2026-12-01"


def test_a_column_of_what_was_cancelled_takes_no_order_back() -> None:
    order = sheet("PO number,PO-4471\nItem,Description,Quantity,Cancelled,Price,Amount\nAB-12,Gloves,10,0,2.00,20.00\n")
    assert order.type == OrderType.NEW


def test_a_box_for_back_orders_makes_no_report() -> None:
    order = sheet(
        "Back orders:,none\nPO number:,PO-4471\nItem,Description,Quantity,Price,Amount\nAB-12,Gloves,10,2.00,20.00\n"
    )
    assert order.po_number == "PO-4471"
