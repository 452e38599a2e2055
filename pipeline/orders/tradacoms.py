"""TRADACOMS order files (ORDHDR, ORDERS, ORDTLR; ANA TRADACOMS 1982, ORDERS version 9)."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from maild.domain.order import OrderType, Party, Place
from maild.domain.problem import Problem
from pipeline.orders import dates
from pipeline.orders.context import Context
from pipeline.orders.detect import decoded
from pipeline.orders.found import Document, Draft, Line, Value
from pipeline.orders.numbers import decimal
from pipeline.orders.segments import Segment, tradacoms_segments


def read_tradacoms(name: str, data: bytes, context: Context) -> Document:
    """Every ORDERS message of the transmission, with the customer of its file header."""
    drafts: list[Draft] = []
    customer: Segment | None = None
    message: list[Segment] | None = None
    for segment in tradacoms_segments(decoded(data)):
        if segment.tag == "CDT":
            customer = segment
        elif segment.tag == "MHD":
            message = [] if segment.part(2) == "ORDERS" else None
        elif segment.tag == "MTR" and message is not None:
            drafts.append(_draft(name, message, customer))
            message = None
        elif message is not None:
            message.append(segment)
    if not drafts:
        return Document(problems=(Problem("edi.structure", f"{name!r}: no TRADACOMS order"),))
    return Document(tuple(drafts))


def _draft(name: str, message: Sequence[Segment], customer: Segment | None) -> Draft:
    draft = Draft("tradacoms", strict=True)
    for segment in message:
        if segment.tag == "ORD":
            draft = _value(draft, "po_number", segment.part(1), name, segment)
            draft = _value(draft, "order_date", _day(segment.part(1, 3)), name, segment)
            draft = replace(draft, type=OrderType.NEW)
        elif segment.tag == "DIN":
            draft = _value(draft, "requested_date", _day(segment.part(1)), name, segment)
        elif segment.tag == "CLO":
            draft = replace(draft, ship_to=_party(segment.get(2) or segment.part(1, 2), segment.get(3)))
        elif segment.tag == "DNB":
            draft = _value(draft, "notes", " ".join(segment.get(4).split("\x1f")), name, segment)
    if customer is not None:
        draft = _value(draft, "buyer", customer.get(2).replace("\x1f", " ") or customer.part(1), name, customer)
    return replace(draft, lines=tuple(_line(name, s) for s in message if s.tag == "OLD"))


def _line(name: str, segment: Segment) -> Line:
    """OLD: number, supplier's code (EAN : own), case code, customer's code, units ordered, cost, ..., description."""
    place = Place(part=name, line=segment.number, text=f"OLD={'+'.join(segment.elements)}".replace("\x1f", ":")[:200])
    return Line(
        quantity=decimal(segment.part(6)),
        price=_cost(segment.part(7)),
        number=segment.part(1) or None,
        sku=segment.part(2, 2) or None,
        gtin=segment.part(2) or None,
        customer_sku=segment.part(4, 2) or segment.part(4) or None,
        description=" ".join(filter(None, segment.get(10).split("\x1f"))) or None,
        unit=segment.part(6, 3) or None,
        places=(("quantity", place), ("sku", place)),
        at=segment.number,
    )


def _cost(text: str) -> Decimal | None:
    """A price with four implied decimals."""
    value = decimal(text)
    return value / 10000 if value is not None and text.isdigit() else value


def _party(title: str, address: str) -> Party:
    parts = [part.strip() for part in address.split("\x1f")]
    return Party(
        company=title.replace("\x1f", " ") or None,
        street=", ".join(p for p in parts[:-1] if p) or None,
        postcode=parts[-1] or None,
    )


def _day(text: str) -> str | None:
    day = dates.compact(text)
    return day.isoformat() if day else None


def _value(draft: Draft, field: str, text: str | None, name: str, segment: Segment) -> Draft:
    place = Place(part=name, line=segment.number, text=segment.tag)
    return draft.with_values(field, Value(text, place, 4)) if text else draft
