"""Resolutions, the articles made of them, ratings, and finding all of it again."""

import secrets
from collections.abc import Iterable
from dataclasses import asdict
from functools import partial

import structlog

from maild.control.at_hand import at_hand, unchanged
from maild.control.operation import Operation, Request, Row
from maild.domain import article
from maild.domain.events import ArticlePublished, ArticleWithdrawn, Event, ResolutionWritten, TicketRated
from maild.domain.people import Actor
from maild.errors import DataError, UsageError
from maild.store import people, ratings, resolutions, search, tickets
from maild.store.resolutions import NewArticle
from maild.store.tx import Tx
from notifications import rating
from pipeline import desk as door
from pipeline.furniture import Desk

LONGEST = 20_000
MOST_FOUND = 200

log = structlog.get_logger("maild.knowledge")


def resolve(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Keep how a ticket was resolved, in place of what was said before; the status stays as it is."""
    held = at_hand(tx, desk, request, request.number("id"))
    unchanged(tx, request, held)
    words = request.text("text").strip()
    if not words or len(words) > LONGEST:
        why = "there is no text" if not words else f"a resolution has at most {LONGEST} characters"
        raise UsageError(why, about="text")
    resolutions.resolve(tx, held.ticket.id, words, held.who.name)
    tx.tell(partial(log.info, "ticket.resolved", ticket=held.ticket.id, actor=str(held.who)))
    _happened(tx, desk, held.ticket.id, ResolutionWritten(held.who, words))
    return [{"id": held.ticket.id, "resolution": words, "by": held.who.name}]


def publish(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Make a resolution an article for everybody; refused while it tells whose order it was."""
    one = at_hand(tx, desk, request, request.number("id"))
    ticket, who = one.ticket, one.who
    held = resolutions.of_ticket(tx, ticket.id)
    if held is None:
        raise DataError(f"ticket {ticket.id} has no resolution", f"maild ticket resolve {ticket.id} TEXT")
    title, what = " ".join(request.text("title").split())[:200], (request.optional("what") or "").strip()[:LONGEST]
    if not title:
        raise UsageError("an article needs a title", "--title TEXT", "title")
    if found := article.personal(ticket, "\n".join((title, what, held.text))):
        about = next((name for name, said in (("title", title), ("what", what)) if article.personal(ticket, said)), "")
        why = f"it tells whose order it was: {', '.join(found)}"
        raise DataError(why, "word it without, then publish again", about)
    new = NewArticle(ticket.id, article.file_name(ticket.id, title), title, what, held.text, who.name)
    resolutions.publish(tx, new)
    tx.tell(partial(log.info, "article.published", ticket=ticket.id, file=new.file, actor=str(who)))
    _happened(tx, desk, ticket.id, ArticlePublished(who, title))
    return _articles(tx, ticket.id)


def withdraw(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Nobody shall see the article any more."""
    held = at_hand(tx, desk, request, request.number("id"))
    number, who = held.ticket.id, held.who
    if not resolutions.withdraw(tx, number, who.name):
        raise DataError(f"ticket {number} has no published article", "see 'maild article list'")
    tx.tell(partial(log.info, "article.withdrawn", ticket=number, actor=str(who)))
    _happened(tx, desk, number, ArticleWithdrawn(who))
    return _articles(tx, number)


def listing(tx: Tx, _desk: Desk, request: Request) -> Iterable[Row]:
    """Published ones, newest first; with ``all`` withdrawn ones too."""
    every, before = bool(request.arguments.get("all")), request.maybe("before")
    return resolutions.articles(tx, all_states=every, limit=request.limit(), before=before)


def _articles(tx: Tx, ticket: int) -> list[Row]:
    found = resolutions.articles(tx, all_states=True, ticket=ticket)
    return [row | {"markdown": article.markdown(row["title"], row["what"], row["how"])} for row in found]


def find(tx: Tx, _desk: Desk, request: Request) -> Iterable[Row]:
    """Tickets with all these words, best first: those that whoever asks may see."""
    return map(asdict, search.find(tx, request.text("words"), min(request.limit(), MOST_FOUND), request.hidden))


def rate(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """What a customer says through a signed link: counted once a ticket, the last word of several holds.

    ``token`` is the link's; nobody needs to be signed in. Raises UsageError for what counts for nothing.
    """
    asked, score = rating.asked(desk.keys, request.text("token")), rating.score(request.arguments.get("score"))
    for wrong in (asked, score):
        if isinstance(wrong, rating.Invalid):
            raise UsageError(wrong.why)
    assert isinstance(asked, rating.Asked) and isinstance(score, int)
    if not tickets.lock(tx, asked.ticket):
        raise UsageError("this link is about an order that is no longer there")
    words = (request.optional("words") or "").strip()[: rating.LONGEST_WORDS]
    before = ratings.put(tx, asked.ticket, asked.person, score, words)
    tx.tell(partial(log.info, "ticket.rated", ticket=asked.ticket, score=score, again=before is not None))
    if before is None or (before.score, before.words) != (score, words):
        who = Actor("customer", people.by_id(tx, asked.person).address)
        _happened(tx, desk, asked.ticket, TicketRated(who, score, words, again=before is not None))
    return [{"ticket": asked.ticket, "score": score, "again": before is not None}]


def _happened(tx: Tx, desk: Desk, ticket: int, event: Event) -> None:
    door.handle(tx, desk, ticket, event, f"hand:{secrets.token_hex(8)}")


OPERATIONS = {
    "ticket.resolve": Operation(resolve, writes=True),
    "article.publish": Operation(publish, writes=True),
    "article.withdraw": Operation(withdraw, writes=True),
    "article.list": Operation(listing),
    "search": Operation(find),
    "rating.put": Operation(rate, writes=True, light=True),
}
