"""Side conversations in a colleague's hands: open, list, show, go on, close."""

from collections.abc import Iterable

from maild.control.operation import Operation, Request, Row, actor
from maild.control.tickets import identified, ticket_of
from maild.control.visibility import no_such
from maild.domain.people import Actor
from maild.errors import DataError, UsageError
from maild.store import sides, tickets
from maild.store.sides import Side
from maild.store.tx import Tx
from pipeline import side as road
from pipeline.furniture import Desk


def begin(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Write to an outsider about a ticket; neither the customer nor the ticket's comments see anything of it."""
    ticket, who = ticket_of(tx, request), _who(desk, request)
    tickets.lock(tx, ticket.id)
    number = road.begin(tx, desk, ticket, request.text("to"), request.text("subject"), _text(request), who)
    return _shown(tx, number)


def say(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Write to them once more."""
    who = _who(desk, request)
    side = _side(tx, request)
    tickets.lock(tx, side.ticket)
    road.say(tx, desk, side, _text(request), who)
    return _shown(tx, side.id)


def close(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """It needs nobody any more; an answer opens it again."""
    who = _who(desk, request)
    side = _side(tx, request)
    if not sides.close(tx, side.id, str(who)):
        raise DataError(f"side conversation {side.id} is closed already")
    return _shown(tx, side.id)


def listing(tx: Tx, _desk: Desk, request: Request) -> Iterable[Row]:
    """Open ones, newest first; with ``all`` closed ones too."""
    ticket, before, every = request.maybe("ticket"), request.maybe("before"), bool(request.arguments.get("all"))
    return sides.rows(tx, ticket=ticket, all_states=every, limit=request.limit(), hidden=request.hidden, before=before)


def show(tx: Tx, _desk: Desk, request: Request) -> Iterable[Row]:
    """One with everything said there."""
    return _shown(tx, _side(tx, request).id)


def _shown(tx: Tx, number: int) -> list[Row]:
    side = sides.brief(tx, number)
    assert side is not None
    return [
        {
            "id": side.id,
            "ticket": side.ticket,
            "state": side.state,
            "with": side.address,
            "subject": side.subject,
            "opened_by": side.opened_by,
            "messages": sides.messages(tx, number),
        }
    ]


def _side(tx: Tx, request: Request) -> Side:
    number = request.number("id")
    side = sides.brief(tx, number)
    if side is None:
        raise no_such("side", number)
    return side


def _who(desk: Desk, request: Request) -> Actor:
    who = actor(desk, request)
    identified(desk, who)
    return who


def _text(request: Request) -> str:
    text = request.text("text").strip()
    if not text:
        raise UsageError("there is no text", "write it at the end, or give - to read standard input")
    return text


OPERATIONS = {
    "side.begin": Operation(begin, writes=True),
    "side.say": Operation(say, writes=True),
    "side.close": Operation(close, writes=True),
    "side.list": Operation(listing),
    "side.show": Operation(show),
}
