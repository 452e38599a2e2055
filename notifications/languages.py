"""In which of its languages a letter is written."""

import re
from collections.abc import Iterable

_TAG = re.compile(r"([a-z]{2,3})([-_][a-z0-9]{2,8}){0,3}")  # what RFC 5646 allows and people write
PLAIN = "en"
"""The language of the letters that stand in no folder of a language."""


def tag(text: str) -> str:
    """A language as it is compared: "de", "pt-br"; "" for what is none, such as a path."""
    found = _TAG.fullmatch(text.strip().lower())
    return found[0].replace("_", "-") if found else ""


def chosen(wanted: Iterable[str], variants: frozenset[str]) -> str:
    """The first of the ``wanted`` languages that the letter has, a wider one if need be (de for de-AT).

    "" stands for the plain letter: where it is English that is wanted, and where nothing fits.
    """
    for text in wanted:
        language = tag(text)
        while language:
            if language in variants:
                return language
            if language == PLAIN:
                return ""
            language = language.rpartition("-")[0]
    return ""
