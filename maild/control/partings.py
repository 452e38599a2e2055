"""Answering so that it can be taken back: the answer waits a moment, and leaves by itself when that is over."""

import secrets
from collections.abc import Iterable
from datetime import timedelta

from maild.control.at_hand import at_hand, said, somebody, ticket_of
from maild.control.operation import Operation, Request, Row
from maild.domain.events import CommentWritten
from maild.errors import DataError
from maild.store import history, partings, tickets
from maild.store.trial import trial
from maild.store.tx import Tx
from pipeline import parting
from pipeline.furniture import Desk


def hold(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """An answer that leaves after ``seconds``; refused now where it would be refused now. With ``once`` as a reply."""
    held, words = at_hand(tx, desk, request, request.number("id")), said(request)
    key = answer_key(request)
    if history.known(tx, key) or partings.is_known(tx, key):
        return [{"id": held.ticket.id, "repeated": True}]
    with trial(tx):
        parting.answer(tx, desk, held.ticket, CommentWritten(held.who, words, public=True), key)
    due = tx.now + timedelta(seconds=float(request.text("seconds")))
    number = partings.keep(tx, held.ticket.id, held.who.name, words, key, due)
    return [{"id": held.ticket.id, "parting": number, "due_at": due}]


def answer_key(request: Request) -> str:
    """Of the event that an answer is: the same for the same form, whether it waited or not."""
    once = request.optional("once")
    return f"hand:{request.number('id')}:CommentWritten:{once[:64]}" if once else f"hand:{secrets.token_hex(8)}"


def take_back(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """The answer does not leave, and its text is its writer's again."""
    held = at_hand(tx, desk, request, request.number("id"))
    mine = [one for one in _of(tx, request, held.who.name) if one["id"] == request.number("parting")]
    if not mine:
        raise DataError("that answer has left already, and cannot be taken back", "write to the customer again")
    if mine[0]["state"] == "waiting":
        partings.take_back(tx, mine[0]["id"])
    return [mine[0] | {"state": "taken_back"}]


def send(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """What whoever asks has answered leaves now, without waiting."""
    held = at_hand(tx, desk, request, request.number("id"))
    parting.first(tx, desk, held.ticket.id, held.who)
    return [{"id": held.ticket.id, "version": tickets.snapshot(tx, held.ticket.id).version}]


def drop(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Throw the text away of what was taken back or refused."""
    held = at_hand(tx, desk, request, request.number("id"))
    partings.forget(tx, held.ticket.id, held.who.name)
    return [{"id": held.ticket.id}]


def listing(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Of a ticket what waits or was refused, and what whoever asks took back; else all that was refused of theirs."""
    who = somebody(desk, request).name
    if request.maybe("id") is None:
        return partings.refused(tx, who)
    rows = partings.rows(tx, ticket_of(tx, request).id)
    return [row for row in rows if row["writer"] == who or row["state"] != "taken_back"]


def _of(tx: Tx, request: Request, writer: str) -> list[Row]:
    return [row for row in partings.rows(tx, request.number("id")) if row["writer"] == writer]


OPERATIONS = {
    "parting.hold": Operation(hold, writes=True),
    "parting.take_back": Operation(take_back, writes=True),
    "parting.send": Operation(send, writes=True),
    "parting.drop": Operation(drop, writes=True),
    "parting.list": Operation(listing),
}
