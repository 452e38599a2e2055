"""Letters under way: claimed, at the final dot, settled, and picked up again after a crash. MOVES says what may follow.

Each step is committed before the courier takes the next one outside, so the outbox always knows how far a letter got.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, func, or_, select, update

from maild.domain.letter import MOVES, Kind, Letter, Phase
from maild.store.caps import Candidate, Tally
from maild.store.prepared import Prepared
from maild.store.tables import LETTER, LETTER_ATTEMPT, LETTER_RECIPIENT, NOT_TO_SEND, TO_SEND
from maild.store.tx import Tx

READY = (Phase.QUEUED, Phase.DEFERRED, Phase.UNKNOWN)
UNDER_WAY = (Phase.SENDING, Phase.AT_DOT)
FINAL = (Phase.SENT, Phase.FAILED, Phase.DROPPED)
QUICK_RETRIES = 3
SHORTEST_WAIT = timedelta(seconds=1)


# Run for every letter, so built once: putting a statement together costs more than running it.
_THIS = LETTER.c.id == bindparam("letter")
_DIAL = Prepared(update(LETTER).where(_THIS))
_TO_SERVE = (
    select(LETTER_RECIPIENT.c.letter_id, LETTER_RECIPIENT.c.address)
    .where(LETTER_RECIPIENT.c.letter_id.in_(bindparam("letters", expanding=True)))
    .where(LETTER_RECIPIENT.c.state == "waiting")
    .order_by(LETTER_RECIPIENT.c.letter_id, LETTER_RECIPIENT.c.address)
)
_ONE_COPY_MORE = update(LETTER).where(_THIS).values(copies=LETTER.c.copies + 1)
_WAITING = update(LETTER_RECIPIENT).where(
    LETTER_RECIPIENT.c.letter_id == bindparam("letter"), LETTER_RECIPIENT.c.state == "waiting"
)
_SERVE = _WAITING.where(LETTER_RECIPIENT.c.address == bindparam("one"))
_SERVE_ALL = Prepared(_WAITING)
_SERVE_OTHERS = _WAITING.where(LETTER_RECIPIENT.c.address.not_in(bindparam("but", expanding=True)))
_LAST = select(LETTER.c.attempt).where(_THIS).scalar_subquery()
_END_ATTEMPT = Prepared(
    update(LETTER_ATTEMPT).where(LETTER_ATTEMPT.c.letter_id == bindparam("letter"), LETTER_ATTEMPT.c.attempt == _LAST)
)
BEING_SENT = or_(*(LETTER.c.phase == phase for phase in UNDER_WAY))
_EXPIRED = Prepared(
    select(LETTER.c.id).where(NOT_TO_SEND, BEING_SENT, LETTER.c.lease_until <= bindparam("now")).limit(1)
)
_DUE = Prepared(
    select(*(column for column in LETTER.c if column.name not in {"subject", "key"}))
    .where(TO_SEND, LETTER.c.kind == bindparam("kind"), LETTER.c.next_at <= bindparam("now"))
    .order_by(LETTER.c.next_at, LETTER.c.id)
    .limit(bindparam("count"))
    .with_for_update(skip_locked=True)
)

_ANY_DUE = Prepared(
    select(LETTER.c.id).where(TO_SEND, LETTER.c.kind == Kind.MAIL, LETTER.c.next_at <= bindparam("now")).limit(1)
)
_HASTEN = (
    update(LETTER)
    .where(TO_SEND, LETTER.c.kind == Kind.MAIL, LETTER.c.phase == Phase.DEFERRED)
    .where(LETTER.c.next_at > bindparam("now"), LETTER.c.code.in_(bindparam("codes", expanding=True)))
    .values(next_at=LETTER.c.queued_at)
)


@dataclass(frozen=True, slots=True)
class Go:
    """Dial now; ``next_at`` is when to try again if we die or fail, None to leave it as it is."""

    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now: the letter stays in the outbox until ``until``, with the reason."""

    until: datetime
    code: str
    why: str


@dataclass(frozen=True, slots=True)
class Never:
    """It must not leave any more: the letter is dropped, with the reason."""

    code: str
    why: str


def claim(
    tx: Tx,
    worker: str,
    lease: timedelta,
    count: int,
    judge: Callable[[Candidate], Go | Wait | Never],
    kind: Kind = Kind.MAIL,
) -> list[Letter]:
    """Lease due letters of a kind, oldest first. The attempt and the next try are committed before anybody dials.

    Letters of a courier whose lease has run out are taken from it first.
    """
    tx.alone("caps")  # or two couriers would each count only what the other has committed
    if tx.scalar(_EXPIRED, {"now": tx.now}) is not None:
        _recover(tx, LETTER.c.lease_until <= tx.now)
    tally = Tally(tx)
    claimed: list[tuple[Any, Go]] = []
    for row in tx.execute(_DUE, {"kind": kind, "now": tx.now, "count": count}).all():
        verdict = judge(tally.candidate(row))
        if isinstance(verdict, Wait):
            _put_off(tx, row.id, verdict)
        elif isinstance(verdict, Never):
            _drop(tx, row.id, verdict)
        else:
            tally.count(row)
            claimed.append((row, verdict))
    return _dial(tx, claimed, worker, lease) if claimed else []


def _put_off(tx: Tx, letter_id: int, wait: Wait) -> None:
    until = max(wait.until, tx.now + SHORTEST_WAIT)
    put_off = update(LETTER).where(LETTER.c.id == letter_id)
    tx.execute(put_off.values(next_at=until, code=wait.code, why=wait.why))
    tx.wake("settled")


def _drop(tx: Tx, letter_id: int, never: Never) -> None:
    dropped = update(LETTER).where(LETTER.c.id == letter_id)
    tx.execute(dropped.values(phase=Phase.DROPPED, code=never.code, why=never.why, settled_at=tx.now))
    tx.wake("settled")


def _dial(tx: Tx, claimed: list[tuple[Any, Go]], worker: str, lease: timedelta) -> list[Letter]:
    leased = {"phase": Phase.SENDING, "lease_until": tx.now + lease, "leased_by": worker}
    dialled = [
        {
            "letter": row.id,
            "attempt": row.attempt + 1,
            "next_at": go.next_at or row.next_at,
            "dialled_at": row.dialled_at or tx.now,
            **leased,
        }
        for row, go in claimed
    ]
    tx.execute(_DIAL, dialled)
    attempts = ({"letter_id": row.id, "attempt": row.attempt + 1, "at": tx.now} for row, _ in claimed)
    tx.insert_all(LETTER_ATTEMPT, attempts)
    waiting: dict[int, list[str]] = {row.id: [] for row, _ in claimed}
    for recipient in tx.execute(_TO_SERVE, {"letters": list(waiting)}):
        waiting[recipient.letter_id].append(recipient.address)
    return [_letter(row, tuple(waiting[row.id])) for row, _ in claimed]


def _letter(row: Any, recipients: tuple[str, ...]) -> Letter:
    return Letter(
        id=row.id,
        message_id=row.message_id,
        envelope_from=row.envelope_from,
        recipients=recipients,
        raw=row.raw,
        attempt=row.attempt + 1,
        created_at=row.queued_at,
        automatic=row.automatic,
        template=row.template,
        ticket=row.ticket_id,
    )


def reach_dot(tx: Tx, letter_id: int, worker: str | None = None) -> bool:
    """Before the final dot: from here on the relay may have the letter even if we never hear so.

    False when the letter is not being sent (its lease ran out and somebody else has it): then no dot may follow.
    """
    return move_from(tx, letter_id, (Phase.SENDING,), worker, phase=Phase.AT_DOT)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a try ended. ``remaining`` are the recipients still to be served (all of them when empty and not sent)."""

    phase: Phase
    code: str
    why: str
    next_at: datetime | None = None
    remaining: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()


def settle(tx: Tx, letter_id: int, ending: Ending, worker: str | None = None) -> bool:
    """Write the end of a try: the letter's phase, what became of each recipient, and the attempt's result.

    False, and nothing is written, when the letter is in no phase from which MOVES leads there, or ``worker`` has it no
    longer.
    """
    origin = tuple(phase for phase in UNDER_WAY if ending.phase in MOVES[phase])
    values: dict[str, Any] = {"phase": ending.phase, "code": ending.code, "why": ending.why, **_FREE}
    values["settled_at"] = tx.now if ending.phase in FINAL else None
    if ending.next_at is not None:
        values["next_at"] = ending.next_at
    if not move_from(tx, letter_id, origin, worker, **values):
        return False
    if ending.phase is Phase.UNKNOWN:
        tx.execute(_ONE_COPY_MORE, {"letter": letter_id})
    for address, reply in ending.refused:
        tx.execute(_SERVE, {"letter": letter_id, "one": address, "state": "refused", "reply": reply})
    served = {"letter": letter_id, "state": "sent", "reply": ending.why}
    if ending.remaining:
        tx.execute(_SERVE_OTHERS, {**served, "but": list(ending.remaining)})
    elif ending.phase is Phase.SENT:
        tx.execute(_SERVE_ALL, served)
    result = {"letter": letter_id, "result": ending.phase, "code": ending.code, "why": ending.why}
    tx.execute(_END_ATTEMPT, result)
    tx.wake("settled")
    return True


_FREE: dict[str, Any] = {"lease_until": None, "leased_by": None}


def move_from(tx: Tx, letter_id: int, origin: tuple[Phase, ...], worker: str | None = None, **values: Any) -> bool:
    """Change a letter if it is in one of these phases, in the hands of ``worker`` if one is named; whether it was."""
    which = {"letter": letter_id} if worker is None else {"letter": letter_id, "worker": worker}
    return bool(origin) and tx.execute(_move(origin, worker is not None), {**which, **values}).rowcount == 1


@cache
def _move(origin: tuple[Phase, ...], mine: bool) -> Prepared:
    move = update(LETTER).where(_THIS, or_(*(LETTER.c.phase == phase for phase in origin)))
    return Prepared(move.where(LETTER.c.leased_by == bindparam("worker")) if mine else move)


def hasten(tx: Tx, codes: frozenset[str]) -> int:
    """While something is due: put letters that were deferred for one of ``codes``, which say nothing about the letter
    itself, back where they stood in the queue. How many there were.

    Else the letters written after the relay went away would overtake those that it went away on.
    """
    if tx.scalar(_ANY_DUE, {"now": tx.now}) is None:
        return 0
    return tx.execute(_HASTEN, {"now": tx.now, "codes": list(codes)}).rowcount


def recover(tx: Tx, worker: str | None = None) -> dict[str, int]:
    """After a crash: what was being sent is tried again; what was at the dot may have arrived, and that is counted.

    Everybody's letters, or those of one worker that is known to be dead. The first few tries follow at once; a letter
    that was there at every crash waits for its lease, so that a daemon in a restart loop does not hammer the relay.
    """
    return _recover(tx, LETTER.c.leased_by == worker if worker else LETTER.c.leased_by.is_not(None))


def _recover(tx: Tx, which: ColumnElement[bool]) -> dict[str, int]:
    again = case((LETTER.c.attempt <= QUICK_RETRIES, tx.now), else_=LETTER.c.next_at)
    free = {**_FREE, "next_at": again}
    sending = update(LETTER).where(NOT_TO_SEND, LETTER.c.phase == Phase.SENDING, which)
    at_dot = update(LETTER).where(NOT_TO_SEND, LETTER.c.phase == Phase.AT_DOT, which)
    why = "cut off at the final dot; it may arrive twice"
    found = {
        "sending": tx.execute(
            sending.values(phase=Phase.DEFERRED, code="crash", why="cut off while sending", **free)
        ).rowcount,
        "at_dot": tx.execute(
            at_dot.values(phase=Phase.UNKNOWN, code="crash.at_dot", why=why, copies=LETTER.c.copies + 1, **free)
        ).rowcount,
    }
    if any(found.values()):
        tx.wake("outbox", "calls")
    return found


def next_due(tx: Tx, kind: Kind | None = None) -> datetime | None:
    """When the next letter (of a kind) may be tried, or a lease runs out."""
    of_kind = [LETTER.c.kind == kind] if kind else []
    waiting = tx.scalar(select(func.min(LETTER.c.next_at)).where(TO_SEND, *of_kind))
    under_way = select(func.min(LETTER.c.lease_until)).where(NOT_TO_SEND, LETTER.c.phase.in_(UNDER_WAY), *of_kind)
    leased = tx.scalar(under_way)
    return min((at for at in (waiting, leased) if at is not None), default=None)
