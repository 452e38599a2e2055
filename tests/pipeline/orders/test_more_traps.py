"""Hostile and odd orders by number, beyond those that attachments bring."""

import io
from dataclasses import replace

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from maild.domain.mail import Mail
from maild.domain.order import Reading
from pipeline.orders.context import Context
from pipeline.orders.read import read_document, read_orders
from pipeline.orders.x12 import read_x12

TEXT = """Purchase order PO-9{number}
Order date: 2026-11-20
Delivery date: {delivery}

Item    Description   Qty   Unit   Unit price   Amount
AX-1    Hinge         20    {unit}    12.50        250.00
AX-2    Bracket       10    {unit}     8.50         85.00
Total 335.00 EUR
"""


def read(text: str) -> Reading:
    return read_orders(Mail(sender=None, subject="order", text=text))


def written(**changes: str) -> str:
    return TEXT.format(**{"number": "01", "delivery": "2026-12-01", "unit": "pcs"} | changes)


@pytest.mark.parametrize("delivery", ["2026-12-25", "2026-11-29", "2020-01-01"])
def test_p08_a_day_in_the_past_or_on_a_holiday_is_taken_as_printed(delivery: str) -> None:
    assert read(written(delivery=delivery)).orders[0].requested_date == delivery


@pytest.mark.parametrize("unit", ["pcs", "kg", "box", "PK"])
def test_p12_units_are_kept_as_printed_and_never_counted_in(unit: str) -> None:
    lines = read(written(unit=unit)).orders[0].lines
    assert [(line.quantity, line.unit) for line in lines] == [("20", unit), ("10", unit)]


def test_p16_two_mails_with_half_an_order_each_are_two_readings_and_none_claims_the_whole() -> None:
    rows = written().splitlines(keepends=True)
    halves = ["".join(row for row in rows if left_out not in row) for left_out in ("AX-1", "AX-2")]
    for half in halves:
        [order] = read(half).orders
        assert len(order.lines) == 1 and order.needs_review
        assert "po.totals" in {problem.code for problem in order.problems}


def test_p15_a_language_that_no_label_knows_is_never_trusted_wrongly() -> None:
    text = written().replace("Purchase order", "Zzyzx").replace("Item", "Qwrt").replace("Qty", "Vbnm")
    for order in read(text).orders:
        assert order.needs_review or (order.total, len(order.lines)) == ("335.00", 2)


def pdf() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for number, line in enumerate(written().splitlines()):
        canvas.drawString(50, 780 - 16 * number, line)
    canvas.save()
    return out.getvalue()


def test_f07_pages_that_name_each_other_end() -> None:
    data = pdf()
    looped = data.replace(b"/Count 1", b"/Count 9").replace(b"/Kids [", b"/Kids [ 1 0 R 2 0 R 3 0 R 4 0 R 5 0 R ")
    assert looped != data
    found = read_document("order.pdf", looped)
    assert found is not None
    for order in found.orders:
        assert order.needs_review or len(order.lines) == 2


def test_trap_03_equal_orders_under_two_numbers_are_two() -> None:
    first, second = read(written(number="01")).orders[0], read(written(number="02")).orders[0]
    assert first.po_number != second.po_number
    assert replace(first, po_number=None, provenance=()) == replace(second, po_number=None, provenance=())


def test_trap_01_x12_cancellation_is_told_as_such() -> None:
    data = (
        "ISA*00*          *00*          *ZZ*BUYER          *ZZ*SELLER         *261120*1200*U*00400*000000001*0*P*>~"
        "GS*PO*BUYER*SELLER*20261120*1200*1*X*004010~ST*850*0001~BEG*01*SA*PO-77**20261120~"
        "PO1*1*5*EA*10.00**VN*AX-1~CTT*1~SE*5*0001~GE*1*1~IEA*1*000000001~"
    )
    [draft] = read_x12("order.x12", data.encode(), Context()).drafts
    assert draft.type.value == "cancel"


def test_p12_an_item_number_that_begins_like_a_unit_is_no_unit() -> None:
    lines = ("Pos 1: 10 x AX-100 Bracket 4.00 EUR", "Pos 2: 2 x BX-200 Gadget 12.50 EUR", "Total: 65.00 EUR")
    order = read("\n".join(("Hello,", "", "Purchase order PO-7781", "", *lines))).orders[0]
    assert [(line.quantity, line.unit, line.sku) for line in order.lines] == [
        ("10", None, "AX-100"),
        ("2", None, "BX-200"),
    ]
    assert (order.lines[1].description or "").endswith("Gadget")
