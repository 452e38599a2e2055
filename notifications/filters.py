"""The filters letters use, beside Jinja's own harmless ones."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from markupsafe import Markup, escape

from notifications.clean import clean, clean_lines

_DECIMAL = re.compile(r"(-?)(\d{1,30})(?:\.(\d{1,10}))?", re.A)
_ISO_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.A)
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


_MOIS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
_MESES = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
]
_SIGNS = {"de": (".", ","), "es": (".", ","), "fr": ("\u202f", ",")}  # between thousands, before decimals


class MissingValue(Exception):
    """A letter needs a value that is empty: it must not go out."""


def required(value: object, what: str) -> object:
    """Stop the letter, naming ``what`` is missing, when the value is empty."""
    if value is None or not (
        value if isinstance(value, Sequence) and not isinstance(value, str) else str(value).strip()
    ):
        raise MissingValue(f"{what} is missing")
    return value


def number(value: object, language: str = "en") -> str:
    """A plain decimal with thousands grouped: "1234.50" is 1,234.50, in German and Spanish 1.234,50, French 1 234,50.

    Anything else stays as it is.
    """
    found = _DECIMAL.fullmatch(str(value))
    return _grouped(*found.groups(), language) if found else clean(value)


@lru_cache(maxsize=1024)  # the text and the HTML of a letter show the same numbers
def _grouped(sign: str, whole: str, decimals: str | None, language: str) -> str:
    thousands, point = _SIGNS.get(language, (",", "."))
    if len(whole) > 3:
        whole = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", thousands, whole)
    return f"{sign}{whole}{point + decimals if decimals else ''}"


def money(value: object, currency: object = "", language: str = "en") -> str:
    """An amount with its ISO 4217 code, "" for no amount."""
    return f"{number(value, language)} {currency}".strip() if str(value).strip() else ""


def date(value: object, language: str = "en") -> str:
    """An ISO 8601 date as nobody can misread it: 21 November 2026, in German 21.11.2026; anything else as it is."""
    found = _ISO_DATE.fullmatch(str(value))
    if not found or not 1 <= int(found[2]) <= 12:
        return clean(value)
    year, month, day = found.groups()
    match language:
        case "de":
            return f"{day}.{month}.{year}"
        case "fr":
            return f"{'1er' if day == '01' else int(day)} {_MOIS[int(month) - 1]} {year}"
        case "es":
            return f"{int(day)} de {_MESES[int(month) - 1]} de {year}"
        case _:
            return f"{int(day)} {_MONTHS[int(month) - 1]} {year}"


def paragraphs(value: object) -> Markup:
    """Plain text as HTML, its line ends kept; everything in it is escaped."""
    return Markup("<br>\n").join(escape(line) for line in str(value).splitlines())


def indented(value: object, by: str = "  ") -> str:
    """Each line of a text with a short prefix."""
    return "\n".join(f"{by[:8]}{line}".rstrip() for line in str(value).splitlines())


FILTERS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "clean": clean,
        "clean_lines": clean_lines,
        "required": required,
        "number": number,
        "money": money,
        "date": date,
        "paragraphs": paragraphs,
        "indented": indented,
    }
)
