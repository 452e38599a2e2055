"""Addresses that a layout breaks or spreads over columns, and days without a label in a paper's head."""

import pytest

from maild.domain.order import Party
from pipeline.orders import parties
from pipeline.orders.read import read_document
from tests.pipeline.orders.test_systems_layouts import GOODS
from tests.pipeline.orders.test_unseen_kinds import drawn

TOP = ((40.0, 40.0, "Fernhill Tools Ltd"), (40.0, 60.0, "PO Number: F-4471"))
CITIES = {
    "Swedish capitals": (["Norrvik AB", "Sågvägen 21", "826 40 SÖDERHAMN"], ("826 40", "SÖDERHAMN", "SE")),
    "Czech": (["Pekárna s.r.o.", "Dukelská 305", "562 01 Ústí nad Orlicí"], ("562 01", "Ústí nad Orlicí", "CZ")),
    "Czech, plain letters": (["Sklad s.r.o.", "Průmyslová 15", "779 00 Olomouc"], ("779 00", "Olomouc", "CZ")),
}


@pytest.mark.parametrize("kind", CITIES)
def test_postcodes_of_three_and_two_digits(kind: str) -> None:
    lines, told = CITIES[kind]
    party = parties.party(lines)
    assert party is not None
    assert (party.postcode, party.city, party.country) == told


def test_pieces_counted_twice_are_no_postcode() -> None:
    assert parties.postcode_in("100 20 PCS") is None


def ship_to(*lines: str) -> "Party | None":
    words = [(40.0, 90.0 + 12 * n, line) for n, line in enumerate(("Deliver to:", *lines))]
    return drawn([*TOP, *words, *GOODS]).ship_to


def test_a_city_broken_over_two_rows_is_one() -> None:
    party = ship_to("Officine Brenta S.r.l.", "Via Capitello, 5 - 36061 BASSANO", "DEL GRAPPA (VI)")
    assert party is not None
    assert (party.postcode, party.city) == ("36061", "BASSANO DEL GRAPPA")


DATED = {
    "under the number at the right": ((520, 40, "Purchase Order"), (520, 54, "#PO10482"), (520, 68, "12 Nov 2026")),
    "under the title with the number": ((400, 40, "Purchase Order #PO10482"), (400, 54, "12 Nov 2026")),
}


@pytest.mark.parametrize("kind", DATED)
def test_a_day_alone_under_the_number_is_the_orders(kind: str) -> None:
    words = [(float(x), float(y), text) for x, y, text in DATED[kind]]
    order = drawn([(40.0, 40.0, "Fernhill Tools Ltd"), *words, *GOODS])
    assert (order.po_number, order.order_date) == ("PO10482", "2026-11-12")


def test_a_day_elsewhere_is_not() -> None:
    words = [(400.0, 40.0, "Purchase Order #PO10482"), (40.0, 140.0, "12 Nov 2026")]
    assert drawn([*words, *GOODS]).order_date is None


def test_an_address_over_columns_of_a_sheet() -> None:
    text = (
        "Bestellnr;Bestelldatum;Lieferadresse;PLZ;Ort;Pos;Artikelnr;Bezeichnung;Menge;Einzelpreis;Gesamtpreis\n"
        "70118;11.03.2026;Wirtschaftshof Nord;87561;Oberstdorf;1;AX-10;Winkel;20;12,50;250,00\n"
        "70118;11.03.2026;Wirtschaftshof Nord;87561;Oberstdorf;2;AX-22;Band;10;8,50;85,00\n"
    )
    reading = read_document("bestellung.csv", text.encode())
    assert reading is not None
    [order] = reading.orders
    assert order.ship_to is not None
    assert (order.po_number, order.ship_to.postcode, order.ship_to.city) == ("70118", "87561", "Oberstdorf")


def test_a_day_that_touches_the_column_before_it() -> None:
    heads = ((40, "Item No"), (150, "Description"), (330, "Qty"), (390, "Unit Price"), (450, "Amount"), (490, "VAT"))
    row = ((40, "AX-10"), (150, "Bracket"), (330, "20"), (390, "12.50"), (450, "250.00"), (492, "22"))
    dated = [(525.0, 200.0, "Due"), (505.0, 220.0, "20/12/2026")]
    placed = [(float(x), y, text) for y, cells in ((200.0, heads), (220.0, row)) for x, text in cells]
    order = drawn([*TOP, *placed, *dated, (390.0, 250.0, "Total"), (450.0, 250.0, "250.00")])
    assert [line.requested_date for line in order.lines] == ["2026-12-20"]


def test_a_block_wider_than_its_label_with_a_person_in_it() -> None:
    rows = ("Lakeside Elementary", "School", "attn: Ms R. Tremblay", "45 Lakeside Rd", "Leeds LS1 4AB")
    words = [(70.0, 90.0, "SHIP TO"), *((40.0, 104.0 + 12 * n, text) for n, text in enumerate(rows))]
    party = drawn([*TOP, *words, *GOODS]).ship_to
    assert party is not None
    assert (party.company, party.postcode, party.city) == ("Lakeside Elementary", "LS1 4AB", "Leeds")


@pytest.mark.parametrize(
    ("lines", "street"),
    [
        (["Blue Harbor", "Unit 3 Dock Road", "LS10 1AA Leeds", "United Kingdom"], "Unit 3 Dock Road"),
        (["Blue Harbor", "12 Quay Street", "21073 Hamburg", "Germany"], "12 Quay Street"),
        (["Blue Harbor", "12 Quay Street", "Germany"], "12 Quay Street"),
    ],
)
def test_a_country_is_no_part_of_the_street(lines: list[str], street: str) -> None:
    found = parties.party(lines)
    assert found is not None
    assert (found.street, bool(found.country)) == (street, True)
