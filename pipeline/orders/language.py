"""Which language a document speaks, by its commonest words, and what that says about its dates and figures."""

from collections import Counter
from functools import cache

from pipeline.orders.dates import DayOrder
from pipeline.orders.labels import normal, vocabulary
from pipeline.orders.numbers import Style

COMMA = frozenset({"de", "fr", "it", "es", "nl", "pt", "pl", "ru", "cs", "sv", "da", "fi", "hu", "ro", "tr"})
POINT_COUNTRIES = frozenset({"AU", "CA", "CH", "GB", "IE", "MX", "NZ", "US"})
MONTH_FIRST = frozenset({"US"})


@cache
def _stopwords() -> dict[str, str]:
    table: dict[str, str] = {}
    for language, words in vocabulary()["stopwords"].items():
        assert isinstance(words, list)
        for word in words:
            table.setdefault(normal(str(word)), language)
    return table


def language_of(text: str) -> str | None:
    """The language most stopwords belong to ("en", "other"); "zh" for Han text; None where nothing tells."""
    if not text.isascii() and sum("\u4e00" <= c <= "\u9fff" for c in text[:3000]) > 20:
        return "zh"
    known = _stopwords()
    counts = Counter([known[word] for word in normal(text[:8000]).split() if word in known])
    return max(counts, key=lambda name: counts[name]) if counts else None


def day_order_of(country: str | None, language: str | None) -> DayOrder | None:
    """The order of day and month a country or language writes; None where it is open (English without a country)."""
    if country in MONTH_FIRST:
        return DayOrder.MONTH
    if country == "CA":
        return None
    if country or language not in (None, "en"):
        return DayOrder.DAY
    return None


def style_of(country: str | None, language: str | None) -> Style:
    """The decimal mark that is usual where this language is spoken; what a document's own figures tell goes before."""
    return Style.COMMA if language in COMMA and country not in POINT_COUNTRIES else Style.POINT
