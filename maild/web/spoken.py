"""The words of the customers' pages in the languages that there are, and which of them somebody reads."""

import tomllib
from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path
from typing import Any

from notifications.languages import PLAIN, chosen

WORDS = Path(__file__).parent / "words"
LONGEST_HEADER, MOST = 500, 10


def of_browser(header: str, otherwise: str) -> str:
    """What a browser prefers (Accept-Language, RFC 9110, 12.5.4); "" for English."""
    said = header[:LONGEST_HEADER].split(",")[:MOST]
    asked = sorted((_weighed(one) for one in said), key=lambda one: -one[1])
    return first([*(tag for tag, weight in asked if weight > 0), otherwise])


def _weighed(said: str) -> tuple[str, float]:
    tag, _, weight = said.partition(";")
    try:
        return tag, float(weight.strip().removeprefix("q=")) if weight else 1.0
    except ValueError:
        return tag, 0.0


def first(wanted: Iterable[str]) -> str:
    """The first of these languages that there are words in; "" for English."""
    return chosen(wanted, frozenset(languages()))


@cache
def languages() -> tuple[str, ...]:
    """Those with words of their own, beside English."""
    return tuple(sorted(path.stem for path in WORDS.glob("*.toml")))


@cache
def words(language: str) -> dict[str, str]:
    """What stands for each English text."""
    return tomllib.loads((WORDS / f"{language}.toml").read_text(encoding="utf-8")) if language else {}


def say(language: str, text: str, **values: Any) -> str:
    """The text in a language; values stand in braces."""
    return words(language).get(text, text).format(**values)


def speaking(language: str) -> dict[str, Any]:
    """For `rendering.page`: ``t`` says a text, ``lang`` names the language."""
    return {"t": partial(say, language), "lang": language or PLAIN}
