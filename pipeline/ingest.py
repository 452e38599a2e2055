"""Mails that come as bytes instead of over a wire: their envelope, and a rehearsal that leaves nothing behind."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from maild.domain.envelope import Channel, Envelope
from maild.errors import DataError
from maild.store import history, letter_list
from maild.store.db import Database
from maild.store.put import put
from maild.store.spool import Claimed
from maild.store.tx import Tx
from pipeline import settle
from pipeline.furniture import Desk
from pipeline.intake import Intake
from pipeline.mail.addresses import canonical
from pipeline.mail.digest import scan_header
from pipeline.reader import understand
from pipeline.understood import Understood

_RECIPIENTS = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")


def envelope(intake: Intake, raw: bytes, to: str | None) -> Envelope:
    """What stands for the SMTP envelope: Return-Path, and ``to`` or the order addresses that the header names.

    Raises DataError when ``to`` is no address of ours.
    """
    if to is not None and intake.base(to) is None:
        raise DataError(f"{to} is no order address", f"one of {', '.join(intake.addresses)}")
    names = scan_header(BytesIO(raw), {*_RECIPIENTS, "return-path"})
    sender = canonical("".join(names["return-path"][:1]).strip().strip("<>")) or ""
    words = (word for name in _RECIPIENTS for text in names[name] for word in text.replace(",", " ").split())
    ours = [address for word in words if intake.base(address := word.strip("<>;\"'"))]
    return Envelope(sender, (to,) if to else tuple(dict.fromkeys(ours)) or intake.addresses[:1], Channel.INGEST)


class _Undone(Exception):
    """Carries the result out of a transaction that must not be kept."""

    def __init__(self, result: dict[str, Any]) -> None:
        super().__init__()
        self.result = result


async def rehearse(
    db: Database, desk: Desk, raw: bytes, to: str | None, understood: Understood | None = None
) -> dict[str, Any]:
    """What would become of a mail, found out by doing it in a transaction that is rolled back.

    ``understood`` is what a child says of it; without it the mail is read here.
    """
    way = envelope(desk.intake, raw, to)
    understood = understood or understand(raw)
    address = desk.intake.order_addresses(way.recipients, "", "")[0]

    def run(tx: Tx) -> None:
        stored = put(tx, BytesIO(raw), len(raw), f"rehearsal-{id(raw)}", address, way)
        claimed = Claimed(stored.id, len(raw), 1, address, tx.now)
        before = _Before.of(tx)
        settled = settle.settle(tx, desk, claimed, understood)
        raise _Undone(
            {
                "kind": understood.mail.kind.value,
                "outcome": settled.outcome.value,
                "code": settled.code,
                "why": settled.why,
                "orders": [order.po_number for order in understood.reading.orders],
                **_followed(tx, settled.ticket, before),
            }
        )

    try:
        await db.write(run)
    except _Undone as undone:
        return undone.result
    raise AssertionError("a rehearsal always ends undone")


@dataclass(frozen=True, slots=True)
class _Before:
    """The newest event and letter there were: a ticket that a mail comes to has some already."""

    event: int
    letter: int

    @classmethod
    def of(cls, tx: Tx) -> "_Before":
        newest = letter_list.rows(tx, None, None, 1)
        return cls(history.newest(tx), newest[0]["id"] if newest else 0)


def _followed(tx: Tx, ticket: int | None, before: _Before) -> dict[str, Any]:
    """What the rules did, and the letters they would have sent."""
    if ticket is None:
        return {}
    events = [entry for entry in history.of_ticket(tx, ticket) if entry["id"] > before.event]
    steps = [step for entry in events for step in entry["steps"]]
    letters = [row for row in letter_list.rows(tx, None, ticket, 20) if row["id"] > before.letter]
    return {
        "ticket": ticket,
        "fired": [step["rule"] for step in steps if step["what"] == "hit"],
        "letters": [f"{row['template']} to {row['to_address']}: {row['phase']}" for row in letters],
    }
