"""The outbox as the courier of webhooks uses it: the letters' phases, and a record of how each webhook fares."""

from datetime import datetime, timedelta
from functools import partial

import structlog

from maild.domain.letter import Kind, Letter, Phase, Result
from maild.store import sending, webhooks
from maild.store.caps import Candidate
from maild.store.db import Database
from maild.store.sending import Ending, Go
from maild.store.tx import Tx
from notifications.backoff import Backoff
from notifications.courier import Settlement

log = structlog.get_logger("maild.webhooks")


class WebhookOutbox:
    """Implements notifications.courier.OutboxPort; there are no caps here."""

    def __init__(self, db: Database, worker: str) -> None:
        self._db = db
        self._worker = worker

    async def claim(self, now: datetime, limit: int, lease: timedelta) -> list[Letter]:
        def judge(_: Candidate) -> Go:
            return Go(now + lease)

        return await self._db.write(lambda tx: sending.claim(tx, self._worker, lease, limit, judge, Kind.WEBHOOK))

    async def at_dot(self, letter_id: int) -> None:
        await self._db.write(lambda tx: sending.reach_dot(tx, letter_id, self._worker))

    async def settle(self, letter_id: int, settlement: Settlement, now: datetime) -> None:
        await self._db.write(lambda tx: _settle(tx, letter_id, settlement, self._worker))

    async def next_due(self, now: datetime) -> datetime | None:
        return await self._db.read(lambda tx: sending.next_due(tx, Kind.WEBHOOK))


def _settle(tx: Tx, letter_id: int, settlement: Settlement, worker: str) -> None:
    name = webhooks.name_of(tx, letter_id)
    ending = Ending(settlement.phase, settlement.code, settlement.why, settlement.next_at)
    if not sending.settle(tx, letter_id, ending, worker):
        return
    if settlement.phase is Phase.SENT:
        webhooks.worked(tx, name)
    elif settlement.code.startswith("webhook.") and webhooks.failed(tx, name, settlement.why):
        tx.tell(partial(log.error, "webhook.switched_off", webhook=name, code=settlement.code, why=settlement.why))


class Unhurried(Backoff):
    """Webhooks are programs of many makers: one that fails says nothing about the others, so nothing pauses."""

    def saw(self, result: Result, now: datetime) -> bool:
        return False
