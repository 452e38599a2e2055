"""A first look at the words of a row, so that readers look closely only where a label of theirs can stand.

A listed label stands in a text only where all of its words do,
a composed one where two words of its parts stand, however a reader cuts, joins and cleans the text before it
compares: that is one look-up per word. What is not parted into words (East Asian scripts, letters set apart) may hold
any label.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import combinations

from pipeline.orders.composed import composing
from pipeline.orders.labels import INITIALS, bare_words, columns, fields, word_set

SUMS = frozenset({"total", "subtotal", "tax", "freight", "discount"})
ANY = frozenset({"*"})  # the label of any field
NUMBERS = frozenset({"po_number"})
COUNTED = frozenset({"quantity", "amount"})  # one of them heads every table of order lines
CACHED = 400  # characters; longer texts are prose, and seldom asked about twice
MOST_INITIALS = 8

_WORD = re.compile(r"[^\W\d_\u0250-\U0010ffff]+|[^\W\d_\x00-\u024f]+")  # in one script: "TOTALИТОГО" is two
_EAST = "\u2e80"

Openings = Mapping[str, list[frozenset[str]]]  # the words of phrases, by their longest word


def may_label(text: str, kinds: frozenset[str]) -> bool:
    """Whether a label of one of these fields can stand in the text; where not, it does not."""
    return _may_label_short(text, kinds) if len(text) <= CACHED else _may(text, _labels(kinds), composing(kinds))


def may_head(text: str, kinds: frozenset[str]) -> bool:
    """Whether the head of one of these columns can stand in the text; where not, it does not."""
    return _may_head_short(text, kinds) if len(text) <= CACHED else _may(text, _heads(kinds), composing(kinds, True))


def may_title(text: str) -> bool:
    """Whether the title of an order can stand in the text; where not, it does not."""
    return _may(text, _opening(word_set("titles")), frozenset())


@lru_cache(maxsize=4096)
def _may_label_short(text: str, kinds: frozenset[str]) -> bool:
    if kinds is not ANY and not _may_label_short(text, ANY):
        return False
    return _may(text, _labels(kinds), composing(kinds))


@lru_cache(maxsize=4096)
def _may_head_short(text: str, kinds: frozenset[str]) -> bool:
    if kinds is not ANY and not _may_head_short(text, ANY):
        return False
    return _may(text, _heads(kinds), composing(kinds, True))


def _may(text: str, opening: Openings, parts: frozenset[str]) -> bool:
    if not text.isascii() and max(text) >= _EAST:
        return True
    words = _words(text) if len(text) <= CACHED else _words_in(text)
    if not words:
        return words is None
    openings = words & opening.keys()
    if openings and any(phrase <= words for word in openings for phrase in opening[word]):
        return True
    return len(words & parts) > 1


@lru_cache(maxsize=2048)
def _words(text: str) -> frozenset[str] | None:
    return _words_in(text)


def _words_in(text: str) -> frozenset[str] | None:
    """The words of labels in a text, also those its single letters may make; None where these are many."""
    words = bare_words(text)
    bare = " ".join(words)
    found = set(_WORD.findall(bare))
    if 1 in map(len, words):
        for letters in (run.replace(" ", "") for run in INITIALS.findall(bare)):
            if len(letters) > MOST_INITIALS:
                return None
            found.update(letters[a:b] for a, b in combinations(range(len(letters) + 1), 2))
    return _telling().intersection(found)


@cache
def _telling() -> frozenset[str]:
    """All words of labels, heads and titles."""
    phrases = (*fields(), *columns(), *word_set("titles"))
    return composing(ANY) | composing(ANY, True) | frozenset(_WORD.findall(" ".join(phrases)))


@cache
def _labels(kinds: frozenset[str]) -> Openings:
    return _opened(fields(), kinds)


@cache
def _heads(kinds: frozenset[str]) -> Openings:
    return _opened(columns(), kinds)


def _opened(known: Mapping[str, frozenset[str]], kinds: frozenset[str]) -> Openings:
    return _opening(frozenset(phrase for phrase, names in known.items() if kinds == ANY or names & kinds))


@lru_cache(maxsize=64)
def _opening(phrases: frozenset[str]) -> Openings:
    """The words of each phrase, by its longest word, which is seldom met without the others."""
    opening: dict[str, list[frozenset[str]]] = {}
    for phrase in phrases:
        words = _WORD.findall(phrase)
        if words:
            opening.setdefault(max(words, key=len), []).append(frozenset(words))
    return opening
