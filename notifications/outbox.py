"""The outbox as the courier uses it: each call is one committed transaction of the store."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from maild.config import Letters
from maild.domain.letter import Letter
from maild.errors import TryAgain
from maild.store import sending
from maild.store.caps import Candidate, Recent
from maild.store.db import Database
from maild.store.sending import Ending, Go, Never, Wait
from maild.store.tx import Tx
from notifications.authentication import Outcome, Verdict
from notifications.backoff import BEFORE_ANY
from notifications.courier import NOT_REACHED, Settlement
from notifications.gate import Count, Counts, Hold, LetterFacts, Limits, refusal
from notifications.tokens import Keys, bounce_address

Withheld = Callable[[Tx, Candidate], tuple[str, str] | None]

log = structlog.get_logger("maild.notifications")

_VOUCHED = Verdict(Outcome.YES, "let go before")


class StoreOutbox:
    """Implements notifications.courier.OutboxPort on the database.

    Whether a letter may leave at all was decided when it was written; here the hourly caps are asked again, and
    ``withheld``: why a letter may not leave any more as the desk is now, as a code and a sentence.
    """

    def __init__(
        self, db: Database, worker: str, letters: Letters, keys: Keys, withheld: Withheld = lambda tx, candidate: None
    ) -> None:
        self._db = db
        self._worker = worker
        self._limits = Limits(letters.per_organization_per_hour, letters.per_address_per_hour, letters.global_per_hour)
        self._keys = keys
        self._withheld = withheld
        self._tagged = letters.plus_addressing

    async def claim(self, now: datetime, limit: int, lease: timedelta) -> list[Letter]:
        def claimed(tx: Tx) -> list[Letter]:
            def judge(candidate: Candidate) -> Go | Wait | Never:
                never = self._withheld(tx, candidate)
                return Never(*never) if never else self._judge(candidate, now, lease)

            return [self._addressed(letter) for letter in sending.claim(tx, self._worker, lease, limit, judge)]

        return await self._db.write(claimed)

    def _judge(self, candidate: Candidate, now: datetime, lease: timedelta) -> Go | Wait:
        if candidate.automatic and candidate.first_time:
            facts = LetterFacts(candidate.to_address, True, _VOUCHED, organization=candidate.organization is not None)
            counts = Counts(
                organization=_count(candidate.to_organization),
                address=_count(candidate.to_address_before),
                all=_count(candidate.in_all),
            )
            match refusal(facts, counts, self._limits, now):
                case Hold(code, why, until):
                    return Wait(until or now + timedelta(hours=1), code, why)
                case _:
                    pass
        return Go(now + lease)

    def _addressed(self, letter: Letter) -> Letter:
        """The envelope sender carries the letter's own bounce token where the mailbox knows plus-addressing."""
        if not self._tagged:
            return letter
        return replace(letter, envelope_from=bounce_address(self._keys, letter.envelope_from, letter.id))

    async def hasten(self) -> None:
        """What was deferred before the relay heard of it goes first again."""
        await self._db.write(lambda tx: sending.hasten(tx, BEFORE_ANY | {NOT_REACHED}))

    async def at_dot(self, letter_id: int) -> None:
        if not await self._db.write(lambda tx: sending.reach_dot(tx, letter_id, self._worker)):
            raise TryAgain(f"letter {letter_id} is no longer ours to send", "its lease ran out and another has it")

    async def settle(self, letter_id: int, settlement: Settlement, now: datetime) -> None:
        ending = Ending(
            settlement.phase,
            settlement.code,
            settlement.why,
            settlement.next_at,
            settlement.remaining,
            settlement.refused,
        )
        if not await self._db.write(lambda tx: sending.settle(tx, letter_id, ending, self._worker)):
            log.warning("letter.settled_elsewhere", letter=letter_id, phase=ending.phase.value, why=ending.why)

    async def next_due(self, now: datetime) -> datetime | None:
        return await self._db.read(sending.next_due)


def _count(recent: Recent) -> Count:
    return Count(recent.letters, recent.oldest)
