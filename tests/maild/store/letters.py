"""Letters brought into a phase, and what is then seen of them."""

from datetime import timedelta
from typing import Any

from maild.domain.letter import Phase
from maild.store import letter_list, outbox, sending
from maild.store.db import Database
from maild.store.sending import Ending
from tests.maild.store.builders import claim
from tests.maild.store.conftest import START

MINUTE = timedelta(minutes=1)


LATER = START + 10 * MINUTE


def ending(phase: Phase, **changes: Any) -> Ending:
    given: dict[str, Any] = {"code": "relay.4xx", "why": "250 or not", "next_at": None} | changes
    return Ending(phase, **given)


def row(db: Database, letter_id: int) -> dict[str, Any]:
    found = db.read_now(lambda tx: letter_list.row(tx, letter_id))
    assert found is not None
    return found


def recipients(db: Database, letter_id: int) -> dict[str, tuple[str, str | None]]:
    return {to["address"]: (to["state"], to["reply"]) for to in row(db, letter_id)["recipients"]}


def bring(db: Database, letter_id: int, phase: Phase) -> None:
    """A letter that was queued, in this phase, by the ways there are."""
    if phase is Phase.QUEUED:
        return
    if phase in (Phase.HELD, Phase.DROPPED):
        assert db.write_now(lambda tx: outbox.move(tx, letter_id, phase, None, "by hand")) is None
        return
    db.write_now(claim)
    if phase is Phase.SENDING:
        return
    db.write_now(lambda tx: sending.reach_dot(tx, letter_id))
    if phase is not Phase.AT_DOT:
        assert db.write_now(lambda tx: sending.settle(tx, letter_id, ending(phase)))
