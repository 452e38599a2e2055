"""The database as the rest of the house sees it: ``await db.write(fn)`` and ``await db.read(fn)``.

``fn`` is plain synchronous code that gets a Tx. On SQLite all writes go through one thread; on PostgreSQL appends share
one writer's commits and every other function has its own transaction on a small pool of writers.
"""

import asyncio
import contextlib
import secrets
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Engine

from maild.clock import Clock
from maild.store.engine import BUSY, open_engine
from maild.store.line import GROUP, Job, Line, Then, hand_over
from maild.store.look import look
from maild.store.trouble import StoreTrouble, TroubleKind, translate
from maild.store.tx import Tx
from maild.store.writer import Writer, stopped

T = TypeVar("T")
Item = TypeVar("Item")
READERS = 3
POSTGRES_WRITERS = 3
ANSWER = 10.0  # seconds after which a client is told to try again, whatever becomes of its mail


class Database:
    """An open database; close it with ``await close()`` or ``close_now()``. Only tests give the last two."""

    def __init__(self, url: str, clock: Clock, *, synchronous: str = "FULL", busy: float = BUSY) -> None:
        self.url = url
        self.clock = clock
        self.engine: Engine = open_engine(url, synchronous=synchronous, busy=busy)
        self._reading: Engine = open_engine(url, read_only=True, synchronous=synchronous, busy=busy)
        self.postgres = postgres = self.engine.dialect.name == "postgresql"
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="maild-reader")
        self._appends = Line()
        self._changes = self._appends
        self.origin = secrets.token_hex(4)  # by which a process knows its own wake-ups when it hears them again
        self._writers = [Writer(self.engine, self._appends, clock, self.wake, GROUP, self.origin)]
        if postgres:
            self._changes = Line()
            self._writers += [
                Writer(self.engine, self._changes, clock, self.wake, 1, self.origin) for _ in range(POSTGRES_WRITERS)
            ]
        self._waiting: dict[str, list[tuple[asyncio.AbstractEventLoop, asyncio.Event]]] = {}
        self._lock = threading.Lock()
        self._closed = False
        for writer in self._writers:
            writer.start()

    async def write(self, run: Callable[[Tx], T], *, append: bool = False, weight: int = 0) -> T:
        """Run ``run`` in a transaction; returns its value after the commit, or raises what it raised.

        Faults of the database come as StoreTrouble. The work is not undone when the caller is cancelled.
        ``append`` marks pure inserts that may share a commit on any database; ``weight`` is the bytes they carry.
        """
        loop = asyncio.get_running_loop()
        promise = loop.create_future()
        job = Job(run, weight, append, promise=promise, loop=loop)
        self._put(job)
        answer: T = await self._kept(job, promise)
        return answer

    async def append(self, many: Callable[[Tx, Sequence[Item]], Sequence[T]], item: Item, *, weight: int = 0) -> T:
        """``many(tx, items)`` with this item and those of all who wait with it; it gives a value for each, in order.

        For pure inserts that may share statements and a commit; where one fails, each is tried alone.
        """
        loop = asyncio.get_running_loop()
        promise = loop.create_future()
        job = Job(lambda tx: many(tx, [item])[0], weight, True, many, item, promise, loop=loop)
        self._put(job)
        answer: T = await self._kept(job, promise)
        return answer

    def append_soon(
        self, many: Callable[[Tx, Sequence[Item]], Sequence[T]], item: Item, then: Then, *, weight: int = 0
    ) -> None:
        """`append` for who cannot wait: ``then(jobs)`` is called in this loop, once for all that ended together.

        Each job knows its ``item``, and its ``value`` or the ``error`` that `append` would have raised. It costs no
        task, and none has to be woken.
        """
        loop = asyncio.get_running_loop()
        job = Job(lambda tx: many(tx, [item])[0], weight, True, many, item, then=then, loop=loop)
        if self.postgres:
            job.limit = loop.call_later(ANSWER, job.give_up, late())
        self._put(job)

    async def _kept(self, job: Job, promise: "asyncio.Future[T]") -> T:
        if self.postgres and job.append:  # a client waits, and a server far away may never answer
            await asyncio.wait({promise}, timeout=ANSWER)
            if not promise.done():
                raise late()
        return await promise

    def write_now(self, run: Callable[[Tx], T]) -> T:
        """The same for a command without an event loop; blocks."""
        return self._submit(run, False, 0).result()

    def _submit(self, run: Callable[[Tx], T], append: bool, weight: int) -> "Future[T]":
        answer: Future[T] = Future()
        self._put(Job(run, weight, append, answer=answer))
        return answer

    def _put(self, job: Job) -> None:
        with self._lock:  # nothing may come to stand behind the word that ends the writers
            if not self._closed:
                (self._appends if job.append else self._changes).put(job)
                return
        job.fail(stopped())
        hand_over([job])

    async def read(self, run: Callable[[Tx], T]) -> T:
        """Run ``run`` on a consistent snapshot beside the writer; it must not write. Raises as ``write`` does."""
        answer: Future[T] = Future()
        job = Job(run, answer=answer)
        with self._lock:
            if self._closed:
                job.fail(stopped())
            else:
                self._readers.submit(self._read, job, answer)
        return await asyncio.wrap_future(answer)

    def _read(self, job: Job, answer: "Future[T]") -> None:
        if answer.set_running_or_notify_cancel():
            try:
                job.succeed(job.context.run(self._look, job.run))
            except BaseException as error:
                job.fail(error)

    def read_now(self, run: Callable[[Tx], T]) -> T:
        """The same, blocking."""
        try:
            return self._look(run)
        except Exception as error:
            told = translate(error)
            if told is error:
                raise
            raise told from error

    def _look(self, run: Callable[[Tx], T]) -> T:
        return look(self._reading, self.clock.now(), run)

    def subscribe(self, topic: str) -> asyncio.Event:
        """An event that is set after each commit that woke ``topic``; the subscriber clears it."""
        event = asyncio.Event()
        with self._lock:
            self._waiting.setdefault(topic, []).append((asyncio.get_running_loop(), event))
        return event

    def unsubscribe(self, topic: str, event: asyncio.Event) -> None:
        with self._lock:
            self._waiting[topic] = [pair for pair in self._waiting.get(topic, ()) if pair[1] is not event]

    def wake(self, topics: set[str] | None) -> None:
        """Set the events of those who subscribed to these topics, or to any (None)."""
        with self._lock:
            names = set(self._waiting) if topics is None else topics
            waiting = [pair for topic in names for pair in self._waiting.get(topic, ())]
        for loop, event in waiting:
            with contextlib.suppress(RuntimeError):  # that loop has closed
                loop.call_soon_threadsafe(event.set)

    @property
    def commits(self) -> int:
        """How many transactions were committed since the start, for metrics and the group-commit test."""
        return sum(writer.commits for writer in self._writers)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self.close_now)

    def close_now(self) -> None:
        """Finish what is queued, then let go of every connection."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            for writer in self._writers:
                writer.stop()
        for writer in self._writers:
            writer.join()
        self._readers.shutdown(wait=True)
        self.engine.dispose()
        self._reading.dispose()


def late() -> StoreTrouble:
    return StoreTrouble(TroubleKind.BUSY, "database: no answer in time", "is its server up and reachable?")
