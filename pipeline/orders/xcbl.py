"""xCBL orders (3.0 to 4.0): an Order with OrderHeader, OrderDetail and OrderSummary."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from lxml import etree

from maild.domain.order import OrderType, Party, Place
from pipeline.orders.found import Document, Draft, Line
from pipeline.orders.numbers import decimal, plain
from pipeline.orders.xmltree import find, line_of
from pipeline.orders.xmlvalues import address, day, first, valued, wanted, within

PURPOSES = {
    "cancel": OrderType.CANCEL,
    "cancellation": OrderType.CANCEL,
    "delete": OrderType.CANCEL,
    "change": OrderType.CHANGE,
    "replace": OrderType.REPLACE,
}
_DAYS = ("RequestedDeliverByDate", "RequestedShipByDate", "PromiseDate")


def is_xcbl(root: "etree._Element") -> bool:
    """Whether an Order is one of xCBL: UBL knows no such header."""
    return find(root, "OrderHeader") is not None


def read_xcbl(name: str, root: "etree._Element") -> Document:
    """The one order of an xCBL document."""
    head = find(root, "OrderHeader")
    assert head is not None
    purpose = (within(head, "Purpose", "PurposeCoded") or within(head, "PurposeCoded") or "").lower()
    draft = Draft("xcbl", strict=True, type=PURPOSES.get(purpose, OrderType.NEW))
    number = within(head, "BuyerOrderNumber") or within(head, "OrderNumber", "BuyerRefNum")
    draft = valued(draft, "po_number", number, name, head)
    draft = valued(draft, "order_date", day(within(head, "OrderIssueDate")), name, head)
    draft = valued(draft, "requested_date", _wanted(head), name, head)
    draft = valued(draft, "currency", within(head, "CurrencyCoded"), name, head)
    buyer = _party(head, "BuyerParty")
    draft = valued(draft, "buyer", buyer.company if buyer else None, name, head)
    summary = find(root, "OrderSummary")
    total = _figure(summary, "OrderTotal", "MonetaryAmount")
    draft = valued(draft, "total", plain(total) if total is not None else None, name, summary)
    draft = replace(
        draft,
        ship_to=_party(head, "ShipToParty"),
        bill_to=_party(head, "BillToParty"),
        lines=tuple(_lines(root, name)),
    )
    return Document((wanted(draft, name, head),))


def _wanted(element: "etree._Element") -> str | None:
    return next((found for name in _DAYS if (found := day(within(element, name)))), None)


def _party(head: "etree._Element", role: str) -> Party | None:
    party = first(head, role)
    found = address(party, "Name1", "Street", "PostalCode", "City")
    return replace(found, country=within(party, "CountryCoded")) if found else None


def _figure(element: "etree._Element | None", *names: str) -> Decimal | None:
    return decimal(within(element, *names))


def _lines(root: "etree._Element", name: str) -> Iterator[Line]:
    for item in root.iter("{*}ItemDetail"):
        number = within(item, "BuyerLineItemNum") or within(item, "LineItemNum")
        place = Place(part=name, line=line_of(item), text=f"ItemDetail {number or ''}".strip())
        quantity = first(item, "TotalQuantity")
        quantity = quantity if quantity is not None else first(item, "Quantity")
        yield Line(
            quantity=_figure(quantity, "QuantityValue"),
            price=_figure(item, "UnitPriceValue"),
            amount=_figure(item, "LineItemTotal", "MonetaryAmount"),
            per=_figure(item, "PriceBasisQuantity", "QuantityValue"),
            number=number,
            sku=within(item, "SellerPartNumber", "PartID") or within(item, "ManufacturerPartNumber", "PartID"),
            customer_sku=within(item, "BuyerPartNumber", "PartID"),
            description=within(item, "ItemDescription"),
            unit=within(quantity, "UOMCoded"),
            requested_date=_wanted(item),
            places=tuple((field, place) for field in ("quantity", "unit_price", "sku")),
            at=line_of(item) or 0,
        )
