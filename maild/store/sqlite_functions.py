"""What SQLite lacks for asking conditions exactly: decimals, checked dates, letters beyond ASCII, lists of words."""

import json
import sqlite3
from decimal import Decimal

from maild.domain.values import Kind, day, typed

_COMPLEMENT = str.maketrans("0123456789", "9876543210")


def register(connection: sqlite3.Connection) -> None:
    """Make the functions known to one connection; they are pure, so the planner may call them once for a constant."""
    for name, function in _FUNCTIONS.items():
        connection.create_function(name, 1, function, deterministic=True)
    connection.create_aggregate("maild_total", 1, _Total)  # type: ignore[arg-type]  # the stubs know numbers only


def decimal_key(number: Decimal) -> str:
    """A text for a finite decimal; texts compare as their decimals do, and are equal where they are."""
    whole, _, part = f"{abs(number):f}".partition(".")
    digits = whole.lstrip("0") or "0"
    key = f"{len(digits):04d}{digits}.{part.rstrip('0')}"
    return f"n{key.translate(_COMPLEMENT)}~" if number < 0 else f"p{key}"


def _number(value: object) -> str | None:
    number = None if value is None else typed(Kind.NUMBER, str(value))
    return decimal_key(number) if isinstance(number, Decimal) else None


def _day(value: object) -> str | None:
    return value if isinstance(value, str) and day(value) else None


def _lower(value: object) -> str | None:
    return value.lower() if isinstance(value, str) else None


def _words(value: object) -> str:
    """The parts of a list with commas as a JSON array."""
    found = typed(Kind.TAGS, value) if isinstance(value, str) else None
    return json.dumps(sorted(found) if isinstance(found, frozenset) else [])


def _domain(value: object) -> str | None:
    return value.rpartition("@")[2] if isinstance(value, str) else None


class _Total:
    """The exact sum of the decimals among some texts, as a text; NULL where there are none."""

    def __init__(self) -> None:
        self._sum: Decimal | None = None

    def step(self, value: object) -> None:
        number = typed(Kind.NUMBER, value) if isinstance(value, str) else None
        if isinstance(number, Decimal):
            self._sum = number if self._sum is None else self._sum + number

    def finalize(self) -> str | None:
        return None if self._sum is None else f"{self._sum:f}"


_FUNCTIONS = {
    "maild_number": _number,
    "maild_day": _day,
    "maild_lower": _lower,
    "maild_words": _words,
    "maild_domain": _domain,
}
