"""Currencies and amounts in running text."""

# ruff: noqa: E501 (tables and patterns stay on their lines)

import re
from dataclasses import dataclass
from decimal import Decimal

from pipeline.orders.east import SCRIPT
from pipeline.orders.numbers import FIGURE, Style, parse

CODES = frozenset(
    [
        "AED",
        "ARS",
        "AUD",
        "BAM",
        "BDT",
        "BGN",
        "BHD",
        "BRL",
        "BWP",
        "BYN",
        "CAD",
        "CHF",
        "CLP",
        "CNY",
        "COP",
        "CRC",
        "CZK",
        "DKK",
        "DOP",
        "DZD",
        "EGP",
        "EUR",
        "GBP",
        "GEL",
        "GHS",
        "HKD",
        "HUF",
        "IDR",
        "ILS",
        "INR",
        "IQD",
        "ISK",
        "JOD",
        "JPY",
        "KES",
        "KRW",
        "KWD",
        "KZT",
        "LBP",
        "LKR",
        "MAD",
        "MDL",
        "MKD",
        "MXN",
        "MYR",
        "NGN",
        "NOK",
        "NZD",
        "OMR",
        "PAB",
        "PEN",
        "PHP",
        "PKR",
        "PLN",
        "PYG",
        "QAR",
        "RON",
        "RSD",
        "RUB",
        "SAR",
        "SEK",
        "SGD",
        "THB",
        "TND",
        "TRY",
        "TWD",
        "TZS",
        "UAH",
        "UGX",
        "USD",
        "UYU",
        "UZS",
        "VES",
        "VND",
        "XAF",
        "XOF",
        "YER",
        "ZAR",
        "ZMW",
    ]
)
SIGNS = {
    "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "S$": "SGD", "NZ$": "NZD", "HK$": "HKD",
    "R$": "BRL", "MX$": "MXN", "€": "EUR", "euro": "EUR", "Euro": "EUR", "euros": "EUR", "£": "GBP", "¥": "", "￥": "CNY", "元": "CNY", "₽": "RUB", "руб": "RUB", "рублей": "RUB", "рубля": "RUB", "złotych": "PLN", "złote": "PLN", "reais": "BRL", "korun": "CZK", "koruny": "CZK",
    "zł": "PLN", "zl": "PLN", "Kč": "CZK", "₹": "INR", "Rs": "INR", "Rs.": "INR", "₩": "KRW", "₺": "TRY", "₴": "UAH",
    "тг": "KZT", "тенге": "KZT", "₸": "KZT", "RUR": "RUB", "NT$": "TWD", "грн": "UAH", "₪": "ILS", "฿": "THB", "₫": "VND", "Rp": "IDR", "KD": "KWD", "M.N.": "MXN", "RMB": "CNY", "人民币": "CNY",
    "TL": "TRY", "Fr.": "CHF", "SFr.": "CHF", "kr": "", "Ft": "HUF", "lei": "RON", "원": "KRW", "円": "JPY", "$": "",
}  # fmt: skip
_SIGN = "|".join(sorted((re.escape(sign) for sign in SIGNS), key=len, reverse=True))
_UNIT = rf"(?:{'|'.join(sorted(CODES))}|{_SIGN})"
_LETTER = rf"[^\W\d_{SCRIPT}]"  # of scripts that set blanks: "单价¥8" names its currency
_BEFORE = re.compile(rf"(?<!{_LETTER})({_UNIT})(?![-–/]\w)\s{{0,6}}\Z")
_AFTER = re.compile(rf"\s{{0,2}}({_UNIT})(?![^\W\d_]|\s?\d)")
_LONGEST = max(map(len, SIGNS)) + 6
_FIRST = frozenset(unit[0] for unit in (*CODES, *SIGNS))
_LAST = frozenset(unit[-1] for unit in (*CODES, *SIGNS))
_CODE = re.compile(rf"(?<![A-Za-z0-9])({'|'.join(sorted(CODES))})(?![A-Za-z0-9])")
_NAMED = re.compile(rf"(?<!{_LETTER})(?:({_SIGN})(?![^\W\d_]|[-–/]\w)|([€£¥￥₽])(?=/[^\W\d_]))")
_ALL = "|".join(sorted(CODES))
_BESIDE = re.compile(
    rf"\d\s{{0,3}}({_ALL})(?![A-Za-z0-9])|(?<![A-Za-z0-9])({_ALL})\s{{0,3}}[-+]?\d{{1,3}}(?:[.,' ]\d|(?!\d))|[(/]\s?({_ALL})\s?(?:\)|\b)"
)
_COMMON = frozenset(
    {
        "EUR",
        "USD",
        "GBP",
        "CHF",
        "PLN",
        "CZK",
        "SEK",
        "NOK",
        "DKK",
        "CAD",
        "AUD",
        "BRL",
        "MXN",
        "RUB",
        "CNY",
        "JPY",
        "INR",
    }
)
DOLLARS = {"US": "USD", "CA": "CAD", "AU": "AUD", "NZ": "NZD", "SG": "SGD", "MX": "MXN", "HK": "HKD", "CL": "CLP"}
KRONER = {"SE": "SEK", "NO": "NOK", "DK": "DKK", "IS": "ISK"}


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure in a text with the currency beside it ("" where only "$" or "kr" stands, None where nothing does)."""

    value: Decimal
    figure: str
    currency: str | None
    start: int
    end: int


def amounts(text: str, style: Style | None) -> list[Amount]:
    """All figures of a text, in order."""
    text = text[:20000]
    found = []
    behind = 0  # where the currency behind the figure before ends
    for match in FIGURE.finditer(text):
        value = parse(match[0], style)
        before = _before(text, behind, match.start())
        after = _after(text, match.end())
        behind = after.end() if after else match.end()
        if value is not None:
            sign = (before or after or (None, None))[1]
            found.append(Amount(value, match[0], _code(sign), before.start() if before else match.start(), behind))
    return found


def _before(text: str, start: int, end: int) -> re.Match[str] | None:
    """The currency in front of a figure; the expression, which tries them all, is asked where one may end there."""
    beside = text[max(start, end - _LONGEST) : end]
    if beside.rstrip()[-1:] not in _LAST or (text[end] == "-" and not beside[-1:].isspace()):
        return None
    return _BEFORE.search(text, max(start, end - _LONGEST), end)


def _after(text: str, end: int) -> re.Match[str] | None:
    """The currency behind a figure."""
    return _AFTER.match(text, end) if text[end : end + 3].lstrip()[:1] in _FIRST else None


def currency_of(text: str, country: str | None = None) -> str | None:
    """The one currency a text names, by code before sign; None where it names none or several codes."""
    codes = {match.group(1) for match in _CODE.finditer(text)}
    if len(codes) == 1:
        return codes.pop()
    counts: dict[str, int] = {}
    for match in _NAMED.finditer(text):
        sign = match[1] or match[2]
        counts[sign] = counts.get(sign, 0) + 1
    for sign in sorted(counts, key=lambda s: (-counts[s], s)):
        code = SIGNS[sign] or _of_country(sign, country)
        if code and (not codes or code in codes):
            return code
    return None


def currency_beside(text: str, country: str | None = None) -> str | None:
    """The one currency whose code stands by a figure, in brackets or behind a slash; else what `currency_of` tells."""
    codes: set[str] = {first or second or third for first, second, third in _BESIDE.findall(text)}
    if len(codes) == 1:
        return codes.pop()
    found = currency_of(text, country)
    return found if found is None or found in codes or found in _COMMON or found in SIGNS.values() else None


def _of_country(sign: str, country: str | None) -> str | None:
    if sign == "$":
        return DOLLARS.get(country or "")
    if sign == "kr":
        return KRONER.get(country or "")
    return {"CN": "CNY", "JP": "JPY"}.get(country or "") if sign == "¥" else None


def _code(sign: str | None) -> str | None:
    if not sign:
        return None
    return sign if sign in CODES else SIGNS.get(sign, "")
