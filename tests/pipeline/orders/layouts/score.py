"""How well drawn orders are read: the share of right fields, of perfect orders, of trusted ones that are right."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from maild.domain.order import Order
from pipeline.orders.read import read_document, read_orders
from tests.pipeline.orders.layouts.drawn import Drawn, Truth

FIELDS = (
    "po_number", "buyer", "ship_to", "order_date", "requested_date", "currency", "total",
    "line_recall", "line_precision", "perfect", "trusted", "trust_share",
)  # fmt: skip


@dataclass(slots=True)
class Score:
    """``right`` and ``asked`` by field; ``misses`` are (drawn, field, wanted, got, was it trusted)."""

    right: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    misses: list[tuple[Drawn, str, str, str, bool]] = field(default_factory=list)

    def share(self, name: str) -> float:
        return self.right[name] / self.asked[name] if self.asked[name] else 1.0

    def table(self) -> str:
        return "\n".join(
            f"{name:16}{self.right[name]:5}/{self.asked[name]:<5}{100 * self.share(name):6.1f} %" for name in FIELDS
        )


def read_drawn(drawn: Drawn) -> Order | None:
    """The first order that is read out of it."""
    reading = read_orders(drawn.mail) if drawn.mail else read_document(*drawn.document) if drawn.document else None
    return reading.orders[0] if reading and reading.orders else None


def score(drawings: Iterable[Drawn]) -> Score:
    total = Score()
    for drawn in drawings:
        _mark(total, drawn, read_drawn(drawn))
    return total


def _mark(total: Score, drawn: Drawn, order: Order | None) -> None:
    truth, trusted = drawn.truth, bool(order and not order.needs_review)

    def mark(name: str, good: bool, want: object, got: object) -> bool:
        total.asked[name] += 1
        total.right[name] += good
        if not good:
            total.misses.append((drawn, name, str(want), str(got), trusted))
        return good

    fields = _fields(truth, order)
    good = {name: mark(name, right, want, got) for name, (right, want, got) in fields.items()}
    hits, given, unread = _lines(truth, order)
    total.right["line_recall"] += hits
    total.asked["line_recall"] += len(truth.lines)
    total.right["line_precision"] += hits
    total.asked["line_precision"] += given
    perfect = good.get("po_number", True) and good.get("total", True) and hits == given == len(truth.lines)
    perfect = perfect and str(order.type if order else "") == "new"
    mark(
        "perfect",
        perfect,
        unread[:2],
        [(x.sku, x.customer_sku, x.quantity, x.unit_price) for x in order.lines[:3]] if order else None,
    )
    total.asked["trust_share"] += 1
    if trusted:
        total.right["trust_share"] += 1
        mark("trusted", perfect, "right", [name for name, right in good.items() if not right])


def _fields(truth: Truth, order: Order | None) -> dict[str, tuple[bool, object, object]]:
    got: dict[str, object] = {
        name: getattr(order, name) if order else None
        for name in ("po_number", "buyer", "ship_to", "order_date", "requested_date", "currency", "total")
    }
    found: dict[str, tuple[bool, object, object]] = {}
    if truth.po_number:
        found["po_number"] = (_key(got["po_number"]) == _key(truth.po_number), truth.po_number, got["po_number"])
    x, y = _letters(truth.buyer), _letters(got["buyer"])
    found["buyer"] = (bool(y) and (x in y or y in x), truth.buyer, got["buyer"])
    if truth.ship_to:
        party = order.ship_to if order else None
        shown = (
            "".join(filter(None, (party.company, party.street, party.postcode, party.city, party.country)))
            if party
            else ""
        )
        found["ship_to"] = (
            all(_letters(part) in _letters(shown) for part in truth.ship_to),
            truth.ship_to,
            got["ship_to"],
        )
    for name, want in (
        ("order_date", truth.order_date),
        ("requested_date", truth.requested_date),
        ("currency", truth.currency),
    ):
        if want:
            found[name] = (got[name] == want, want, got[name])
    if truth.total:
        found["total"] = (
            bool(got["total"]) and Decimal(str(got["total"])) == Decimal(truth.total),
            truth.total,
            got["total"],
        )
    return found


def _lines(truth: Truth, order: Order | None) -> tuple[int, int, list[tuple[tuple[str, ...], str, str | None]]]:
    """How many lines were found, how many were given, which were not found."""
    rest = list(order.lines) if order else []
    hits, unread = 0, []
    for codes, quantity, price in truth.lines:
        match = next((
            x for x in rest
            if x.quantity and Decimal(x.quantity) == Decimal(quantity)
            and (price is None or (x.unit_price and Decimal(x.unit_price) == Decimal(price)))
            and (not codes or {_key(c) for c in codes} & {_key(c) for c in (x.sku, x.customer_sku, x.gtin)})
        ), None)  # fmt: skip
        if match is None:
            unread.append((codes, quantity, price))
        else:
            rest.remove(match)
            hits += 1
    return hits, len(order.lines) if order else 0, unread


def _key(value: object) -> str:
    return re.sub(r"\s+", "", str(value or "")).upper()


def _letters(value: object) -> str:
    return re.sub(r"[\W_]+", "", str(value or "")).lower()
