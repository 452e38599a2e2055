"""A mail that says one thing in its HTML and another in its plain text: who reads the other form orders otherwise."""

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import product

from maild.domain.problem import Problem
from pipeline.orders.found import Line

MOST_LINES = 200
MOST_TEXT = 128 * 1024
_NEAR = 300  # characters behind an item's code in which its numbers stand
_NUMBER = re.compile(r"(?<![\w.,])\d{1,12}(?:[.,]\d{1,6}){0,3}(?![\w]|[.,]\d)")


def disagreements(lines: Sequence[Line], text: str) -> list[Problem]:
    """A doubt for each line of the HTML whose item the plain text orders in another quantity, beyond doubt.

    The text counts only where its own figures prove themselves: another quantity times the same price is an amount that
    stands there too, or the quantity is the only number. Tables that lost their columns on the way prove nothing.
    """
    text = text[:MOST_TEXT]
    codes = [(line.sku or line.customer_sku or line.gtin or "", line) for line in lines[:MOST_LINES]]
    places = sorted((at, code) for code in {c for c, _ in codes if c} if (at := _only(text, code)) >= 0)
    following = [*(at for at, _ in places[1:]), len(text)]
    ends = {code: end for (_, code), end in zip(places, following, strict=False)}
    starts = {code: at + len(code) for at, code in places}
    found = []
    for code, line in codes:
        if code in starts and line.quantity is not None:
            other = _other(line, text[starts[code] : min(ends[code], starts[code] + _NEAR)])
            if other is not None:
                words = f"{code}: {line.quantity:f} in the HTML of the mail, {other:f} in its plain text"
                found.append(Problem("po.parts_disagree", words, "lines"))
    return found


def _only(text: str, code: str) -> int:
    """Where a code stands, -1 unless it stands there once."""
    at = text.find(code)
    return at if at >= 0 and text.find(code, at + 1) < 0 else -1


def _other(line: Line, beside: str) -> Decimal | None:
    """The quantity that the text proves and the line does not have."""
    numbers = [_readings(token) for token in _NUMBER.findall(beside)[:12]]
    known = set().union(*numbers)
    if line.quantity in known:
        return None
    if line.price is None:
        return next(iter(numbers[0])) if len(numbers) == 1 and len(numbers[0]) == 1 else None
    if line.price not in known:
        return None
    first = next((n for n, readings in enumerate(numbers) if line.price in readings), 0)
    pairs = product(numbers[:first], numbers[first + 1 :])
    return next((q for left, right in pairs for q in left if q and q * line.price in right), None)


def _readings(token: str) -> set[Decimal]:
    """What a number may mean: with the point or with the comma for the decimals."""
    plain = {token.replace(",", ""), token.replace(".", "").replace(",", ".")}
    return {Decimal(reading) for reading in plain if reading.count(".") <= 1}
