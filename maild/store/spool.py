"""The spool: accepted mails as rows, on their way to a final state. `maild.store.put` puts them there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, case, func, or_, select, update

from maild.domain.envelope import Channel, Envelope
from maild.domain.spool import Outcome, SpoolState
from maild.errors import TryAgain
from maild.store.prepared import Prepared
from maild.store.tables import DELIVERY, MESSAGE, MESSAGE_CHUNK, OPEN_MAIL
from maild.store.tx import Tx

SUSPECT = 3  # tries after which a mail is no longer worked on beside others

# Run for every mail, so built once: putting a statement together costs more than running it.
_CHUNKS = Prepared(
    select(MESSAGE_CHUNK.c.data).where(MESSAGE_CHUNK.c.message_id == bindparam("message")).order_by(MESSAGE_CHUNK.c.seq)
)
_FIRST_DELIVERY = Prepared(
    select(DELIVERY).where(DELIVERY.c.message_id == bindparam("message")).order_by(DELIVERY.c.id).limit(1)
)
_READY = or_(
    and_(MESSAGE.c.state == SpoolState.READY, or_(MESSAGE.c.next_at.is_(None), MESSAGE.c.next_at <= bindparam("now"))),
    and_(MESSAGE.c.state == SpoolState.LEASED, MESSAGE.c.lease_until <= bindparam("now")),
)
_TO_CLAIM = Prepared(
    select(MESSAGE.c.id, MESSAGE.c.size, MESSAGE.c.attempts, MESSAGE.c.order_address, MESSAGE.c.received_at)
    .where(OPEN_MAIL, _READY)
    .order_by(MESSAGE.c.id)
    .limit(bindparam("count"))
    .with_for_update(skip_locked=True)
)
_LEASE = Prepared(update(MESSAGE).where(MESSAGE.c.id == bindparam("message")))
_WAITS_UNTIL = case(
    (MESSAGE.c.state == SpoolState.LEASED, MESSAGE.c.lease_until),
    else_=func.coalesce(MESSAGE.c.next_at, MESSAGE.c.received_at),
)
_NEXT = Prepared(select(func.min(_WAITS_UNTIL)).where(OPEN_MAIL))
_FINISH = Prepared(update(MESSAGE).where(MESSAGE.c.id == bindparam("message"), MESSAGE.c.state != SpoolState.DONE))


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail leased to a worker. ``attempts`` counts this try."""

    id: int
    size: int
    attempts: int
    order_address: str
    received_at: datetime


def claim(tx: Tx, worker: str, lease: timedelta, count: int, max_bytes: int) -> list[Claimed]:
    """Lease up to ``count`` mails, oldest first, at least one if any waits and then no more than ``max_bytes``.

    One that was tried ``SUSPECT`` times goes alone: what a slow or deadly mail does is not held against its neighbours.
    The attempt is counted here, before the work, so a mail that kills its worker is seen to have been tried.
    """
    rows = tx.execute(_TO_CLAIM, {"now": tx.now, "count": count}).all()
    claimed = [Claimed(r.id, r.size, r.attempts + 1, r.order_address, r.received_at) for r in _within(rows, max_bytes)]
    if claimed:
        leased = {"state": SpoolState.LEASED, "lease_until": tx.now + lease, "leased_by": worker}
        tx.execute(_LEASE, [{"message": mail.id, "attempts": mail.attempts, **leased} for mail in claimed])
    return claimed


def _within(rows: Iterable[Any], max_bytes: int) -> Iterator[Any]:
    total = 0
    for row in rows:
        total += row.size
        if total != row.size and (total > max_bytes or row.attempts >= SUSPECT):
            return
        yield row
        if row.attempts >= SUSPECT:
            return


def next_due(tx: Tx) -> datetime | None:
    """When the next mail that waits (for its back-off or a lease to end) can be claimed; None when none waits."""
    found: datetime | None = tx.scalar(_NEXT)
    return found


def raw(tx: Tx, message_id: int) -> bytes:
    """The mail's bytes exactly as first delivered, dot-unstuffed."""
    return b"".join(tx.execute(_CHUNKS, {"message": message_id}).scalars())


def first_envelope(tx: Tx, message_id: int) -> Envelope:
    """The envelope of the first delivery: the one that decides."""
    row = tx.execute(_FIRST_DELIVERY, {"message": message_id}).one()
    return Envelope(
        row.sender, tuple(row.recipients), Channel(row.channel), row.peer, row.helo, row.login, row.tls, row.session
    )


@dataclass(frozen=True, slots=True)
class Settled:
    """What is written beside a mail once it is understood."""

    outcome: Outcome
    why: str
    code: str | None = None
    ticket: int | None = None
    kind: str | None = None
    subject: str | None = None
    from_address: str | None = None
    message_id: str | None = None
    checked: str | None = None


class SettledBefore(TryAgain):
    """Somebody else settled the mail while this worker had it (its lease had run out); nothing may be written twice."""


def finish(tx: Tx, message_id: int, settled: Settled) -> None:
    """Give the mail its final state; raises SettledBefore when it has one."""
    final = {
        "message": message_id,
        "state": SpoolState.DONE,
        "outcome": settled.outcome,
        "code": settled.code,
        "why": settled.why,
        "ticket_id": settled.ticket,
        "kind": settled.kind,
        "subject": settled.subject,
        "from_address": settled.from_address,
        "message_id": settled.message_id,
        "checked": settled.checked,
        "settled_at": tx.now,
        "lease_until": None,
        "leased_by": None,
        "next_at": None,
    }
    done = tx.execute(_FINISH, final)
    if not done.rowcount:
        raise SettledBefore(f"mail {message_id} was settled meanwhile")
    tx.wake("settled")


def release(tx: Tx, message_id: int, next_at: datetime, code: str, why: str) -> None:
    """Put a mail back after a failed try; it waits until ``next_at`` and blocks nobody meanwhile."""
    tx.execute(
        update(MESSAGE)
        .where(MESSAGE.c.id == message_id, MESSAGE.c.state == SpoolState.LEASED)
        .values(state=SpoolState.READY, next_at=next_at, lease_until=None, leased_by=None, code=code, why=why)
    )
    tx.wake("spool")
    tx.wake("settled")


def release_leases(tx: Tx, worker: str | None = None) -> int:
    """Free what a dead process had leased (all of them, or one worker's); returns how many."""
    mine = MESSAGE.c.leased_by == worker if worker else MESSAGE.c.leased_by.is_not(None)
    freed = update(MESSAGE).where(OPEN_MAIL, MESSAGE.c.state == SpoolState.LEASED, mine)
    tx.wake("spool")
    return tx.execute(freed.values(state=SpoolState.READY, lease_until=None, leased_by=None, next_at=None)).rowcount


def retry(tx: Tx, message_id: int) -> bool:
    """An operator asks for a quarantined or ignored mail to be read again; False when there is nothing to retry."""
    again = update(MESSAGE).where(
        MESSAGE.c.id == message_id,
        MESSAGE.c.erased_at.is_(None),
        or_(
            MESSAGE.c.outcome.in_([Outcome.QUARANTINED, Outcome.IGNORED]),
            MESSAGE.c.state == SpoolState.READY,
        ),
    )
    fresh = {"attempts": 0, "next_at": None, "outcome": None, "code": None, "why": None, "settled_at": None}
    done = tx.execute(again.values(state=SpoolState.READY, ticket_id=None, **fresh)).rowcount
    tx.wake("spool")
    return bool(done)


def counts(tx: Tx) -> dict[str, int]:
    """How many mails wait or are in work, and how many are quarantined."""
    count = func.count().label("n")
    waiting = select(MESSAGE.c.state, count).where(OPEN_MAIL).group_by(MESSAGE.c.state)
    found = {row.state: row.n for row in tx.execute(waiting)}
    stuck = select(func.count()).where(MESSAGE.c.outcome == Outcome.QUARANTINED)
    return {
        "ready": found.get(SpoolState.READY, 0),
        "leased": found.get(SpoolState.LEASED, 0),
        "quarantined": int(tx.scalar(stuck)),
    }
