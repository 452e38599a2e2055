"""The page of one order behind its signed link: where it stands, what was understood, what was said, and a form."""

import contextlib
import time
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from maild.control.operation import Request as Asked
from maild.control.registry import carry_out
from maild.domain.mail import Address
from maild.domain.people import Person
from maild.domain.ticket import Snapshot, Status
from maild.errors import Missing
from maild.store import comments, history, letter_list, ratings, tickets
from maild.store import links as editions
from maild.store.letter_list import Row
from maild.store.tx import Tx
from maild.web import rendering
from maild.web.customer.language import of_ticket, refused, speaking, visited
from maild.web.customer.language import say as say_in
from maild.web.customer.letters import ASKED, ON_ITS_WAY, letters_to
from maild.web.customer.step import Step, mistakes, steps_of, take
from maild.web.customer.writing import Written, bring
from maild.web.house import House, house_of
from maild.web.routes import open_action, open_page, text
from notifications import links
from notifications.links import Link, Shows
from notifications.tokens import Purpose, Reference, reply_address, token
from pipeline.furniture import Desk
from pipeline.pinned import in_force
from pipeline.web_form import FILLED_IN
from rules.departments import label, status_label
from rules.model import FieldKind

WORDS = {
    Status.NEW: ("Received", "We have your order. A colleague will look at it soon."),
    Status.OPEN: ("In progress", "We are working on your order."),
    Status.PENDING: ("We wait for you", "We asked you something; our last message is below."),
    Status.HOLD: ("On hold", "Your order waits at the moment. We will write to you as soon as it goes on."),
    Status.SOLVED: ("Done", "Everything about this order is done. If something is missing, tell us below."),
    Status.CLOSED: ("Closed", "This order is closed. What you write below becomes a new request."),
}
LONGEST = 10_000
MOST_LETTERS = 100  # of a ticket, the newest, that say how far it is
CONFIRMED, SHIPPED = "order_processed", "order_shipped"
GOES_ON = ("Confirmed", "Your order is confirmed, and we are getting it ready. You will hear from us when it ships.")


@dataclass(frozen=True, slots=True)
class Said:
    """``letter`` is the subject of one of ours, "" for what the ticket says; one that ``asks`` wants an answer."""

    who: str
    at: datetime
    text: str
    ours: bool
    letter: str = ""
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What the page shows. ``department`` is "" where nobody in particular has it.

    ``wanted``: the day of shipping is the customer's wish, and none that was promised.
    """

    ticket: Snapshot
    department: str
    state: str
    words: str
    steps: tuple[tuple[str, datetime | None], ...]
    said: tuple[Said, ...]
    rated: int | None
    language: str
    next: tuple[Step, ...] = ()
    wanted: bool = False


async def order(request: Request) -> Response:
    house, link = house_of(request), found(request, Shows.ORDER)
    told = await house.db.read(lambda tx: _told(tx, house, link))
    return over(request, link) if told is None else _page(request, told)


@dataclass(frozen=True, slots=True)
class _Wrong:
    """What stands against a form that was sent: mistakes by the names of its fields; ``step`` is "" for a message."""

    mistakes: dict[str, str]
    filled: FormData
    step: str = ""


def _page(request: Request, told: Told, wrong: _Wrong | None = None) -> Response:
    """With a form again that could not be taken as it was, and what is wrong beside each of its fields."""
    house, link = house_of(request), found(request, Shows.ORDER)
    desk = house.desk()
    rate = token(desk.keys, Reference(link.ticket, link.person, Purpose.RATING))
    told_in = speaking(told.language)
    return rendering.page(
        request,
        "customer/order.html",
        422 if wrong else 200,
        told=told,
        here=f"/o/{request.path_params['token']}",
        wrong=wrong or _Wrong({}, FormData()),
        rate=rate,
        labels=desk.labels,
        kinds=FieldKind,
        afterwards=_afterwards(told),
        **told_in,
    )


def _afterwards(told: Told) -> dict[str, str]:
    """What the order will be called after each step."""
    return {step.name: step.leads_to or say_in(told.language, WORDS[step.status][0]) for step in told.next}


def found(request: Request, shows: Shows) -> Link:
    """The link of a request; any that is not genuine is no page, and nobody learns which orders there are."""
    link = links.parse(house_of(request).desk().keys, str(request.path_params["token"]), shows)
    if link is None:
        raise refused(request, 404, "there is no such page", "open the link in the letter once more")
    return link


def over(request: Request, link: Link) -> Response:
    """A genuine link that has ended or was revoked: a new one goes to the address that it was written to."""
    kind = "order" if link.shows is Shows.ORDER else "orders"
    return rendering.page(request, "customer/over.html", 410, here=request.url.path, kind=kind, **visited(request))


def _told(tx: Tx, house: House, link: Link) -> Told | None:
    """None where the link opens nothing any more."""
    if not link.is_good(editions.edition(tx, link.person), tx.now) or not tickets.exists(tx, link.ticket):
        return None
    ticket = tickets.snapshot(tx, link.ticket)
    if ticket.requester.id != link.person:
        return None
    letters = letter_list.rows(tx, None, ticket.id, MOST_LETTERS)
    state, words = _standing(tx, house.desk(), ticket, letters)
    rated = ratings.of_ticket(tx, ticket.id)
    language = of_ticket(house.desk(), ticket, ticket.requester)
    public = comments.of_ticket(tx, ticket.id, public_only=True)
    said = [_said(comment, ticket.requester, house, language) for comment in public]
    said += [Said(house.site.name, one.at, one.text, True, one.subject, one.asks) for one in letters_to(tx, ticket)]
    department = label(house.desk().ruleset, ticket.department) if ticket.department else ""
    return Told(
        ticket,
        department,
        state,
        words,
        _steps(ticket, letters),
        tuple(sorted(said, key=lambda one: one.at)),
        rated.score if rated else None,
        language,
        steps_of(tx, house.desk(), ticket),
        _is_wanted(tx, ticket),
    )


def _is_wanted(tx: Tx, ticket: Snapshot) -> bool:
    """The day of shipping is one that an order asked for, or that the customer filled in."""
    day = ticket.value("ship_date")
    if not day or day in [order.requested_date for order in ticket.orders]:
        return bool(day)
    theirs = (str(FILLED_IN), f"customer:{ticket.requester.address}")
    done = [event["data"] for event in history.of_ticket(tx, ticket.id) if event["actor"] in theirs]
    filled = [pair for data in done for pair in (*data.get("changes", ()), *data.get("inputs", ()))]
    return ["ship_date", day] in [list(pair) for pair in filled]


def _standing(tx: Tx, desk: Desk, ticket: Snapshot, letters: list[Row]) -> tuple[str, str]:
    """What its blueprint's state is called for customers, else what its department calls the status, else our word."""
    state, words = WORDS[ticket.status]
    if ticket.status < Status.SOLVED:
        last = _last_told(letters)
        if last is not None and last["template"] in ASKED and not _has_answered(ticket, last):
            state, words = WORDS[Status.PENDING]
        elif last is not None and last["template"] == CONFIRMED and ticket.status is Status.HOLD:
            state, words = GOES_ON  # on hold for shipping alone
    blueprint = in_force(tx, desk, ticket).blueprint_of(ticket)
    held = blueprint.states.get(ticket.blueprint.state) if blueprint and ticket.blueprint else None
    own = status_label(desk.ruleset, ticket)
    return (held.customer if held else "") or (own if own != ticket.status.word else state), words


def _last_told(letters: list[Row]) -> Row | None:
    """The newest letter by which the customer was told how it goes on, or asked; ``letters`` are the newest first."""
    told = (row for row in letters if row["phase"] in ON_ITS_WAY)
    return next((row for row in told if row["template"] in (CONFIRMED, SHIPPED, *ASKED)), None)


def _has_answered(ticket: Snapshot, letter: Row) -> bool:
    reply = ticket.stamp("customer_reply")
    return reply is not None and reply > letter["created_at"]


def _said(comment: comments.Comment, reader: Person, house: House, language: str) -> Said:
    kind, _, name = comment.actor.partition(":")
    mine = reader.address in (comment.actor, name)
    ours = not mine and kind in ("agent", "rule", "system", "operator")
    who = house.site.name if ours else say_in(language, "You" if mine else "A colleague of yours")
    return Said(who, comment.at, comment.text, ours)


def _steps(ticket: Snapshot, letters: list[Row]) -> tuple[tuple[str, datetime | None], ...]:
    """What has happened, with its day; None for what is still to come."""
    sent = {row["template"]: row for row in reversed(letters)}
    written = {name: row["created_at"] for name, row in sent.items() if row["phase"] in ON_ITS_WAY}
    done = ticket.stamp("status_changed") if ticket.status >= Status.SOLVED else None
    return (
        ("Received", ticket.stamp("created")),
        ("Confirmed", written.get(CONFIRMED)),
        ("Shipped", written.get(SHIPPED)),
        ("Done", done),
    )


async def say(request: Request) -> Response:
    """A correction, or anything else: a mail of the reader's, as if it answered our letter."""
    house, link, filled = house_of(request), found(request, Shows.ORDER), request.state.form
    told = await house.db.read(lambda tx: _told(tx, house, link))
    if told is None:
        return over(request, link)
    words = text(filled, "text", LONGEST)
    if not words:
        hint = say_in(told.language, "write what is to be changed, or what you would like to know")
        return _page(request, told, _Wrong({"text": hint}, filled))
    spare(request, f"person {link.person}")
    ticket, reader = told.ticket, told.ticket.requester
    to = _answer_to(house.desk(), ticket)
    written = Written(Address(reader.name, reader.address), to, f"Re: {ticket.subject}", words)
    await bring(request, written, text(filled, "once"))
    thanks = say_in(told.language, "Thank you. Your message is with our colleagues.")
    return rendering.see(request, request.url.path.removesuffix("/say"), thanks)


async def move(request: Request) -> Response:
    """A transition of the order's blueprint that is the customer's to take, with what it asks for."""
    house, link = house_of(request), found(request, Shows.ORDER)
    told = await house.db.read(lambda tx: _told(tx, house, link))
    if told is None:
        return over(request, link)
    filled, wanted = request.state.form, text(request.state.form, "transition")
    step = next((one for one in told.next if one.name == wanted), None)
    if step is not None and (wrong := mistakes(step, filled, told.language)):
        return _page(request, told, _Wrong(wrong, filled, step.name))
    spare(request, f"person {link.person}")
    await take(request, link, told.ticket, told.language)
    return rendering.see(
        request, request.url.path.removesuffix("/move"), say_in(told.language, "Thank you. It is done.")
    )


def spare(request: Request, who: str) -> None:
    """Raises Refused for whoever writes too often."""
    if wait := house_of(request).writers.take(who, time.monotonic()):
        headers = (("retry-after", str(int(wait) + 1)),)
        raise refused(request, 429, "that was a lot at once", "wait a minute, then go on", headers)


def _answer_to(desk: Desk, ticket: Snapshot) -> str:
    return reply_address(desk.keys, ticket.order_address, ticket.id, ticket.requester.id)


async def renew(request: Request) -> Response:
    """Send a new link to the address that this one was written to; whoever holds the old one sees nothing of it."""
    house, link = house_of(request), found(request, Shows.ORDER)
    spare(request, f"renew {link.person}")
    with contextlib.suppress(Missing):  # the order is somebody else's now: nobody learns that
        await carry_out(house.db, house.desk(), Asked("link.renew", {"ticket": link.ticket, "person": link.person}))
    return rendering.page(request, "customer/sent.html", **visited(request))


ROUTES = [
    open_page("/o/{token}", order),
    open_action("/o/{token}/say", say),
    open_action("/o/{token}/move", move),
    open_action("/o/{token}/renew", renew),
]
