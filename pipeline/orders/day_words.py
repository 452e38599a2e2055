"""Words that tell a day: names of weekdays and months, and what stands in front of a day by which something is due."""

import re
from functools import cache, lru_cache

from pipeline.orders.labels import normal, vocabulary, word_set

MOST_LEAD = 60  # characters of the words that say by when
_ARTICLES = frozenset({"the", "den", "le", "il", "el"})
_ENDING = re.compile(r"^(?:st|nd|rd|th|er|[ºª])")


@cache
def weekdays() -> dict[str, int]:
    """Weekday names to 0 (Monday) .. 6."""
    return _numbered("weekdays", 0)


@cache
def months() -> dict[str, int]:
    """Month names to 1 .. 12."""
    return _numbered("months", 1)


def _numbered(kind: str, first: int) -> dict[str, int]:
    table: dict[str, int] = {}
    for entries in vocabulary()[kind].values():
        assert isinstance(entries, list)
        for number, names in enumerate(entries, first):
            for name in names:
                table.setdefault(normal(name), number)
    return table


@lru_cache(maxsize=4096)
def named_by(word: str) -> tuple[str, ...]:
    """What a word names ("month", "weekday"), perhaps behind the ending of an ordinal ("16thNovember")."""
    names = {normal(word), normal(_ENDING.sub("", word))}
    return tuple(kind for kind, known in (("month", months()), ("weekday", weekdays())) if names & known.keys())


def due_by(before: str) -> bool:
    """Whether a text ends in words that something is due by the day behind it, its weekday and article aside."""
    words = normal(before[-MOST_LEAD:]).split()
    for whole in (words, words[:-1] if words[-1:] and words[-1] in _ARTICLES else []):
        for tail in (whole, whole[:-1] if whole and whole[-1] in weekdays() else []):
            if any(" ".join(tail[-size:]) in word_set("by_when") for size in range(1, min(len(tail), 5) + 1)):
                return True
    return False


@cache
def leading_words() -> frozenset[str]:
    """The words that may stand just before a day."""
    return word_set("until") | {phrase.split()[-1] for phrase in word_set("by_when")}
