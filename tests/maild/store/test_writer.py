"""Group commit: many functions share one fsync, and none of them can harm the others."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from maild import failpoints
from maild.clock import ManualClock
from maild.store import doctor, writer
from maild.store.db import Database
from maild.store.line import GROUP, WEIGHT, Job
from maild.store.tables import META
from maild.store.trouble import StoreTrouble, TroubleKind
from maild.store.tx import Tx
from tests.maild.store.jobs import failure, note, notes, queued

MANY = 200


@pytest.mark.sqlite
def test_what_waits_together_is_committed_together(db: Database) -> None:
    before = db.commits
    with queued(db) as ask:
        answers = [ask(note(f"n{i:03}")) for i in range(MANY)]
    assert [answer.result() for answer in answers] == [f"n{i:03}" for i in range(MANY)]
    groups = -(-MANY // GROUP)
    assert db.commits - before == 1 + groups
    assert len(notes(db)) == MANY


@pytest.mark.sqlite
def test_a_group_closes_when_it_weighs_enough(db: Database) -> None:
    before = db.commits
    with queued(db) as ask:
        answers = [ask(note(f"n{i}"), weight=WEIGHT // 2) for i in range(6)]
    for answer in answers:
        answer.result()
    assert db.commits - before == 1 + 3


@pytest.mark.sqlite
async def test_callers_of_one_loop_share_commits(db: Database) -> None:
    before = db.commits
    done = await asyncio.gather(*(db.write(note(f"n{i:03}")) for i in range(MANY)))
    assert done == [f"n{i:03}" for i in range(MANY)]
    assert db.commits - before < MANY


@pytest.mark.sqlite
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
    assert db.url.startswith("postgresql") or db.commits - before == 3


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

    answer: Future[None] = Future()
    answer.add_done_callback(lambda answer: told.append(("answered", _seen(file))))
    db._appends.put(Job(run, answer=answer))
    answer.result()
    db.write_now(lambda tx: None)
    assert told[:4] == [("tx.begin", []), ("tx.before_commit", []), ("woke ['spool']", ["row"]), ("answered", ["row"])]


@pytest.mark.sqlite
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


@pytest.mark.sqlite
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


@pytest.mark.sqlite
def test_a_client_waits_for_no_more_than_the_change_under_way(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "LONGEST", 0.0)
    order: list[str] = []

    def say(name: str) -> Callable[[Tx], None]:
        return lambda tx: order.append(name)

    def first(tx: Tx) -> None:
        order.append("client")
        answers.append(db._submit(say("late client"), True, 0))

    answers: list[Future[Any]] = []
    with queued(db) as ask:
        answers += [ask(say(f"change {n}")) for n in range(3)]
        answers.append(db._submit(first, True, 0))
    for answer in answers[:4]:
        answer.result()
    assert order == ["client", "change 0", "late client", "change 1", "change 2"]


@pytest.mark.sqlite
def test_a_client_of_a_group_hears_of_the_commit_after_one_change(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody else may have anything to say meanwhile: all of the relay's connections wait for this very group."""
    monkeypatch.setattr(writer, "LONGEST", 0.0)
    ran: list[tuple[str, int]] = []

    def say(name: str) -> Callable[[Tx], None]:
        return lambda tx: ran.append((name, db.commits))

    with queued(db) as ask:
        answers = [ask(say(f"change {n}")) for n in range(3)]
        answers.append(db._submit(say("client"), True, 0))
    for answer in answers:
        answer.result()
    began = ran[0][1]
    told = [(name, commits - began) for name, commits in ran]
    assert told == [("client", 0), ("change 0", 0), ("change 1", 1), ("change 2", 1)]
