"""Where the letter ends and the sender's card begins: delimiters, mobile signatures, closing formulas."""

import re
from typing import Final

from pipeline.mail import phrases

LONGEST_CARD: Final = 15  # lines that say something; what is longer is no signature
LONGEST_LINE: Final = 100  # characters

_RULE = re.compile(r"\s*(?:[-_=+~#*ᐧ—–]\s?){1,200}\s*\Z")
_MOBILE = re.compile(r"\s{0,8}[*_(\[]?(?:" + "|".join(map(re.escape, phrases.MOBILE)) + ")", re.IGNORECASE)
_CLOSING: Final = frozenset(phrases.CLOSINGS)
_SLASHED = re.compile(r"/[^\W\d_]{2,20}(?: [^\W\d_]{2,20})?\s*\Z")


def is_rule(line: str) -> bool:
    """A line of nothing but dashes, underscores, stars and the like."""
    return bool(line.strip()) and len(line) <= 400 and _RULE.match(line) is not None


def is_delimiter(line: str) -> bool:
    """ "-- " and the short rules that people use in its place (RFC 3676, 4.3)."""
    return is_rule(line) and len(line.strip()) <= 4


def is_mobile(line: str) -> bool:
    """ "Sent from my telephone", as a line of its own and no sentence."""
    text = line.strip()
    if len(text) > 160 or not _MOBILE.match(text):
        return False
    said = re.sub(r"<[^>]{0,140}>|\([^)]{0,140}\)|\[[^\]]{0,140}\]|https?://\S{0,140}", "", text)
    return len(said.split()) <= 9 and "," not in said and not re.search(r"[.!?]\s*\Z", said.rstrip("*_ ")[-3:])


def closing(lines: list[str]) -> int | None:
    """Index of a closing formula with nothing but a name and a card below; None where there is none."""
    said = 0
    for at in range(len(lines) - 1, -1, -1):
        line = lines[at]
        if not line.strip():
            continue
        if len(line) < 80 and said and line.strip(" ,.!;*_\xa0").lower() in _CLOSING:
            return at
        if said == 0 and at > 0 and _SLASHED.match(line.strip()):
            return at
        said += 1
        if said > LONGEST_CARD or len(line) > LONGEST_LINE:
            return None
    return None
