"""Wishes in a mail that no machine may grant: to cancel, to deliver elsewhere, to be paid elsewhere.

Fraudsters write these, in the customer's name and on the customer's thread. Recognising one changes nothing but a mark:
a person looks. So a word too many is better than one too few, and quoted text does not count.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

CODE = "intent.sensitive"
MOST_TEXT = 32 * 1024  # characters of a mail that are read
MOST_WORDS_BETWEEN = 2  # of "new ... address"

CANCEL = "to cancel an order"
_NAMES = {
    "cancel": CANCEL,
    "address": "for another delivery address",
    "bank": "for another bank account",
}
_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"[.!?;]+(?:\s|$)|\n")
_START = 3  # letters by which most sentences are passed over at once
_WRAPPED = 45  # characters from which on a line may go on in the next


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases by their number of words; ``beginnings`` are single words' first letters, ``starts`` those of all."""

    exact: frozenset[tuple[str, ...]]
    openings: frozenset[str]
    beginnings: tuple[str, ...]
    longest: int
    starts: frozenset[str]

    @classmethod
    def of(cls, phrases: Iterable[str]) -> "Phrases":
        plain = [phrase for phrase in phrases if not phrase.endswith("*")]
        exact = frozenset(tuple(_words(phrase)) for phrase in plain)
        beginnings = tuple(phrase.removesuffix("*") for phrase in phrases if phrase.endswith("*"))
        openings = frozenset(words[0] for words in exact)
        starts = frozenset(word[:_START] for word in (*openings, *beginnings))
        return cls(exact, openings, beginnings, max(map(len, exact), default=1), starts)

    def places(self, words: Sequence[str]) -> list[int]:
        """Where in a sentence one of the phrases begins."""
        return [
            at
            for at, word in enumerate(words)
            if word[:_START] in self.starts
            and (word.startswith(self.beginnings) or (word in self.openings and self._begins(words, at)))
        ]

    def _begins(self, words: Sequence[str], at: int) -> bool:
        return any(tuple(words[at : at + length]) in self.exact for length in range(1, self.longest + 1))


@dataclass(frozen=True, slots=True)
class Wish:
    """Things that are to be changed, words of changing, and words for the new one that stand before the thing."""

    things: Phrases
    changes: Phrases
    new: Phrases

    def said(self, words: Sequence[str]) -> bool:
        things = self.things.places(words)
        if not things:
            return False
        if self.changes.places(words):
            return True
        return any(0 < thing - new <= MOST_WORDS_BETWEEN for new in self.new.places(words) for thing in things)


@lru_cache(maxsize=4)  # asked several times of one mail
def sensitive(subject: str, text: str) -> tuple[str, ...]:
    """What a mail asks for, as "to cancel an order"; ``text`` is what its author newly wrote."""
    cancel, wishes, starts = _table()
    found = set()
    for sentence in _SENTENCE.split(f"{subject[:998]}\n{_unwrapped(text[:MOST_TEXT])}"):
        words = _words(sentence)
        if starts.isdisjoint([word[:_START] for word in words]):
            continue
        if cancel.places(words):
            found.add("cancel")
        found |= {name for name, wish in wishes.items() if wish.said(words)}
    return tuple(what for name, what in _NAMES.items() if name in found)


def _unwrapped(text: str) -> str:
    lines = text.splitlines()
    return "".join(line + (" " if len(line) >= _WRAPPED else "\n") for line in lines)


@cache
def _table() -> tuple[Phrases, dict[str, Wish], frozenset[str]]:
    """How an order is cancelled, the other wishes, and the first letters of all that these are about."""
    table = tomllib.loads(resources.files("pipeline").joinpath("intents.toml").read_text(encoding="utf-8"))
    changes, new = Phrases.of(table["address"]["changes"]), Phrases.of(table["address"]["new"])
    wishes = {name: Wish(Phrases.of(table[name]["things"]), changes, new) for name in ("address", "bank")}
    cancel = Phrases.of(table["cancel"]["words"])
    return cancel, wishes, cancel.starts.union(*(wish.things.starts for wish in wishes.values()))


def _words(text: str) -> list[str]:
    """Words without case and accents; ł and ø have no decomposition and are spelt out."""
    if text.isascii():
        return _WORD.findall(text.lower().replace("'", " "))
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return _WORD.findall("".join(char for char in folded if not unicodedata.combining(char)))


_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "’": " ", "'": " "})
