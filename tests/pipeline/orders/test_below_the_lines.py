"""What stands below the lines: a note under the sum, a tax that only a table of rates tells."""

from tests.pipeline.orders.test_systems_layouts import GOODS, LETTERHEAD
from tests.pipeline.orders.test_unseen_kinds import drawn, told

NUMBER = (340.0, 100.0, "PO Number: F-4471")
LINES = GOODS[:-2]
TOLD = [("AX-10", "20", "12.50"), ("AX-22", "10", "8.50")]


def test_a_note_below_the_sum_is_no_description() -> None:
    sums = ((340.0, 310.0, "Total net value excl. tax GBP"), (500.0, 310.0, "335.00"))
    note = ((40.0, 350.0, "Please state our number on every document."), (480.0, 380.0, "Page 1 of 1"))
    order = drawn([*LETTERHEAD, NUMBER, *LINES, *sums, *note])
    assert told(order) == TOLD
    assert [line.description for line in order.lines] == ["Bracket", "Hinge"]


def test_a_second_row_of_the_description_stays() -> None:
    order = drawn(
        [*LETTERHEAD, NUMBER, *LINES, (150.0, 300.0, "brass, small"), (400, 330, "Total"), (500, 330, "335.00")]
    )
    assert [line.description for line in order.lines] == ["Bracket", "Hinge brass, small"]


def test_a_table_of_rates_tells_the_tax() -> None:
    rates = (
        (40.0, 320.0, "Rate   Net"), (130.0, 320.0, "VAT"), (190.0, 320.0, "Gross"),
        (40.0, 334.0, "20%"), (90.0, 334.0, "335.00 67.00 402.00"),
        (40.0, 360.0, "Order value: GBP 402.00"),
    )  # fmt: skip
    order = drawn([*LETTERHEAD, NUMBER, *LINES, *rates])
    assert (order.total, told(order), order.needs_review) == ("402.00", TOLD, False)


def test_a_table_of_rates_that_does_not_add_up_proves_nothing() -> None:
    rates = ((40.0, 334.0, "20%"), (90.0, 334.0, "335.00 67.00 403.00"), (40.0, 360.0, "Order value: GBP 403.00"))
    assert drawn([*LETTERHEAD, NUMBER, *LINES, *rates]).needs_review
