"""Writer threads: plain synchronous functions inside transactions, grouped so that one fsync serves many.

A writer takes all functions that wait (up to GROUP, or WEIGHT bytes), runs each in its own savepoint, commits once and
only then answers each caller. Nothing is awaited while a transaction is open.
"""

import contextlib
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy import Connection, Engine

from maild import failpoints
from maild.clock import Clock
from maild.store.trouble import StoreTrouble, TroubleKind, translate
from maild.store.tx import Tx

GROUP = 64
WEIGHT = 32 * 1024 * 1024

log = structlog.get_logger("maild.store")


@dataclass(slots=True)
class Job:
    """A function that waits for its turn, and the promise of its result."""

    run: Callable[[Tx], Any]
    weight: int = 0
    answer: "Future[Any]" = field(default_factory=Future)
    context: Context = field(default_factory=copy_context)  # whoever logs on this thread names the caller's mail

    def fail(self, error: BaseException) -> None:
        """Hand a failure to the caller in a form that any loop can carry: StopIteration would hang an awaiting one,
        SystemExit end its loop.
        """
        told = translate(error)
        if isinstance(told, StopIteration) or not isinstance(told, Exception):
            told = RuntimeError(f"a function of the store ended with {type(error).__name__}")
            told.__cause__ = error
        self.answer.set_exception(told)


@dataclass(frozen=True, slots=True)
class Done:
    """How one function of a batch ended: its value, or what it raised."""

    value: Any = None
    failure: Exception | None = None
    told: Sequence[Callable[[], object]] = ()


class Writer(threading.Thread):
    """One thread that owns one connection. ``group`` is how many functions share a commit; 1 means each its own."""

    def __init__(
        self,
        engine: Engine,
        jobs: "queue.SimpleQueue[Job | None]",
        clock: Clock,
        wake: Callable[[set[str]], None],
        group: int,
    ) -> None:
        super().__init__(name="maild-writer", daemon=True)
        self._engine = engine
        self._jobs = jobs
        self._clock = clock
        self._wake = wake
        self._group = group
        self._conn: Connection | None = None
        self._begin = "BEGIN IMMEDIATE" if engine.dialect.name == "sqlite" else "BEGIN"
        self.commits = 0

    def run(self) -> None:
        while (batch := self._take()) is not None:
            try:
                self._serve(batch)
            except BaseException as error:  # the thread must survive anything, or every caller would hang
                log.error("store.writer_failed", error=type(error).__name__)
                for job in batch:
                    if not job.answer.done():
                        job.fail(error)
                self._disconnect()
        self._disconnect()

    def stop(self) -> None:
        """End once everything queued before is done."""
        self._jobs.put(None)

    def _take(self) -> list[Job] | None:
        first = self._jobs.get()
        if first is None:
            return None
        batch, weight = [first], first.weight
        while len(batch) < self._group and weight < WEIGHT:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                self._jobs.put(None)  # finish this batch first, then stop
                break
            batch.append(job)
            weight += job.weight
        return batch

    def _serve(self, batch: list[Job]) -> None:
        try:
            conn = self._open()
        except Exception as error:  # nothing ran; a lock that held out for one would hold out for each
            for job in batch:
                job.fail(error)
            return
        try:
            ended, woken = self._transact(conn, batch)
        except BaseException as error:
            self._roll_back()
            if len(batch) == 1:
                batch[0].fail(error)
                return
            for job in batch:  # the whole transaction is gone: each gets one try of its own
                self._serve([job])
            return
        self._answer(batch, ended, woken)

    def _open(self) -> Connection:
        """A connection inside a new transaction; one that was lost while it was idle is made again."""
        for last in (False, True):
            conn = self._connected()
            try:
                conn.exec_driver_sql(self._begin)
                return conn
            except Exception:
                lost = conn.invalidated
                self._roll_back()
                if last or not lost:
                    raise
        raise AssertionError("unreachable")

    def _transact(self, conn: Connection, batch: list[Job]) -> tuple[list[Done], set[str]]:
        failpoints.hit("tx.begin")
        woken: set[str] = set()
        run = self._alone if len(batch) == 1 else self._in_savepoint
        ended = [run(conn, job, woken) for job in batch]
        failpoints.hit("tx.before_commit")
        conn.exec_driver_sql("COMMIT")
        self.commits += 1
        return ended, woken

    def _answer(self, batch: list[Job], ended: list[Done], woken: set[str]) -> None:
        self._wake(woken)
        for job, done in zip(batch, ended, strict=True):
            for say in done.told:
                with contextlib.suppress(Exception):  # it is done, whether it can be said or not
                    job.context.run(say)
            if done.failure is None:
                job.answer.set_result(done.value)
            else:
                job.fail(done.failure)

    def _alone(self, conn: Connection, job: Job, woken: set[str]) -> Done:
        tx = Tx(conn, self._clock.now())
        value = job.context.run(job.run, tx)
        woken |= tx.woken
        return Done(value, told=tx.told)

    def _in_savepoint(self, conn: Connection, job: Job, woken: set[str]) -> Done:
        conn.exec_driver_sql("SAVEPOINT job")
        try:
            done = self._alone(conn, job, woken)
        except Exception as error:
            # A full disk may have rolled back everything: then this fails too, and each job is run alone.
            conn.exec_driver_sql("ROLLBACK TO SAVEPOINT job")
            conn.exec_driver_sql("RELEASE SAVEPOINT job")
            return Done(failure=error)
        conn.exec_driver_sql("RELEASE SAVEPOINT job")
        return done

    def _connected(self) -> Connection:
        if self._conn is None:
            self._conn = self._engine.connect()
        return self._conn

    def _roll_back(self) -> None:
        if self._conn is None:
            return
        try:
            if self._conn.invalidated:
                self._disconnect()
            elif self._in_transaction(self._conn):
                self._conn.exec_driver_sql("ROLLBACK")
        except Exception as error:  # a connection in doubt is not used again
            log.warning("store.rollback_failed", error=type(error).__name__)
            self._disconnect()

    def _in_transaction(self, conn: Connection) -> bool:
        """SQLite ends a transaction by itself when the disk is full, and would call a ROLLBACK then an error."""
        if self._engine.dialect.name != "sqlite":
            return True
        return bool(getattr(conn.connection.driver_connection, "in_transaction", True))

    def _disconnect(self) -> None:
        conn, self._conn = self._conn, None
        if conn is None:
            return
        try:
            if not conn.invalidated:
                conn.invalidate()
            conn.close()
        except Exception as error:
            log.warning("store.close_failed", error=type(error).__name__)


def stopped() -> StoreTrouble:
    return StoreTrouble(TroubleKind.STOPPING, "database: shutting down", "try again after the restart")
