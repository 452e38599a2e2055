"""Letters to colleagues who see the ticket no more: withdrawn when it moves, and asked about again as they leave."""

from functools import partial

import structlog

from maild.domain.ticket import Snapshot
from maild.store import outbox, tickets
from maild.store.caps import Candidate
from maild.store.tx import Tx
from pipeline.furniture import Desk
from pipeline.pinned import in_force
from rules.departments import unseen

LOST_SIGHT = "reader.lost_sight"
WHY = "its reader does not see the ticket any more"

log = structlog.get_logger("maild.letters")


def lost(tx: Tx, desk: Desk, ticket: Snapshot) -> None:
    """The ticket has moved: what waits to leave about it for those who do not see it any more never leaves."""
    blind = [one.address.lower() for one in desk.ruleset.people if _is_blind(tx, desk, ticket, one.address)]
    for letter in outbox.withdraw(tx, ticket.id, blind, LOST_SIGHT, WHY):
        tx.tell(partial(log.warning, "letter.withheld", letter=letter, ticket=ticket.id, code=LOST_SIGHT))


def withheld(desk: Desk, tx: Tx, letter: Candidate) -> tuple[str, str] | None:
    """Why a letter that is about to leave never does: another configuration may have come since it was written.

    Colleagues are few beside customers, and only for them is the ticket read.
    """
    if letter.ticket is None or not desk.ruleset.departments or desk.ruleset.colleague(letter.to_address) is None:
        return None
    ticket = tickets.snapshot(tx, letter.ticket)
    if not _is_blind(tx, desk, ticket, letter.to_address) or outbox.is_bare(tx, letter.id):
        return None
    tx.tell(partial(log.warning, "letter.withheld", letter=letter.id, ticket=ticket.id, code=LOST_SIGHT))
    return LOST_SIGHT, WHY


def _is_blind(tx: Tx, desk: Desk, ticket: Snapshot, address: str) -> bool:
    """Whoever ordered is answered, whatever they see as a colleague."""
    if address.lower() == ticket.requester.address:
        return False
    return unseen(in_force(tx, desk, ticket), ticket, address) is not None
