"""Writer threads: plain synchronous functions inside transactions, grouped so that one fsync serves many.

A writer takes all functions that wait (up to GROUP, or WEIGHT bytes), runs each in its own savepoint, commits once and
only then answers each caller. Nothing is awaited while a transaction is open.
"""

import queue
import threading
from collections.abc import Callable
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
        self._left: Job | None = None
        self._begin = "BEGIN IMMEDIATE" if engine.dialect.name == "sqlite" else "BEGIN"
        self.commits = 0

    def run(self) -> None:
        conn: Connection | None = None
        while (batch := self._take()) is not None:
            try:
                conn = conn if conn is not None and not conn.invalidated else self._engine.connect()
                self._run_batch(conn, batch)
            except BaseException as error:  # the thread must survive anything, or every caller would hang
                log.error("store.writer_failed", error=type(error).__name__)
                self._refuse(batch, error)
                self._drop(conn)
                conn = None
        self._drop(conn)

    def _take(self) -> list[Job] | None:
        first = self._left or self._jobs.get()
        self._left = None
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

    def _run_batch(self, conn: Connection, batch: list[Job]) -> None:
        try:
            answers, woken = self._transact(conn, batch)
        except BaseException as error:
            self._rollback(conn)
            if len(batch) == 1:
                batch[0].answer.set_exception(translate(error))
                return
            for job in batch:  # the whole transaction is gone: each gets one try of its own
                self._run_batch(conn, [job])
            return
        self._wake(woken)
        for job, (value, failure) in zip(batch, answers, strict=True):
            if failure is None:
                job.answer.set_result(value)
            else:
                job.answer.set_exception(translate(failure))

    def _transact(self, conn: Connection, batch: list[Job]) -> tuple[list[tuple[Any, BaseException | None]], set[str]]:
        conn.exec_driver_sql(self._begin)
        failpoints.hit("tx.begin")
        woken: set[str] = set()
        run = self._single if len(batch) == 1 else self._savepoint
        answers = [run(conn, job, woken) for job in batch]
        failpoints.hit("tx.before_commit")
        conn.exec_driver_sql("COMMIT")
        self.commits += 1
        return answers, woken

    def _single(self, conn: Connection, job: Job, woken: set[str]) -> tuple[Any, BaseException | None]:
        tx = Tx(conn, self._clock.now())
        value = job.context.run(job.run, tx)
        woken |= tx.woken
        return value, None

    def _savepoint(self, conn: Connection, job: Job, woken: set[str]) -> tuple[Any, BaseException | None]:
        conn.exec_driver_sql("SAVEPOINT job")
        try:
            value, _ = self._single(conn, job, woken)
        except Exception as error:
            # A full disk may have rolled back everything: then this fails too, and each job is run alone.
            conn.exec_driver_sql("ROLLBACK TO SAVEPOINT job")
            conn.exec_driver_sql("RELEASE SAVEPOINT job")
            return None, error
        conn.exec_driver_sql("RELEASE SAVEPOINT job")
        return value, None

    def _rollback(self, conn: Connection) -> None:
        try:
            conn.exec_driver_sql("ROLLBACK")
        except Exception:  # nothing left to roll back, or the connection is gone
            if self._engine.dialect.name != "sqlite":
                conn.invalidate()

    def _refuse(self, batch: list[Job], error: BaseException) -> None:
        for job in batch:
            if not job.answer.done():
                job.answer.set_exception(translate(error))

    def _drop(self, conn: Connection | None) -> None:
        if conn is not None:
            try:
                conn.close()
            except Exception as error:
                log.warning("store.close_failed", error=type(error).__name__)


def stopped() -> StoreTrouble:
    return StoreTrouble(TroubleKind.STOPPING, "database: shutting down", "try again after the restart")
