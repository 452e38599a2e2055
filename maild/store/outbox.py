"""The outbox: letters on their way out, their phases, and every try to send them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, select, update

from maild.domain.letter import MOVES, Letter, Phase
from maild.store import threads
from maild.store.tables import LETTER, LETTER_ATTEMPT, LETTER_RECIPIENT
from maild.store.tx import Tx

READY = (Phase.QUEUED, Phase.DEFERRED, Phase.UNKNOWN)
UNDER_WAY = (Phase.SENDING, Phase.AT_DOT)
CAP_WINDOW = timedelta(hours=1)
QUICK_RETRIES = 3


@dataclass(frozen=True, slots=True)
class NewLetter:
    """A rendered letter. ``key`` is its cause; ``phase`` queued, held or dropped, with the reason beside it."""

    key: str
    message_id: str
    template: str
    automatic: bool
    envelope_from: str
    to: tuple[str, ...]
    subject: str
    raw: bytes
    ticket: int | None = None
    organization: int | None = None
    order_address: str | None = None
    phase: Phase = Phase.QUEUED
    code: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A letter about to be claimed, as the gate sees it: how many automatic ones left within the last hour."""

    id: int
    automatic: bool
    organization: int | None
    to_address: str
    attempt: int
    created_at: datetime
    to_organization: "Recent"
    to_address_before: "Recent"
    in_all: "Recent"
    first_time: bool


@dataclass(frozen=True, slots=True)
class Recent:
    """Automatic letters of the last hour: how many, and when the first of them left."""

    letters: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Go:
    """Dial now; ``next_at`` is when to try again if we die or fail, None to give up then."""

    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now: the letter stays in the outbox until ``until``, with the reason."""

    until: datetime
    code: str
    why: str


def put(tx: Tx, new: NewLetter) -> int | None:
    """Queue a letter; None when the same cause already made one."""
    letter_id = tx.insert_new(
        LETTER,
        returning="id",
        key=new.key,
        message_id=new.message_id,
        ticket_id=new.ticket,
        organization_id=new.organization,
        template=new.template,
        automatic=new.automatic,
        envelope_from=new.envelope_from,
        to_address=new.to[0],
        subject=new.subject[:998],
        phase=new.phase,
        code=new.code,
        why=new.why,
        created_at=tx.now,
        next_at=tx.now,
        raw=new.raw,
    )
    if letter_id is None:
        return None
    if new.ticket is not None and new.order_address is not None:
        threads.remember(tx, new.order_address, new.message_id, new.ticket, letter_id)
    tx.insert_all(LETTER_RECIPIENT, ({"letter_id": letter_id, "address": address} for address in dict.fromkeys(new.to)))
    tx.wake("outbox")
    return int(letter_id)


def claim(tx: Tx, worker: str, lease: timedelta, count: int, judge: Callable[[Candidate], Go | Wait]) -> list[Letter]:
    """Lease due letters, oldest first. The attempt and the next try are committed before anybody dials."""
    columns = [c for c in LETTER.c if c.name not in {"subject", "key"}]
    query = select(*columns).where(LETTER.c.phase.in_(READY), LETTER.c.next_at <= tx.now)
    query = query.order_by(LETTER.c.next_at, LETTER.c.id).limit(count).with_for_update(skip_locked=True)
    claimed: list[Letter] = []
    tally = _Tally(tx)
    for row in tx.execute(query).all():
        verdict = judge(tally.candidate(row))
        if isinstance(verdict, Wait):
            tx.execute(
                update(LETTER)
                .where(LETTER.c.id == row.id)
                .values(next_at=verdict.until, code=verdict.code, why=verdict.why)
            )
            tx.wake("settled")
            continue
        tally.count(row)
        claimed.append(_dial(tx, row, worker, lease, verdict))
    return claimed


def _dial(tx: Tx, row: Any, worker: str, lease: timedelta, go: Go) -> Letter:
    attempt = row.attempt + 1
    tx.execute(
        update(LETTER)
        .where(LETTER.c.id == row.id)
        .values(
            phase=Phase.SENDING,
            attempt=attempt,
            next_at=go.next_at or row.next_at,
            dialled_at=row.dialled_at or tx.now,
            lease_until=tx.now + lease,
            leased_by=worker,
        )
    )
    tx.execute(LETTER_ATTEMPT.insert().values(letter_id=row.id, attempt=attempt, at=tx.now))
    waiting = select(LETTER_RECIPIENT.c.address).where(
        LETTER_RECIPIENT.c.letter_id == row.id, LETTER_RECIPIENT.c.state == "waiting"
    )
    return Letter(
        id=row.id,
        message_id=row.message_id,
        envelope_from=row.envelope_from,
        recipients=tuple(tx.execute(waiting).scalars()),
        raw=row.raw,
        attempt=attempt,
        created_at=row.created_at,
        automatic=row.automatic,
        template=row.template,
        ticket=row.ticket_id,
    )


class _Tally:
    """Automatic letters of the last hour, asked once per organization and address in a claim and counted on."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._known: dict[tuple[str, Any], Recent] = {}

    def candidate(self, row: Any) -> Candidate:
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
        )

    def count(self, row: Any) -> None:
        if row.automatic and row.dialled_at is None:
            for key in (("organization_id", row.organization_id), ("to_address", row.to_address), ("", None)):
                if key in self._known:
                    recent = self._known[key]
                    self._known[key] = Recent(recent.letters + 1, recent.oldest or self._tx.now)

    def _of(self, column: str, value: Any) -> Recent:
        key = (column, value)
        if key not in self._known:
            letters, oldest = func.count().label("letters"), func.min(LETTER.c.dialled_at).label("oldest")
            query = select(letters, oldest).where(LETTER.c.dialled_at > self._tx.now - CAP_WINDOW, LETTER.c.automatic)
            if column:
                query = query.where(LETTER.c[column] == value)
            row = self._tx.execute(query).one()
            self._known[key] = Recent(row.letters, row.oldest)
        return self._known[key]


def reach_dot(tx: Tx, letter_id: int) -> None:
    """Before the final dot: from here on the relay may have the letter even if we never hear so."""
    _move(tx, [letter_id], (Phase.SENDING,), phase=Phase.AT_DOT)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a try ended. ``remaining`` are the recipients still to be served (all of them when empty and not sent)."""

    phase: Phase
    code: str
    why: str
    next_at: datetime | None = None
    remaining: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()


def settle(tx: Tx, letter_id: int, ending: Ending) -> None:
    """Write the end of a try: the letter's phase, what became of each recipient, and the attempt's result."""
    final = ending.phase in (Phase.SENT, Phase.FAILED)
    values: dict[str, Any] = {"phase": ending.phase, "code": ending.code, "why": ending.why}
    values |= {"settled_at": tx.now if final else None, "lease_until": None, "leased_by": None}
    if ending.next_at is not None:
        values["next_at"] = ending.next_at
    if ending.phase is Phase.UNKNOWN:
        values["copies"] = LETTER.c.copies + 1
    _move(tx, [letter_id], UNDER_WAY, **values)
    for address, reply in ending.refused:
        _recipients(tx, letter_id, "refused", reply, LETTER_RECIPIENT.c.address == address)
    if ending.phase is Phase.SENT or ending.remaining:
        _recipients(tx, letter_id, "sent", ending.why, LETTER_RECIPIENT.c.address.not_in(ending.remaining))
    tx.execute(
        update(LETTER_ATTEMPT)
        .where(
            LETTER_ATTEMPT.c.letter_id == letter_id,
            LETTER_ATTEMPT.c.attempt == select(LETTER.c.attempt).where(LETTER.c.id == letter_id).scalar_subquery(),
        )
        .values(result=ending.phase, code=ending.code, why=ending.why)
    )
    tx.wake("settled")


def _recipients(tx: Tx, letter_id: int, state: str, reply: str, which: ColumnElement[bool]) -> None:
    waiting = update(LETTER_RECIPIENT).where(LETTER_RECIPIENT.c.letter_id == letter_id, which)
    tx.execute(waiting.where(LETTER_RECIPIENT.c.state == "waiting").values(state=state, reply=reply))


def recover(tx: Tx, worker: str | None = None) -> dict[str, int]:
    """After a crash: what was being sent is tried again; what was at the dot may have arrived, and that is counted.

    The first few tries follow at once; a letter that was there at every crash waits for its lease, so that a daemon
    in a restart loop does not hammer the relay.
    """
    mine = LETTER.c.leased_by == worker if worker else LETTER.c.leased_by.is_not(None)
    again = case((LETTER.c.attempt <= QUICK_RETRIES, tx.now), else_=LETTER.c.next_at)
    free: dict[str, Any] = {"lease_until": None, "leased_by": None, "next_at": again}
    sending = update(LETTER).where(LETTER.c.phase == Phase.SENDING, mine)
    at_dot = update(LETTER).where(LETTER.c.phase == Phase.AT_DOT, mine)
    why = "cut off at the final dot; it may arrive twice"
    return {
        "sending": tx.execute(
            sending.values(phase=Phase.DEFERRED, code="crash", why="cut off while sending", **free)
        ).rowcount,
        "at_dot": tx.execute(
            at_dot.values(phase=Phase.UNKNOWN, code="crash.at_dot", why=why, copies=LETTER.c.copies + 1, **free)
        ).rowcount,
    }


def next_due(tx: Tx) -> datetime | None:
    """When the next letter may be tried."""
    query = select(LETTER.c.next_at).where(LETTER.c.phase.in_(READY)).order_by(LETTER.c.next_at).limit(1)
    found: datetime | None = tx.execute(query).scalar()
    return found


def move(tx: Tx, letter_id: int, to: Phase, code: str | None, why: str) -> str | None:
    """An operator's retry, hold, release or drop; returns why it is refused, or None when done."""
    phase = tx.scalar(select(LETTER.c.phase).where(LETTER.c.id == letter_id))
    if phase is None:
        return f"no letter {letter_id}"
    if to not in MOVES[Phase(phase)] or phase in UNDER_WAY:
        return f"letter {letter_id} is {phase}; it cannot become {to}"
    values: dict[str, Any] = {"phase": to, "code": code, "why": why, "next_at": tx.now}
    if to is Phase.DROPPED:
        values["settled_at"] = tx.now
    _move(tx, [letter_id], (Phase(phase),), **values)
    if to is Phase.QUEUED:
        waiting = update(LETTER_RECIPIENT).where(LETTER_RECIPIENT.c.letter_id == letter_id)
        tx.execute(waiting.where(LETTER_RECIPIENT.c.state == "refused").values(state="waiting"))
        tx.wake("outbox")
    return None


def _move(tx: Tx, ids: Iterable[int], origin: tuple[Phase, ...], **values: Any) -> int:
    moved = update(LETTER).where(LETTER.c.id.in_(list(ids)), LETTER.c.phase.in_(origin))
    return tx.execute(moved.values(**values)).rowcount


def held_for(tx: Tx, ticket_id: int) -> list[int]:
    """The letters of a ticket that wait for a person."""
    held = select(LETTER.c.id).where(LETTER.c.ticket_id == ticket_id, LETTER.c.phase == Phase.HELD)
    return list(tx.execute(held.order_by(LETTER.c.id)).scalars())


@dataclass(frozen=True, slots=True)
class Brief:
    """What a delivery report needs to know of a letter."""

    ticket: int | None
    to_address: str


def brief(tx: Tx, letter_id: int) -> Brief | None:
    row = tx.execute(select(LETTER.c.ticket_id, LETTER.c.to_address).where(LETTER.c.id == letter_id)).one_or_none()
    return Brief(row.ticket_id, row.to_address) if row else None


def bounced(tx: Tx, letter_id: int, address: str, report: str) -> None:
    """The letter was taken by the relay and came back."""
    came_back = update(LETTER_RECIPIENT).where(LETTER_RECIPIENT.c.letter_id == letter_id)
    tx.execute(came_back.where(LETTER_RECIPIENT.c.address == address).values(state="bounced", reply=report[:500]))
