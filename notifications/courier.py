"""The courier: takes letters that are due out of the outbox, hands them over and writes down what became of them.

Each move of `maild.domain.letter.MOVES` is committed before the next step outside: claimed before dialling, at the dot
before the dot. So after a crash the outbox says at which point the letter may have left.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from maild import failpoints
from maild.clock import Clock
from maild.domain.letter import Later, Letter, Never, Phase, Result, Sent
from maild.errors import TryAgain
from maild.rounds import rounds
from maild.store.trouble import STORE_PAUSE, StoreTrouble
from notifications.backoff import BEFORE_ANY, Backoff
from notifications.retry import next_try
from notifications.senders import Sender

NOT_REACHED = "courier.not_reached"
"""Of a letter that was claimed and not begun."""
log = structlog.get_logger("maild.notifications")


@dataclass(frozen=True, slots=True)
class Settlement:
    """What is written down after a try: the new ``phase``, the next try, and who is still to be served (all when
    unchanged).
    """

    phase: Phase
    code: str
    why: str
    next_at: datetime | None = None
    remaining: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()


class OutboxPort(Protocol):
    """What the courier needs of the outbox; each call is one committed transaction."""

    async def claim(self, now: datetime, limit: int, lease: timedelta) -> list[Letter]:
        """Letters due at ``now``, oldest first, moved to SENDING with their attempt counted and ``now + lease`` as next
        try.

        Letters held until a time that has come are asked at the gate again before.
        """

    async def at_dot(self, letter_id: int) -> None:
        """SENDING to AT_DOT."""

    async def settle(self, letter_id: int, settlement: Settlement, now: datetime) -> None: ...

    async def next_due(self, now: datetime) -> datetime | None:
        """When the next letter is due, None when none waits."""


@dataclass(frozen=True, slots=True)
class Patience:
    """``schedule`` are the pauses in seconds between tries, ``give_up_after`` the seconds after which a letter has
    failed.
    """

    schedule: Sequence[float] = (60, 300, 900, 1800, 3600, 7200, 14400)
    give_up_after: float = 5 * 86400
    lease: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(
        minutes=15
    )  # one conversation at its slowest; none is begun that could outlive its lease


@dataclass(slots=True)
class Courier:
    """One or several senders, each with a connection of its own, and one outbox."""

    outbox: OutboxPort
    senders: Sequence[Sender]
    clock: Clock
    patience: Patience = field(default_factory=Patience)
    jitter: Callable[[], float] = random.random
    letters_per_sender: int = 10
    hasten: Callable[[], Awaitable[None]] | None = None  # asked for while the relay fails, before it is tried again
    backoff: Backoff = field(default_factory=Backoff)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def step(self) -> int:
        """Carry one round of letters; returns how many were claimed, 0 while the relay is given a rest."""
        now = self.clock.now()
        if self.backoff.paused(now):
            return 0
        # While the relay fails, one letter asks whether it is back, not a whole round.
        if self.backoff.failing_since and self.hasten:
            await self.hasten()
        limit = 1 if self.backoff.failing_since else len(self.senders) * self.letters_per_sender
        letters = await self.outbox.claim(now, limit, self.patience.lease)
        if letters:
            failpoints.hit("outbox.leased")
            turns = _turns(letters)
            waiting = iter(turns)
            async with asyncio.TaskGroup() as group:
                for sender in self.senders[: len(turns)]:
                    group.create_task(self._carry_all(sender, waiting, now))
        return len(letters)

    async def run(self, wake: asyncio.Event, stop: asyncio.Event) -> None:
        """Carry until ``stop`` is set; from then on no conversation is begun.

        ``wake`` is set by whoever puts a letter into the outbox, or sets ``stop``.
        """
        self.stop = stop
        await rounds(self.step, self._rested, _waiting, self.clock, wake, stop)
        await self._rest()

    async def _carry_all(self, sender: Sender, waiting: Iterator[list[Letter]], claimed_at: datetime) -> None:
        ours_until = claimed_at + self.patience.lease
        for letter in (letter for turn in waiting for letter in turn):
            if self.stop.is_set() or self.clock.now() > ours_until - self.patience.longest:
                await self._give_back(letter, ours_until)
            else:
                await self._carry(sender, letter, ours_until)

    async def _give_back(self, letter: Letter, ours_until: datetime) -> None:
        now = self.clock.now()
        back = Settlement(Phase.DEFERRED, NOT_REACHED, "claimed, but not begun before the courier had to stop", now)
        await self._write_down(letter, back, now, ours_until)

    async def _carry(self, sender: Sender, letter: Letter, ours_until: datetime) -> None:
        now = self.clock.now()
        trouble = self.backoff.trouble
        if trouble is not None and self.backoff.paused(now):
            result: Result = _not_dialled(trouble)
        elif not letter.raw:
            result = Never(
                "letter.unwritten", "its template was refused when it was due; it has to be written again first"
            )
        else:
            sent = await self._send(sender, letter)
            if sent is None:
                return
            result, now = sent, self.clock.now()
        failpoints.hit("outbox.after_250_before_commit")
        settlement = settle(letter, result, now, self.patience, self.jitter)
        if await self._write_down(letter, settlement, now, ours_until):
            _tell(letter, settlement)

    async def _send(self, sender: Sender, letter: Letter) -> Result | None:
        """None for a letter that is no longer ours. Trouble with one letter's dot must not cut off the others."""
        try:
            result = await sender.send(letter, lambda: self._reach_dot(letter))
        except StoreTrouble as trouble:
            return Later("store.trouble", f"the dot could not be written down: {trouble.what}")
        except TryAgain as lost:
            log.warning("letter.settled_elsewhere", letter=letter.id, phase=Phase.AT_DOT.value, why=lost.what)
            return None
        self.backoff.saw(result, self.clock.now())
        return result

    async def _write_down(self, letter: Letter, settlement: Settlement, now: datetime, ours_until: datetime) -> bool:
        """Until it stands, for a letter that was taken would else go out again; not beyond our lease, nor the stop."""
        while True:
            try:
                await self.outbox.settle(letter.id, settlement, now)
                return True
            except StoreTrouble as trouble:
                _waiting(trouble)
                if self.stop.is_set() or self.clock.now() + STORE_PAUSE >= ours_until:
                    return False
                await self.clock.wait(self.stop, self.clock.now() + STORE_PAUSE)

    async def _reach_dot(self, letter: Letter) -> None:
        await self.outbox.at_dot(letter.id)
        failpoints.hit("outbox.at_dot")

    async def _rest(self) -> None:
        for sender in self.senders:
            await sender.close()

    async def _rested(self) -> datetime | None:
        """Keep no connection open while nothing is due; when the next letter is."""
        await self._rest()
        now = self.clock.now()
        if self.backoff.paused(now):
            return self.backoff.resume_at
        return await self.outbox.next_due(now)


def _turns(letters: list[Letter]) -> list[list[Letter]]:
    """The letters of a round, shared by the senders: whoever is free takes the next turn.

    Those of one ticket are one turn, so that an answer does not overtake the receipt on another connection.
    """
    turns: dict[tuple[str, int], list[Letter]] = {}
    for letter in letters:
        key = ("letter", letter.id) if letter.ticket is None else ("ticket", letter.ticket)
        turns.setdefault(key, []).append(letter)
    return list(turns.values())


def _not_dialled(trouble: Later) -> Later:
    """The letter before just failed on the relay; what may be about that one alone is not said of this one."""
    if trouble.code in BEFORE_ANY:
        return Later(trouble.code, trouble.why)
    return Later(NOT_REACHED, f"not dialled: for the letter before, the relay said {trouble.why}")


def settle(
    letter: Letter, result: Result, now: datetime, patience: Patience, jitter: Callable[[], float] = random.random
) -> Settlement:
    """What one result means for the letter. Pure."""
    match result:
        case Sent(reply, refused, ()):
            return Settlement(Phase.SENT, "sent", reply, refused=refused)
        case Sent(_, refused, later):
            remaining = tuple(address for address, _ in later)
            again = _again(letter, Later("relay.4xx", later[0][1]), now, patience, jitter)
            return Settlement(again.phase, again.code, again.why, again.next_at, remaining, refused)
        case Never(code, why, refused):
            return Settlement(Phase.FAILED, code, why, refused=refused)
        case Later():
            return _again(letter, result, now, patience, jitter)


def _again(letter: Letter, later: Later, now: datetime, patience: Patience, jitter: Callable[[], float]) -> Settlement:
    at = next_try(letter.attempt, letter.created_at, now, patience.schedule, jitter, patience.give_up_after)
    if at is None:
        return Settlement(
            Phase.FAILED, "relay.expired", f"given up after {letter.attempt} tries; the last: {later.why}"
        )
    return Settlement(Phase.UNKNOWN if later.ambiguous else Phase.DEFERRED, later.code, later.why, at)


def _waiting(trouble: StoreTrouble) -> None:
    log.error("courier.waiting", why=trouble.what, hint=trouble.hint)


def _tell(letter: Letter, settlement: Settlement) -> None:
    known = {"letter": letter.id, "ticket": letter.ticket, "attempt": letter.attempt, "message_id": letter.message_id}
    match settlement.phase:
        case Phase.SENT:
            log.info("letter.sent", reply=settlement.why, **known)
        case Phase.FAILED:
            log.error("letter.failed", code=settlement.code, why=settlement.why, **known)
        case _:
            again = settlement.next_at.isoformat() if settlement.next_at else None
            log.warning(f"letter.{settlement.phase}", code=settlement.code, why=settlement.why, again_at=again, **known)
