"""Which currency a document speaks of: the one it names, else the one of its country."""

import re
from collections.abc import Sequence

from pipeline.orders import language, money
from pipeline.orders.found import Draft, Value
from pipeline.orders.layout import Layout, Row
from pipeline.orders.named_currency import labelled_currency, named_currency
from pipeline.orders.pairs import Pair

_RAND = re.compile(r"(?<![\w.])R ?\d[\d,  ]{0,12}[.,]\d\d(?!\d)")
_DANISH = re.compile(r"\b(?:ApS|A/S|moms|ekskl|jer|venlig|DKK)\b")
_NORWEGIAN = re.compile(r"\b(?:AS|mva|dere|vennlig|sekker|desember|NOK)\b")


def with_currency(draft: Draft, layout: Layout, found: Sequence[Pair], country: str | None) -> Draft:
    for pair in found:
        if "currency" in pair.fields:
            code = money.currency_of(pair.value, country) or labelled_currency(pair.value)
            if code:
                draft = draft.with_values("currency", Value(code, layout.place(pair.row), 4))
    if not draft.best("currency"):
        home = country or _home(layout.text)
        code = money.currency_beside(layout.text[:100_000], home)
        if code is None and len(_RAND.findall(layout.text[:100_000])) > 1:
            code = "ZAR"
        if code is None and draft.text("total") and country == "US":
            code = "USD"
        code = code or named_currency(layout.text[:20_000])
        if code:
            draft = draft.with_values("currency", Value(code, layout.place(Row(())), 1))
    return draft


def _home(text: str) -> str | None:
    """The country whose "¥" or "kr" it is, where no address tells it."""
    spoken = language.language_of(text)
    if spoken == "zh":
        return "CN"
    if spoken in ("sv", "da"):
        return _home_of_krone(text)
    return "JP" if "Japan" in text and "China" not in text else None


def _home_of_krone(text: str) -> str | None:
    """Sweden, Denmark or Norway, by letters and words that only one of them writes."""
    lowered = text[:20_000].casefold()
    if "ä" in lowered or "ö" in lowered:
        return "SE"
    danish, norwegian = _DANISH.search(text), _NORWEGIAN.search(text)
    return None if bool(danish) == bool(norwegian) else ("DK" if danish else "NO")
