"""A draft becomes an order: what proves itself is trusted, every doubt is named."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from maild.domain.order import Order, OrderLine, OrderType, Place
from maild.domain.problem import Problem
from pipeline.orders import codes
from pipeline.orders.arithmetic import product, sums
from pipeline.orders.code_columns import OPEN_ENDS
from pipeline.orders.found import Draft, Line
from pipeline.orders.grouped_codes import cut_off
from pipeline.orders.identity import normal_number
from pipeline.orders.lines import line_sum, proves
from pipeline.orders.numbered import ANNOUNCED
from pipeline.orders.numbers import plain

_WORD_BEHIND = re.compile(r"\d[A-ZÀ-ÝА-ЯЁ][a-zß-ÿа-яё]{3}")
_LONG_NUMBER = re.compile(r"\d{8,14}(?=[^\W\d_])")
_EAST = re.compile(r"[\u3040-\u9fff\uac00-\ud7af\uff08\uff09()]+")
_GOODS = re.compile(r"(?<![\w-])[^\W\d_]{3,}(?![\w-])")
SHORT = 3  # characters below which a number in a sentence may be any
PROSE = frozenset({"list", "sentences"})
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
    yield from _line_doubts(draft)
    yield from _sum_doubts(draft)


def _number_doubts(draft: Draft) -> Iterator[Problem]:
    values = draft.values.get("po_number", ())
    if not values:
        yield Problem("po.no_number", "no PO number was found", "po_number")
        return
    short = values[0].weight < 2 and len(values[0].text) < SHORT
    if (short or values[0].name == ANNOUNCED) and not draft.strict:
        yield Problem("po.number_unclear", f"{values[0].text} may be no PO number", "po_number", (values[0].text,))
    rivals = [v for v in values[1:] if v.weight and normal_number(v.text) != normal_number(values[0].text)]
    if rivals:
        texts = (values[0].text, *(v.text for v in rivals))
        yield Problem("po.number_differs", "more than one PO number: " + ", ".join(texts[:4]), "po_number", texts[:5])


def _line_doubts(draft: Draft) -> Iterator[Problem]:
    for number, line in enumerate(draft.lines):
        where = f"lines[{number}]"
        if line.quantity is None or line.quantity <= 0:
            yield Problem("po.quantity", "no usable quantity", f"{where}.quantity")
        if not (line.sku or line.customer_sku or line.gtin or line.description):
            yield Problem("po.no_item", "neither an item number nor a description", where)
        if line.quantity is not None and line.price is not None and line.amount is not None and not proves(line):
            yield Problem("po.line_amount", "quantity times price is not the amount", f"{where}.amount")
        if line.price is not None and line.price <= 0:
            yield Problem("po.zero_price", "the price is zero", f"{where}.unit_price")
        if not draft.strict and line.amount is not None and line.price is None:
            yield Problem("po.unproved", "no unit price proves the quantity", f"{where}.quantity")
        if not draft.strict and (_unclear_item(line) or _mere_number(line) or _touching(line)):
            yield Problem("po.item_unclear", "which is the item number is not certain", f"{where}.sku")
        if not draft.strict and not line.sure and draft.way in {*PROSE, "bare"}:
            yield Problem("po.item_unclear", "which word is the item number is not certain", f"{where}.sku")
    if not draft.strict and _shared(draft.lines):
        yield Problem("po.item_unclear", "one item number stands on lines of different goods", "lines")
    if not draft.strict and _runs_on(draft):
        yield Problem("po.item_unclear", "an item number goes on where the others end", "lines")
    if not draft.strict and cut_off(draft.lines):
        yield Problem("po.item_unclear", "an item number may begin with the digits in front of it", "lines")
    if not draft.strict and _not_items(draft):
        yield Problem("po.item_unclear", "what stands for the item numbers is the order's own number", "lines")
    named = [bool(line.sku or line.customer_sku or line.gtin) for line in draft.lines]
    if not draft.strict and draft.way == "table" and _guessed(draft):
        yield Problem("po.item_unclear", "some item numbers stand in a column, others were found in the text", "lines")
    if not draft.strict and draft.way == "table" and not any(line.sure for line in draft.lines):
        yield Problem("po.columns_unclear", "no head tells the quantity, or the item numbers, beyond doubt", "lines")
    if not draft.strict and draft.way in {*PROSE, "bare"} and any(named) and not all(named):
        yield Problem("po.item_unclear", "some lines have an item number and others none", "lines")
    if draft.way in PROSE and not _total_met(draft):
        yield Problem("po.prose_line", "read out of sentences, and no total proves it", "lines")


def _not_items(draft: Draft) -> bool:
    """Whether an item number is that of the order, or the same one stands on each of three lines or more."""
    number = draft.text("po_number")
    for named in ([line.sku for line in draft.lines], [line.customer_sku for line in draft.lines]):
        if len(named) > 2 and named[0] is not None and len(set(named)) == 1:
            return True
        if number is not None and any(code and normal_number(code) == normal_number(number) for code in named):
            return True
    return False


def _mere_number(line: Line) -> bool:
    """Whether what was taken for the item number is rather a line's number, two numbers that touch, or part of one."""
    own = [code for code in (line.sku, line.customer_sku, line.gtin) if code]
    if any(code.endswith(OPEN_ENDS) for code in own):
        return True
    return bool(own) and all(code.isdigit() and not 3 <= len(code) <= 14 for code in own)


def _touching(line: Line) -> bool:
    """Whether an item number runs on into a capitalised word, as where two columns touch ("4051079282091Lamp")."""
    return any(
        code
        and (_WORD_BEHIND.search(code) or ((long := _LONG_NUMBER.match(code)) and _letters(code[long.end() :]) > 3))
        for code in (line.sku, line.customer_sku, line.gtin)
    )


def _runs_on(draft: Draft) -> bool:
    """Whether one item number is made like most others and then goes on with a word ("4711", "4712", "4713LED-Panel").

    A letter or three behind may be a variant, where the others are not mere figures.
    """
    skus = [line.sku for line in draft.lines if line.sku]
    common, times = Counter(map(_shape, skus)).most_common(1)[0] if len(skus) > 1 else ("", 0)
    if 2 * times < len(skus) or times < 2:
        return False
    least = 2 if common.isdigit() else 4
    return any(
        _shape(sku[: len(common)]) == common
        and sku[len(common) :][:1].isalpha()
        and _letters(sku[len(common) :]) >= least
        for sku in skus
    )


def _shared(lines: Sequence[Line]) -> bool:
    """Whether two lines of one item number have neither their price nor the first words of their goods in common."""
    first: dict[str, Line] = {}
    for line in lines:
        other = first.setdefault(line.sku, line) if line.sku else line
        if other.price != line.price and _goods(line) and _goods(other) and not _goods(line) & _goods(other):
            return True
    return False


def _goods(line: Line) -> frozenset[str]:
    """The first two words of a description that may name goods."""
    return frozenset(_GOODS.findall((line.description or "").casefold())[:2])


def _shape(code: str) -> str:
    return "".join("0" if c.isdigit() else "A" if c.isalpha() else c for c in code)


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _guessed(draft: Draft) -> bool:
    """Whether only some lines have their item number in a place of its own."""
    coded = [line.sure for line in draft.lines if line.sku or line.customer_sku or line.gtin]
    return any(coded) and not all(coded)


def _total_met(draft: Draft) -> bool:
    """Whether a stated total or subtotal is the sum of the lines."""
    found = line_sum(draft.lines)
    stated = [draft.text(name) for name in ("total", "subtotal")]
    return found is not None and any(sums([found], Decimal(text), draft.charges) for text in stated if text)


def _unclear_item(line: Line) -> bool:
    """No item number found though the text or its row holds what looks like one, or one that holds a blank."""
    own = [code for code in (line.sku, line.customer_sku, line.gtin) if code]
    if own:
        return all(" " in code and not code.replace(" ", "").isalnum() for code in own)
    place = line.placed("quantity")
    text = f"{line.description or ''} {(place.text if place else '') or ''}"
    figures = {str(value) for value in (line.quantity, line.price, line.amount)}
    figures.update(" ".join(line.apart).split())
    words = codes.without_others(text if text.isascii() else _EAST.sub(" ", text))
    tokens = {token.strip(".,;:()") for token in words} - figures
    return any(codes.looks_like_code(token, 5) for token in tokens)


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
    return OrderLine(
        line=line.number,
        sku=line.sku,
        customer_sku=line.customer_sku,
        gtin=line.gtin,
        description=line.description,
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
