"""Amounts are told as the desk writes them, and stay plain where they are typed, saved or read by a program."""

import re

import pytest

from maild.web import rendering
from tests.maild.web.conftest import ORDER, Town

TOTAL = """
[fields.total_cost]
label = "Total"
type = "money"
from = "order.total"

[[view]]
name = "sums"
groups = ["Orders"]
all = ["status < solved"]
columns = ["id", "total_cost"]
"""
GERMAN = '[letters]\nlanguage = "de-AT"\n'
BIG = ORDER.replace("20    1.50", "12000 1.50").replace("5     0.40", "5     0.40\n\nTotal: 18002.00 EUR")


@pytest.mark.parametrize(
    ("more", "total", "pieces"), [(TOTAL, "18,002.00", "12,000"), (TOTAL + GERMAN, "18.002,00", "12.000")]
)
async def test_amounts_are_grouped_as_the_desk_writes_them(town: Town, total: str, pieces: str) -> None:
    number, _ = await town.order(raw=BIG.format(number="PO-1")), await town.sign_in()
    page = (await town.client.get(f"/tickets/{number}")).text
    assert re.search(rf'data-label="Quantity" class="number">(<a [^>]*>)?{re.escape(pieces)}<', page)
    assert re.search(rf"<dt>Total</dt>\s*<dd[^>]*>(<a [^>]*>)?{re.escape(total)}<", page)
    assert 'name="set.total_cost" value="18002.00"' in page
    assert '<option value="lines[0].quantity=12000">' in page
    assert total in (await town.client.get("/views/sums")).text
    saved = (await town.client.get("/views/sums.csv")).text
    assert "18002.00" in saved
    assert total not in saved
    await town.sign_in("lena")
    assert f"<dd>{total}</dd>" in (await town.client.get(f"/tickets/{number}")).text


@pytest.mark.parametrize("more", [TOTAL])
async def test_reports_group_sums_and_no_numbers_of_tickets(town: Town) -> None:
    await town.order(raw=BIG.format(number="PO-1"))
    await town.sign_in("root")
    page = (await town.client.get("/reports/sales")).text
    assert '<td data-label="Total" class="number">18,002.00</td>' in page
    assert "18002.00" in (await town.client.get("/reports/sales.csv")).text


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("the lines make 1800.00, stated is 19000.00", "the lines make 1,800.00, stated is 19,000.00"),
        ("it is 1234.50.", "it is 1,234.50."),
        ("order 4500018217 of 2026, item 1200.00-A, AX-4711.00, 999.00", None),
        ("10.0.1234.50 and 1234.567", None),
    ],
)
def test_amounts_within_a_sentence_are_told_apart_from_other_numbers(said: str, told: str | None) -> None:
    assert rendering._amounts(said, "en") == (said if told is None else told)
