"""Where sentences end: not in brackets, and not behind an abbreviation ("cod. TS-8", "Str. Fabricii")."""

import re
from collections.abc import Iterator

from pipeline.orders.labels import normal, word_set

MAX_ABBREVIATION = 16  # characters before a point that may be an abbreviation


def sentences_of(text: str, ends: re.Pattern[str]) -> Iterator[str]:
    """The text cut where the pattern finds an end that is one."""
    start = 0
    for end in ends.finditer(text):
        before = text[start : end.start()]
        word = normal(before[-MAX_ABBREVIATION:].split()[-1]) if before.split() else ""
        if end[0] == "." and (word in word_set("abbreviations") or before.rfind("(") > before.rfind(")")):
            continue
        yield before
        start = end.end()
    yield text[start:]
