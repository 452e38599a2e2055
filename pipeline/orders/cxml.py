"""cXML OrderRequest (cXML 1.1 and 1.2)."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from lxml import etree

from maild.domain.order import OrderType, Party, Place
from maild.domain.problem import Problem
from pipeline.orders import dates
from pipeline.orders.found import Document, Draft, Line
from pipeline.orders.numbers import plain
from pipeline.orders.xmltree import children, figure, find, line_of, text
from pipeline.orders.xmlvalues import valued, wanted

TYPES = {"new": OrderType.NEW, "update": OrderType.REPLACE, "delete": OrderType.CANCEL}


def read_cxml(name: str, root: "etree._Element") -> Document:
    """All order requests of a cXML document; other messages say what they are."""
    requests = list(root.iter("{*}OrderRequest"))
    if not requests or next(root.iter("{*}CopyRequest"), None) is not None:
        kind = next(
            (
                str(e.tag)
                for e in root.iter()
                if isinstance(e.tag, str)
                and str(e.tag).endswith(("Request", "Message", "Response"))
                and e.tag not in ("Request", "Message", "Response")
            ),
            "cXML",
        )
        return Document(problems=(Problem("po.other_document", f"a cXML {kind} is no order"),))
    return Document(tuple(_draft(name, request, root) for request in requests))


def _draft(name: str, request: "etree._Element", root: "etree._Element") -> Draft:
    head = find(request, "OrderRequestHeader")
    if head is None:
        return Draft("cxml", strict=True).doubt(Problem("xml.schema", "an OrderRequest without its header"))
    draft = Draft("cxml", strict=True, type=TYPES.get((head.get("type") or "new").lower(), OrderType.NEW))
    draft = valued(draft, "po_number", head.get("orderID"), name, head)
    draft = valued(draft, "order_date", _day(head.get("orderDate")), name, head)
    draft = valued(draft, "requested_date", _day(head.get("requestedDeliveryDate")), name, head)
    draft = valued(draft, "revision", head.get("orderVersion"), name, head)
    money = find(head, "Total/Money")
    if money is not None:
        draft = valued(draft, "currency", money.get("currency"), name, money)
        total = figure(head, "Total/Money")
        draft = valued(draft, "total", plain(total) if total is not None else None, name, money)
        if total is None and text(money):
            draft = draft.doubt(Problem("po.total_unclear", f"the total {text(money)!r} is no figure", "total"))
    tax = figure(head, "Tax/Money")
    draft = valued(draft, "tax", plain(tax) if tax is not None else None, name, find(head, "Tax/Money"))
    draft = valued(draft, "notes", text(head, "Comments"), name, find(head, "Comments"))
    draft = valued(draft, "ship_method", text(head, "Shipping/Description"), name, find(head, "Shipping"))
    draft = valued(draft, "payment_terms", _terms(head), name, find(head, "PaymentTerm"))
    ship, bill = _party(find(head, "ShipTo/Address")), _party(find(head, "BillTo/Address"))
    draft = valued(draft, "buyer", _buyer(root, bill, ship), name, head)
    contact = next(
        (c for c in children(head, "Contact") if c.get("role") in ("endUser", "buyer", "purchasingAgent", None)), None
    )
    draft = valued(draft, "contact", text(contact, "Name"), name, contact)
    lines = tuple(_lines(request, name))
    charges = [c for c in (tax, figure(head, "Shipping/Money"), *_line_charges(request)) if c]
    draft = replace(draft, ship_to=ship, bill_to=bill, lines=lines, charges=tuple(dict.fromkeys(charges)))
    return wanted(draft, name, head)


def _buyer(root: "etree._Element", bill: Party | None, ship: Party | None) -> str | None:
    if bill and bill.company:
        return bill.company
    if ship and ship.company:
        return ship.company
    return text(find(root, "Header/From/Credential"), "Identity")


def _terms(head: "etree._Element") -> str | None:
    term = find(head, "PaymentTerm")
    return f"{term.get('payInNumberOfDays')} days" if term is not None and term.get("payInNumberOfDays") else None


def _party(address: "etree._Element | None") -> Party | None:
    if address is None:
        return None
    postal = find(address, "PostalAddress")
    streets = [
        " ".join("".join(s.itertext()).split()) for s in (*children(postal, "DeliverTo"), *children(postal, "Street"))
    ]
    country = find(postal, "Country")
    state = text(postal, "State")
    city = text(postal, "City")
    return Party(
        company=text(address, "Name"),
        street=", ".join(s for s in streets if s) or None,
        city=", ".join(p for p in (city, state) if p) or None,
        postcode=text(postal, "PostalCode"),
        country=(country.get("isoCountryCode") or text(country, "")) if country is not None else None,
    )


def _lines(request: "etree._Element", name: str) -> Iterator[Line]:
    for item in children(request, "ItemOut"):
        detail = find(item, "ItemDetail")
        if detail is None:
            detail = find(item, "BlanketItemDetail")
        basis = find(detail, "PriceBasisQuantity")
        place = Place(part=name, line=line_of(item), text=f"ItemOut {item.get('lineNumber') or ''}".strip())
        taxes = [t for path in ("Tax/Money", "Shipping/Money") if (t := figure(item, path))]
        yield Line(
            quantity=_decimal(item.get("quantity")),
            price=figure(detail, "UnitPrice/Money"),
            per=_decimal(basis.get("quantity")) if basis is not None else None,
            number=item.get("lineNumber"),
            sku=text(item, "ItemID/SupplierPartID"),
            customer_sku=text(item, "ItemID/BuyerPartID"),
            gtin=text(detail, "ItemDetailIndustry/ItemDetailRetail/EANID"),
            description=text(detail, "Description/ShortName", "Description"),
            unit=text(detail, "UnitOfMeasure"),
            requested_date=_day(item.get("requestedDeliveryDate")),
            figures=tuple(taxes),
            places=tuple((field, place) for field in ("quantity", "unit_price", "sku")),
            at=line_of(item) or 0,
        )


def _line_charges(request: "etree._Element") -> list[Decimal]:
    taxes = [
        t
        for item in children(request, "ItemOut")
        for path in ("Tax/Money", "Shipping/Money")
        if (t := figure(item, path))
    ]
    return [sum(taxes, Decimal(0))] if taxes else []


def _decimal(value: str | None) -> Decimal | None:
    from pipeline.orders.numbers import decimal

    return decimal(value)


def _day(value: str | None) -> str | None:
    found = dates.find((value or "")[:10]) if value else []
    return found[0].readings[0].isoformat() if found and not found[0].swappable else None
