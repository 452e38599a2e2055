"""Figures as people print them: 1,234.50 or 1.234,50 or 1'234.50 or 1,10,300.00, and the style a document uses.

A figure with both marks, or with a mark that cannot group thousands, tells its style by itself. What stays open
(1.234) is read by the style of the document, which is a vote over the figures that tell.
"""

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache

from pipeline.orders.east import SCRIPT


class Style(StrEnum):
    """Which mark is the decimal one."""

    POINT = "point"
    COMMA = "comma"


SPACES = " \u00a0\u2007\u2009\u202f"
QUOTES = "'\u2019\u02bc`"
MAX_DIGITS = 18
_GROUPING = frozenset(SPACES + QUOTES)

_DIGITS = rf"\d{{1,3}}(?:[{SPACES}{QUOTES}]\d{{3}})+(?:[.,]\d{{1,6}})?|\d[\d.,]{{0,24}}\d|\d"
_REST = rf"\d{{0,2}}(?:[{SPACES}{QUOTES}]\d{{3}})+(?:[.,]\d{{1,6}})?|[\d.,]{{0,24}}\d|"  # the same from the second on
# A word character that is not one of East Asian scripts, which set no blank before a figure.
_WORD = rf"[^\W{SCRIPT}]"
# The first character is taken before what stands in front of it is looked at: an expression that begins with a set of
# characters is searched many times faster than one that begins with a look back.
FIGURE = re.compile(
    rf"[-+\u2212\d](?<![.,].)(?<!{_WORD}.)(?<!{_WORD}[-–/].)(?:(?<=\d)(?:{_REST})|(?<!\d)(?:{_DIGITS}))(?!\d)"
)
_GROUPED_POINT = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?")
_GROUPED_COMMA = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_PLAIN_POINT = re.compile(r"\d+(?:\.\d+)?")
_PLAIN_COMMA = re.compile(r"\d+(?:,\d+)?")
_LATIN_DIGITS = {ord(c): str(i % 10) for i, c in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹０１２３４５６７８９")}


def parse(text: str, style: Style | None = None) -> Decimal | None:
    """The value of one figure, strictly; None where it is no figure in that style (any style where none is given)."""
    point, comma = _readings(text)
    if point is None or comma is None:
        return comma if point is None else point
    return comma if style is Style.COMMA else point


def telling_style(text: str) -> Style | None:
    """The style that this figure alone can only have, None where both read it or neither does."""
    point, comma = _readings(text)
    if (point is None) == (comma is None):
        return None
    return Style.POINT if point is not None else Style.COMMA


def open_figure(text: str) -> bool:
    """Whether the two styles read different values out of it ("1.234")."""
    point, comma = _readings(text)
    return point is not None and comma is not None and point != comma


@lru_cache(maxsize=8192)
def _readings(text: str) -> tuple[Decimal | None, Decimal | None]:
    """The value of a figure in either style, point first; None where it is no figure in that one."""
    body, negative = _stripped(text)
    if body is None:
        return None, None
    point, comma = _value(body, Style.POINT), _value(body, Style.COMMA)
    if negative:
        return None if point is None else -point, None if comma is None else -comma
    return point, comma


def vote(figures: Iterable[str]) -> Style | None:
    """The style most of the telling figures have; None where none tells or they are even."""
    score = 0
    for figure in figures:
        told = telling_style(figure)
        if told is not None:
            weight = 3 if "," in figure and "." in figure else 1
            score += weight if told is Style.POINT else -weight
    if score == 0:
        return None
    return Style.POINT if score > 0 else Style.COMMA


def plain(value: Decimal) -> str:
    """Plain notation without exponent, the printed digits kept ("1234.50")."""
    return format(value, "f")


def decimal(text: str | None) -> Decimal | None:
    """A decimal in plain notation as formats for machines write it; None for anything else, also NaN and 1e9999."""
    body = (text or "").strip()
    if _GROUPED_POINT.fullmatch(body.lstrip("+-")) and "." in body:
        body = body.replace(",", "")  # "1,184.40", which no format allows and systems write
    if not re.fullmatch(r"[-+]?\d{0,18}(?:[.,]\d{1,18})?\.?", body) or not any(c.isdigit() for c in body):
        return None
    try:
        return Decimal(body.replace(",", ".").rstrip("."))
    except InvalidOperation:
        return None


def _stripped(text: str) -> tuple[str | None, bool]:
    body = text.strip()
    if not body.isascii():
        body = body.translate(_LATIN_DIGITS).replace("\u2212", "-")
    negative = body.startswith("-") or (body.endswith("-") and len(body) > 1)
    body = body.strip("+-")
    for mark in () if _GROUPING.isdisjoint(body) else SPACES + QUOTES:
        if mark in body:
            if not re.fullmatch(rf"\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+(?:[.,]\d{{1,6}})?", body):
                return None, negative
            head, tail = body[: _last_group(body, mark)], body[_last_group(body, mark) :]
            body = head.replace(mark, "") + tail
            break
    if not body or len(body) > MAX_DIGITS + 8:
        return None, negative
    if len(body) > MAX_DIGITS and sum(c.isdigit() for c in body) > MAX_DIGITS:
        return None, negative
    return body, negative


def _last_group(body: str, mark: str) -> int:
    return body.rindex(mark) + 4


def _value(body: str, style: Style) -> Decimal | None:
    grouped, plain_form = (_GROUPED_POINT, _PLAIN_POINT) if style is Style.POINT else (_GROUPED_COMMA, _PLAIN_COMMA)
    thousands, mark = (",", ".") if style is Style.POINT else (".", ",")
    if plain_form.fullmatch(body):
        return Decimal(body.replace(mark, "."))
    if grouped.fullmatch(body) and not body.startswith("0"):
        return Decimal(body.replace(thousands, "").replace(mark, "."))
    return None
