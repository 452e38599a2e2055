"""Kinds of documents that buyers never seen before sent: each one drawn small."""

import io
import zipfile
from decimal import Decimal

import pytest
from reportlab.pdfgen.canvas import Canvas

from maild.domain.mail import Mail
from maild.domain.order import Order, OrderType
from pipeline.orders.numbers import decimal
from pipeline.orders.read import read_document, read_orders

PAGE = (595, 842)
HEADS = ((40, "Item No"), (150, "Description"), (330, "Qty"), (400, "Unit Price"), (500, "Amount"))
ROWS = (
    ((40, "AX-10"), (150, "Bracket"), (330, "20"), (400, "12.50"), (500, "250.00")),
    ((40, "AX-22"), (150, "Hinge"), (330, "10"), (400, "8.50"), (500, "85.00")),
)


def drawn(draw: "list[tuple[float, float, str]]", turn: int = 0, bars: "tuple[tuple[float, ...], ...]" = ()) -> Order:
    """The one order of a page whose words stand at these places, from the top left of the page as it is shown."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=PAGE[::-1] if turn == 90 else PAGE, invariant=1)
    canvas.setPageRotation(turn)
    canvas.setFont("Helvetica", 9)
    wide, high = PAGE
    for x, y, text in draw:
        canvas.saveState()
        canvas.translate(*{0: (x, high - y), 90: (y, x), 270: (high - y, wide - x)}[turn])
        canvas.rotate({0: 0, 90: 90, 270: -90}[turn])
        canvas.drawString(0, 0, text)
        canvas.restoreState()
    for bar in bars:
        canvas.line(*bar)
    canvas.save()
    reading = read_document("order.pdf", buffer.getvalue())
    assert reading is not None
    [order] = reading.orders
    return order


def page(*rows: "tuple[float, tuple[tuple[float, str], ...]]") -> "list[tuple[float, float, str]]":
    head = [
        (40.0, 40.0, "Fernhill Tools Ltd"),
        (40.0, 60.0, "PO Number: F-4471"),
        (40.0, 74.0, "Order date: 16 Nov 2026"),
    ]
    table = [(x, y, text) for y, cells in ((120.0, HEADS), *rows) for x, text in cells]
    return head + table


def told(order: Order) -> "list[tuple[str | None, str | None, str | None]]":
    return [(line.sku, line.quantity, line.unit_price) for line in order.lines]


TOLD = [("AX-10", "20", "12.50"), ("AX-22", "10", "8.50")]
TOTAL = (180.0, ((400, "Total"), (500, "335.00")))


@pytest.mark.parametrize("turn", [90, 270])
def test_a_turned_page_is_read_as_it_is_shown(turn: int) -> None:
    order = drawn(page((136, ROWS[0]), (152, ROWS[1]), TOTAL), turn)
    assert (order.po_number, told(order), order.needs_review) == ("F-4471", TOLD, False)


def test_struck_words_are_not_there_and_are_told() -> None:
    rows = page((136, ((330, "18 "), *ROWS[0][:2], (345, "20"), *ROWS[0][3:])), (152, ROWS[1]), TOTAL)
    order = drawn(rows, bars=((330, 842 - 133.2, 340, 842 - 133.2),))
    assert told(order) == TOLD
    assert "pdf.struck_text" in {problem.code for problem in order.problems}


def test_a_line_in_the_middle_of_taller_cells_keeps_its_own_codes() -> None:
    first = (130.5, ((40, "AX-"), (150, "Bracket,"))), (136, ROWS[0][2:]), (141.5, ((40, "10"), (150, "galvanized")))
    second = (158.5, ((40, "AX-"), (150, "Hinge,"))), (164, ROWS[1][2:]), (169.5, ((40, "22"), (150, "brass")))
    order = drawn(page(*first, *second, (200.0, TOTAL[1])))
    assert told(order) == TOLD
    assert [line.description for line in order.lines] == ["Bracket, galvanized", "Hinge, brass"]


def test_two_rows_of_heads_name_the_two_rows_of_a_position() -> None:
    text = """PO number: 4500773120
Order date: 2026-11-09

Item   Material      Description
       Order qty.        Unit      Price per unit              Net value
00010  60012877      CAP BLUE
        504,000          EA         9.85 / 1,000 EA            4,964.40
       Delivery date 2026-11-23
00020  60012911      CAP GREEN
        252,000          EA        11.20 / 1,000 EA            2,822.40
       Delivery date 2026-11-23
                              Total net value USD              7,786.80
"""
    [order] = read_orders(Mail(sender=None, subject="", text=text)).orders
    assert told(order) == [("60012877", "504000", "9.85"), ("60012911", "252000", "11.20")]


def test_a_net_price_beside_its_list_price_is_the_price() -> None:
    text = """PO Number: F-88

Item No   Qty   List Price   Disc   Net Price   Amount
AX-10      20        15.00    10%       13.50   270.00
AX-22      10        10.00    15%        8.50    85.00

Total 355.00 EUR
"""
    [order] = read_orders(Mail(sender=None, subject="", text=text)).orders
    assert told(order) == [("AX-10", "20", "13.50"), ("AX-22", "10", "8.50")]


def test_prices_by_the_hundred_and_the_thousand_are_told_by_letters() -> None:
    text = """PO Number: F-89

Item No   Qty   Unit Price   Per   Amount
AX-10     600       312.50     C  1,875.00
AX-22       4       285.00     E  1,140.00
AX-30    2000         9.50     M     19.00

Total 3,034.00 USD
"""
    [order] = read_orders(Mail(sender=None, subject="", text=text)).orders
    assert ([line.price_per for line in order.lines], order.needs_review) == (["100", None, "1000"], False)


def test_a_title_with_its_number_opens_each_of_several_orders() -> None:
    text = """Bitte zwei Bestellungen einbuchen:

Bestellung 26-1901
Liefertermin: 19.11.2026
40 Stk Rohr DN300 (BR300) je 46,50 €
Summe: 1.860,00 €

Bestellung 26-1902
Liefertermin: 23.11.2026
12 Stk Deckel (DK600) je 14,20 €
Summe: 170,40 €
"""
    orders = read_orders(Mail(sender=None, subject="2 Bestellungen", text=text)).orders
    assert [(o.po_number, o.total, o.requested_date) for o in orders] == [
        ("26-1901", "1860.00", "2026-11-19"),
        ("26-1902", "170.40", "2026-11-23"),
    ]


def test_several_labels_stand_in_one_row() -> None:
    text = "Zamówienie nr: Z-44\nData wystawienia: 2026-11-17 Termin dostawy: 2026-11-27\n"
    text += "Indeks  Nazwa  Ilość  Cena netto  Wartość netto\nAX-10   Kątownik   20   12,50   250,00\n"
    [order] = read_orders(Mail(sender=None, subject="", text=text)).orders
    assert (order.order_date, order.requested_date) == ("2026-11-17", "2026-11-27")


def test_a_quantity_changed_from_one_figure_to_another_is_the_new_one() -> None:
    text = "Please revise our order PO 70331 as follows:\n\n- Line 1, HP-2040: change qty from 4 to 6\n"
    text += "- SK-118: from 20 to 10 qty\n"
    [order] = read_orders(Mail(sender=None, subject="Change to PO 70331", text=text)).orders
    assert order.type is OrderType.CHANGE
    assert [(line.sku, line.quantity) for line in order.lines] == [("HP-2040", "6"), ("SK-118", "10")]


def test_a_csv_with_identifiers_for_heads_is_read() -> None:
    data = (
        b"PONumber,PODate,Line,VendorSKU,Description,Qty,UnitCost,ExtCost\n"
        b'LG-55810,2026-11-17,1,CND-8,"Candle, 8 oz",144,6.25,900.00\n'
    )
    reading = read_document("order.csv", data)
    assert reading is not None
    assert [(o.po_number, told(o)) for o in reading.orders] == [("LG-55810", [("CND-8", "144", "6.25")])]


def word(body: str) -> bytes:
    buffer = io.BytesIO()
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>')
    return buffer.getvalue()


def test_a_word_document_is_read_without_its_struck_words() -> None:
    def paragraph(text: str, style: str = "") -> str:
        return f"<w:p><w:r><w:rPr>{style}</w:rPr><w:t>{text}</w:t></w:r></w:p>"

    def row(*cells: str) -> str:
        return "<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in cells) + "</w:tr>"

    table = row("Item No", "Description", "Qty", "Unit Price", "Amount")
    table += row("AX-10", "Bracket", "20", "12.50", "250.00") + row("AX-22", "Hinge", "10", "8.50", "85.00")
    struck = paragraph("PO Number: F-1", "<w:strike/>")
    body = struck + paragraph("PO Number: F-4471") + f"<w:tbl>{table}</w:tbl>" + paragraph("Total: 335.00 EUR")
    reading = read_document("order.docx", word(body))
    assert reading is not None
    assert [(o.po_number, o.total, told(o), o.needs_review) for o in reading.orders] == [
        ("F-4471", "335.00", TOLD, False)
    ]


def test_a_broken_word_document_is_a_problem() -> None:
    reading = read_document("order.docx", word("<w:p>")[:-40])
    assert reading is not None and not reading.orders and reading.problems


OPENTRANS = b"""<ORDER xmlns="http://www.opentrans.org/XMLSchema/2.1" version="2.1"><ORDER_HEADER><ORDER_INFO>
<ORDER_ID>EK-9</ORDER_ID><ORDER_DATE>2026-11-17</ORDER_DATE><PARTIES><PARTY><PARTY_ROLE>buyer</PARTY_ROLE><ADDRESS>
<NAME>Fernhill GmbH</NAME><ZIP>01067</ZIP><CITY>Dresden</CITY></ADDRESS></PARTY></PARTIES><CURRENCY>EUR</CURRENCY>
</ORDER_INFO></ORDER_HEADER><ORDER_ITEM_LIST><ORDER_ITEM><LINE_ITEM_ID>1</LINE_ITEM_ID><PRODUCT_ID>
<SUPPLIER_PID>AX-10</SUPPLIER_PID></PRODUCT_ID><QUANTITY>20</QUANTITY><PRODUCT_PRICE_FIX><PRICE_AMOUNT>12.50</PRICE_AMOUNT>
</PRODUCT_PRICE_FIX><PRICE_LINE_AMOUNT>250.00</PRICE_LINE_AMOUNT></ORDER_ITEM></ORDER_ITEM_LIST><ORDER_SUMMARY>
<TOTAL_AMOUNT>250.00</TOTAL_AMOUNT></ORDER_SUMMARY></ORDER>"""
XCBL = b"""<Order><OrderHeader><OrderNumber><BuyerOrderNumber>EK-9</BuyerOrderNumber></OrderNumber>
<OrderIssueDate>20261117T09:00:00</OrderIssueDate><OrderCurrency><Currency><CurrencyCoded>EUR</CurrencyCoded></Currency>
</OrderCurrency><OrderParty><BuyerParty><Party><NameAddress><Name1>Fernhill GmbH</Name1></NameAddress></Party>
</BuyerParty></OrderParty></OrderHeader><OrderDetail><ListOfItemDetail><ItemDetail><SellerPartNumber><PartNum><PartID>AX-10</PartID>
</PartNum></SellerPartNumber><TotalQuantity><Quantity><QuantityValue>20</QuantityValue></Quantity></TotalQuantity>
<UnitPriceValue>12.50</UnitPriceValue><LineItemTotal><MonetaryAmount>250.00</MonetaryAmount></LineItemTotal></ItemDetail>
</ListOfItemDetail></OrderDetail><OrderSummary><OrderTotal><MonetaryAmount>250.00</MonetaryAmount></OrderTotal></OrderSummary>
</Order>"""


@pytest.mark.parametrize("data", [OPENTRANS, XCBL])
def test_further_orders_in_xml_are_read(data: bytes) -> None:
    reading = read_document("order.xml", b'<?xml version="1.0"?>' + data)
    assert reading is not None
    [order] = reading.orders
    assert (order.po_number, order.order_date, order.total, order.buyer) == (
        "EK-9",
        "2026-11-17",
        "250.00",
        "Fernhill GmbH",
    )
    assert (told(order), order.needs_review) == ([("AX-10", "20", "12.50")], False)


@pytest.mark.parametrize(
    ("text", "value"), [("1,184.40", "1184.40"), ("12,5", "12.5"), ("1,18.40", None), ("1.184", "1.184")]
)
def test_machines_group_thousands_too(text: str, value: str | None) -> None:
    assert decimal(text) == (Decimal(value) if value else None)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("PO 44871 - where is it?", "Any news on PO 44871? 40 cases of PK-2210 at $18.20 were due on 11/12."),
        ("Rechnung", "Rechnung 2026-3381\nIhre Bestellnummer: B-77120\n5 Stk X-100 je 10,00 EUR\n"),
    ],
)  # fmt: skip
def test_what_speaks_of_an_order_orders_nothing(subject: str, text: str) -> None:
    assert not read_orders(Mail(sender=None, subject=subject, text=text)).orders
