"""Writer threads: plain synchronous functions inside transactions, grouped so that one fsync serves many.

A writer takes all functions that wait (up to GROUP, or WEIGHT bytes), runs each in its own savepoint, commits once and
only then answers each caller. A group ends early when a client waits for its 250 and changes took long; what is left
goes back to its place. Nothing is awaited while a transaction is open.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import groupby
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import Connection, Engine

from maild import failpoints
from maild.clock import Clock
from maild.store import certainty, driver
from maild.store.certainty import InDoubt
from maild.store.line import Job, Line, hand_over
from maild.store.retry import Tries
from maild.store.trouble import StoreTrouble, TroubleKind, translate
from maild.store.tx import Tx
from maild.store.wakeups import wake_up

if TYPE_CHECKING:
    from maild.store.wire import Wire

LONGEST = 0.01  # seconds of a group's work behind which a client may be kept waiting
CALLS = 0.02  # seconds between two wake-ups of other processes: each of them hears all

log = structlog.get_logger("maild.store")


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
        jobs: Line,
        clock: Clock,
        wake: Callable[[set[str]], None],
        group: int,
        origin: str = "",
    ) -> None:
        super().__init__(name="maild-writer", daemon=True)
        self._engine = engine
        self._jobs = jobs
        self._clock = clock
        self._wake = wake
        self._group = group
        self._origin = origin
        self._conn: Connection | None = None
        self._wire: Wire | None = None  # of a connection to PostgreSQL
        self._unsaid: set[str] = set()  # topics that other processes are still to hear of
        self._said = 0.0
        self._postgres = engine.dialect.name == "postgresql"
        self.commits = 0

    def run(self) -> None:
        while (batch := self._jobs.take(self._group, CALLS if self._unsaid else None)) is not None:
            try:
                if batch:
                    self._serve(batch)
            except BaseException as error:  # the thread must survive anything, or every caller would hang
                log.error("store.writer_failed", error=type(error).__name__)
                self._fail([job for job in batch if not job.done], error)
                self._disconnect()
            if self._call_due():
                self._wake_others()
        if self._unsaid:
            self._wake_others()
        self._disconnect()

    def stop(self) -> None:
        """End once everything queued before is done."""
        self._jobs.end()

    def _serve(self, batch: list[Job]) -> None:
        tries = Tries(min(job.born for job in batch)) if self._postgres else None
        while True:
            begun = False
            try:
                conn = self._open(lazily=batch[0].append)
                begun = True
                ended, woken = self._transact(conn, batch)
                break
            except BaseException as error:
                self._roll_back(error)
                if tries and tries.again(error):
                    continue
                if len(batch) == 1 or not begun or isinstance(error, InDoubt):
                    # Nothing ran (a lock that held out for one would hold out for each), or nobody knows if it did.
                    self._fail(batch, error)
                    return
                for job in batch:  # the whole transaction is gone: each gets one try of its own
                    self._serve([job])
                return
        self._answer(batch[: len(ended)], ended, woken)
        self._jobs.put_back(batch[len(ended) :])

    def _fail(self, batch: list[Job], error: BaseException) -> None:
        for job in batch:
            job.fail(error)
        hand_over(batch)

    def _open(self, lazily: bool) -> Connection:
        """A connection inside a new transaction; one that was lost while it was idle is made again.

        ``lazily`` PostgreSQL hears of the transaction with its first statement, which then may find the line cut.
        """
        for last in (False, True):
            conn = self._connected()
            try:
                if self._wire is None:
                    driver.run(conn, "BEGIN IMMEDIATE")
                else:
                    self._wire.later("BEGIN")
                    if not lazily:
                        self._wire.settle()
                return conn
            except Exception as error:
                lost = conn.invalidated
                self._roll_back(error)
                if last or not lost:
                    raise
        raise AssertionError("unreachable")

    def _transact(self, conn: Connection, batch: list[Job]) -> tuple[list[Done], set[str]]:
        failpoints.hit("tx.begin")
        woken: set[str] = set()
        ended = self._run_group(conn, batch, woken)
        if self._wire is None:
            failpoints.hit("tx.before_commit")
            driver.run(conn, "COMMIT")
        else:
            self._unsaid |= woken
            self._commit(self._wire)
        self.commits += 1
        return ended, woken

    def _commit(self, wire: "Wire") -> None:
        """On PostgreSQL; other processes are woken behind it, not within, since the server commits those one by one."""
        mark = certainty.mark(wire)
        failpoints.hit("tx.before_commit")
        call = self._call_due()
        try:
            wire.commit(*(wake_up(self._origin, self._unsaid) if call else ()))
        except Exception:
            if not wire.conn.invalidated or not certainty.committed(self._engine, mark):
                raise
            self._disconnect()
            return
        if call:
            self._called()

    def _run_group(self, conn: Connection, batch: list[Job], woken: set[str]) -> list[Done]:
        """Run them in order; changes after the first only as long as no client waits, or not for long.

        A client whose mail is in this very group waits for its commit, and may be the last that had anything to say.
        """
        began, changes, ended = perf_counter(), 0, list[Done]()
        clients = any(job.append for job in batch)
        for jobs in _together(batch):
            job = jobs[0]
            if not job.append:
                if changes and (clients or self._jobs.urgent) and perf_counter() - began > LONGEST:
                    break
                changes += 1
            # An append hardly ever fails; then all are undone and each is run alone, which spares the rest a savepoint.
            if len(jobs) > 1:
                ended += self._many(conn, jobs, woken)
            elif job.append or len(batch) == 1:
                ended.append(self._alone(conn, job, woken))
            else:
                ended.append(self._in_savepoint(conn, job, woken))
        return ended

    def _answer(self, batch: list[Job], ended: list[Done], woken: set[str]) -> None:
        self._wake(woken)
        for job, done in zip(batch, ended, strict=True):
            for say in done.told:
                with contextlib.suppress(Exception):  # it is done, whether it can be said or not
                    job.context.run(say)
            if done.failure is None:
                job.succeed(done.value)
            else:
                job.fail(done.failure)
        hand_over(batch)

    def _call_due(self) -> bool:
        """Whether other processes are to hear of it now, and not with what is committed next or in a moment."""
        return bool(self._unsaid) and monotonic() - self._said >= CALLS

    def _wake_others(self) -> None:
        with contextlib.suppress(Exception):  # a wake-up that is lost costs time and nothing else
            self._connected()
            assert self._wire is not None
            self._wire.now(*wake_up(self._origin, self._unsaid))
        self._called()

    def _called(self) -> None:
        self._unsaid.clear()
        self._said = monotonic()

    def _many(self, conn: Connection, jobs: Sequence[Job], woken: set[str]) -> list[Done]:
        """Jobs of one function, by one call of it."""
        assert jobs[0].many is not None
        tx = Tx(conn, self._clock.now(), wire=self._wire)
        values = jobs[0].many(tx, [job.item for job in jobs])
        woken |= tx.woken
        return [Done(value, told=tx.told if job is jobs[0] else ()) for job, value in zip(jobs, values, strict=True)]

    def _alone(self, conn: Connection, job: Job, woken: set[str]) -> Done:
        tx = Tx(conn, self._clock.now(), wire=self._wire)
        value = job.context.run(job.run, tx)
        woken |= tx.woken
        return Done(value, told=tx.told)

    def _in_savepoint(self, conn: Connection, job: Job, woken: set[str]) -> Done:
        driver.run(conn, "SAVEPOINT job")
        try:
            done = self._alone(conn, job, woken)
        except Exception as error:
            # A full disk may have rolled back everything: then this fails too, and each job is run alone.
            driver.run(conn, "ROLLBACK TO SAVEPOINT job")
            driver.run(conn, "RELEASE SAVEPOINT job")
            return Done(failure=error)
        driver.run(conn, "RELEASE SAVEPOINT job")
        return done

    def _connected(self) -> Connection:
        if self._conn is None:
            self._conn = self._engine.connect()
            if self._postgres:
                prepares = self._group > 1  # a change may take back what it tried
                self._wire = import_module("maild.store.wire").Wire(self._conn, prepares)
        return self._conn

    def _roll_back(self, error: BaseException) -> None:
        if self._conn is None:
            return
        try:
            if self._conn.invalidated or self._leads_to_a_standby(error):
                self._disconnect()
            elif self._wire is not None:
                self._wire.roll_back()
            elif self._in_transaction(self._conn):
                self._conn.exec_driver_sql("ROLLBACK")
        except Exception as error:  # a connection in doubt is not used again
            log.warning("store.rollback_failed", error=type(error).__name__)
            self._disconnect()

    def _leads_to_a_standby(self, error: BaseException) -> bool:
        """After a failover the old server may still answer; a new connection finds the new one."""
        told = translate(error)
        return self._postgres and isinstance(told, StoreTrouble) and told.kind is TroubleKind.READ_ONLY

    def _in_transaction(self, conn: Connection) -> bool:
        """SQLite ends a transaction by itself when the disk is full, and would call a ROLLBACK then an error."""
        return bool(getattr(conn.connection.driver_connection, "in_transaction", True))

    def _disconnect(self) -> None:
        conn, self._conn, self._wire = self._conn, None, None
        if conn is None:
            return
        try:
            if not conn.invalidated:
                conn.invalidate()
            conn.close()
        except Exception as error:
            log.warning("store.close_failed", error=type(error).__name__)


def _together(batch: Sequence[Job]) -> Iterator[list[Job]]:
    """The jobs in their order, those of one function that takes many side by side."""
    for _, jobs in groupby(batch, lambda job: job.many or id(job)):
        yield list(jobs)


def stopped() -> StoreTrouble:
    return StoreTrouble(TroubleKind.STOPPING, "database: shutting down", "try again after the restart")
