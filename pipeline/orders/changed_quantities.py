"""Quantities that a letter changes: from one figure to another, or one instead of another."""

import re
from functools import cache

from pipeline.orders.labels import vocabulary
from pipeline.orders.mentions import Mention, unit_after
from pipeline.orders.numbers import FIGURE, Style, parse

_CHANGED = re.compile(
    r"(?i)\b(?:chang\w+|increas\w+|reduc\w+|decreas\w+|qty|quantity|passer|quantit\w+|augmenter|réduire|änder\w+|erhöh\w+"
    r"|reduzier\w+|menge|cambiar|aumentar|reducir|cantidad|portare|aumentare|ridurre|wijzig\w+|aantal|verhog\w+|verlag\w+"
    r"|alterar|quantidade|zmian\w+|zmieni\w+|ilość|измен\w+|увелич\w+|уменьш\w+|количество|ändra|antal)\b"
)
_FROM_TO = re.compile(
    rf"(?i)\b(?:from|von|de|da|van|z|ze|с|со|från|fra)\s+{FIGURE.pattern}\s?[^\W\d_]{{0,12}}\.?\s+"
    rf"(?:to|auf|à|a|para|ad|naar|na|do|до|на|till|til)\s+({FIGURE.pattern})"
)
_EAST_TO = re.compile(
    rf"(?:改为|改成|改為|调整为|調整為|增加到|增加至|增至|减少到|减至|减为|变更为|變更為|更改为|换成)\s?({FIGURE.pattern})"
    r"(?!\s?(?:年|月|日|号|元|[./-]\d))"
)


def changes(text: str) -> bool:
    """Whether a text changes a quantity from one figure to another."""
    return bool(_CHANGED.search(text) and _FROM_TO.search(text)) or (
        not text.isascii() and _EAST_TO.search(text) is not None
    )


def instead(body: str, style: Style | None) -> Mention | None:
    """The new quantity of a change: the figure before "instead of"."""
    changed = _FROM_TO.search(body) if _CHANGED.search(body) else None
    if changed:
        value = parse(changed.group(1), style)
        unit, end = unit_after(body, changed.end())
        return Mention(value, unit, changed.start(1), end) if value is not None else None
    if not body.isascii() and (east := _EAST_TO.search(body)) and (value := parse(east.group(1), style)) is not None:
        unit, end = unit_after(body, east.end())
        return Mention(value, unit, east.start(), end)
    lowered = body.lower()
    if body.isascii() and not any(words in lowered for words in _words_instead_of()):
        return None
    match = _instead_of().search(body)
    if not match:
        return None
    before = list(re.finditer(FIGURE.pattern, body[: match.start()]))
    if not before or body[: before[-1].start()].rstrip()[-1:] in tuple("$€£"):
        return None
    value = parse(before[-1].group(0), style)
    unit, end = unit_after(body, before[-1].end())
    return Mention(value, unit, before[-1].start(), end) if value is not None and match.start() - end < 4 else None


@cache
def _instead_of() -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, _words_instead_of())) + r")(?!\w)", re.I)


@cache
def _words_instead_of() -> tuple[str, ...]:
    words = vocabulary()["phrases"]["free_of"]
    assert isinstance(words, dict)
    return tuple(sorted({str(w).lower() for entries in words.values() for w in entries}, key=len, reverse=True))
