"""The language of a customer's page: that of the letters to them, or what their browser asks for."""

import tomllib
from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path
from typing import Any

from starlette.requests import Request

from maild.domain.people import Person
from maild.domain.ticket import Snapshot
from maild.store import people
from maild.store.tx import Tx
from maild.web.house import house_of
from maild.web.trouble import Problem, Refused
from notifications.languages import PLAIN, chosen
from pipeline import letters
from pipeline.furniture import Desk

WORDS = Path(__file__).parents[1] / "words"
LONGEST_HEADER, MOST = 500, 10


def of_ticket(desk: Desk, ticket: Snapshot, reader: Person) -> str:
    """As letters on it speak to the reader; "" for English."""
    return _spoken(letters.languages(desk, ticket, reader))


def of_person(tx: Tx, desk: Desk, person: Person) -> str:
    """Their own, their company's, the desk's."""
    company = people.organization(tx, person.organization_id) if person.organization_id is not None else None
    wanted = [dict(person.fields).get("language", ""), dict(company.fields).get("language", "") if company else ""]
    return _spoken([*wanted, desk.config.letters.language])


def of_visitor(request: Request) -> str:
    """What the browser prefers (Accept-Language, RFC 9110, 12.5.4), else the desk's."""
    said = request.headers.get("accept-language", "")[:LONGEST_HEADER].split(",")[:MOST]
    asked = sorted((_weighed(one) for one in said), key=lambda one: -one[1])
    return _spoken([*(tag for tag, weight in asked if weight > 0), house_of(request).desk().config.letters.language])


def _weighed(said: str) -> tuple[str, float]:
    tag, _, weight = said.partition(";")
    try:
        return tag, float(weight.strip().removeprefix("q=")) if weight else 1.0
    except ValueError:
        return tag, 0.0


def _spoken(wanted: Iterable[str]) -> str:
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


def visited(request: Request) -> dict[str, Any]:
    """`speaking` to whoever asks, of whom nothing but their browser is known."""
    return speaking(of_visitor(request))


def refused(
    request: Request, status: int, what: str, hint: str = "", headers: tuple[tuple[str, str], ...] = ()
) -> Refused:
    language = of_visitor(request)
    return Refused(Problem(status, say(language, what), say(language, hint), headers))


def speaking(language: str) -> dict[str, Any]:
    """For `rendering.page`: ``t`` says a text, ``lang`` names the language."""
    return {"t": partial(say, language), "lang": language or PLAIN}
