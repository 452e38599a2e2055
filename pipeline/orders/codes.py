"""Item numbers: what looks like one, and the check digit of a GTIN."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from pipeline.orders import dates
from pipeline.orders.east import SIGN
from pipeline.orders.glance import may_head
from pipeline.orders.labels import CACHED, columns, normal, units, word_set

_TOKEN = re.compile(r"[^\W_][\w./+\-–#]*[^\W_]|\d{3,}")
_SIZE = re.compile(
    r"(?i)^(?:\d+(?:[.,]\d+)?(?:[x×*/]\d+(?:[.,]\d+)?)+[a-zµ\"']*|[mMМм]\d+(?:[x×хХ]\d+(?:[.,]\d+)?)?|dn\d+|\d+(?:[.,]\d+)?[хХ]\d+(?:[хХ]\d+)?|\d+(?:[.,]\d+)?(?:mm|cm|m|kg|g|gr|l|ml|lt|ltr|"
    r"v|w|kw|a|ma|va|vac|vdc|hz|°|%|ft|in|inch|oz|lb|lbs|gal|kg|µm|µ|mic|bar|nm|cc|st|stk|pcs|pc|szt|шт|мм|см|кг|л|мл|м|mb|gb|tb|"
    r"k|mah|gsm|g/m2|ct|pk|d|t|hp|ghz|mhz|dpi|lm|dn|pn\d+|ral\d+)\d?)$"
)
_STANDARD = re.compile(
    r"(?i)^(?:din|iso|en|ansi|astm|is|gost|гост|pn|bs|ce|ip\d+|ral|merv|ffp\d|s\d|aisi|cat\d?\w?|rj\d+|a\d|gr\d*)$"
)

_FIGURE = re.compile(r"\d+[.,]\d{1,2}|\d{1,3}(?:[.,]\d{3})+|\d+%|[\d]+/[\d]+|\d+-\d+/\d+")
_CAPITALS = re.compile(r"[^\W\d_a-zа-я]{1,8}(?:[-/][^\W\d_a-zа-я]{1,8}){1,3}")
_NUMBER, _TARIFF = re.compile(r"\d[\d.]*"), re.compile(r"\d{1,4}")
_BY_RANK = ("gtin", "sku", "customer_sku", "item")
_KINDS = frozenset(_BY_RANK)


def looks_like_code(token: str, digits_alone: int = 4) -> bool:
    """Whether a token may be an item number: letters and digits mixed, or digits with dashes, or a long number."""
    token = token.strip(".,;:()[]")
    if len(token) < 3 or len(token) > 40 or token.isalpha() or not any(map(str.isdigit, token)):
        return False
    if not token.isascii() and SIGN.search(token):
        return False
    return _may_be_code(token, digits_alone)


@lru_cache(maxsize=4096)
def _may_be_code(token: str, digits_alone: int) -> bool:
    if _SIZE.match(token) or _STANDARD.match(token) or dates.find(token):
        return False
    if token.isdigit():
        return len(token) >= digits_alone
    if _FIGURE.fullmatch(token):
        return False
    letters = [c for c in token if c.isalpha()]
    if letters and all(c.islower() for c in letters) and "-" not in token:
        return False
    return bool(_TOKEN.fullmatch(token))


def may_be_code(token: str) -> bool:
    """Whether it is written like an item number without a digit ("GUN-HD"): capitals parted by a dash or a slash."""
    return len(token) <= 24 and bool(_CAPITALS.fullmatch(token))


def agreed(tokens: Sequence[str | None], one_in: int = 2) -> list[str] | None:
    """The tokens, where each may be an item number and at least one in so many looks like one beyond doubt."""
    found = [token for token in tokens if token and (looks_like_code(token) or may_be_code(token))]
    if len(found) < len(tokens) or one_in * sum(map(looks_like_code, found)) < len(found):
        return None
    return found


def is_gtin(token: str) -> bool:
    """GTIN-8, -12, -13 or -14 with a right check digit (GS1 General Specifications, 7.9)."""
    if not token.isdigit() or len(token) not in (8, 12, 13, 14):
        return False
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(token[:-1])))
    return (10 - total % 10) % 10 == int(token[-1])


def labelled(text: str) -> list[tuple[str, str]]:
    """Item numbers that carry their own label in a text: (column, code) pairs ("EAN 4006...", "Art. 4711")."""
    return list(_labelled_short(text) if len(text) <= CACHED else _labelled(text))


@lru_cache(maxsize=4096)
def _labelled_short(text: str) -> list[tuple[str, str]]:
    return _labelled(text)


def _labelled(text: str) -> list[tuple[str, str]]:
    if not may_head(text, _KINDS):
        return []
    if not text.isascii():
        text = _east_labels().sub(lambda match: f" {match[1]} " if match[1] else match[0], text)
    words = re.sub(r"[，；。、]", " ", text).replace("(", " ( ").replace(")", " ) ").replace(":", ": ").split()
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(words):
        if other := _other_at(words, at):
            at = _behind_numbers(words, at + other)
            continue
        size, column = _column_at(words, at)
        if not size:
            at += 1
            continue
        follow = at + size
        while follow < len(words) and normal(words[follow]) in word_set("code_fillers"):
            follow += 1
        code = words[follow].strip(".,;:()[]*") if follow < len(words) else ""
        if (
            code
            and (any(c.isdigit() for c in code) or re.fullmatch(r"[A-Z][A-Z0-9]*-[A-Z0-9-]+", code))
            and not _SIZE.match(code)
            and len(code) >= 2
        ):
            found.append((column, code))
            at = follow + 1
        else:
            at += size
    return found


@cache
def _east_labels() -> re.Pattern[str]:
    """Labels in scripts without blanks that touch their item number ("货号AB-12"); those of other codes stay whole."""
    names = [name for name, roles in columns().items() if roles & _KINDS and SIGN.match(name) and len(name) > 1]
    labels = "|".join(sorted((re.escape(name) for name in names), key=len, reverse=True))
    others = "|".join(re.escape(name) for name in sorted(word_set("other_codes")) if SIGN.match(name))
    return re.compile(rf"(?:{others})|({labels})\s?[:：]?\s?(?=[A-Za-z0-9])")


def _column_at(words: list[str], at: int) -> tuple[int, str]:
    known = columns()
    first, _, _ = normal(words[at]).partition(" ")
    if len(first) > 1 and first not in _opening_words():
        return 0, ""
    for size in range(min(4, len(words) - at), 0, -1):
        name = normal(" ".join(words[at : at + size]))
        roles = known.get(name, frozenset())
        for kind in _BY_RANK:
            if kind in roles and name not in word_set("common"):
                return size, "sku" if name == "sku" else kind
    return 0, ""


@cache
def _opening_words() -> frozenset[str]:
    """The words that labels of item numbers begin with, so that other words cost nothing."""
    return frozenset(name.partition(" ")[0] for name, roles in columns().items() if roles & _KINDS)


def without_others(text: str) -> list[str]:
    """The words without the numbers that carry the label of another thing (customs tariff, drawing, colour)."""
    words = text.split()
    if not any(map(_may_open_other, words)):
        return words
    kept: list[str] = []
    at = 0
    while at < len(words):
        size = _other_at(words, at)
        at += size
        if not size:
            kept.append(words[at])
            at += 1
            continue
        at = _behind_numbers(words, at)
    return kept


def _behind_numbers(words: Sequence[str], first: int) -> int:
    """Where a number that is printed in groups ("7318 15 88") has ended."""
    at = first
    while at < len(words) and (_TARIFF if at > first else _NUMBER).fullmatch(words[at].strip(".,;:()")):
        at += 1
        if words[at - 1][-1] in ",;)":
            break
    return at


def _other_at(words: list[str], at: int) -> int:
    """How many words label another thing's number here, 0 where none do."""
    if not _may_open_other(words[at]):
        return 0
    for size in range(min(4, len(words) - at), 0, -1):
        if normal(" ".join(words[at : at + size])) in word_set("other_codes"):
            return size
    return 0


@lru_cache(maxsize=4096)
def _may_open_other(word: str) -> bool:
    return normal(word).partition(" ")[0] in _other_openings()


@cache
def _other_openings() -> frozenset[str]:
    return frozenset(name.partition(" ")[0] for name in word_set("other_codes"))


def inside(text: str) -> str | None:
    """The one token of a text that is an item number beyond doubt: five digits, or letters, digits and a dash."""
    likely = [t for word in without_others(text) if looks_like_code(t := word.strip(".,;:()"), 5)]
    strong = [t for t in likely if "-" in t or sum(map(str.isdigit, t)) >= 5]
    if len(strong) == 1:
        return strong[0]
    return likely[0] if len(likely) == 1 and not strong else None


def alone(text: str) -> bool:
    """Whether only one word of a text looks like an item number."""
    return sum(map(looks_like_code, without_others(text))) == 1


def split_unit(text: str) -> tuple[str, str | None]:
    """A quantity cell taken apart: ("2.000", "St") out of "2.000 St"; the unit is None where none stands there."""
    words = text.split()
    if len(words) >= 2 and normal(words[1]) in units():
        return words[0], words[1].strip(".,;")
    match = re.fullmatch(r"([\d.,'\u2019\u00a0\u202f ]*\d)\s*([^\W\d_]{1,12}\.?)", text.strip())
    if match and normal(match[2]) in units():
        return match[1], match[2].strip(".")
    return (text.strip(), None)
