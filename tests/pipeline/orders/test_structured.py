"""EDI and XML orders, with the separators and envelopes real files have."""

# ruff: noqa: E501 (printed text stays on its line)

from decimal import Decimal

import pytest

from maild.domain.order import Order, OrderType, Reading
from pipeline.orders.detect import detect
from pipeline.orders.read import read_document

X12 = (
    "ISA*00*          *00*          *ZZ*ACMEBUYER      *ZZ*TALLGRASS      *261116*0930*U*00401*000000071*0*P*>~"
    "GS*PO*ACMEBUYER*TALLGRASS*20261116*0930*71*X*004010~ST*850*0071~BEG*00*SA*4711-A**20261116~CUR*BY*USD~"
    "DTM*002*20261130~N1*BY*ACME BUYER INC~N1*ST*ACME PLANT 2~N3*9 DOCK RD~N4*DAYTON*OH*45402*US~"
    "PO1*1*20*EA*3.5**VN*TG-100*BP*A-77*UP*012345678905~PID*F****HEX BOLT~PO1*2*500*EA*41.2*HP*VN*TG-200~"
    "CTT*2~AMT*TT*276~SE*15*0071~GE*1*71~IEA*1*000000071~"
)
EDIFACT = (
    "UNA:+.? 'UNB+UNOC:3+BUYER+SELLER+261116:0930+5'UNH+1+ORDERS:D:96A:UN'BGM+220+E-991+9'DTM+137:20261116:102'"
    "DTM+2:20261201:102'FTX+ZZZ+++It?'s urgent'NAD+BY+++Pumpen Ost AG+Ring 4+Basel++4051+CH'"
    "NAD+DP+++Werk Sued+Gasse 1+Basel++4057+CH'CUX+2:CHF:9'LIN+1++7611234567890:EN'PIA+1+P-10:SA+K-1:IN'"
    "QTY+21:300:PCE'PRI+AAA:12:CT::100'LIN+2++P-20:SA'QTY+21:2'PRI+AAA:50'UNS+S'CNT+2:2'MOA+86:136'UNT+17+1'UNZ+1+5'"
)
UBL = """<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:ID>U-5</cbc:ID><cbc:IssueDate>2026-11-16</cbc:IssueDate><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
<cac:BuyerCustomerParty><cac:Party><cac:PartyName><cbc:Name>Kommune Nord</cbc:Name></cac:PartyName></cac:Party></cac:BuyerCustomerParty>
<cac:Delivery><cac:DeliveryLocation><cac:Address><cbc:StreetName>Kai 3</cbc:StreetName><cbc:CityName>Odense</cbc:CityName>
<cbc:PostalZone>5000</cbc:PostalZone></cac:Address></cac:DeliveryLocation></cac:Delivery>
<cac:AnticipatedMonetaryTotal><cbc:LineExtensionAmount currencyID="EUR">90.00</cbc:LineExtensionAmount>
<cbc:PayableAmount currencyID="EUR">90.00</cbc:PayableAmount></cac:AnticipatedMonetaryTotal>
<cac:OrderLine><cac:LineItem><cbc:ID>1</cbc:ID><cbc:Quantity unitCode="C62">40</cbc:Quantity>
<cbc:LineExtensionAmount currencyID="EUR">90.00</cbc:LineExtensionAmount>
<cac:Price><cbc:PriceAmount currencyID="EUR">22.50</cbc:PriceAmount><cbc:BaseQuantity>10</cbc:BaseQuantity></cac:Price>
<cac:Item><cbc:Name>Filter</cbc:Name><cac:SellersItemIdentification><cbc:ID>F-1</cbc:ID></cac:SellersItemIdentification></cac:Item>
</cac:LineItem></cac:OrderLine></Order>"""
CXML = """<?xml version="1.0"?><!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.014/cXML.dtd">
<cXML><Request><OrderRequest><OrderRequestHeader orderID="C-88" orderDate="2026-11-16T08:00:00-05:00" type="new">
<Total><Money currency="USD">30.00</Money></Total><ShipTo><Address><Name>North Lab</Name><PostalAddress>
<Street>1 Elm</Street><City>Troy</City><State>NY</State><PostalCode>12180</PostalCode></PostalAddress></Address></ShipTo>
</OrderRequestHeader><ItemOut quantity="4" lineNumber="1"><ItemID><SupplierPartID>S-4</SupplierPartID></ItemID><ItemDetail>
<UnitPrice><Money currency="USD">7.50</Money></UnitPrice><Description>Vial</Description><UnitOfMeasure>EA</UnitOfMeasure>
</ItemDetail></ItemOut></OrderRequest></Request></cXML>"""
TRADACOMS = (
    "STX=ANA:1+5012345000004:BUYER+5098765000001:SELLER+261116:093000+77++ORDHDR'MHD=1+ORDHDR:9'TYP=0430+NEW-ORDERS'"
    "SDT=5098765000001'CDT=5012345000004+Harbour Stores Ltd'FIL=1+1+261116'MTR=6'MHD=2+ORDERS:9'"
    "CLO=5012345000011+Depot 4+Dock Road:Leith::EH6 7AB'ORD=T-404::261116'DIN=261120'"
    "OLD=1+5012345678900:SKU9+++:+12::EACH+25000++++Soap bar'OTR=1'MTR=6'END=2'"
)


def test_x12_order_is_read_and_trusted() -> None:
    order = only(read(X12))
    assert (order.po_number, order.order_date, order.requested_date) == ("4711-A", "2026-11-16", "2026-11-30")
    assert order.buyer == "ACME BUYER INC"
    assert order.ship_to is not None
    assert order.ship_to.postcode == "45402"
    first, second = order.lines
    assert (first.sku, first.customer_sku, first.gtin, first.quantity) == ("TG-100", "A-77", "012345678905", "20")
    assert (second.unit_price, second.price_per) == ("41.2", "100")
    assert order.total == "276"
    assert not order.needs_review
    assert dict(order.provenance)["lines[0].quantity"].line == 11


@pytest.mark.parametrize(
    ("element", "terminator"), [("*", "~"), ("*", "\n"), ("|", "~"), ("~", "|"), ("*", "!"), ("*", "~\r\n"), ("^", "'")]
)
def test_x12_separators_of_real_files(element: str, terminator: str) -> None:
    raw = X12.replace("~", "\0").replace("*", element).replace("\0", terminator)
    assert len(only(read(raw)).lines) == 2


@pytest.mark.parametrize("cut", ["", "\ufeff", "   \r\n"])
def test_x12_without_envelope(cut: str) -> None:
    order = only(read(cut + X12[X12.index("ST*850") : X12.index("GE*1")]))
    assert order.po_number == "4711-A"


def test_x12_purpose_and_change_order() -> None:
    assert only(read(X12.replace("BEG*00", "BEG*01"))).type is OrderType.CANCEL
    assert only(read(X12.replace("BEG*00", "BEG*05"))).type is OrderType.REPLACE
    change = X12.replace("ST*850", "ST*860").replace("BEG*00*SA*4711-A**20261116", "BCH*04*SA*4711-A***20261116")
    change = change.replace("PO1*1*20*EA*3.5**VN*TG-100*BP*A-77*UP*012345678905", "POC*1*QD*25*5*EA*3.5**VN*TG-100")
    change = change.replace("PO1*2*500*EA*41.2*HP*VN*TG-200~", "").replace("CTT*2~AMT*TT*276~", "")
    order = only(read(change))
    assert (order.type, order.po_number, order.lines[0].quantity, order.lines[0].sku) == (
        OrderType.CHANGE,
        "4711-A",
        "25",
        "TG-100",
    )


def test_x12_repeated_message_is_returned_each_time() -> None:
    message = X12[X12.index("ST*850") : X12.index("GE*1")]
    assert len(reading(X12.replace(message, message + message)).orders) == 2


def test_x12_other_messages_are_no_orders() -> None:
    found = reading(X12.replace("ST*850", "ST*855").replace("BEG*00", "BAK*00"))
    assert not found.orders
    assert found.problems[0].code == "po.other_document"


def test_edifact_order_with_price_basis_and_release() -> None:
    order = only(read(EDIFACT))
    assert (order.po_number, order.currency, order.total, order.buyer) == ("E-991", "CHF", "136", "Pumpen Ost AG")
    assert (order.lines[0].gtin, order.lines[0].sku, order.lines[0].customer_sku) == ("7611234567890", "P-10", "K-1")
    assert order.lines[0].price_per == "100"
    assert order.notes == "It's urgent"
    assert not order.needs_review


def test_edifact_decimal_comma_and_other_separators() -> None:
    raw = EDIFACT.replace("UNA:+.? '", "").replace("12:CT::100", "12,50:CT::100").replace("136'", "137,50'")
    raw = "UNA:*,? ~" + raw.replace("+", "*").replace("?'", "\0").replace("'", "~").replace("\0", "'")
    order = only(read(raw))
    assert order.lines[0].unit_price == "12.50"
    assert not order.needs_review


def test_f15_edifact_damaged_header_and_wrong_count_are_doubted() -> None:
    assert only(read(EDIFACT.replace("CNT+2:2", "CNT+2:3"))).needs_review
    broken = (
        EDIFACT.replace("UNH+1+ORDERS", "NH+1+ORDERS")
        + "UNH+2+ORDERS:D:96A:UN'BGM+220+E-2+9'LIN+1++X-1:SA'QTY+21:1'UNT+5+2'"
    )
    assert all(order.needs_review for order in reading(broken).orders)


def test_edifact_response_is_no_order() -> None:
    found = reading(EDIFACT.replace("ORDERS:D", "ORDRSP:D").replace("BGM+220", "BGM+231"))
    assert not found.orders


def test_ubl_order_change_and_cancellation() -> None:
    order = only(read(UBL))
    assert (order.po_number, order.total, order.lines[0].price_per, order.needs_review) == ("U-5", "90.00", "10", False)
    change = (
        UBL.replace("<Order ", "<OrderChange ")
        .replace("</Order>", "</OrderChange>")
        .replace("Order-2", "OrderChange-2", 1)
    )
    change = change.replace(
        "<cbc:ID>U-5</cbc:ID>", "<cbc:ID>Change-1</cbc:ID><cac:OrderReference><cbc:ID>U-5</cbc:ID></cac:OrderReference>"
    )
    changed = only(read(change))
    assert (changed.type, changed.po_number) == (OrderType.CHANGE, "U-5")
    cancelled = only(read(change.replace("OrderChange", "OrderCancellation")))
    assert (cancelled.type, cancelled.po_number) == (OrderType.CANCEL, "U-5")


def test_ubl_response_is_no_order() -> None:
    assert not reading(UBL.replace("<Order ", "<OrderResponse ").replace("</Order>", "</OrderResponse>")).orders


def test_f14_ubl_without_totals_or_lines_is_reviewed() -> None:
    start, end = UBL.index("<cac:OrderLine>"), UBL.index("</Order>")
    assert only(read(UBL[:start] + UBL[end:])).needs_review
    assert only(read(UBL.replace("<cbc:ID>U-5</cbc:ID>", ""))).needs_review


def test_cxml_order_request() -> None:
    order = only(read(CXML))
    assert (order.po_number, order.total, order.order_date, order.buyer) == ("C-88", "30.00", "2026-11-16", "North Lab")
    assert (order.lines[0].sku, order.lines[0].quantity) == ("S-4", "4")
    assert not order.needs_review
    assert not reading(CXML.replace("OrderRequest>", "QuoteRequest>")).orders


def test_tradacoms_order() -> None:
    order = only(read(TRADACOMS))
    assert (order.po_number, order.order_date, order.requested_date) == ("T-404", "2026-11-16", "2026-11-20")
    assert order.buyer == "Harbour Stores Ltd"
    assert (order.lines[0].sku, order.lines[0].quantity) == ("SKU9", "12")
    assert Decimal(order.lines[0].unit_price or 0) == Decimal("2.5")


def test_detection_is_by_content() -> None:
    kinds = {
        "x12": X12,
        "edifact": EDIFACT,
        "xml": UBL,
        "tradacoms": TRADACOMS,
        "csv": "a;b;c\n1;2;3\n4;5;6\n",
        "html": "<html><p>x",
    }
    assert {kind: detect(text.encode(), "order.pdf") for kind, text in kinds.items()} == {kind: kind for kind in kinds}
    assert detect(b"Subject: x\nFrom: a@b.example\n\nhello") == "mail"
    assert detect(b"Dear Sirs,\n\nplease send 4 boxes.") == "plain"


def read(text: str) -> Reading:
    return reading(text)


def reading(text: str) -> Reading:
    found = read_document("order", text.encode())
    assert found is not None
    return found


def only(found: Reading) -> Order:
    assert len(found.orders) == 1, found.problems
    return found.orders[0]
