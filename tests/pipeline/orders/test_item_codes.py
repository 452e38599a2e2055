"""What of a cell under a head of item numbers is the number."""

import pytest

from pipeline.orders.item_codes import take_codes


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("2x6x12 SYP", "2x6x12 SYP"),
        ("AB-100 BLK", "AB-100 BLK"),
        ("AB-100 PCS", "AB-100"),
        ("AB-100 Bracket", "AB-100"),
        ("4711 0815", "47110815"),
        ("7010 ZX44", "7010 ZX44"),
    ],
)
def test_capitals_behind_a_number_belong_to_it_and_units_do_not(cell: str, code: str) -> None:
    found: dict[str, str] = {}
    take_codes("item", cell, found, wide=False)
    assert found["item"] == code
