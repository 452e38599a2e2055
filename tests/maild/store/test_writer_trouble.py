"""A full disk, a lock, a commit that fails: each caller hears it, nothing is lost or doubled."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from maild import failpoints
from maild.clock import ManualClock
from maild.store.db import Database
from maild.store.trouble import TroubleKind
from maild.store.tx import Tx
from tests.maild.store.jobs import failure, kind, note, notes, queued, queued_behind_nothing


@pytest.mark.sqlite
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


@pytest.mark.sqlite
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


def test_b01_a_short_lock_is_waited_for(file: Path, clock: ManualClock) -> None:
    patient = Database(f"sqlite:///{file}", clock, busy=60)
    with locked(file) as other:
        answer = patient._submit(note("late"), False, 0)
        assert other.stdin is not None
        other.stdin.write("go on\n")
        other.stdin.flush()
        assert answer.result() == "late"
    patient.close_now()


@pytest.mark.sqlite
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
