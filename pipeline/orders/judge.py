"""A draft becomes an order: what proves itself is trusted, every doubt is named."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from maild.domain.order import Order, OrderLine, OrderType, Place
from maild.domain.problem import Problem
from pipeline.orders.arithmetic import product, sums
from pipeline.orders.found import Draft, Line
from pipeline.orders.line_doubts import line_doubts
from pipeline.orders.lines import line_sum, proves
from pipeline.orders.numbered import ANNOUNCED
from pipeline.orders.numbers import plain
from pipeline.orders.order_number import same_number

SHORT = 3  # characters below which a number in a sentence may be any
HARMLESS = frozenset({"po.no_total", "po.no_date", "po.derived_amount"})


def judge(draft: Draft) -> Order:
    """The order with its problems; ``needs_review`` is False only where nothing is in doubt and the sums prove it."""
    problems = (*draft.problems, *_doubts(draft))
    heavy = [p for p in problems if p.code not in HARMLESS]
    return Order(
        type=draft.type,
        po_number=draft.text("po_number"),
        revision=draft.text("revision"),
        order_date=draft.text("order_date"),
        requested_date=draft.text("requested_date") or _earliest(draft),
        currency=draft.text("currency"),
        total=draft.text("total"),
        subtotal=draft.text("subtotal"),
        tax=draft.text("tax"),
        buyer=draft.text("buyer"),
        ship_to=draft.ship_to,
        bill_to=draft.bill_to,
        end_user=draft.text("end_user"),
        ship_method=draft.text("ship_method"),
        freight_terms=draft.text("freight_terms"),
        freight_account=draft.text("freight_account"),
        payment_terms=draft.text("payment_terms"),
        contact=draft.text("contact"),
        notes=draft.text("notes"),
        lines=tuple(_order_line(line) for line in draft.lines),
        format=draft.format,
        confidence=_confidence(draft, len(heavy)),
        needs_review=bool(heavy),
        problems=problems,
        provenance=tuple(_provenance(draft)),
        layout=_layout(draft),
    )


def _layout(draft: Draft) -> str:
    """A fingerprint of how the document is made: its format, how its lines stand, the labels beside its fields."""
    labels = (value.name if (value := draft.best(name)) else "" for name in ("po_number", "order_date", "total"))
    structure = "|".join((draft.format, draft.way, *labels))
    return hashlib.sha256(structure.encode()).hexdigest()[:16]


def _doubts(draft: Draft) -> Iterator[Problem]:
    yield from _number_doubts(draft)
    if draft.type is OrderType.CANCEL:
        if not draft.strict:
            yield Problem("po.cancellation", "a cancellation is a request for a person", "type")
        return
    if draft.type is not OrderType.NEW and not draft.strict:
        yield Problem("po.change", "a change of an order needs a person", "type")
    if not draft.lines:
        yield Problem("po.no_lines", "no order lines were found", "lines")
        return
    yield from line_doubts(draft)
    yield from _sum_doubts(draft)


def _number_doubts(draft: Draft) -> Iterator[Problem]:
    values = draft.values.get("po_number", ())
    if not values:
        yield Problem("po.no_number", "no PO number was found", "po_number")
        return
    short = values[0].weight < 2 and len(values[0].text) < SHORT
    if (short or values[0].name == ANNOUNCED) and not draft.strict:
        yield Problem("po.number_unclear", f"{values[0].text} may be no PO number", "po_number", (values[0].text,))
    rivals = [v for v in values[1:] if v.weight and not same_number(v.text, values[0].text)]
    if rivals:
        texts = (values[0].text, *(v.text for v in rivals))
        yield Problem("po.number_differs", "more than one PO number: " + ", ".join(texts[:4]), "po_number", texts[:5])


def _sum_doubts(draft: Draft) -> Iterator[Problem]:
    lines = draft.lines
    text = draft.text("total")
    priced = [line for line in lines if line.price is not None or line.amount is not None]
    if text is None:
        if not priced:
            if not draft.strict:
                yield Problem("po.no_prices", "no prices and no total prove the lines", "lines")
        elif not all(proves(line) for line in lines) and not draft.strict:
            yield Problem("po.no_total", "no total is stated", "total")
            yield Problem("po.unproved", "no total is stated and not every line proves itself", "lines")
        return
    total, found = Decimal(text), line_sum(lines)
    subtotal = draft.text("subtotal")
    if found is None:
        yield Problem("po.totals", "a line has no amount, the total cannot be checked", "total", (text,))
        return
    higher = [each for each in draft.sums if each > total and not sums([each], total, draft.charges)]
    if higher and not draft.strict:
        texts = (text, *(plain(each) for each in higher[:3]))
        yield Problem("po.total_unclear", "more than one total is printed: " + ", ".join(texts), "total", texts)
    if sums([found], total):
        return
    if subtotal and sums([found], Decimal(subtotal)) and sums([Decimal(subtotal)], total, draft.charges):
        return
    if draft.charges and sums([found], total, draft.charges):
        return
    yield Problem("po.totals", f"the lines make {plain(found)}, stated is {text}", "total", (text, plain(found)))


def _order_line(line: Line) -> OrderLine:
    amount = line.amount
    per = line.per
    if per is None and line.quantity and line.price and amount:
        agreed = product(line.quantity, line.price, amount, None, line.figures)
        per = agreed.per if agreed and agreed.per != 1 else None
    described = line.description
    if described and line.sku and described.startswith(f"{line.sku} "):
        described = described[len(line.sku) :].lstrip(" -–:|") or described  # its row begins with the number
    return OrderLine(
        line=line.number,
        sku=line.sku,
        customer_sku=line.customer_sku,
        gtin=line.gtin,
        description=described,
        quantity=_text(line.quantity),
        unit=line.unit,
        unit_price=_text(line.price),
        price_per=_text(per) if per and per != 1 else None,
        amount=_text(amount),
        requested_date=line.requested_date,
    )


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _earliest(draft: Draft) -> str | None:
    days = sorted(line.requested_date for line in draft.lines if line.requested_date)
    return days[0] if days else None


def _confidence(draft: Draft, doubts: int) -> str:
    proven = sum(map(proves, draft.lines)) / len(draft.lines) if draft.lines else 0.0
    base = 1.0 if draft.strict else 0.7 + 0.3 * proven
    return f"{max(0.05, base - 0.15 * doubts):.2f}".rstrip("0").rstrip(".")


def _provenance(draft: Draft) -> Iterator[tuple[str, Place]]:
    for name, values in draft.values.items():
        if values:
            yield name, values[0].place
    yield from draft.places
    for number, line in enumerate(draft.lines):
        for name, place in line.places:
            yield f"lines[{number}].{name}", place


def reviewed(order: Order, *problems: Problem) -> Order:
    """The same order with a further doubt that a person must settle."""
    return replace(order, problems=(*order.problems, *problems), needs_review=True)
