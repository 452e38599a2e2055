"""What everybody passes who lays hands on a ticket, whichever operation they ask for."""

from dataclasses import dataclass

from maild.control.operation import Request, actor
from maild.control.visibility import no_ticket
from maild.domain.people import Actor
from maild.domain.ticket import Snapshot, Status
from maild.errors import DataError, Hidden, TryAgain, UsageError
from maild.store import partings, tickets
from maild.store.tx import Tx
from pipeline.furniture import Desk
from pipeline.pinned import in_force
from rules.departments import stranger


@dataclass(frozen=True, slots=True)
class AtHand:
    """A ticket that nobody else changes until the transaction ends, and who it is that may."""

    ticket: Snapshot
    who: Actor


def ticket_of(tx: Tx, request: Request) -> Snapshot:
    return _held(tx, request.number("id"))


def at_hand(tx: Tx, desk: Desk, request: Request, number: int) -> AtHand:
    """Lock a ticket for whoever asks.

    Raises Missing where there is none, UsageError for nobody's name, Hidden to people who do not see it.
    """
    tickets.lock(tx, number)
    ticket, who = _held(tx, number), somebody(desk, request)
    if why := stranger(in_force(tx, desk, ticket), ticket, who):
        raise Hidden(why, "ask somebody who does", no_ticket(number))
    return AtHand(ticket, who)


def unchanged(tx: Tx, request: Request, held: AtHand) -> None:
    """With a ``version`` only while the ticket is at that one; raises TryAgain.

    What an answer of theirs that waited has changed by leaving is no news to whoever asks.
    """
    version, ticket = version_of(request), held.ticket
    if version is None or version == ticket.version:
        return
    if partings.since(tx, ticket.id, held.who.name, version) != ticket.version:
        raise TryAgain(f"ticket {ticket.id} was changed meanwhile", "look at it again, then repeat the change")


def not_closed(ticket: Snapshot, what: str) -> None:
    """A closed ticket is history: what would make work of it belongs on another."""
    if ticket.status is Status.CLOSED:
        why = f"ticket {ticket.id} is closed and takes no {what}"
        raise DataError(why, "open another with 'maild ticket new', or leave a note here")


def version_of(request: Request) -> int | None:
    version = request.arguments.get("version")
    return None if version is None else int(version)


def somebody(desk: Desk, request: Request) -> Actor:
    """Who acts: every change to a ticket has the name of one of the desk's people on it."""
    who = actor(desk, request)
    if who.kind != "agent":
        names = ", ".join(colleague.name for colleague in desk.ruleset.people) or "the configuration names no [[user]]"
        raise UsageError(f"{who.name!r} is none of the desk's people", f"say who acts: --as USER ({names})")
    return who


def said(request: Request) -> str:
    """The words that came with it."""
    text = request.text("text").strip()
    if not text:
        raise UsageError("there is no text", "write it after the number, or give - to read standard input", "text")
    return text


def _held(tx: Tx, number: int) -> Snapshot:
    if not tickets.exists(tx, number):
        raise no_ticket(number)
    return tickets.snapshot(tx, number)
