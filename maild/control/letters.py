"""The outbox in an operator's hands: list, show, retry, hold, release, drop."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from maild.control.operation import Operation, Request, Row, actor
from maild.control.visibility import no_such
from maild.domain.letter import MOVES, Phase
from maild.errors import DataError
from maild.store import letter_list, outbox, tickets
from maild.store.tx import Tx
from pipeline import letters as writing
from pipeline.furniture import Desk


def show(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    return [_found(tx, request)]


def held(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Why letters are held, each code with how many and to how many addresses."""
    return letter_list.held_codes(tx, request.hidden)


def chosen(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """The letters of ``ids``, or all that are held with ``code``, oldest first."""
    numbers, code = [int(one) for one in request.arguments.get("ids") or ()], request.optional("code")
    return letter_list.chosen(tx, request.limit(), numbers=numbers, code=code, hidden=request.hidden)


def retry(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """A letter that could not be written is written anew first, with the letters as they are now."""
    letter = _found(tx, request)
    if str(letter["code"]).startswith("addr."):
        raise DataError(f"letter {letter['id']} cannot be sent: {letter['why']}", "correct the requester's address")
    refused = writing.rewrite(tx, desk, request.number("id"))
    if refused is not None:
        raise DataError(f"letter {request.number('id')} cannot be written: {refused.why}", "mend the letter's template")
    return _move(tx, desk, request, Phase.QUEUED, (Phase.DEFERRED, Phase.UNKNOWN, Phase.FAILED), "tried again")


def hold(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    return _move(tx, desk, request, Phase.HELD, (Phase.QUEUED, Phase.DEFERRED, Phase.UNKNOWN), "held")


def release(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Let a held letter go, or all with a code.

    Whoever releases it vouches for the requester: later letters of the ticket leave too.
    """
    return _each(tx, desk, request, _release)


def _each(tx: Tx, desk: Desk, request: Request, move: Callable[[Tx, Desk, Request], list[Row]]) -> Iterable[Row]:
    """The letter that was asked for, or each that is held with the code."""
    code = request.optional("code")
    numbers = [request.number("id")] if code is None else outbox.held_with(tx, code, request.hidden)
    return [row for number in numbers for row in move(tx, desk, replace(request, arguments={"id": number}))]


def _release(tx: Tx, desk: Desk, request: Request) -> list[Row]:
    letter = _found(tx, request)
    if letter["ticket_id"] is not None and str(letter["code"]).startswith("auth."):
        tickets.mark_verified(tx, letter["ticket_id"])
    return _move(tx, desk, request, Phase.QUEUED, (Phase.HELD,), "released")


def drop(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    return _each(tx, desk, request, _drop)


def _drop(tx: Tx, desk: Desk, request: Request) -> list[Row]:
    droppable = tuple(phase for phase, following in MOVES.items() if Phase.DROPPED in following)
    return _move(tx, desk, request, Phase.DROPPED, droppable, "dropped")


def _move(tx: Tx, desk: Desk, request: Request, to: Phase, origin: tuple[Phase, ...], did: str) -> list[Row]:
    letter = _found(tx, request)
    if letter["phase"] not in origin:
        raise DataError(f"letter {letter['id']} is {letter['phase']}; it cannot be {did}")
    refused = outbox.move(tx, letter["id"], to, None, f"{did} by {actor(desk, request)}")
    if refused:
        raise DataError(refused)
    return [{"id": letter["id"], "phase": to.value}]


def _found(tx: Tx, request: Request) -> Row:
    found = letter_list.row(tx, request.number("id"))
    if found is None:
        raise no_such("outbox", request.number("id"))
    return found


OPERATIONS = {
    "outbox.show": Operation(show),
    "outbox.held": Operation(held),
    "outbox.chosen": Operation(chosen),
    "outbox.retry": Operation(retry, writes=True),
    "outbox.hold": Operation(hold, writes=True),
    "outbox.release": Operation(release, writes=True),
    "outbox.drop": Operation(drop, writes=True),
}
