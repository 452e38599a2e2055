"""Functions for the writer, and a queue in which they wait together."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, select

from maild.store.db import Database
from maild.store.line import Job
from maild.store.tables import META
from maild.store.trouble import StoreTrouble, TroubleKind
from maild.store.tx import Tx


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
    writers = [writer for writer in db._writers if writer._jobs is db._changes]
    begun, go_on = threading.Barrier(len(writers) + 1), threading.Event()

    def block(tx: Tx) -> None:
        begun.wait()
        go_on.wait()

    blocks = [db._submit(block, False, 0) for _ in writers]
    begun.wait()
    try:
        yield lambda run, weight=0: db._submit(run, False, weight)
    finally:
        go_on.set()
        for block_ in blocks:
            block_.result()


def statements(work: Callable[[Tx], Any], tx: Tx) -> int:
    """How many statements a function sends to the database."""
    seen: list[str] = []

    def see(*given: Any) -> None:
        seen.append(given[2])

    event.listen(tx.conn, "before_cursor_execute", see)
    try:
        work(tx)
    finally:
        event.remove(tx.conn, "before_cursor_execute", see)
    return len(seen)


def failure(answer: "Future[Any]") -> BaseException:
    error = answer.exception()
    assert error is not None
    return error


def kind(answer: "Future[Any]") -> TroubleKind:
    error = failure(answer)
    assert isinstance(error, StoreTrouble), error
    return error.kind


@contextmanager
def queued_behind_nothing(db: Database) -> Iterator[Callable[[Callable[[Tx], Any]], "Future[Any]"]]:
    """Jobs put into the queue in one go, without a transaction before them."""
    jobs: list[Job] = []

    def ask(run: Callable[[Tx], Any]) -> "Future[Any]":
        answer: Future[Any] = Future()
        jobs.append(Job(run, answer=answer))
        return answer

    yield ask
    db._writers[0]._serve(jobs)
