"""Looking for many words in one text at a time: one pass over it, however many they are."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

MOST_FOUND = 300
"""Places of one text that are looked at; where words stand more often, each is looked for by itself."""


class Needles:
    """Words to look for, as a pattern of literals only: it never goes back further than the longest of them."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(word for word in words if word)
        self._pattern = _compiled(self.words)
        self._with: Mapping[str, frozenset[str]] = {
            word: frozenset(other for other in self.words if word.startswith(other)) for word in self.words
        }

    def within(self, text: str) -> frozenset[str]:
        """Those that are somewhere in the text, also within or across each other."""
        if self._pattern is None:
            return frozenset(word for word in self.words if word in text)
        found: set[str] = set()
        start, places = 0, 0
        while place := self._pattern.search(text, start):
            found |= self._with[place[0]]  # the longest there; the others that begin there are its beginnings
            start, places = place.start() + 1, places + 1
            if places == MOST_FOUND:
                return frozenset(word for word in self.words if word in found or word in text)
        return frozenset(found)


def _compiled(words: frozenset[str]) -> re.Pattern[str] | None:
    """None where there are no words, or too many that begin each other: then each is looked for by itself."""
    try:
        return re.compile(_written(_tree(words))) if words else None
    except RecursionError:
        return None


def _tree(words: Iterable[str]) -> dict[str, Any]:
    """Letter by letter; "" marks the end of a word."""
    root: dict[str, Any] = {}
    for word in words:
        node = root
        for letter in word:
            node = node.setdefault(letter, {})
        node[""] = {}
    return root


def _written(node: Mapping[str, Any]) -> str:
    parts = []
    for letter, below in sorted(node.items()):
        if letter:
            text = re.escape(letter)
            while len(below) == 1 and "" not in below:  # without branches, so without depth
                [(letter, below)] = below.items()
                text += re.escape(letter)
            parts.append(text + (_written(below) if set(below) != {""} else ""))
    inside = "|".join(parts)
    return f"(?:{inside})?" if "" in node else f"(?:{inside})" if len(parts) > 1 else inside
