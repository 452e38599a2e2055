"""Answers of agents that wait a moment in which they may be taken back: each leaves once, or it is said why not.

They are rows from the moment they are written, so that a daemon that is killed sends them after its next start. Nothing
of them is in the ticket's history, and no rule has seen them, before they leave.
"""

from maild.domain.events import CommentWritten, Event
from maild.domain.people import Actor
from maild.domain.ticket import Snapshot
from maild.errors import DataError
from maild.store import partings, tickets
from maild.store.partings import Parting
from maild.store.tx import Tx
from pipeline import desk as door
from pipeline.furniture import Desk
from pipeline.pinned import in_force
from rules.departments import stranger
from rules.triggers import Outcome


def leave(tx: Tx, desk: Desk, one: Parting) -> bool:
    """Say it to the customer now; False where it has left, or was taken back, before.

    Raises DataError, with the reason, where it cannot be said any more as the ticket stands now.
    """
    tickets.lock(tx, one.ticket)
    if not partings.leaves(tx, one.id):
        return False
    ticket, who = tickets.snapshot(tx, one.ticket), Actor("agent", one.writer)
    if desk.ruleset.colleague(one.writer) is None:
        raise DataError(f"{one.writer} is no longer one of the desk's people")
    if why := stranger(in_force(tx, desk, ticket), ticket, who):
        raise DataError(why)
    answer(tx, desk, ticket, CommentWritten(who, one.text, public=True), one.key)
    partings.left_between(tx, one.id, ticket.version, tickets.snapshot(tx, one.ticket).version)
    return True


def answer(tx: Tx, desk: Desk, ticket: Snapshot, event: CommentWritten, key: str) -> Outcome | None:
    """An agent's answer, with everything that follows from it; None when this very event was handled before."""
    tickets.count_mail(tx, ticket.id, customer=False)
    outcome = door.handle(tx, desk, ticket.id, event, key)
    if outcome is not None:
        demand(ticket, outcome, event)
    return outcome


def first(tx: Tx, desk: Desk, ticket: int, who: Actor) -> None:
    """Before somebody does the next thing, what they have answered before leaves: the customer reads it in that order.

    Raises DataError where it cannot leave; then the next thing is not done either.
    """
    for one in partings.waiting(tx, ticket, who.name):
        try:
            leave(tx, desk, one)
        except DataError as error:
            what = f"your answer that waits cannot be sent, so this was not done either: {error.what}"
            raise DataError(what, "take it back, then repeat this") from None


def demand(ticket: Snapshot, outcome: Outcome, event: Event) -> None:
    """Raises DataError with the reasons where nothing came of what was asked for, whatever else it has set off."""
    is_answer = isinstance(event, CommentWritten) and event.public
    if outcome.asked and (is_answer or not outcome.effects):
        why, named = "; ".join(outcome.asked), f"ticket {ticket.id}"
        raise DataError(why if why.startswith(f"{named} ") else f"{named}: {why}")
