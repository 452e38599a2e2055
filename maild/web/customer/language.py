"""The language of a customer's page: that of the letters to them, or what their browser asks for."""

from typing import Any

from starlette.requests import Request

from maild.domain.people import Person
from maild.domain.ticket import Snapshot
from maild.store import people
from maild.store.tx import Tx
from maild.web.house import house_of
from maild.web.spoken import first, languages, of_browser, say, speaking, words
from maild.web.trouble import Problem, Refused
from pipeline import recipients
from pipeline.furniture import Desk

__all__ = ["languages", "of_person", "of_ticket", "of_visitor", "refused", "say", "speaking", "visited", "words"]


def of_ticket(desk: Desk, ticket: Snapshot, reader: Person) -> str:
    """As letters on it speak to the reader; "" for English."""
    return first(recipients.languages(desk, ticket, reader))


def of_person(tx: Tx, desk: Desk, person: Person) -> str:
    """Their own, their company's, the desk's."""
    company = people.organization(tx, person.organization_id) if person.organization_id is not None else None
    wanted = [dict(person.fields).get("language", ""), dict(company.fields).get("language", "") if company else ""]
    return first([*wanted, desk.config.letters.language])


def of_visitor(request: Request) -> str:
    """What the browser prefers, else the desk's."""
    return of_browser(request.headers.get("accept-language", ""), house_of(request).desk().config.letters.language)


def visited(request: Request) -> dict[str, Any]:
    """`speaking` to whoever asks, of whom nothing but their browser is known."""
    return speaking(of_visitor(request))


def refused(
    request: Request, status: int, what: str, hint: str = "", headers: tuple[tuple[str, str], ...] = ()
) -> Refused:
    language = of_visitor(request)
    return Refused(Problem(status, say(language, what), say(language, hint), headers))
