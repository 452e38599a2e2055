"""Columns of a page that stand close, codes that narrow columns break, heads that do not name item numbers."""

import pytest

from maild.domain.order import Order
from pipeline.orders.code_columns import with_code_columns
from pipeline.orders.codes import labelled
from pipeline.orders.entries import Entry
from pipeline.orders.heads import Column
from pipeline.orders.labels import columns_of
from pipeline.orders.layout import Cell, Row, words_of
from pipeline.orders.pdf_columns import parted
from pipeline.orders.read import read_document
from tests.pipeline.orders.test_unseen_kinds import drawn

TOP = ((40.0, 40.0, "Fernhill Tools Ltd"), (40.0, 60.0, "PO Number: F-4471"))


def codes(order: Order) -> "list[tuple[str | None, str | None, str | None]]":
    return [(line.sku, line.customer_sku, line.quantity) for line in order.lines]


def table(heads: "tuple[tuple[int, str], ...]", *rows: "tuple[int, tuple[tuple[int, str], ...]]") -> Order:
    """The order of a page with these rows, each at its height, and the total of 335.00."""
    cells = [
        (x, y, text) for y, row in ((200, heads), *rows, (320, ((400, "Total"), (500, "335.00")))) for x, text in row
    ]
    return drawn([*TOP, *((float(x), float(y), text) for x, y, text in cells)])


FIGURES = (((330, "20"), (400, "12.50"), (500, "250.00")), ((330, "10"), (400, "8.50"), (500, "85.00")))
HEADED = ((330, "Qty"), (400, "Unit Price"), (500, "Amount"))


@pytest.mark.parametrize("head", ["No.", "Item No.", "Code"])
def test_codes_broken_over_rows_under_any_head(head: str) -> None:
    order = table(
        ((40, head), (110, "Description"), *HEADED),
        (220, ((40, "RM-"), (110, "PVC compound rigid"), *FIGURES[0])),
        (231, ((40, "PVC-6620"), (110, "bag"))),
        (250, ((40, "RM-MB-BLK"), (110, "Masterbatch black"), *FIGURES[1])),
    )
    assert codes(order) == [("RM-PVC-6620", None, "20"), ("RM-MB-BLK", None, "10")]
    assert not order.needs_review


def test_a_text_that_begins_left_of_its_head_stays_whole() -> None:
    order = table(
        ((40, "Item No."), (180, "Description"), *HEADED),
        (213, ((40, "PAP-LTR-"), (110, "Copy paper letter 20 lb, 10 reams"))),
        (220, FIGURES[0]),
        (227, ((40, "20"), (110, "Papier lettre, 10 rames"))),
        (248, ((40, "MRK-DE-"), (110, "Markers, box of 12"))),
        (255, FIGURES[1]),
        (262, ((40, "12"), (110, "Marqueurs, boîte de 12"))),
    )
    assert codes(order) == [("PAP-LTR-20", None, "20"), ("MRK-DE-12", None, "10")]
    assert not order.needs_review


def test_the_counter_of_lines_is_no_item_number() -> None:
    order = table(
        ((40, "Item"), (80, "Code"), (150, "Description"), *HEADED),
        (220, ((40, "0001"), (80, "MP010045"), (150, "Bracket"), *FIGURES[0])),
        (240, ((40, "0002"), (80, "MP010062"), (150, "Hinge"), *FIGURES[1])),
    )
    assert codes(order) == [("MP010045", None, "20"), ("MP010062", None, "10")]


def test_codes_alone_above_their_goods_under_a_head_of_names() -> None:
    order = table(
        ((40, "Item"), (80, "Description"), *HEADED),
        (220, ((40, "1"), (80, "AR-1064-25"), *FIGURES[0])),
        (231, ((80, "Mirror HR 1064 nm dia. 25.4 mm, lambda/10"),)),
        (250, ((40, "2"), (80, "WIN-FS-50"), *FIGURES[1])),
        (261, ((80, "Fused silica window dia. 50 x 5 mm, lambda/10"),)),
    )
    assert codes(order) == [("AR-1064-25", None, "20"), ("WIN-FS-50", None, "10")]
    assert not order.needs_review


def test_days_standards_and_tariff_numbers_below_a_line_are_no_items() -> None:
    order = table(
        ((40, "Material Code"), (150, "Description"), *HEADED),
        (220, ((40, "4000118237"), (150, "Valve body"), *FIGURES[0])),
        (231, ((40, "150#"),)),
        (242, ((40, "11.03.2026"),)),
        (253, ((40, "HSN/SAC: 84819090"),)),
        (270, ((40, "4000118242"), (150, "Bonnet"), *FIGURES[1])),
    )
    assert codes(order) == [("4000118237", None, "20"), ("4000118242", None, "10")]


def test_a_csv_whose_first_column_is_the_orders_number() -> None:
    text = (
        "Bestellnr;Bestelldatum;Lieferadresse;PLZ;Ort;Pos;Artikelnr;Bezeichnung;Menge;Einzelpreis;Gesamtpreis\n"
        "70118;11.03.2026;Hof 3;87561;Oberstdorf;1;AX-10;Winkel;20;12,50;250,00\n"
        "70118;11.03.2026;Hof 3;87561;Oberstdorf;2;AX-22;Band;10;8,50;85,00\n"
    )
    reading = read_document("bestellung.csv", text.encode())
    assert reading is not None
    [order] = reading.orders
    assert (order.po_number, order.needs_review) == ("70118", False)
    assert codes(order) == [("AX-10", None, "20"), ("AX-22", None, "10")]


def column(text: str, *roles: str) -> Column:
    return Column(frozenset(roles), 0.0, 10.0, text)


TYPED = {
    "names and codes, a column of names beside": (("item", "description"), ("TP-40", "TP-KAP", "TP-22"), {"item"}),
    "names and codes, but words": (("item", "description"), ("TP-40", "Kappe", "TP-22"), {"item", "description"}),
    "a counter": (("item", "line"), ("1", "2", "3"), {"line"}),
    "codes under a counter's head": (("line",), ("TP-40", "TP-KAP", "TP-22"), {"item"}),
    "numbers under a counter's head": (("line",), ("10", "20", "30"), {"line"}),
}  # fmt: skip


@pytest.mark.parametrize("kind", TYPED)
def test_what_stands_in_a_column_tells_what_it_holds(kind: str) -> None:
    roles, texts, told = TYPED[kind]
    columns = [column("Artikel", *roles), column("Omschrijving", "description")]
    entries = [Entry(n, Row((Cell.of(words_of(text)),)), {0: text, 1: "Name"}) for n, text in enumerate(texts)]
    assert with_code_columns(columns, entries, [0, 1, 2], ())[0].roles == told


def row(y: float, *texts: "tuple[float, str]") -> Row:
    """A row whose words stand five points wide a letter, one cell."""
    words = tuple(word for x, text in texts for word in words_of(text, x, 5.0))
    return Row((Cell.of(words),), box=(0.0, y, 500.0, y + 10.0))


def test_a_wide_gap_at_the_edge_of_a_column_parts_it() -> None:
    rows = [
        row(100.0 - 12 * n, (0.0, "Number"), (40.0, text))
        for n, text in enumerate(("West York No 4", "East A", "North B"))
    ]
    assert [[cell.text for cell in each.cells] for each in parted(rows)] == [
        ["Number", "West York No 4"], ["Number", "East A"], ["Number", "North B"],
    ]  # fmt: skip


def test_a_wide_gap_anywhere_else_and_blanks_part_nothing() -> None:
    alone = [row(100.0 - 12 * n, (0.0, "Number"), (40.0 + 7 * n, "West York")) for n in range(3)]
    even = [row(100.0 - 12 * n, (0.0, "Ship all goods to West York")) for n in range(3)]
    assert parted(alone) == alone
    assert parted(even) == even


WHOSE = {
    "Swedish": ("Vårt art.nr", "Ert art.nr"),
    "Danish": ("Vores varenr.", "Jeres varenr."),
    "Dutch": ("Ons artikelnummer", "Uw artikelcode"),
    "Czech": ("Naše číslo zboží", "Vaše číslo zboží"),
    "Romanian": ("Cod produs nostru", "Cod produs furnizor"),
}


@pytest.mark.parametrize("tongue", WHOSE)
def test_whose_number_a_column_holds_in_more_tongues(tongue: str) -> None:
    ours, yours = WHOSE[tongue]
    assert columns_of(ours) == {"customer_sku"}
    assert columns_of(yours) == {"sku"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("黄铜球阀 货号AB-12", [("item", "AB-12")]),
        ("电缆接头 黑, 海关编码 73181590", []),
        ("电缆接头 海关编码73181590", []),
    ],
)
def test_a_tariff_code_is_no_code_of_an_item(text: str, found: "list[tuple[str, str]]") -> None:
    assert labelled(text) == found
