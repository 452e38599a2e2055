"""Item numbers of mere digits that are printed in groups."""

import pytest

from maild.domain.mail import Mail
from pipeline.orders.grouped_codes import counts
from pipeline.orders.read import read_orders

HEADED = """PO number: B-20887

Art. no.     Description            Qty     Price       Total
{0}   Pipe clip 15 mm          40     34.50    1,380.00
{1}   Drain 75 mm               6    412.00    2,472.00
                                     Total EUR 3,852.00
"""
BARE = """PO number: B-20887

{0} Pipe clip 15 mm  40 pcs  34.50  1,380.00
{1} Drain 75 mm  6 pcs  412.00  2,472.00

Total EUR 3,852.00
"""


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        (("188 4011", "210 0077"), ["1884011", "2100077"]),
        (("12 34 567", "12 34 589"), ["1234567", "1234589"]),
        (("1 884011", "2 100077"), ["884011", "100077"]),
        (("10 884011", "20 100077"), ["884011", "100077"]),
    ],
)
def test_groups_are_one_number_unless_the_first_counts_the_lines(printed: tuple[str, str], read: list[str]) -> None:
    [order] = read_orders(Mail(sender=None, subject="", text=HEADED.format(*printed))).orders
    assert ([line.sku for line in order.lines], order.needs_review) == (read, False)


def test_without_a_head_digits_in_front_of_the_item_number_are_a_doubt() -> None:
    [order] = read_orders(Mail(sender=None, subject="", text=BARE.format("188 4011", "210 0077"))).orders
    assert all(line.sku in ("1884011", "2100077") for line in order.lines) or order.needs_review


@pytest.mark.parametrize(
    ("numbers", "told"), [([1, 2, 3], True), ([10, 20], True), ([188, 210], False), ([1, 1], False), ([1, 2, 4], False)]
)
def test_what_counts_lines(numbers: list[int], told: bool) -> None:
    assert counts(numbers) is told
