"""Where the letter ends and the sender's card begins: delimiters, mobile signatures, closing formulas."""

import re
from typing import Final

from pipeline.mail import phrases
from pipeline.mail.phrases import table

LONGEST_CARD: Final = 15  # lines that say something; what is longer is no signature
LONGEST_LINE: Final = 100  # characters

_RULE = re.compile(r"\s*(?:[-_=+~#*ᐧ—–]\s?){1,200}\s*\Z")
_MOBILE = re.compile(r"\s{0,8}[*_(\[]?(?:" + "|".join(map(re.escape, phrases.MOBILE)) + ")", re.IGNORECASE)
_SENTENCE = re.compile(
    r"(?:diese (?:nachricht|e-mail|mail) wurde )?von (?:meinem|mein) [\w &.'’-]{2,60} (?:gesendet|versendet)\.?\Z"
    r"|gesendet von (?:meinem|mein) [\w &.'’-]{2,60}\.\Z"
    r"|envoyée? avec la messagerie [\w '’-]{2,60}\.\Z"
    r"|mit proton ?mail gesendet\.?\Z|从我的 [\w ]{2,20} 发送\Z|sent from mailspring\b.{0,60}\Z"
    r"|von yahoo mail [\w ]{2,30} gesendet\Z|envoyée? depuis mon [\w '’-]{2,50}\.?\Z"
    r"|sent with \[?proton ?mail\b.{0,40}secure email\.?\Z|yahoo mail: search, organize, conquer\Z"
    r"|sent from my [\w&-]{2,20}, [\w -]{2,40}(?:phone|device|tablet|galaxy)\Z",
    re.IGNORECASE,
)
_SCANNED: Final = ("virus-free.", "virenfrei.", "sans virus.", "libre de virus.", "privo di virus.", "virusvrij.")
_CARRIERS: Final = frozenset(
    table(
        """
        dhl|ups|fedex|gls|dpd|hermes|tnt|usps|chronopost|colissimo|postnl|bpost|truck|lorry|parcel|courier|kurier|post
        spedition|air|sea|rail|ship|fax|lkw|paket
        """
    )
)
_SYSTEMS: Final = ("ios", "android", "iphone", "ipad")
_LINKS = re.compile(r"<[^>]{0,140}>|\([^)]{0,140}\)|\[[^\]]{0,140}\]|https?://\S{0,140}")
_CLOSING: Final = frozenset(phrases.CLOSINGS)
_FROM_WHERE = re.compile(r" (?:aus|vom|von|from|de|uit|fra|från|z|ze|da) ")
_ITEM = re.compile(r"(?:\d{1,3}[.)]|[-*•])\s")
_SLASHED = re.compile(r"/[^\W\d_]{2,20}(?: [^\W\d_]{2,20})?\s*\Z")


def is_rule(line: str) -> bool:
    """A line of nothing but dashes, underscores, stars and the like."""
    return bool(line.strip()) and len(line) <= 400 and _RULE.match(line) is not None


def is_delimiter(line: str) -> bool:
    """ "-- " and the short rules that people use in its place (RFC 3676, 4.3)."""
    return is_rule(line) and len(line.strip()) <= 4


def is_card(lines: list[str]) -> bool:
    """Whether lines below a rule may be a sender's card: no list, no heading and no further rule is in one."""
    said = (line.strip() for line in lines if line.strip())
    return not any(is_rule(line) or line.endswith(":") or _ITEM.match(line) for line in said)


def is_mobile(line: str) -> bool:
    """ "Sent from my telephone", as a line of its own and no sentence."""
    text = line.strip()
    if len(text) > 160:
        return False
    if _SENTENCE.match(text) or ("vir" in text.lower() and _LINKS.sub("", text).strip().lower().startswith(_SCANNED)):
        return True
    said = _LINKS.sub("", text) if "utlook" in text or _MOBILE.match(text) else ""
    if not said or _gets_outlook(said):
        return bool(said)
    if _CARRIERS.intersection(said.lower().replace(".", " ").split()):
        return False
    return (
        _MOBILE.match(text) is not None
        and len(said.split()) <= 9
        and "," not in said
        and not re.search(r"[.!?]\s*\Z", said.rstrip("*_ ")[-3:])
    )


def _gets_outlook(said: str) -> bool:
    """ "Get Outlook for iOS", in whatever language."""
    words = said.lower().split()
    return (
        len(words) <= 7
        and any(word.startswith("outlook") for word in words)
        and any(word.startswith(_SYSTEMS) for word in words)
        and not any(char.isdigit() or char in ".,;:?!" for char in said)
    )


def _is_closing(text: str) -> bool:
    """A closing formula, also one that says from where: "Viele Grüße aus Hamburg"."""
    if text in _CLOSING or ("/" in text and all(part.strip(" ,") in _CLOSING for part in text.split("/"))):
        return True
    found = _FROM_WHERE.search(text)
    return found is not None and text[: found.start()] in _CLOSING and len(text) < 50


def closing(lines: list[str]) -> int | None:
    """Index of a closing formula with nothing but a name and a card below; None where there is none."""
    said = 0
    for at in range(len(lines) - 1, -1, -1):
        line = lines[at]
        if not line.strip():
            continue
        if len(line) < 80 and said and _is_closing(line.strip(" ,.!;*_\xa0").lower()):
            return at
        if said == 0 and at > 0 and _SLASHED.match(line.strip()):
            return at
        said += 1
        if said > LONGEST_CARD or len(line) > LONGEST_LINE:
            return None
    return None
