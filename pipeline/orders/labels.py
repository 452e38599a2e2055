"""Phrases that stand beside values, and words readers know: two data files, looked up without case and accents."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Set
from functools import cache, lru_cache
from pathlib import Path

from pipeline.orders.composed import columns_by_parts, field_by_parts
from pipeline.orders.east import SIGN

MAX_WORDS = 7
CACHED = 160
_HERE = Path(__file__).parent
INITIALS = re.compile(r"(?<!\S)[^\W\d_](?: [^\W\d_])+(?!\S)")
_NUMERO = re.compile(r"(?i)\bn\s?[°º]")
_BRACKETS = re.compile(r"\([^)]*\)")
_OPEN_BRACKETS = re.compile(r"\([^)]*\)?")
_BETWEEN = re.compile(r"\s?[·|/•]\s?|\s[-–]\s")
_BEHIND_SLASH, _BEFORE_SLASH = re.compile(r"[/|].*"), re.compile(r".*[/|]")
_LATIN, _NOT_LATIN = re.compile(r"[\x00-\u024f]+"), re.compile(r"[^\x00-\u024f]+")
_MONEY = re.compile(r"(?i)\b(?:eur|usd|gbp|chf|inr|pln|rub|cny|rmb|brl|aud|cad|sgd|czk|sek|nok|dkk|руб|zł)\b|[€$£¥₽₹]")


class _Folding(dict[int, str]):
    """What each character becomes in a normal text, worked out once for those of the basic plane."""

    def __missing__(self, code: int) -> str:
        spelled = _APART.get(char := chr(code)) or unicodedata.normalize("NFKD", char.casefold().translate(_STROKES))
        folded = "".join(c if c.isalnum() else " " for c in spelled if not unicodedata.combining(c))
        if code < 0x10000:
            self[code] = folded
        return folded


_APART = {"#": " no ", "№": " no "}
_STROKES = str.maketrans({"ł": "l", "ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ı": "i", "đ": "d"})
_FOLDING = _Folding()
_ASCII_FOLDING = "".join([_FOLDING[code][:1] for code in range(128)]).encode().ljust(256)  # octets are quicker


def normal(text: str) -> str:
    """For comparison: no case, accents or punctuation, initials joined ("P.O." is "po"), "#" and "n°" as "no"."""
    return _normal_short(text) if len(text) <= CACHED else _normal(text)


@lru_cache(maxsize=16384)
def _normal_short(text: str) -> str:
    return _normal(text)


def _normal(text: str) -> str:
    words = bare_words(text)
    bare = " ".join(words)
    if 1 not in map(len, words):
        return bare
    return INITIALS.sub(lambda m: m.group(0).replace(" ", ""), bare)


def bare_words(text: str) -> list[str]:
    """The words of a normal text before initials are joined."""
    if text.isascii():
        return text.replace("#", _APART["#"]).encode().translate(_ASCII_FOLDING).decode().split()
    return _NUMERO.sub(" no ", text).translate(_FOLDING).split()


@cache
def fields() -> dict[str, frozenset[str]]:
    """Normal phrase to the fields it may stand for ("total" may be total; "datum" order_date)."""
    return _inverted("field")


@cache
def columns() -> dict[str, frozenset[str]]:
    """Normal phrase to the columns it may head."""
    return _inverted("column")


@lru_cache(maxsize=8192)
def field_of(text: str) -> frozenset[str]:
    """The fields a whole label may mean, empty where it is no label; a currency or unit in brackets is ignored."""
    known = fields()
    if (whole := normal(text)) in known:
        return known[whole]
    text = _ascii_brackets(text)
    if "(" in text and (name := normal(_BRACKETS.sub(" ", text))) in known:
        return known[name]
    found = next((known[name] for name in _one_tongue(text) if name in known), None)
    return field_by_parts(whole) if found is None else found


def _ascii_brackets(text: str) -> str:
    return text if text.isascii() else text.replace("（", "(").replace("）", ")")


def _one_tongue(text: str) -> Iterable[str]:
    """The halves of a label in two languages ("Order date · التاريخ", "发票 Invoice", "Datum / Date")."""
    if len(text) > 80:
        return
    parts = _BETWEEN.split(text)
    if len(parts) > 1:
        yield from map(normal, parts)
    if not text.isascii() and not any(c.isdigit() for c in text):
        latin = normal(_NOT_LATIN.sub(" ", text))
        other = normal(_LATIN.sub(" ", text))
        if latin and other:
            yield latin
            yield other


@lru_cache(maxsize=8192)
def columns_of(text: str) -> frozenset[str]:
    """The columns a whole head may mean."""
    known = columns()
    text = _ascii_brackets(text)
    for name in _spellings(text):
        if name in known:
            return known[name]
    name = normal(text)
    return frozenset() if _two_of(name, known) else columns_by_parts(name)


def _two_of(name: str, known: Mapping[str, frozenset[str]]) -> bool:
    """Whether a text is two listed labels side by side."""
    words = name.split()
    return any(" ".join(words[:at]) in known and " ".join(words[at:]) in known for at in range(1, len(words)))


def longest_prefix(words: "tuple[str, ...]", wanted: frozenset[str] | None = None) -> tuple[int, frozenset[str]]:
    """How many leading words form a known label, and its fields; (0, {}) where none do."""
    known = fields()
    if words and not _may_open(words[0]):
        return 0, frozenset()
    for size in range(min(len(words), MAX_WORDS), 0, -1):
        found = known.get(normal(" ".join(words[:size])), frozenset())
        if found and (wanted is None or found & wanted):
            return size, found
    return 0, frozenset()


def _may_open(word: str) -> bool:
    """Whether a known label may begin with this word; one without letters or with a single one tells nothing."""
    first, _, _ = normal(word).partition(" ")
    return len(first) < 2 or first in _opening_words()


@cache
def _opening_words() -> frozenset[str]:
    return frozenset(phrase.partition(" ")[0] for phrase in fields())


@cache
def vocabulary() -> dict[str, dict[str, object]]:
    """The whole vocabulary file."""
    with (_HERE / "vocabulary.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def units() -> frozenset[str]:
    """All units of measure, normal."""
    return frozenset(normal(str(unit)) for words in vocabulary()["units"].values() for unit in _strings(words))


@cache
def phrases(kind: str) -> tuple[str, ...]:
    """The normal phrases of one kind ("cancel"), longest first."""
    table = vocabulary()["phrases"][kind]
    assert isinstance(table, dict)
    words = {normal(str(phrase)) for entries in table.values() for phrase in _strings(entries)}
    return tuple(sorted(words, key=lambda w: (-len(w), w)))


def says(text: str, kind: str) -> str | None:
    """The first phrase of this kind in a text, None where it has none; of those that begin there, the longest."""
    words, known = _said(text[:20000])
    opening, inside = _openings(kind)
    openings = known & opening.keys()
    found = _first(words, openings, opening) if openings else []
    if inside is not None and not text.isascii():
        plain = " ".join(words)
        found += [(match.start(), match.group(0)) for match in [inside.search(plain)] if match]
    return min(found, key=lambda f: (f[0], -len(f[1])))[1] if found else None


def _first(
    words: tuple[str, ...], openings: Set[str], opening: dict[str, list[tuple[str, ...]]]
) -> list[tuple[int, str]]:
    """Where the first of these phrases begins, and which it is; empty where there is none."""
    for at in [at for at, word in enumerate(words) if word in openings]:
        for phrase in opening[words[at]]:
            if words[at : at + len(phrase)] == phrase:
                return [(len(" ".join(words[:at])) + bool(at), " ".join(phrase))]
    return []


@lru_cache(maxsize=16)
def _said(text: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """The words of a text in order, and as a set."""
    words = tuple(normal(text).split(" "))
    return words, frozenset(words)


@cache
def _openings(kind: str) -> tuple[dict[str, list[tuple[str, ...]]], re.Pattern[str] | None]:
    """Phrases by their first word, longest first; and those of scripts without spaces, which stand inside of words.

    One pattern of all phrases would be tried at every letter of the mail.
    """
    opening: dict[str, list[tuple[str, ...]]] = {}
    for phrase in phrases(kind):
        if not _east_asian(phrase):
            words = tuple(phrase.split(" "))
            opening.setdefault(words[0], []).append(words)
    inside = [re.escape(phrase) for phrase in phrases(kind) if _east_asian(phrase)]
    return opening, re.compile("|".join(inside)) if inside else None


@cache
def quote_words(kind: str) -> frozenset[str]:
    """Words of quoted mail ("from", "wrote"), normal."""
    return frozenset(normal(str(word)) for word in _strings(vocabulary()["quotes"][kind]))


@cache
def number_words() -> dict[str, str]:
    """Spelled numbers to digits."""
    table = vocabulary()["number_words"]
    return {normal(w): str(n) for words in table.values() if isinstance(words, dict) for w, n in words.items()}


@cache
def word_set(kind: str) -> frozenset[str]:
    """A small set of words ("fillers"), normal."""
    return frozenset(normal(str(word)) for word in _strings(vocabulary()["words"][kind]))


@cache
def legal_forms() -> tuple[str, ...]:
    """Endings of company names, lower case as printed, longest first."""
    forms = {str(form).casefold() for form in _strings(vocabulary()["legal_forms"]["all"])}
    return tuple(sorted(forms, key=lambda f: (-len(f), f)))


def _inverted(section: str) -> dict[str, frozenset[str]]:
    with (_HERE / "labels.toml").open("rb") as file:
        table = tomllib.load(file)[section]
    found: dict[str, set[str]] = {}
    for name, languages in table.items():
        for entries in languages.values():
            for phrase in entries:
                found.setdefault(normal(phrase), set()).add(name)
    return {phrase: frozenset(names) for phrase, names in found.items() if phrase}


def _spellings(text: str) -> Iterable[str]:
    """The whole text, then without brackets, without currencies, and its halves; what is as before is left out."""
    yield normal(text)
    if "(" in text:
        yield normal(_OPEN_BRACKETS.sub(" ", text))
    if _MONEY.search(text):
        yield normal(_MONEY.sub(" ", text))
    if "/" in text or "|" in text:
        yield normal(_BEHIND_SLASH.sub(" ", text))
        yield normal(_BEFORE_SLASH.sub(" ", text))
    yield from _one_tongue(text)


def _strings(value: object) -> list[object]:
    assert isinstance(value, list)
    return value


def _east_asian(text: str) -> bool:
    return SIGN.search(text) is not None
