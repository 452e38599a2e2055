"""How many automatic letters left within the last hour: to an organization, to an address, and in all."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select

from maild.store.prepared import Prepared
from maild.store.tables import LETTER, TO_SEND
from maild.store.tx import Tx

WINDOW = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Recent:
    """Automatic letters of the last hour: how many, and when the first of them left."""

    letters: int = 0
    oldest: datetime | None = None


def automatic_to(tx: Tx, address: str) -> list[datetime]:
    """When automatic letters left for an address in the last 7 days; now for each that waits to leave."""
    tx.alone(f"budget:{address}")  # or two transactions would each count only what the other has committed
    mine = select(LETTER.c.dialled_at).where(LETTER.c.to_address == address, LETTER.c.automatic)
    left = mine.where(LETTER.c.dialled_at > tx.now - timedelta(days=7))
    instants = list(tx.execute(left).scalars())
    waiting = len(tx.execute(mine.where(LETTER.c.dialled_at.is_(None), TO_SEND)).all())
    return [*instants, *[tx.now] * waiting]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A letter about to be claimed, as the gate sees it: how many automatic ones left within the last hour."""

    id: int
    automatic: bool
    organization: int | None
    to_address: str
    attempt: int
    created_at: datetime
    to_organization: Recent
    to_address_before: Recent
    in_all: Recent
    first_time: bool
    ticket: int | None = None


class Tally:
    """Asked once per organization and address in a claim, and counted on from there."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._known: dict[tuple[str, Any], Recent] = {}

    def candidate(self, row: Any) -> Candidate:
        """What is known of a row of the outbox."""
        return Candidate(
            id=row.id,
            automatic=row.automatic,
            organization=row.organization_id,
            to_address=row.to_address,
            attempt=row.attempt,
            created_at=row.created_at,
            to_organization=self._of("organization_id", row.organization_id) if row.organization_id else Recent(),
            to_address_before=self._of("to_address", row.to_address),
            in_all=self._of("", None),
            first_time=row.dialled_at is None,
            ticket=row.ticket_id,
        )

    def count(self, row: Any) -> None:
        """This one leaves now; a letter counts once, however often it is tried."""
        if not row.automatic or row.dialled_at is not None:
            return
        for key in (("organization_id", row.organization_id), ("to_address", row.to_address), ("", None)):
            if key in self._known:
                recent = self._known[key]
                self._known[key] = Recent(recent.letters + 1, recent.oldest or self._tx.now)

    def _of(self, column: str, value: Any) -> Recent:
        key = (column, value)
        if key not in self._known:
            which = {"of": value} if column else {}
            row = self._tx.execute(_LEFT[column], {"since": self._tx.now - WINDOW, **which}).one()
            self._known[key] = Recent(row.letters, row.oldest)
        return self._known[key]


_ALL = select(func.count().label("letters"), func.min(LETTER.c.dialled_at).label("oldest")).where(
    LETTER.c.dialled_at > bindparam("since"), LETTER.c.automatic
)
_LEFT = {
    "": Prepared(_ALL),
    "organization_id": Prepared(_ALL.where(LETTER.c.organization_id == bindparam("of"))),
    "to_address": Prepared(_ALL.where(LETTER.c.to_address == bindparam("of"))),
}
