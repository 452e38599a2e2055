"""openTrans orders (versions 1.0 and 2.x), as catalogue buying systems of German-speaking countries send them."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from lxml import etree

from maild.domain.order import Party, Place
from maild.domain.problem import Problem
from pipeline.orders.found import Document, Draft, Line
from pipeline.orders.numbers import plain
from pipeline.orders.xmltree import figure, find, line_of, text
from pipeline.orders.xmlvalues import address, day, first, valued, wanted, within

MAX_LINES = 5_001


def read_opentrans(name: str, root: "etree._Element") -> Document:
    """The one order of an ORDER document."""
    info = find(root, "ORDER_HEADER/ORDER_INFO")
    if info is None:
        return Document(problems=(Problem("xml.schema", "an openTrans ORDER without its header"),))
    draft = Draft("opentrans", strict=True)
    draft = valued(draft, "po_number", text(info, "ORDER_ID"), name, info)
    draft = valued(draft, "order_date", day(text(info, "ORDER_DATE")), name, info)
    draft = valued(draft, "requested_date", _wanted(info), name, info)
    draft = valued(draft, "currency", text(info, "CURRENCY", "PRICE_CURRENCY"), name, info)
    draft = valued(draft, "notes", text(info, "REMARK", "REMARKS"), name, info)
    buyer = _party(info, "buyer", "BUYER_PARTY")
    draft = valued(draft, "buyer", buyer.company if buyer else None, name, info)
    summary = find(root, "ORDER_SUMMARY")
    total = figure(summary, "TOTAL_AMOUNT")
    draft = valued(draft, "total", plain(total) if total is not None else None, name, summary)
    if total is None and text(summary, "TOTAL_AMOUNT"):
        draft = draft.doubt(Problem("po.total_unclear", "the total is no figure", "total"))
    draft = replace(
        draft,
        ship_to=_party(info, "delivery", "DELIVERY_PARTY") or buyer,
        bill_to=_party(info, "invoice_recipient", "INVOICE_PARTY"),
        lines=tuple(_lines(root, name))[:MAX_LINES],
    )
    return Document((wanted(draft, name, info),))


def _wanted(element: "etree._Element") -> str | None:
    return day(text(element, "DELIVERY_DATE/DELIVERY_END_DATE", "DELIVERY_DATE/DELIVERY_START_DATE"))


def _party(info: "etree._Element", role: str, wrapped: str) -> Party | None:
    """A party by its role (2.x), else by the element around it (1.0)."""
    for each in info.iter("{*}PARTY"):
        if text(each, "PARTY_ROLE") == role:
            return _address(each)
    return _address(first(info, wrapped))


def _address(party: "etree._Element | None") -> Party | None:
    found = address(first(party, "ADDRESS"), "NAME", "STREET", "ZIP", "CITY")
    country = within(party, "COUNTRY_CODED") or within(party, "COUNTRY")
    return replace(found, country=country) if found else None


def _lines(root: "etree._Element", name: str) -> Iterator[Line]:
    for item in root.iter("{*}ORDER_ITEM"):
        goods = find(item, "PRODUCT_ID")
        goods = goods if goods is not None else find(item, "ARTICLE_ID")
        price = find(item, "PRODUCT_PRICE_FIX")
        price = price if price is not None else find(item, "ARTICLE_PRICE")
        number = text(item, "LINE_ITEM_ID")
        place = Place(part=name, line=line_of(item), text=f"ORDER_ITEM {number or ''}".strip())
        yield Line(
            quantity=figure(item, "QUANTITY"),
            price=figure(price, "PRICE_AMOUNT"),
            amount=_amount(item, price),
            per=figure(price, "PRICE_QUANTITY"),
            number=number,
            sku=text(goods, "SUPPLIER_PID", "SUPPLIER_AID", "MANUFACTURER_PID", "MANUFACTURER_AID"),
            customer_sku=text(goods, "BUYER_PID", "BUYER_AID"),
            gtin=text(goods, "INTERNATIONAL_PID", "INTERNATIONAL_AID"),
            description=text(goods, "DESCRIPTION_SHORT", "DESCRIPTION_LONG"),
            unit=text(item, "ORDER_UNIT"),
            requested_date=_wanted(item),
            places=tuple((field, place) for field in ("quantity", "unit_price", "sku")),
            at=line_of(item) or 0,
        )


def _amount(item: "etree._Element", price: "etree._Element | None") -> Decimal | None:
    own = figure(item, "PRICE_LINE_AMOUNT")
    return own if own is not None else figure(price, "PRICE_LINE_AMOUNT")
