"""A label that says only "number", in the list or box under the title of an order."""

import io

import openpyxl
import pytest

from pipeline.orders.read import read_document
from tests.pipeline.orders.test_systems_layouts import GOODS, LETTERHEAD
from tests.pipeline.orders.test_unseen_kinds import drawn

Places = tuple[tuple[float, float, str], ...]
TITLE = ((300.0, 40.0, "Purchase order"),)
LISTED: dict[str, Places] = {
    "a list of labels": ((300, 64, "Number"), (400, 64, "KX-77140"), (300, 76, "Date"), (400, 76, "16/11/2026")),
    "with a colon": ((300, 64, "Number:"), (400, 64, "KX-77140"), (300, 76, "Date:"), (400, 76, "16/11/2026")),
    "in one text": ((300, 64, "No.: KX-77140"), (300, 76, "Date: 16/11/2026")),
    "in two languages": ((300, 64, "Nummer / Number"), (400, 64, "KX-77140"), (300, 76, "Terms"), (400, 76, "Net 30")),
    "above its value": ((300, 64, "Voucher No."), (420, 64, "Dated"), (300, 75, "KX-77140"), (420, 75, "16-Nov-26")),
    "the last of two above their values": (
        (380, 64, "Date"), (450, 64, "P.O. No."), (372, 75, "16/11/2026"), (425, 75, " KX-77140"),
    ),
    "its value close to the day": (
        (360, 64, "Date"), (428, 64, "P.O. No."), (360, 75, "16/11/2026   KX-77140"),
    ),
}  # fmt: skip
OTHERS: dict[str, Places] = {
    "of a customer": ((300, 64, "Customer"), (300, 76, "Number"), (400, 76, "KX-77140")),
    "of a page": ((300, 64, "Page number"), (400, 64, "1002")),
    "a telephone": ((300, 64, "Number"), (400, 64, "+44 113 496 0000")),
    "of a tax": ((300, 64, "VAT number"), (400, 64, "GB123456789")),
    "a day": ((300, 64, "Number"), (400, 64, "16/11/2026")),
}


@pytest.mark.parametrize("kind", LISTED)
def test_a_label_under_the_title_says_only_number(kind: str) -> None:
    order = drawn([*LETTERHEAD, *TITLE, *LISTED[kind], *GOODS])
    assert (order.po_number, order.needs_review) == ("KX-77140", False)


@pytest.mark.parametrize("kind", OTHERS)
def test_another_number_under_the_title_is_none_of_the_order(kind: str) -> None:
    assert drawn([*LETTERHEAD, *TITLE, *OTHERS[kind], *GOODS]).po_number is None


def test_two_numbers_under_the_title_are_doubted() -> None:
    two = ((300.0, 64.0, "Number"), (400.0, 64.0, "KX-77140"), (300.0, 88.0, "No."), (400.0, 88.0, "KX-99001"))
    order = drawn([*LETTERHEAD, *TITLE, *two, *GOODS])
    assert "po.number_differs" in {problem.code for problem in order.problems}


def test_without_a_title_the_label_says_nothing() -> None:
    assert drawn([*LETTERHEAD, *LISTED["a list of labels"], *GOODS]).po_number is None


@pytest.mark.parametrize(
    ("title", "number"),
    [
        ("Zamówienie u dostawcy nr ZX/77/2026", "ZX/77/2026"),
        ("Pedido de compra a su proveedor no. 771402", "771402"),
        ("Purchase order to supplier no. 771402", "771402"),
        ("Purchase order to supplier 771402", None),
        ("Purchase order for customer no. 771402", None),
    ],
)
def test_words_for_the_supplier_stand_between_title_and_number(title: str, number: str | None) -> None:
    page = f"""<html><body><p>Fernhill Tools Ltd</p><h2>{title}</h2><table><tr><td>Item No</td><td>Qty</td>
<td>Unit Price</td><td>Amount</td></tr><tr><td>AX-10</td><td>20</td><td>12.50</td><td>250.00</td></tr>
</table></body></html>"""
    reading = read_document("order.html", page.encode())
    assert reading is not None
    assert [order.po_number for order in reading.orders] == [number]


@pytest.mark.parametrize("label", ["单据编号:", "单据编号：", "单据编号 / No.:"])
def test_a_sheet_labels_the_paper_itself(label: str) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["青河机械有限公司"], ["采购订单"], [label, "QH-77140", None, "日期:", "2026-11-16"],
        ["物料代码", "物料名称", "数量", "单价", "金额"], ["AX-10", "支架", 20, 12.5, 250],
        ["合计", None, 20, None, 250],
    ):  # fmt: skip
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    reading = read_document("order.xlsx", file.getvalue())
    assert reading is not None
    assert [(order.po_number, order.order_date) for order in reading.orders] == [("QH-77140", "2026-11-16")]
