"""Order-X: UN/CEFACT Cross Industry Order (SCRDMCCBDACIOMessageStructure), mostly found inside a PDF."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from lxml import etree

from maild.domain.order import OrderType, Party, Place
from maild.domain.problem import Problem
from pipeline.orders import dates
from pipeline.orders.found import Document, Draft, Line, Value
from pipeline.orders.numbers import plain
from pipeline.orders.xmltree import children, figure, find, line_of, text
from pipeline.orders.xmlvalues import valued

PURPOSES = {
    "9": OrderType.NEW,
    "1": OrderType.CANCEL,
    "3": OrderType.CANCEL,
    "4": OrderType.CHANGE,
    "5": OrderType.REPLACE,
}
_RESPONSES = frozenset({"231", "320", "351", "380"})


def read_cii(name: str, root: "etree._Element") -> Document:
    """The one order of a Cross Industry Order document."""
    head = find(root, "ExchangedDocument")
    code = text(head, "TypeCode") or "220"
    if code in _RESPONSES:
        return Document(problems=(Problem("po.other_document", f"a document of type {code} is no order"),))
    trade = find(root, "SupplyChainTradeTransaction")
    agreement, delivery, settlement = (
        find(trade, f"ApplicableHeaderTrade{part}") for part in ("Agreement", "Delivery", "Settlement")
    )
    draft = Draft(
        "orderx",
        strict=True,
        type=OrderType.CHANGE if code == "230" else PURPOSES.get(text(head, "PurposeCode") or "9", OrderType.NEW),
    )
    draft = valued(draft, "po_number", text(head, "ID"), name, head)
    if code == "230":
        original = text(agreement, "BuyerOrderReferencedDocument/IssuerAssignedID")
        draft = replace(draft, values={"po_number": (Value(original, Place(part=name), 4),)}) if original else draft
    draft = valued(draft, "order_date", _day(text(head, "IssueDateTime/DateTimeString")), name, head)
    draft = valued(draft, "notes", text(head, "IncludedNote/Content"), name, head)
    draft = valued(draft, "currency", text(settlement, "OrderCurrencyCode"), name, settlement)
    draft = valued(draft, "payment_terms", text(settlement, "SpecifiedTradePaymentTerms/Description"), name, settlement)
    draft = valued(
        draft, "freight_terms", text(agreement, "ApplicableTradeDeliveryTerms/DeliveryTypeCode"), name, agreement
    )
    draft = valued(draft, "buyer", text(agreement, "BuyerTradeParty/Name", "BuyerTradeParty/ID"), name, agreement)
    draft = valued(draft, "end_user", text(agreement, "ProductEndUserTradeParty/Name"), name, agreement)
    draft = valued(draft, "contact", text(agreement, "BuyerTradeParty/DefinedTradeContact/PersonName"), name, agreement)
    draft = valued(draft, "requested_date", _wanted(delivery), name, delivery)
    draft = _sums(draft, settlement, name)
    return Document(
        (
            replace(
                draft,
                ship_to=_party(find(delivery, "ShipToTradeParty")),
                bill_to=_party(find(settlement, "InvoiceeTradeParty")),
                lines=tuple(_lines(trade, name)),
            ),
        )
    )


def _sums(draft: Draft, settlement: "etree._Element | None", name: str) -> Draft:
    sums = find(settlement, "SpecifiedTradeSettlementHeaderMonetarySummation")
    for field, paths in (
        ("total", ("GrandTotalAmount", "TaxBasisTotalAmount", "LineTotalAmount")),
        ("subtotal", ("LineTotalAmount",)),
        ("tax", ("TaxTotalAmount",)),
    ):
        value = figure(sums, *paths)
        draft = valued(draft, field, plain(value) if value is not None else None, name, sums)
    charges = [
        c for path in ("TaxTotalAmount", "ChargeTotalAmount", "AllowanceTotalAmount") if (c := figure(sums, path))
    ]
    return replace(draft, charges=tuple(charges))


def _lines(trade: "etree._Element | None", name: str) -> Iterator[Line]:
    for item in children(trade, "IncludedSupplyChainTradeLineItem"):
        product, agreement = find(item, "SpecifiedTradeProduct"), find(item, "SpecifiedLineTradeAgreement")
        delivery, settlement = find(item, "SpecifiedLineTradeDelivery"), find(item, "SpecifiedLineTradeSettlement")
        quantity = find(delivery, "RequestedQuantity")
        price = find(agreement, "NetPriceProductTradePrice")
        if price is None:
            price = find(agreement, "GrossPriceProductTradePrice")
        charges = [
            c
            for a in children(settlement, "SpecifiedTradeAllowanceCharge")
            if (c := figure(a, "ActualAmount")) is not None
        ]
        total = sum(charges, Decimal(0))
        place = Place(part=name, line=line_of(item), text=text(item, "AssociatedDocumentLineDocument/LineID"))
        yield Line(
            quantity=figure(delivery, "RequestedQuantity"),
            price=figure(price, "ChargeAmount"),
            amount=figure(settlement, "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount"),
            per=figure(price, "BasisQuantity"),
            number=text(item, "AssociatedDocumentLineDocument/LineID"),
            sku=text(product, "SellerAssignedID"),
            customer_sku=text(product, "BuyerAssignedID"),
            gtin=text(product, "GlobalID"),
            description=text(product, "Name", "Description"),
            unit=quantity.get("unitCode") if quantity is not None else None,
            requested_date=_wanted(delivery),
            figures=(*charges, *(-c for c in charges), total, -total, *_signed(settlement)),
            places=tuple((field, place) for field in ("quantity", "unit_price", "amount", "sku")),
            at=line_of(item) or 0,
        )


def _signed(settlement: "etree._Element | None") -> tuple[Decimal, ...]:
    """Charges less allowances of a line."""
    net = Decimal(0)
    for charge in children(settlement, "SpecifiedTradeAllowanceCharge"):
        amount = figure(charge, "ActualAmount") or Decimal(0)
        net += amount if text(charge, "ChargeIndicator") == "true" else -amount
    return (net,) if net else ()


def _wanted(delivery: "etree._Element | None") -> str | None:
    event = find(delivery, "RequestedDeliverySupplyChainEvent")
    return _day(
        text(event, "OccurrenceDateTime/DateTimeString", "OccurrenceSpecifiedPeriod/StartDateTime/DateTimeString")
    )


def _party(party: "etree._Element | None") -> Party | None:
    if party is None:
        return None
    postal = find(party, "PostalTradeAddress")
    street = [text(postal, part) for part in ("LineOne", "LineTwo", "LineThree")]
    return Party(
        company=text(party, "Name", "ID"),
        street=", ".join(s for s in street if s) or None,
        city=text(postal, "CityName"),
        postcode=text(postal, "PostcodeCode"),
        country=text(postal, "CountryID"),
    )


def _day(value: str | None) -> str | None:
    day = dates.compact((value or "")[:8])
    return day.isoformat() if day else None
