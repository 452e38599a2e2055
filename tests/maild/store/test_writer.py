"""Group commit: many functions share one fsync, and none of them can harm the others."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select

from maild import failpoints
from maild.clock import ManualClock
from maild.store import doctor
from maild.store.db import Database
from maild.store.tables import META
from maild.store.trouble import StoreTrouble, TroubleKind
from maild.store.tx import Tx
from maild.store.writer import GROUP, WEIGHT, Job

MANY = 200


def note(name: str, value: str = "") -> Callable[[Tx], str]:
    """A function that writes one row and returns its name."""

    def run(tx: Tx) -> str:
        tx.insert_all(META, [{"name": name, "value": value}])
        return name

    return run


def notes(db: Database) -> list[str]:
    return list(db.read_now(lambda tx: tx.execute(select(META.c.name).order_by(META.c.name)).scalars().all()))


@contextmanager
def queued(db: Database) -> Iterator[Callable[..., "Future[Any]"]]:
    """Everything asked for inside waits together in the queue; it starts, as one batch, at the end."""
    begun, go_on = threading.Event(), threading.Event()

    def block(tx: Tx) -> None:
        begun.set()
        go_on.wait()

    first = db._submit(block, False, 0)
    begun.wait()
    try:
        yield lambda run, weight=0: db._submit(run, False, weight)
    finally:
        go_on.set()
        first.result()


def failure(answer: "Future[Any]") -> BaseException:
    error = answer.exception()
    assert error is not None
    return error


def kind(answer: "Future[Any]") -> TroubleKind:
    error = failure(answer)
    assert isinstance(error, StoreTrouble), error
    return error.kind


def test_what_waits_together_is_committed_together(db: Database) -> None:
    before = db.commits
    with queued(db) as ask:
        answers = [ask(note(f"n{i:03}")) for i in range(MANY)]
    assert [answer.result() for answer in answers] == [f"n{i:03}" for i in range(MANY)]
    groups = -(-MANY // GROUP)
    assert db.commits - before == 1 + groups
    assert len(notes(db)) == MANY


def test_a_group_closes_when_it_weighs_enough(db: Database) -> None:
    before = db.commits
    with queued(db) as ask:
        answers = [ask(note(f"n{i}"), weight=WEIGHT // 2) for i in range(6)]
    for answer in answers:
        answer.result()
    assert db.commits - before == 1 + 3


async def test_callers_of_one_loop_share_commits(db: Database) -> None:
    before = db.commits
    done = await asyncio.gather(*(db.write(note(f"n{i:03}")) for i in range(MANY)))
    assert done == [f"n{i:03}" for i in range(MANY)]
    assert db.commits - before < MANY


def test_a_failing_function_takes_only_itself_down(db: Database) -> None:
    def fail(tx: Tx) -> None:
        note("half")(tx)
        raise ZeroDivisionError("a bug")

    before = db.commits
    with queued(db) as ask:
        answers = [ask(note("a")), ask(fail), ask(note("b"))]
    assert (answers[0].result(), answers[2].result()) == ("a", "b")
    assert isinstance(failure(answers[1]), ZeroDivisionError)
    assert notes(db) == ["a", "b"]
    assert db.commits - before == 2


def test_a_function_alone_is_undone_when_it_fails(db: Database) -> None:
    def fail(tx: Tx) -> None:
        note("half")(tx)
        raise ZeroDivisionError("a bug")

    with pytest.raises(ZeroDivisionError):
        db.write_now(fail)
    assert notes(db) == []


@pytest.mark.parametrize(
    "ending", [SystemExit(3), KeyboardInterrupt(), GeneratorExit(), StopIteration(), asyncio.CancelledError()]
)
async def test_nothing_that_a_function_raises_hangs_its_caller_or_ends_the_loop(
    db: Database, ending: BaseException
) -> None:
    def fail(tx: Tx) -> None:
        note("half")(tx)
        raise ending

    with queued(db) as ask:
        answers = [ask(note("a")), ask(fail), ask(note("b"))]
    assert (answers[0].result(), answers[2].result()) == ("a", "b")
    for call in (asyncio.wrap_future(answers[1]), db.write(fail), db.read(fail)):
        with pytest.raises((RuntimeError, StoreTrouble)):
            await call
    assert notes(db) == ["a", "b"]


def test_a_transaction_that_is_lost_as_a_whole_is_run_again_function_by_function(db: Database) -> None:
    """As SQLite does it when the disk is full: the rollback takes the neighbours' work along."""
    runs: list[str] = []

    def lose(tx: Tx) -> None:
        runs.append("lose")
        tx.conn.exec_driver_sql("ROLLBACK")
        raise ZeroDivisionError("a bug")

    def count(name: str) -> Callable[[Tx], str]:
        def run(tx: Tx) -> str:
            runs.append(name)
            return note(name)(tx)

        return run

    with queued(db) as ask:
        answers = [ask(count("a")), ask(lose), ask(count("b"))]
    assert (answers[0].result(), answers[2].result()) == ("a", "b")
    assert isinstance(failure(answers[1]), ZeroDivisionError)
    assert runs == ["a", "lose", "a", "lose", "b"]
    assert notes(db) == ["a", "b"]


def _page_limit(db: Database, more: int) -> None:
    def run(tx: Tx) -> None:
        pages = tx.conn.exec_driver_sql("PRAGMA page_count").scalar()
        tx.conn.exec_driver_sql(f"PRAGMA max_page_count={int(pages or 0) + more}")

    db.write_now(run)


def test_b03_a_full_disk_is_said_to_each_and_ends_by_itself(db: Database) -> None:
    _page_limit(db, 8)
    big = "x" * 200_000
    with queued(db) as ask:
        answers = [ask(note("a")), ask(note("big", big)), ask(note("b"))]
    assert (answers[0].result(), answers[2].result()) == ("a", "b")
    assert kind(answers[1]) is TroubleKind.FULL
    assert "disk space" in failure(answers[1]).hint  # type: ignore[attr-defined]
    with queued(db) as ask:
        answers = [ask(note(f"big{i}", big)) for i in range(3)]
    assert [kind(answer) for answer in answers] == [TroubleKind.FULL] * 3
    _page_limit(db, 10_000)
    assert db.write_now(note("big", big)) == "big"
    assert notes(db) == ["a", "b", "big"]


HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.readline()
connection.execute("ROLLBACK")
"""


@contextmanager
def locked(file: Path) -> "Iterator[subprocess.Popen[str]]":
    """Another process holds the database; a line on its standard input ends that."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin and process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
        process.stdin.close()


def test_b01_a_lock_that_holds_out_is_busy_for_all_who_wait_at_once(db: Database, file: Path) -> None:
    begun: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: begun.append(given[2]))
    with locked(file):
        with queued_behind_nothing(db) as ask:
            answers = [ask(note(f"n{i}")) for i in range(10)]
        assert [kind(answer) for answer in answers] == [TroubleKind.BUSY] * 10
    assert begun.count("BEGIN IMMEDIATE") <= 2
    assert db.write_now(note("after")) == "after"
    assert notes(db) == ["after"]


@contextmanager
def queued_behind_nothing(db: Database) -> Iterator[Callable[[Callable[[Tx], Any]], "Future[Any]"]]:
    """Jobs put into the queue in one go, without a transaction before them."""
    jobs: list[Job] = []

    def ask(run: Callable[[Tx], Any]) -> "Future[Any]":
        jobs.append(Job(run))
        return jobs[-1].answer

    yield ask
    db._writers[0]._serve(jobs)


def test_b01_a_short_lock_is_waited_for(file: Path, clock: ManualClock) -> None:
    patient = Database(f"sqlite:///{file}", clock, busy=60)
    with locked(file) as other:
        answer = patient._submit(note("late"), False, 0)
        assert other.stdin is not None
        other.stdin.write("go on\n")
        other.stdin.flush()
        assert answer.result() == "late"
    patient.close_now()


async def test_b09_a_caller_that_leaves_undoes_neither_its_work_nor_its_neighbours(db: Database) -> None:
    before = db.commits
    with queued(db):
        leaving = asyncio.ensure_future(db.write(note("stays")))
        neighbour = asyncio.ensure_future(db.write(note("neighbour")))
        await asyncio.sleep(0)  # both are in the queue now
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
    assert await neighbour == "neighbour"
    assert await db.write(note("next")) == "next"
    assert notes(db) == ["neighbour", "next", "stays"]
    assert db.commits - before == 3


def _seen(file: Path) -> list[str]:
    beside = sqlite3.connect(file)
    try:
        return [name for (name,) in beside.execute("SELECT name FROM meta")]
    finally:
        beside.close()


def test_answers_and_wakes_come_only_after_the_commit(
    db: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(db._writers[0], "_wake", lambda topics: told.append((f"woke {sorted(topics)}", _seen(file))))
    monkeypatch.setattr(failpoints, "hit", lambda name: told.append((name, _seen(file))))

    def run(tx: Tx) -> None:
        note("row")(tx)
        tx.wake("spool")

    job = Job(run)
    job.answer.add_done_callback(lambda answer: told.append(("answered", _seen(file))))
    db._appends.put(job)
    job.answer.result()
    db.write_now(lambda tx: None)
    assert told[:4] == [("tx.begin", []), ("tx.before_commit", []), ("woke ['spool']", ["row"]), ("answered", ["row"])]


def test_who_fails_wakes_nobody(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[set[str]] = []
    monkeypatch.setattr(db._writers[0], "_wake", woken.append)

    def fail(tx: Tx) -> None:
        tx.wake("spool")
        raise ZeroDivisionError("a bug")

    with pytest.raises(ZeroDivisionError):
        db.write_now(fail)
    with queued(db) as ask:
        ask(fail)
        ask(lambda tx: tx.wake("timers"))
    db.write_now(lambda tx: None)
    assert [topics for topics in woken if topics] == [{"timers"}]


def test_a_commit_that_fails_once_loses_and_doubles_nothing(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with queued(db) as ask:
        monkeypatch.setattr(
            failpoints, "hit", failpoints.armed("tx.before_commit=enospc:n=2")
        )  # the first is the block
        answers = [ask(note("a")), ask(note("b"))]
    assert [answer.result() for answer in answers] == ["a", "b"]
    assert notes(db) == ["a", "b"]


def test_a_commit_that_always_fails_is_told_to_all(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failpoints, "hit", failpoints.armed("tx.before_commit=enospc"))
    with queued_behind_nothing(db) as ask:
        answers = [ask(note("a")), ask(note("b"))]
    assert [kind(answer) for answer in answers] == [TroubleKind.FULL] * 2
    monkeypatch.setattr(failpoints, "hit", lambda name: None)
    assert notes(db) == []
    assert db.write_now(note("after")) == "after"


async def test_what_is_queued_at_the_end_is_done_and_what_comes_later_is_told(file: Path, clock: ManualClock) -> None:
    db = Database(f"sqlite:///{file}", clock)
    with queued(db) as ask:
        answers = [ask(note(f"n{i:02}")) for i in range(70)]
        closing = threading.Thread(target=db.close_now)
        closing.start()
    closing.join()
    assert [answer.result() for answer in answers] == [f"n{i:02}" for i in range(70)]
    for call in (db.write(note("late")), db.read(lambda tx: None)):
        with pytest.raises(StoreTrouble) as caught:
            await call
        assert caught.value.kind is TroubleKind.STOPPING
    db.close_now()  # a second time changes nothing
    assert len(_seen(file)) == 70


def test_rows_of_all_survive_a_writer_that_meets_every_trouble_in_turn(db: Database) -> None:
    """Ninety functions, every third of them failing in its own way: exactly the others are there."""

    def fail(tx: Tx) -> None:
        tx.insert_all(META, [{"name": "n000", "value": ""}])  # taken: IntegrityError

    with queued(db) as ask:
        answers = [ask(fail if i % 3 == 2 else note(f"n{i:03}")) for i in range(90)]
    done = [answer.result() for answer in answers if answer.exception() is None]
    assert done == [f"n{i:03}" for i in range(90) if i % 3 != 2] == notes(db)
    assert db.read_now(lambda tx: tx.scalar(select(func.count()).select_from(META))) == 60
    assert db.read_now(doctor.check) == []
