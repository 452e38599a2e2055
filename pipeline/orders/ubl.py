"""UBL 2.x and Peppol BIS: Order, OrderChange, OrderCancellation (OASIS UBL 2.1, 2.3)."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from lxml import etree

from maild.domain.order import OrderType, Party, Place
from maild.domain.problem import Problem
from pipeline.orders.found import Document, Draft, Line, Value
from pipeline.orders.numbers import plain
from pipeline.orders.xmltree import children, figure, find, line_of, local, text

TYPES = {"Order": OrderType.NEW, "OrderChange": OrderType.CHANGE, "OrderCancellation": OrderType.CANCEL}


def read_ubl(name: str, root: "etree._Element") -> Document:
    """The one order of a UBL document."""
    draft = Draft("ubl", strict=True, type=TYPES[local(root)])
    reference = "OrderReference/ID" if local(root) != "Order" else "ID"
    draft = _value(draft, "po_number", root, name, reference, "OrderReference/ID", "ID")
    if local(root) == "OrderChange":
        draft = _value(draft, "revision", root, name, "SequenceNumberID")
    draft = _value(draft, "order_date", root, name, "IssueDate")
    draft = _value(draft, "currency", root, name, "DocumentCurrencyCode", "PricingCurrencyCode")
    if not draft.best("currency"):
        money = next((e for e in root.iter() if isinstance(e.tag, str) and e.get("currencyID")), None)
        if money is not None:
            draft = draft.with_values(
                "currency", Value(money.get("currencyID"), Place(part=name, line=line_of(money)), 3)
            )
    draft = _value(draft, "notes", root, name, "Note", "CancellationNote")
    draft = _value(draft, "payment_terms", root, name, "PaymentTerms/Note")
    draft = _value(draft, "freight_terms", root, name, "DeliveryTerms/ID", "DeliveryTerms/SpecialTerms")
    draft = _value(draft, "buyer", root, name, *_names("BuyerCustomerParty/Party"))
    draft = _value(draft, "end_user", root, name, *_names("OriginatorCustomerParty/Party"))
    draft = _value(
        draft, "contact", root, name, "BuyerCustomerParty/Party/Contact/Name", "BuyerCustomerParty/BuyerContact/Name"
    )
    draft = _value(draft, "requested_date", root, name, *_days("Delivery"))
    draft = _sums(draft, root, name)
    delivery = next(iter(children(root, "Delivery")), None)
    ship = _ship(delivery)
    bill = _party(find(root, "AccountingCustomerParty/Party"))
    draft = replace(draft, ship_to=ship, bill_to=bill, lines=tuple(_lines(root, name)))
    if not draft.best("requested_date"):
        draft = _value(
            draft, "requested_date", root, name, *(f"OrderLine/LineItem/{path}" for path in _days("Delivery"))
        )
    if local(root) == "Order" and not draft.lines:
        draft = draft.doubt(Problem("xml.schema", "an Order without order lines", "lines"))
    return Document((draft,))


def _names(party: str) -> tuple[str, ...]:
    return tuple(
        f"{party}/{path}"
        for path in ("PartyName/Name", "PartyLegalEntity/RegistrationName", "PartyIdentification/ID", "EndpointID")
    )


def _days(delivery: str) -> tuple[str, ...]:
    return tuple(
        f"{delivery}/{p}"
        for p in (
            "RequestedDeliveryPeriod/StartDate",
            "RequestedDeliveryPeriod/EndDate",
            "LatestDeliveryDate",
            "PromisedDeliveryPeriod/StartDate",
        )
    )


def _ship(delivery: "etree._Element | None") -> Party | None:
    if delivery is None:
        return None
    where = find(delivery, "DeliveryLocation/Address")
    if where is None:
        where = find(delivery, "DeliveryAddress")
    address = _address(where)
    who = text(
        delivery,
        "DeliveryParty/PartyName/Name",
        "DeliveryParty/PartyLegalEntity/RegistrationName",
        "DeliveryLocation/Name",
    )
    return (
        replace(address or _address(find(delivery, "DeliveryParty/PostalAddress")) or Party(), company=who)
        if address or who
        else None
    )


def _party(party: "etree._Element | None") -> Party | None:
    if party is None:
        return None
    address = _address(find(party, "PostalAddress")) or Party()
    return replace(address, company=text(party, "PartyName/Name", "PartyLegalEntity/RegistrationName"))


def _address(address: "etree._Element | None") -> Party | None:
    if address is None:
        return None
    street = [
        text(address, part)
        for part in ("StreetName", "BuildingNumber", "AdditionalStreetName", "Postbox", "AddressLine/Line")
    ]
    return Party(
        street=", ".join(part for part in street if part) or None,
        city=text(address, "CityName"),
        postcode=text(address, "PostalZone"),
        country=text(address, "Country/IdentificationCode"),
    )


def _lines(root: "etree._Element", name: str) -> Iterator[Line]:
    for order_line in children(root, "OrderLine"):
        item = find(order_line, "LineItem")
        if item is None:
            continue
        quantity = find(item, "Quantity")
        place = Place(part=name, line=line_of(item), text=f"OrderLine {text(item, 'ID') or ''}".strip())
        charges = [
            c
            for a in (*children(item, "AllowanceCharge"), *children(find(item, "Price"), "AllowanceCharge"))
            if (c := figure(a, "Amount")) is not None
        ]
        tax = figure(item, "TotalTaxAmount")
        yield Line(
            quantity=figure(item, "Quantity"),
            price=figure(item, "Price/PriceAmount"),
            amount=figure(item, "LineExtensionAmount"),
            per=figure(item, "Price/BaseQuantity"),
            number=text(item, "ID"),
            sku=text(item, "Item/SellersItemIdentification/ID", "Item/ManufacturersItemIdentification/ID"),
            customer_sku=text(item, "Item/BuyersItemIdentification/ID"),
            gtin=text(item, "Item/StandardItemIdentification/ID", "Item/CatalogueItemIdentification/ID"),
            description=text(item, "Item/Name", "Item/Description"),
            unit=quantity.get("unitCode") if quantity is not None else None,
            requested_date=text(item, *_days("Delivery")),
            figures=(*charges, *(-c for c in charges), *((tax,) if tax else ()), *_net_of(charges)),
            places=tuple((field, place) for field in ("quantity", "unit_price", "amount", "sku")),
            at=line_of(item) or 0,
        )


def _net_of(charges: list[Decimal]) -> tuple[Decimal, ...]:
    """Allowances and charges of a line together, either way round."""
    total = sum(charges, Decimal(0))
    return (total, -total) if len(charges) > 1 else ()


def _sums(draft: Draft, root: "etree._Element", name: str) -> Draft:
    sums = find(root, "AnticipatedMonetaryTotal")
    if sums is None:
        return draft
    draft = _money(
        draft, "total", sums, name, "PayableAmount", "TaxInclusiveAmount", "TaxExclusiveAmount", "LineExtensionAmount"
    )
    draft = _money(draft, "subtotal", sums, name, "LineExtensionAmount")
    taxes = [t for total in children(root, "TaxTotal") if (t := figure(total, "TaxAmount")) is not None]
    if taxes:
        draft = draft.with_values(
            "tax", Value(plain(taxes[0]), Place(part=name, line=line_of(find(root, "TaxTotal"))), 4)
        )
    others = [
        c
        for path in ("AllowanceTotalAmount", "ChargeTotalAmount", "PrepaidAmount", "PayableRoundingAmount")
        if (c := figure(sums, path))
    ]
    inclusive, exclusive = figure(sums, "TaxInclusiveAmount"), figure(sums, "TaxExclusiveAmount")
    between = [inclusive - exclusive] if inclusive is not None and exclusive is not None else []
    return replace(draft, charges=tuple(dict.fromkeys(c for c in (*(between or taxes[:1]), *others) if c)))


def _money(draft: Draft, field: str, root: "etree._Element", name: str, *paths: str) -> Draft:
    for path in paths:
        value = figure(root, path)
        if value is not None:
            return draft.with_values(
                field, Value(plain(value), Place(part=name, line=line_of(find(root, path)), text=path), 4)
            )
    return draft


def _value(draft: Draft, field: str, root: "etree._Element", name: str, *paths: str) -> Draft:
    for path in paths:
        found = text(root, path)
        if found:
            place = Place(part=name, line=line_of(find(root, path)), text=f"{path}: {found}"[:200])
            return draft.with_values(field, Value(found[:300], place, 4))
    return draft
