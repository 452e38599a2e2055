"""What order readers get wrong, by number: each seen in real documents, told here with made-up ones."""

# ruff: noqa: E501 (printed text stays on its line)

import io
from datetime import UTC, datetime

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from maild.domain.mail import Address, Mail
from maild.domain.order import Order, OrderType, Reading
from pipeline.orders.read import read_document, read_orders
from tests.pipeline.orders.test_structured import CXML, EDIFACT, UBL, X12

HEAD = "Purchase order\nPO Number: P-500\nOrder date: 2026-11-16\n\n"
TABLE = "Item     Description          Qty   Unit   Unit Price    Amount\n"
ROW = "A-1001   Bolt M8x20             20   pcs         2.00     40.00\n"
TOTAL = "\nTotal 40.00 EUR\n"


def mail(text: str, subject: str = "order", sender: Address | None = None) -> Reading:
    return read_orders(Mail(sender=sender, subject=subject, text=text, date=datetime(2026, 11, 16, tzinfo=UTC)))


def only(text: str, subject: str = "order") -> Order:
    found = mail(text, subject)
    assert len(found.orders) == 1, found.problems
    return found.orders[0]


def document(data: str | bytes, name: str = "order") -> Order:
    found = read_document(name, data.encode() if isinstance(data, str) else data)
    assert found is not None
    assert len(found.orders) == 1, found.problems
    return found.orders[0]


def pages(*rows: tuple[float, float, str] | None) -> bytes:
    """Text at points of a page; None turns it."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setFont("Helvetica", 9)
    for row in rows:
        if row is None:
            canvas.showPage()
            canvas.setFont("Helvetica", 9)
        else:
            canvas.drawString(*row)
    canvas.save()
    return out.getvalue()


def table_row(y: float, *cells: str) -> list[tuple[float, float, str]]:
    return [(x, y, cell) for x, cell in zip((50, 130, 280, 340, 420), cells, strict=True)]


def test_trap_01_a_cancellation_with_full_lines_is_one() -> None:
    assert document(X12.replace("BEG*00", "BEG*01")).type is OrderType.CANCEL
    assert document(X12.replace("BEG*00", "BEG*05")).type is OrderType.REPLACE


def test_trap_02_a_revision_says_so_in_the_subject_alone() -> None:
    order = only(HEAD + TABLE + ROW + TOTAL, "REVISED purchase order P-500")
    assert order.type in (OrderType.REPLACE, OrderType.CHANGE)
    assert order.needs_review


def test_trap_03_two_equal_lines_in_an_order_are_two() -> None:
    order = only(HEAD + TABLE + ROW + ROW + "\nTotal 80.00 EUR\n")
    assert [line.quantity for line in order.lines] == ["20", "20"]


def test_trap_04_the_same_message_twice_in_a_file_is_returned_twice() -> None:
    message = X12[X12.index("ST*850") : X12.index("GE*1")]
    found = read_document("twice.edi", X12.replace(message, message * 2).encode())
    assert found is not None
    assert [order.po_number for order in found.orders] == ["4711-A", "4711-A"]


@pytest.mark.parametrize("number", ["34", "1497", "4977", "07"])
def test_trap_05_short_numbers_are_numbers(number: str) -> None:
    assert only(HEAD.replace("P-500", number) + TABLE + ROW + TOTAL).po_number == number


@pytest.mark.parametrize("number", ["0047-1", "4500-001 OP", "2026-11-0042", "00093417", "3/05/2026"])
def test_trap_06_suffixes_zeros_and_what_looks_like_a_day(number: str) -> None:
    order = only(HEAD.replace("PO Number: P-500", f"PO No: {number}") + TABLE + ROW + TOTAL)
    assert order.po_number == number.partition(" ")[0] or order.po_number == number


def test_trap_06_subject_and_text_that_disagree_are_asked_about() -> None:
    order = only(HEAD + TABLE + ROW + TOTAL, "PO 4711")
    assert "po.number_differs" in {problem.code for problem in order.problems}
    assert order.needs_review


def test_trap_07_two_orders_in_a_text_are_two() -> None:
    second = (HEAD + TABLE + ROW + TOTAL).replace("P-500", "P-501").replace("A-1001", "A-1002")
    found = mail(HEAD + TABLE + ROW + TOTAL + "\n" + second)
    assert [(order.po_number, order.lines[0].sku) for order in found.orders] == [
        ("P-500", "A-1001"),
        ("P-501", "A-1002"),
    ]


@pytest.mark.parametrize(
    ("quantity", "price", "amount"),
    [
        ("1.200", "0,35", "420,00"),
        ("1 200", "0,35", "420,00"),
        ("1,200", "0.35", "420.00"),
        ("1'200", "0.35", "420.00"),
        ("1200.000", "0.35", "420.00"),
    ],
)
def test_trap_08_decimals_and_thousands_follow_the_arithmetic(quantity: str, price: str, amount: str) -> None:
    row = f"A-1001   Bolt M8x20          {quantity:>8}   pcs         {price}    {amount}\n"
    line = only(HEAD + TABLE + row + f"\nTotal {amount} EUR\n").lines[0]
    assert float(line.quantity or 0) == 1200
    assert line.unit_price == "0.35"


def test_trap_09_prices_per_hundred_and_per_thousand() -> None:
    assert document(EDIFACT).lines[0].price_per == "100"
    assert document(UBL).lines[0].price_per == "10"
    head = "Item     Description          Qty   Unit   Unit Price    Per    Amount\n"
    row = "A-1001   Bolt M8x20           2000   pcs        41.20    1000     82.40\n"
    line = only(HEAD + head + row + "\nTotal 82.40 EUR\n").lines[0]
    assert (line.unit_price, line.price_per, line.amount) == ("41.20", "1000", "82.40")


def test_trap_10_rounding_of_long_prices_is_half_up() -> None:
    row = "A-1001   Bolt M8x20            504   pcs        3.881   1956.02\n"
    order = only(HEAD + TABLE + row + "\nTotal 1956.02 EUR\n")
    assert not order.needs_review
    assert order.lines[0].unit_price == "3.881"


@pytest.mark.parametrize(
    ("rows", "total"),
    [
        ("Freight 9.00\nTotal 49.00\n", "49.00"),
        ("Subtotal 40.00\nVAT 20% 8.00\nGrand Total 48.00\n", "48.00"),
        ("Subtotal 40.00\nLess discount -2.00\nTotal 38.00\n", "38.00"),
    ],
)
def test_trap_11_totals_count_tax_freight_and_discounts_in(rows: str, total: str) -> None:
    order = only(HEAD + TABLE + ROW + "\n" + rows)
    assert order.total == total
    assert not order.needs_review


@pytest.mark.parametrize("wrong", ["40000.00", "4000.00", "120.00"])
def test_trap_12_a_stated_total_that_is_wrong_is_kept_and_flagged(wrong: str) -> None:
    order = only(HEAD + TABLE + ROW + f"\nTotal {wrong} EUR\n")
    assert order.total == wrong
    assert order.needs_review


def test_trap_13_zero_is_not_missing() -> None:
    free = only(HEAD + TABLE + ROW.replace("2.00     40.00", "0.00      0.00") + "\nTotal 0.00 EUR\n")
    assert free.lines[0].unit_price == "0.00"
    assert "po.zero_price" in {problem.code for problem in free.problems}
    bare = only(HEAD + "Item     Description          Qty   Unit\nA-1001   Bolt M8x20             20   pcs\n")
    assert bare.lines[0].unit_price is None


def test_trap_14_a_blank_quantity_is_asked_for() -> None:
    order = only(
        HEAD + TABLE + ROW + ROW.replace("A-1001", "A-1002").replace("  20   pcs", "       pcs") + "\nTotal 80.00 EUR\n"
    )
    assert "po.quantity" in {problem.code for problem in order.problems}
    assert order.needs_review


@pytest.mark.parametrize(
    "goods", ["Tape 48mm (100ct)", "Flange 2-inch", "Valve 1/2 inch", "Bolt M8x20", "Hose 40FT HQ", "Spice 300 gm"]
)
def test_trap_15_sizes_and_packs_are_no_quantities(goods: str) -> None:
    order = only(HEAD + TABLE + ROW.replace("Bolt M8x20       ", f"{goods:17}") + TOTAL)
    assert (order.lines[0].quantity, order.lines[0].sku) == ("20", "A-1001")
    assert not order.needs_review


def test_trap_16_a_surcharge_among_the_lines_is_part_of_the_sum() -> None:
    row = "FUEL-1   Fuel surcharge          1   ea          5.00      5.00\n"
    order = only(HEAD + TABLE + ROW + row + "\nTotal 45.00 EUR\n")
    assert len(order.lines) == 2
    assert not order.needs_review


def test_trap_17_whose_item_number_is_told_by_head_and_qualifier() -> None:
    line = document(X12).lines[0]
    assert (line.sku, line.customer_sku, line.gtin) == ("TG-100", "A-77", "012345678905")
    head = "Our Part No   Your Part No   Description    Qty   Unit Price    Amount\n"
    row = "20.00.002     TG-100         Bolt M8x20      20         2.00     40.00\n"
    ours = only(HEAD + head + row + TOTAL).lines[0]
    assert (ours.customer_sku, ours.sku) == ("20.00.002", "TG-100")


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("16-JAN-2027", "2027-01-16"),
        ("11/Jan/27", "2027-01-11"),
        ("Sat, Dec 12, 2026, 00:31", "2026-12-12"),
        ("13/12/2026", "2026-12-13"),
        ("20261220", "2026-12-20"),
        ("2026.12.20", "2026-12-20"),
    ],
)
def test_trap_18_days_in_many_dresses(printed: str, meant: str) -> None:
    assert only(HEAD + f"Delivery date: {printed}\n\n" + TABLE + ROW + TOTAL).requested_date == meant


def test_trap_18_days_that_nothing_decides_are_asked() -> None:
    text = HEAD.replace("2026-11-16", "10/02/2021") + "Delivery date: 09/02/2021\n\n" + TABLE + ROW + TOTAL
    order = only(text)
    assert "po.date_order" in {problem.code for problem in order.problems}
    assert order.needs_review


def test_trap_19_of_addresses_side_by_side_each_has_its_own() -> None:
    blocks = (
        ("Vendor", "Ship To", "Bill To"),
        ("Tallgrass Inc", "Redwater LLC", "Redwater LLC"),
        ("1 Depot St", "77 Foundry Rd", "PO Box 11"),
        ("Salina, KS 67401", "Dayton, OH 45402", "Akron, OH 44301"),
    )
    rows: list[tuple[float, float, str] | None] = [(50, 800, "PURCHASE ORDER"), (50, 780, "PO Number: P-500")]
    rows += [
        (x, 750 - 12 * at, text) for at, row in enumerate(blocks) for x, text in zip((50, 230, 410), row, strict=True)
    ]
    rows += [
        *table_row(660, "Item", "Description", "Qty", "Unit Price", "Amount"),
        *table_row(645, "A-1001", "Bolt", "20", "2.00", "40.00"),
        (340, 620, "Total"),
        (420, 620, "40.00"),
    ]
    order = document(pages(*rows), "order.pdf")
    assert order.ship_to is not None and order.bill_to is not None
    assert (order.ship_to.postcode, order.bill_to.postcode, order.buyer) == ("45402", "44301", "Redwater LLC")


def test_trap_20_freight_terms_and_account_are_kept() -> None:
    order = only(
        HEAD + "Ship via: UPS Ground\nFreight terms: Collect\nFreight account: 7X-113\n\n" + TABLE + ROW + TOTAL
    )
    assert (order.ship_method, order.freight_terms, order.freight_account) == ("UPS Ground", "Collect", "7X-113")


def test_trap_21_a_table_that_turns_the_page_with_its_head_again() -> None:
    head = "Item", "Description", "Qty", "Unit Price", "Amount"
    rows: list[tuple[float, float, str] | None] = [
        (50, 800, "PURCHASE ORDER"),
        (50, 780, "PO Number: P-500"),
        *table_row(120, *head),
        *table_row(105, "A-1001", "Bolt", "20", "2.00", "40.00"),
    ]
    rows += [
        (50, 40, "Page 1 of 2"),
        None,
        (50, 800, "PO Number: P-500"),
        *table_row(770, *head),
        *table_row(755, "A-1002", "Nut", "10", "1.00", "10.00"),
    ]
    rows += [
        (340, 730, "Total"),
        (420, 730, "50.00"),
        (50, 690, "1. Goods remain ours after 30 days. 2. Clause 14.2 applies to 3 deliveries."),
    ]
    order = document(pages(*rows), "order.pdf")
    assert [(line.sku, line.quantity) for line in order.lines] == [("A-1001", "20"), ("A-1002", "10")]
    assert not order.needs_review


def test_trap_22_two_item_numbers_that_touch_are_doubted() -> None:
    head = "Vendor Part", "Our Part No", "Qty", "Unit Price", "Amount"
    rows: list[tuple[float, float, str] | None] = [
        (50, 800, "PURCHASE ORDER"),
        (50, 780, "PO Number: P-500"),
        *table_row(740, *head),
        *table_row(725, "409948713612417131", "", "20", "2.00", "40.00"),
    ]
    assert document(pages(*rows, (340, 700, "Total"), (420, 700, "40.00")), "order.pdf").needs_review


@pytest.mark.parametrize(("element", "terminator"), [("*", "\n"), ("|", "~"), ("~", "|"), ("*", "!")])
def test_trap_23_separators_of_real_files(element: str, terminator: str) -> None:
    raw = X12.replace("~", "\0").replace("*", element).replace("\0", terminator)
    assert len(document("\ufeff" + raw).lines) == 2


@pytest.mark.parametrize(
    "text",
    [
        "ORDER CONFIRMATION\n\nThank you for your order P-500.\n\n" + TABLE + ROW + TOTAL,
        "Request for quotation\n\nPlease quote your best price for:\n\n" + TABLE + ROW,
        "INVOICE\n\nInvoice No 8812 for your PO P-500\n\n" + TABLE + ROW + TOTAL,
    ],
)
def test_trap_24_what_looks_like_an_order_and_is_none(text: str) -> None:
    found = mail(text, "document")
    assert not found.orders
    assert found.problems


def test_trap_25_a_forwarded_order_is_its_writers() -> None:
    text = "FYI, please handle\n\n---------- Forwarded message ---------\nFrom: Amy Poe <amy@redwater.example>\nDate: Mon, Nov 16, 2026\nSubject: PO P-500\nTo: Bob <bob@agent.example>\n\n"
    text += HEAD + TABLE + ROW + TOTAL + "\nAmy Poe\nRedwater Pumps LLC\n"
    order = mail(text, "Fwd: PO P-500", Address("Bob Agent", "bob@agent.example")).orders[0]
    assert (order.po_number, order.buyer) == ("P-500", "Redwater Pumps LLC")


def test_trap_25_buyer_end_user_and_ship_to_are_fields_of_their_own() -> None:
    order = only(
        HEAD
        + "Buyer: Agent Trading Ltd\nEnd user: Redwater Pumps LLC\nShip to: Redwater Pumps LLC, 77 Foundry Road, Dayton, OH 45402\n\n"
        + TABLE
        + ROW
        + TOTAL
    )
    assert order.ship_to is not None
    assert (order.buyer, order.end_user, order.ship_to.postcode) == ("Agent Trading Ltd", "Redwater Pumps LLC", "45402")


def test_trap_11_cxml_total_is_kept_as_it_stands() -> None:
    order = document(
        CXML.replace('<Money currency="USD">30.00</Money></Total>', '<Money currency="USD">37.00</Money></Total>')
    )
    assert order.total == "37.00"
    assert order.needs_review
