"""The buyer and the seller of a paper by its make: letterhead, sender's line, window, greeting, footer, role words."""

# ruff: noqa: E501 (what is drawn stays on its line)

import pytest

from pipeline.orders import parties
from tests.pipeline.orders.test_systems_layouts import GOODS, page_of
from tests.pipeline.orders.test_unseen_kinds import drawn

NUMBER = (340.0, 90.0, "PO Number: F-4471")
PAPERS = {
    "sender's line over a window with a salutation": (
        "Nordwind Ventile GmbH & Co. KG",
        (70, 40, "Nordwind Ventile GmbH & Co. KG · Daimlerstr. 9 · 74653 Künzelsau"), (70, 60, "Firma"),
        (70, 72, "Dichtungen Sinsheim GmbH"), (70, 84, "Neulandstraße 30"), (70, 96, "74889 Sinsheim"),
    ),
    "letterhead and registration in the footer": (
        "Elektro Küstenlicht",
        (60, 30, "Elektro Küstenlicht"), (64, 60, "Großhandel Nordmark GmbH"), (64, 72, "Am Hafen 22"),
        (64, 84, "24937 Flensburg"),
        (60, 800, "Elektro Küstenlicht e.K. · Deichstr. 4 · 25813 Husum · Steuernr. 17 188 02544 · HRA 5519 FL"),
    ),
    "letterhead with its address beside a seller without one": (
        "Ashgrove & Daughters Joinery",
        (407, 30, "Ashgrove & Daughters Joinery"), (407, 42, "Unit 6 Old Brewery Yard"), (407, 54, "Halifax HX6 2AE"),
        (70, 70, "Tall Timber Merchants Ltd"),
    ),
    "role words half way down their values": (
        "Bauhof Montage GmbH",
        (40, 34, "Auftragnehmer:"), (133, 30, "Stromhandel Nord GmbH, HRB 63165, 24937"), (133, 39, "Flensburg, Am Hafen 24"),
        (40, 56, "Auftraggeber:"), (133, 52, "Bauhof Montage GmbH, HRB 52605, 25813"), (133, 61, "Husum, Deichstr. 117"),
    ),
    "pay-to and bill-to is the buyer's": (
        "Longgrass Extrusions, Inc.",
        (57, 30, "Longgrass Extrusions, Inc."), (340, 30, "Blanket Purchase Order"), (57, 60, "Buy-from Vendor"),
        (57, 72, "Gulf Bend Polymers"), (402, 60, "Pay-to / Bill-to"), (402, 72, "Longgrass Extrusions, Inc."),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", PAPERS)
def test_the_buyer_is_who_issues_the_paper(kind: str) -> None:
    buyer, *words = PAPERS[kind]
    rows = [(float(x), float(y), text) for x, y, text in words]  # type: ignore[misc]
    order = drawn([*rows, (340.0, 110.0, NUMBER[2]), *GOODS])
    assert order.buyer == buyer


@pytest.mark.parametrize(
    "greeting",
    ["Dear Tidewater Ceramics,", "Bonjour Céramiques Martin,", "Geachte Tidewater Ceramics,", "Hi Blue Clay,"],
)
def test_whom_a_letter_greets_does_not_buy(greeting: str) -> None:
    order = page_of(
        f"<p>{greeting}</p><p>PO Number: F-4471</p><p>Deliver To<br>Kingfisher Roasters<br>Leeds LS1 4AB</p>"
    )
    assert order.buyer == "Kingfisher Roasters"


def test_from_over_a_whole_address_names_a_company() -> None:
    order = page_of(
        "<p>PO Number: F-4471</p><table><tr><td>From:<br>Lumen Labs Ireland<br>4 Park Road<br>Leeds LS1 4AB</td>"
        "<td>To:<br>Medi Goods<br>Unit 9<br>Leeds LS2 7XX</td></tr></table>"
    )
    assert order.buyer == "Lumen Labs Ireland"


@pytest.mark.parametrize(("text", "name"), [("Ringaskiddy, Co. Cork", None), ("Meyer & Co. KG", "Meyer & Co. KG")])
def test_a_county_is_no_company(text: str, name: str | None) -> None:
    assert parties.company_in(text) == name


def test_a_site_is_where_the_goods_go() -> None:
    order = page_of(
        "<p>Elektro Küstenlicht</p><p>Bestellung Nr. 26-173</p>"
        "<p>BV: Neubau Kita – Lieferung frei Baustelle: Osterender Chaussee 12, 25870 Oldenswort</p>"
    )
    assert order.ship_to is not None
    assert (order.ship_to.company, order.ship_to.street, order.ship_to.postcode, order.ship_to.city) == (
        None, "Osterender Chaussee 12", "25870", "Oldenswort",
    )  # fmt: skip
