"""Side conversations in a colleague's hands: open, list, show, go on, close."""

from collections.abc import Iterable
from functools import partial

from maild.control.at_hand import AtHand, at_hand, not_closed, said, unchanged
from maild.control.deeds import once
from maild.control.operation import Operation, Request, Row
from maild.control.visibility import no_such
from maild.errors import DataError
from maild.store import sides
from maild.store.sides import Side
from maild.store.tx import Tx
from pipeline import side as road
from pipeline.furniture import Desk


def begin(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Write to an outsider about a ticket; neither the customer nor the ticket's comments see anything of it.

    With ``once`` (a word made up for this deed) it happens once, however often it is asked for; so does `say`.
    """
    held = at_hand(tx, desk, request, request.number("id"))
    return _shown(tx, once(tx, request, f"side|{held.ticket.id}", partial(_begin, tx, desk, request, held)))


def _begin(tx: Tx, desk: Desk, request: Request, held: AtHand) -> int:
    unchanged(tx, request, held)
    not_closed(held.ticket, "new side conversation")
    return road.begin(tx, desk, held.ticket, request.text("to"), request.text("subject"), said(request), held.who)


def say(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Write to them once more."""
    side, held = _at_hand(tx, desk, request)

    def say_it() -> int:
        road.say(tx, desk, side, said(request), held.who)
        return side.id

    return _shown(tx, once(tx, request, f"said|{side.id}", say_it))


def close(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """It needs nobody any more; an answer opens it again."""
    side, held = _at_hand(tx, desk, request)
    if not road.close(tx, desk, side, held.who):
        raise DataError(f"side conversation {side.id} is closed already", "the outsider's answer opens it again")
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


def _at_hand(tx: Tx, desk: Desk, request: Request) -> tuple[Side, AtHand]:
    side = _side(tx, request)
    return side, at_hand(tx, desk, request, side.ticket)


def _side(tx: Tx, request: Request) -> Side:
    number = request.number("id")
    side = sides.brief(tx, number)
    if side is None:
        raise no_such("side", number)
    return side


OPERATIONS = {
    "side.begin": Operation(begin, writes=True),
    "side.say": Operation(say, writes=True),
    "side.close": Operation(close, writes=True),
    "side.list": Operation(listing),
    "side.show": Operation(show),
}
