"""maild.store.db.Database on the virtual loop: the real writer's transactions, with seeded latency and trouble."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol, TypeVar

from sqlalchemy import Engine

from maild.clock import Clock
from maild.store.line import GROUP, Job, Line
from maild.store.trouble import StoreTrouble, TroubleKind, translate
from maild.store.tx import Tx
from maild.store.writer import Writer
from tests.simulation.life import Life

T = TypeVar("T")
Item = TypeVar("Item")


class Disk(Protocol):
    """What the disk does to a database."""

    def write_latency(self) -> float: ...

    def read_latency(self) -> float:
        """Seconds; 0 for at once."""

    def trouble(self) -> StoreTrouble | None:
        """Why a group of writes is not even begun."""

    def answer_lost(self) -> bool:
        """Whether a group is committed, and nobody hears of it."""


class SimDatabase:
    """Belongs to one life. ``committed`` is called after each commit."""

    postgres = False

    def __init__(
        self, engines: tuple[Engine, Engine], clock: Clock, life: Life, disk: Disk, committed: Callable[[], None]
    ) -> None:
        self.engine, self._reading = engines
        self.url = str(self.engine.url)
        self.clock = clock
        self._life = life
        self._disk = disk
        self._committed = committed
        self._line = Line()
        self._waiters: dict[int, asyncio.Future[Any]] = {}
        self._planned = self._busy = False
        self._waiting: dict[str, list[asyncio.Event]] = {}
        self._writer = Writer(self.engine, self._line, clock, self._wake, GROUP)
        self._loop = asyncio.get_running_loop()

    @property
    def commits(self) -> int:
        return self._writer.commits

    async def write(self, run: Callable[[Tx], T], *, append: bool = False, weight: int = 0) -> T:
        answer: T = await self._put(Job(run, weight, append))
        return answer

    async def append(self, many: Callable[[Tx, Sequence[Item]], Sequence[T]], item: Item, *, weight: int = 0) -> T:
        answer: T = await self._put(Job(lambda tx: many(tx, [item])[0], weight, True, many, item))
        return answer

    async def _put(self, job: Job) -> Any:
        self._alive()
        self._line.put(job)
        waiter = self._waiters[id(job)] = self._loop.create_future()
        if not self._planned:
            self._plan()
        return await asyncio.shield(waiter)

    async def read(self, run: Callable[[Tx], T]) -> T:
        self._alive()
        if pause := self._disk.read_latency():
            await asyncio.sleep(pause)
            self._alive()
        return self.look(run)

    def look(self, run: Callable[[Tx], T]) -> T:
        with self._reading.connect() as conn:
            conn.exec_driver_sql("BEGIN")
            try:
                return run(Tx(conn, self.clock.now()))
            except Exception as error:
                told = translate(error)
                if told is error:
                    raise
                raise told from error
            finally:
                with suppress(Exception):
                    conn.exec_driver_sql("ROLLBACK")

    def subscribe(self, topic: str) -> asyncio.Event:
        event = asyncio.Event()
        self._waiting.setdefault(topic, []).append(event)
        return event

    def unsubscribe(self, topic: str, event: asyncio.Event) -> None:
        self._waiting[topic] = [one for one in self._waiting.get(topic, ()) if one is not event]

    def _wake(self, topics: set[str]) -> None:
        for topic in sorted(topics):
            for event in self._waiting.get(topic, ()):
                event.set()

    async def close(self) -> None:
        self.close_now()

    def end(self) -> None:
        """Its life is over; from within a transaction it lets go when that has unwound."""
        if not self._busy:
            self.close_now()

    def close_now(self) -> None:
        """Let go of the connection; what was not committed is gone."""
        self._writer._disconnect()

    def _alive(self) -> None:
        if self._life.dead:
            raise asyncio.CancelledError

    def _plan(self) -> None:
        self._planned = True
        self._loop.call_later(self._disk.write_latency(), self._flush, context=self._life.context)

    def _flush(self) -> None:
        """What the writer's thread does when it wakes up, and what may happen to it then."""
        if self._life.dead:
            return
        self._planned = False
        batch = self._line.take(GROUP) or []
        trouble, before = self._disk.trouble(), self._writer.commits
        if trouble is None:
            self._busy = True
            self._writer._serve(list(batch))
            self._busy = False
        if self._life.dead:  # it died in the middle, and nobody is left who waits
            self.close_now()
            return
        lost = trouble is None and self._writer.commits > before and self._disk.answer_lost()
        if lost:
            trouble = StoreTrouble(TroubleKind.GONE, "database: connection lost", "simulated, after the commit")
        for job in batch:
            if job.done or trouble is not None:
                self._answer(self._waiters.pop(id(job)), job, trouble)
        if self._writer.commits > before:
            self._committed()
        if self._waiters:
            self._plan()

    @staticmethod
    def _answer(waiter: "asyncio.Future[Any]", job: Job, trouble: StoreTrouble | None) -> None:
        error = trouble or job.error
        if waiter.done():
            return
        if error is None:
            waiter.set_result(job.value)
        else:
            waiter.set_exception(error)
            waiter.exception()  # whoever asked may have gone
