"""Those of the daemon's background workers that its roles ask for."""

from contextlib import AsyncExitStack

from maild import outgoing
from maild.clock import Clock
from maild.store.db import Database
from maild.supervision import Work
from notifications.courier import Courier
from pipeline.assigning import Distributor
from pipeline.furniture import Desk
from pipeline.own_check.prover import Prover
from pipeline.pool import Pool
from pipeline.reminders import Reminders
from pipeline.retention import Retention
from pipeline.summaries import Summaries
from pipeline.ticker import Ticker
from pipeline.worker import Worker


class Crew:
    """``name`` marks what they have in work; those whose role is another daemon's are None."""

    def __init__(self, name: str, roles: tuple[str, ...], db: Database, desk: Desk, clock: Clock) -> None:
        self.worker: Worker | None = None
        self.courier: Courier | None = None
        self.ticker: Ticker | None = None
        self.reminders: Reminders | None = None
        self.retention: Retention | None = None
        self.summaries: Summaries | None = None
        self.distributor: Distributor | None = None
        self._pool: Pool | None = None
        self._name = name
        self._roles = roles
        self._db = db
        self._desk = desk
        self._clock = clock

    async def hire(self, stack: AsyncExitStack) -> list[tuple[str, str, Work]]:
        """Each one's name, the topic that wakes it, and what it does until the stop."""
        works: list[tuple[str, str, Work]] = []
        if "worker" in self._roles:
            config = self._desk.config
            self._pool = pool = Pool(config.workers)
            prover = Prover(config)
            stack.push_async_callback(pool.close)
            stack.push_async_callback(prover.close)
            self.worker = Worker(self._name, self._db, self._desk, pool, self._clock, prover)
            works.append(("worker", "spool", self.worker.run))
        if "courier" in self._roles:
            self.courier = outgoing.letters(self._name, self._db, self._desk, self._clock)
            webhooks = outgoing.webhooks(self._name, self._db, lambda: self._desk.config, self._clock)
            works += [("courier", "outbox", self.courier.run), ("webhooks", "calls", webhooks.run)]
        if "ticker" in self._roles:
            self.reminders = Reminders(self._db, self._desk, self._clock)
            self.ticker = Ticker(self._db, self._desk, self._clock)
            self.retention = Retention(self._db, self._desk, self._clock)
            self.summaries = Summaries(self._db, self._desk, self._clock)
            self.distributor = Distributor(self._db, self._desk, self._clock)
            works += [("reminders", "tasks", self.reminders.run), ("ticker", "timers", self.ticker.run)]
            works.append(("retention", "retention", self.retention.run))
            works.append(("summaries", "summaries", self.summaries.run))
            works.append(("distributor", "assignment", self.distributor.run))
        return works

    async def warm(self) -> None:
        """Have the readers of mail read one; raises Unavailable where they do not start."""
        if self._pool is not None:
            await self._pool.warm()

    def take_over(self, desk: Desk) -> None:
        """Go on by another configuration."""
        self._desk = desk
        for one in (self.worker, self.ticker, self.reminders, self.retention, self.summaries, self.distributor):
            if one is not None:
                one.desk = desk
        if self.courier is not None:
            self.courier.outbox = outgoing.outbox(self._name, self._db, desk)
