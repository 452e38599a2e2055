"""An order held against a price list: what agrees, what differs and by how much. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from maild.domain.order import Order, OrderLine
from maild.domain.problem import Problem

AGREE, DIFFER, UNKNOWN = "agree", "differ", "unknown"
CODES = frozenset({"price.differs", "unit.differs", "terms.differ", "sku.unknown"})


@dataclass(frozen=True, slots=True)
class Price:
    """One entry of a list: ``price`` is for ``per`` units, decimals as strings; the days are ISO 8601 or "".

    ``general`` entries are everybody's: they count for items that the customer's own list does not hold.
    """

    sku: str
    price: str
    currency: str
    unit: str = ""
    per: str = "1"
    valid_from: str = ""
    valid_to: str = ""
    general: bool = False


def checked(order: Order, prices: Iterable[Price], day: str, terms: str = "", *, listed: bool = True) -> Order:
    """The order with ``prices`` set to agree, differ or unknown, and a problem for each difference.

    ``day`` is when it was ordered, ``terms`` what was agreed for payment ("" where nothing was). ``listed`` says that
    there is a list for this customer at all: without one no item is unknown. Whether the order proves itself
    (``needs_review``) is another question and stays as it was.
    """
    entries = _by_item(prices, order.order_date or day)
    found: list[Problem] = []
    sure = bool(order.lines)
    for number, line in enumerate(order.lines):
        held = entries.get(_item(line), ())
        if not held:
            sure = False
            if listed:
                found.append(_unlisted(line, number))
            continue
        problems = list(_differences(order, line, number, held))
        found += problems
        sure = sure and line.unit_price is not None
    found += _terms(order, terms)
    differ = any(problem.code != "sku.unknown" for problem in found)
    verdict = DIFFER if differ else AGREE if sure else UNKNOWN
    return replace(order, prices=verdict, problems=(*order.problems, *found))


def told(order: Order) -> list[str]:
    """What differs from the price list, in sentences."""
    return [problem.text for problem in order.problems if problem.code in CODES]


def fold(sku: str) -> str:
    """The form in which item numbers are compared."""
    return "".join(sku.casefold().split())


def items(order: Order) -> set[str]:
    """What to look up for an order."""
    return {item for item in map(_item, order.lines) if item}


def _item(line: OrderLine) -> str:
    return fold(line.sku or line.customer_sku or line.gtin or "")


def _by_item(prices: Iterable[Price], day: str) -> dict[str, list[Price]]:
    """What is in force on a day; the customer's own entries hide everybody's."""
    found: dict[str, list[Price]] = {}
    for price in sorted(prices, key=lambda price: price.general):
        in_force = price.valid_from <= day and (not price.valid_to or day <= price.valid_to)
        held = found.get(fold(price.sku), [])
        if in_force and not (price.general and held and not held[0].general):
            found.setdefault(fold(price.sku), []).append(price)
    return found


def _unlisted(line: OrderLine, number: int) -> Problem:
    name = line.sku or line.customer_sku or line.gtin or line.description or "without a number"
    return Problem("sku.unknown", f"no price list holds item {name}", f"lines[{number}].sku")


def _differences(order: Order, line: OrderLine, number: int, held: Sequence[Price]) -> Iterator[Problem]:
    unit = _unit(line.unit)
    entry = next((price for price in held if not unit or not price.unit or _unit(price.unit) == unit), None)
    if entry is None:
        theirs, ours = line.unit or "", held[0].unit
        text = f"line {line.line or number + 1} is ordered by {theirs}, sold by {ours}"
        yield Problem("unit.differs", text, f"lines[{number}].unit", (theirs, ours))
        return
    asked, listed = _each(line.unit_price, line.price_per), _each(entry.price, entry.per)
    currency = order.currency or entry.currency
    if asked is None or listed is None or (asked == listed and currency == entry.currency):
        return
    theirs = _priced(line.unit_price or "", line.price_per, currency)
    ours = _priced(entry.price, entry.per, entry.currency)
    text = f"line {line.line or number + 1} is ordered at {theirs}, listed at {ours}"
    yield Problem("price.differs", text, f"lines[{number}].unit_price", (theirs, ours))


def _each(price: str | None, per: str | None) -> Decimal | None:
    try:
        count = Decimal(per or "1")
        return Decimal(price) / count if price and count > 0 else None
    except InvalidOperation:
        return None


def _priced(price: str, per: str | None, currency: str) -> str:
    return f"{price} {currency}" + (f" per {per}" if per and per != "1" else "")


_PIECES = frozenset({"ea", "each", "pc", "pcs", "pce", "piece", "pieces", "st", "stk", "stück", "h87", "c62", "un"})


def _unit(text: str | None) -> str:
    plain = (text or "").casefold().strip(" .")
    return "ea" if plain in _PIECES else plain


def _terms(order: Order, agreed: str) -> Iterator[Problem]:
    asked = order.payment_terms or ""
    if not asked or not agreed or _days(asked) == _days(agreed):
        return
    text = f"the order says {asked}, agreed is {agreed}"
    yield Problem("terms.differ", text, "payment_terms", (asked, agreed))


def _days(terms: str) -> object:
    """The figures of payment terms; where they have none, their words."""
    return re.findall(r"[0-9]{1,4}", terms[:200]) or " ".join(terms.casefold().split())
