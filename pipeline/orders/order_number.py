"""What may be the number of an order, and what is a day, an amount or a telephone."""

import re

from pipeline.orders import dates
from pipeline.orders.labels import field_of
from pipeline.orders.money import CODES

MAX_LENGTH = 40
SHORTEST = 4  # characters of a number that may be another one without its letters or year
NO_PREFIX = frozenset({"PO", "NO", "NR", "ORDER", "DATE", "DATUM", "DATA", "FECHA", "REF"})
_NUMBER = re.compile(r"[^\W_](?:[\w./\-–&]*[^\W_])?")
_GROUPED = re.compile(r"(?:[\s\u00a0\u202f]\d{3})+[.,]\d{2}\b")  # the rest of an amount: "191 734,12"
# "7 - 118804"; with a city behind it, it is a house and a postcode.
_BEHIND_PREFIX = re.compile(r"\s[-–]\s(\d{4,12})\s*$")
MOST_PREFIX = 3
_LETTERS = re.compile(r"[^\W\d_]{1,6}[-/.]?")
_YEAR_BEHIND = re.compile(r"/(?:20)?\d\d")
_DAY_OR_YEAR = re.compile(r"(?i)\d{1,2}(?:st|nd|rd|th)?\.?|(?:19|20)\d\d")


def number_in(text: str, numbered: bool = False) -> str | None:
    """The PO number a text starts with; None for dates (unless its label says number), amounts, phones and words."""
    text = text.strip(" :：#*'\"“”«»()[]<>=№")
    text = re.sub(r"^(?:(?:no|nr|n°|nº|num|number)\b\.?\s*[:#]?\s*)(?=\S*\d)", "", text, flags=re.I)
    match = _NUMBER.match(text)
    if not match:
        return None
    token = match.group(0)
    rest = text[match.end() :]
    if len(token) <= MOST_PREFIX and (longer := _BEHIND_PREFIX.match(rest)):
        token, rest = f"{token}-{longer[1]}", rest[longer.end() :]
    if not any(c.isdigit() for c in token):
        follow = re.match(r"\s([A-Z]{0,3}-?\d[\w./\-]*\w|\d)", rest)
        if not (follow and token.isupper() and token.isalpha() and len(token) <= 5) or not _may_open(token):
            return None
        if token in CODES:
            return None  # an amount
        token = f"{token} {follow.group(1)}"
        rest = rest[follow.end() :]
    if len(token) > MAX_LENGTH or (
        any(day.text == token for day in dates.find(token)) and not (numbered and "/" in token)
    ):
        return None
    if _DAY_OR_YEAR.fullmatch(token) and any(day.start == 0 and day.end > len(token) for day in dates.find(text[:40])):
        return None  # "11 Mar 2026"
    if re.match(r"[.,]\d{2}\b|\s?%|\s?(?:€|EUR|USD|days|tage|jours)", rest, re.I) or re.fullmatch(
        r"\d+(?:[.,]\d{3})*[.,]\d{2}", token
    ):
        return None
    if token.isdigit() and len(token) < 4 and _GROUPED.match(rest):
        return None
    if re.match(r"[-(]?\d{2,}[\s)]\d{2,}[\s-]\d{2,}", text) or not any(c.isdigit() for c in token):
        return None
    return token


def _may_open(token: str) -> bool:
    """Whether letters may be the first part of a number ("ZAM 77/11"), and are no label of another thing."""
    named = field_of(token)
    return not named or (named == {"po_number"} and token not in NO_PREFIX)


def normal_number(text: str) -> str:
    """For comparison: case and blanks aside."""
    return re.sub(r"\s+", "", text).upper()


def same_number(one: str, other: str) -> bool:
    """Whether two numbers are one, perhaps without its letters or its year ("ZAM 0231/26", "0231/26")."""
    shorter, longer = sorted((normal_number(one), normal_number(other)), key=len)
    if shorter == longer:
        return True
    if len(shorter) < SHORTEST or not any(map(str.isdigit, shorter)):
        return False
    if longer.endswith(shorter):
        return _LETTERS.fullmatch(longer.removesuffix(shorter)) is not None
    return not shorter.isdigit() and _YEAR_BEHIND.fullmatch(longer.removeprefix(shorter)) is not None
