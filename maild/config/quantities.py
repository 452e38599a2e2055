"""Sizes, durations and counts as a configuration file writes them, each within its limits.

Sizes are bytes (kB, MB, GB are powers of 1000; KiB, MiB, GiB of 1024), durations are seconds.
"""

import math
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from pydantic import BeforeValidator

from maild.config.mistakes import mistake, shown

KB, MB, GB = 1000, 1000**2, 1000**3
KIB, MIB, GIB = 1024, 1024**2, 1024**3
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0

_SIZES = {"": 1, "B": 1, "KB": KB, "MB": MB, "GB": GB, "KIB": KIB, "MIB": MIB, "GIB": GIB}
_SECONDS = {"": 1.0, "ms": 0.001, "s": 1.0, "m": MINUTE, "min": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
Number = TypeVar("Number", int, float)

_QUANTITY = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?) ?([A-Za-z]{0,3})")


def size_text(size: float) -> str:
    """Bytes in the largest unit that gives a round figure: "25MB", else "7 bytes"."""
    for unit, factor in (("GiB", GIB), ("GB", GB), ("MiB", MIB), ("MB", MB), ("KiB", KIB), ("kB", KB)):
        if size >= factor and size % factor == 0:
            return f"{size / factor:g}{unit}"
    return f"{size:g} bytes"


def duration_text(seconds: float) -> str:
    """Seconds likewise: "15min", else "90s"."""
    for unit, factor in (("d", DAY), ("h", HOUR), ("min", MINUTE)):
        if seconds >= factor and seconds % factor == 0:
            return f"{seconds / factor:g}{unit}"
    return f"{seconds:g}s"


def parse_size(value: object) -> int:
    """Bytes from 25000000 or "25MB"."""
    number, factor = _quantity(value, _SIZES, str.upper, 'a size; write a number of bytes, "25MB" or "1GiB"')
    return int(number * factor)


def parse_duration(value: object) -> float:
    """Seconds from 90, 0.5, "90s", "15min", "24h" or "5d"."""
    number, factor = _quantity(value, _SECONDS, str.lower, 'a duration; write seconds, "90s", "15min", "24h" or "5d"')
    return number * factor


def _quantity(
    value: object, units: Mapping[str, float], fold: Callable[[str], str], wanted: str
) -> tuple[float, float]:
    kind, _, hint = wanted.partition("; ")
    if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return value, 1
    if isinstance(value, str) and (found := _QUANTITY.fullmatch(value)) and fold(found[2]) in units:
        return float(found[1]), units[fold(found[2])]
    raise mistake(f"{shown(value)} is not {kind}", hint)


def size(low: int, high: int) -> Any:
    """The kind of a key that holds a size: at least ``low`` and at most ``high`` bytes."""
    return BeforeValidator(lambda value: _within(parse_size(value), value, low, high, size_text))


def duration(low: float, high: float) -> Any:
    """The kind of a key that holds a duration: at least ``low`` and at most ``high`` seconds."""
    return BeforeValidator(lambda value: _within(parse_duration(value), value, low, high, duration_text))


def duration_or_none(low: float, high: float) -> Any:
    """As `duration`; "" is None."""
    return BeforeValidator(
        lambda value: None if value == "" else _within(parse_duration(value), value, low, high, duration_text)
    )


def count(low: int, high: int) -> Any:
    """The kind of a key that holds a whole number from ``low`` to ``high``."""
    return BeforeValidator(partial(_count, low, high))


def _count(low: int, high: int, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise mistake(f"{shown(value)} is not a whole number", f"{low} to {high}, without quotes")
    return _within(value, value, low, high, str)


def _within(number: Number, value: object, low: float, high: float, text: Callable[[float], str]) -> Number:
    if not low <= number <= high:
        raise mistake(f"{shown(value)} is out of range", f"from {text(low)} to {text(high)}")
    return number
