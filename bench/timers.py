"""Timers in our own table: taking a hundred among few and among very many, beside APScheduler's job store."""

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apscheduler.job import Job
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from sqlalchemy import create_engine, event

from bench import figures
from bench.figures import Figure
from maild.clock import ManualClock
from maild.domain.people import Role
from maild.store import schema, tickets, timers
from maild.store.db import Database
from maild.store.tables import PERSON, TIMER
from maild.store.tickets import NewTicket
from maild.store.tx import Tx

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
FEW, MANY, DUE = 1_000, 1_000_000, 100
ROUNDS = 7
WAKES = 200


def run() -> list[Figure]:
    with _ours(FEW) as few, _ours(MANY) as many, _theirs(FEW) as store:
        wakes = figures.pairs(ROUNDS, lambda: _per_wake(many.idle), lambda: _per_wake(store.idle))
        taken = [(few.take(), many.take(), store.take()) for _ in range(ROUNDS + 1)][1:]
    how = f"{DUE} due; claim, fire each and commit"
    milliseconds = sorted(each[1] * 1e3 for each in taken)[ROUNDS // 2]
    return [
        figures.at_most(f"timers: {DUE} of {MANY:,} / of {FEW:,}", 3, [(b, a) for a, b, _ in taken], how),
        figures.at_least(
            "timers: claim and mark / APScheduler's store", 8, [(c, b) for _, b, c in taken], f"{milliseconds:.1f} ms"
        ),
        figures.at_most("timers: idle wake-up / APScheduler's store", 0.5, wakes, f"mean of {WAKES} wake-ups"),
    ]


def _per_wake(idle: Callable[[], object]) -> float:
    began = time.perf_counter()
    for _ in range(WAKES):
        idle()
    return (time.perf_counter() - began) / WAKES


class Ours:
    """``total`` pending timers, of which DUE come due with each ``take``."""

    def __init__(self, db: Database, clock: ManualClock) -> None:
        self.db = db
        self.clock = clock

    def take(self) -> float:
        self.clock.advance(timedelta(seconds=DUE))
        began = time.perf_counter()
        fired = self.db.write_now(_fire)
        seconds = time.perf_counter() - began
        assert fired == DUE, fired
        return seconds

    def idle(self) -> None:
        self.db.read_now(timers.next_due)


def _fire(tx: Tx) -> int:
    return sum(timers.fire(tx, timer.id) for timer in timers.due(tx, DUE))


@contextlib.contextmanager
def _ours(total: int) -> Iterator[Ours]:
    """One comes due each second."""
    with tempfile.TemporaryDirectory() as folder:
        clock = ManualClock(NOW)
        db = Database(f"sqlite:///{folder}/timers.db", clock)
        try:
            schema.upgrade(db.engine)
            db.write_now(lambda tx: _fill(tx, total))
            yield Ours(db, clock)
        finally:
            db.close_now()


def _fill(tx: Tx, total: int) -> None:
    person = tx.insert(PERSON, address="buyer@customer.example", name="", role=Role.CUSTOMER, created_at=tx.now)
    ticket = tickets.create(tx, NewTicket("Order", "orders@shop.example", "smtp", person))
    for start in range(0, total, 50_000):
        rows = (
            {"ticket_id": ticket, "rule": "reminder", "step": n, "due_at": NOW + timedelta(seconds=n + 1)}
            for n in range(start, min(total, start + 50_000))
        )
        tx.insert_all(TIMER, ({**row, "state": "pending", "armed_at": NOW, "over": False} for row in rows))


class Theirs:
    """What the scheduler does at a wake-up, on its SQLAlchemy job store in the same SQLite settings."""

    def __init__(self, store: SQLAlchemyJobStore) -> None:
        self.store = store
        self.now = NOW

    def take(self) -> float:
        self.now += timedelta(seconds=DUE)
        began = time.perf_counter()
        due = self.store.get_due_jobs(self.now)
        for job in due:
            self.store.remove_job(job.id)
        self.store.get_next_run_time()
        seconds = time.perf_counter() - began
        assert len(due) == DUE, len(due)
        return seconds

    def idle(self) -> None:
        self.store.get_due_jobs(self.now)
        self.store.get_next_run_time()


@contextlib.contextmanager
def _theirs(total: int) -> Iterator[Theirs]:
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'jobs.db'}")

        @event.listens_for(engine, "connect")
        def _durable(connection: object, _record: object) -> None:
            connection.execute("PRAGMA journal_mode=WAL")  # type: ignore[attr-defined]
            connection.execute("PRAGMA synchronous=FULL")  # type: ignore[attr-defined]

        store = SQLAlchemyJobStore(engine=engine)
        scheduler = BackgroundScheduler(timezone="UTC")
        store.start(scheduler, "default")
        for number in range(max(total, DUE * (ROUNDS + 2))):
            store.add_job(_job(scheduler, number))
        yield Theirs(store)
        engine.dispose()


def _job(scheduler: BackgroundScheduler, number: int) -> Job:
    at = NOW + timedelta(seconds=number + 1)
    return Job(
        scheduler,
        id=str(number),
        executor="default",
        func="bench.timers:remind",
        trigger=DateTrigger(at),
        args=(number,),
        kwargs={},
        name="remind",
        misfire_grace_time=None,
        coalesce=True,
        max_instances=1,
        next_run_time=at,
    )


def remind(number: int) -> None:
    """What a job would call."""
