"""Sums that a layout explains: columns of taxes, boxes, rates with their base, notes left of the figures."""

import io

import openpyxl
import pytest

from pipeline.orders.read import read_document
from tests.pipeline.orders.test_unseen_kinds import HEADS, ROWS, drawn

TOP = ((40.0, 40.0, "Fernhill Tools Ltd"), (40.0, 60.0, "PO Number: F-4471"))
GOODS = tuple((float(x), y, text) for y, row in ((220.0, HEADS), (240.0, ROWS[0]), (254.0, ROWS[1])) for x, text in row)

SUMS = {
    "small labels above, figures at the right of their boxes": (
        (40, 300, "Totale imponibile"), (192, 300, "Aliquota"), (275, 300, "Imposta"), (396, 300, "TOTALE ORDINE EUR"),
        (130, 308, "335.00"), (240, 308, "20%"), (345, 308, "67.00"), (514, 308, "402.00"),
    ),
    "a rate that names its base": (
        (330, 290, "Untaxed Amount"), (500, 290, "335.00"), (330, 302, "VAT 20% on 335.00"), (500, 302, "67.00"),
        (330, 314, "Total"), (500, 314, "402.00"),
    ),
    "taxes and freight right of notes with figures": (
        (40, 290, "NOTES: quote the number on the invoice"), (400, 290, "Total goods"), (500, 290, "335.00"),
        (40, 302, "Receipt from 7:30 to 11:00 and from 13:00 to 16:30"), (400, 302, "Total VAT"), (500, 302, "42.00"),
        (400, 314, "Freight"), (500, 314, "25.00"), (400, 326, "GRAND TOTAL"), (500, 326, "402.00"),
    ),
    "sums of net, tax and gross columns": (
        (330, 280, "Sum"), (400, 280, "335.00"), (450, 280, "67.00"), (510, 280, "402.00"),
        (330, 310, "Total payable: 402.00 EUR"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", SUMS)
def test_the_printed_sums_explain_the_total(kind: str) -> None:
    order = drawn([*TOP, *GOODS, *((float(x), float(y), text) for x, y, text in SUMS[kind])])
    assert (order.total, [problem.code for problem in order.problems]) == ("402.00", [])


@pytest.mark.parametrize("kind", SUMS)
def test_a_total_that_the_sums_do_not_explain_is_doubted(kind: str) -> None:
    rows = [(float(x), float(y), text.replace("402.00", "420.00")) for x, y, text in SUMS[kind]]
    order = drawn([*TOP, *GOODS, *rows])
    assert order.needs_review


def test_pieces_and_cartons_in_a_row_of_totals_are_none() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (
        ["PURCHASE ORDER"], ["PO No.", "F-4471"], [],
        ["Item No.", "Description", "Qty (pcs)", "Unit Price (USD)", "Amount (USD)", "Ctns", "CBM"],
        ["AX-10", "Bracket", 20, 12.5, 250, 10, 3.2], ["AX-22", "Hinge", 10, 8.5, 85, 5, 2.95],
        ["TOTAL", None, 30, None, 335, 15, 6.15],
    ):  # fmt: skip
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    reading = read_document("order.xlsx", data.getvalue())
    assert reading is not None
    [order] = reading.orders
    assert (order.total, order.needs_review) == ("335", False)


def test_a_tariff_number_under_its_own_head_is_no_item_in_doubt() -> None:
    heads = (
        (40, "Sl"),
        (60, "Description of Goods"),
        (230, "HSN/SAC"),
        (330, "Quantity"),
        (400, "Rate"),
        (500, "Amount"),
    )
    rows = [
        (220, heads),
        (
            240,
            (
                (40, "1"),
                (60, "Corrugated Box 5 Ply"),
                (230, "48191010"),
                (330, "20 Nos"),
                (400, "12.50"),
                (500, "250.00"),
            ),
        ),
        (254, ((40, "2"), (60, "Printed Tape"), (230, "39191000"), (330, "10 Roll"), (400, "8.50"), (500, "85.00"))),
        (290, ((400, "Total"), (500, "335.00"))),
    ]
    order = drawn([*TOP, *((float(x), float(y), text) for y, row in rows for x, text in row)])
    assert not order.needs_review
    assert [line.sku for line in order.lines] == [None, None]
