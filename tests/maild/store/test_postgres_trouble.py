"""A PostgreSQL server that goes away, comes back, or has others' work in hand: nothing is lost, nothing twice."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from maild.clock import ManualClock
from maild.store import certainty, doctor, retry, tickets
from maild.store import db as db_module
from maild.store.db import Database
from maild.store.line import Job
from maild.store.put import Stored
from maild.store.tables import DELIVERY, MESSAGE
from maild.store.trouble import StoreTrouble, TroubleKind
from maild.store.tx import Tx
from maild.store.wire import Wire
from tests.maild.store import builders
from tests.maild.store.builders import MAIL
from tests.maild.store.jobs import kind, note, notes
from tests.postgres import Server
from tests.proxy import Proxy


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long a busy machine takes to start a server or a connection, nobody gives up but where a test says so."""
    monkeypatch.setattr(certainty, "PATIENCE", 300.0)
    monkeypatch.setattr(retry, "PATIENCE", 300.0)
    monkeypatch.setattr(db_module, "ANSWER", 300.0)


@pytest.fixture
def proxy(postgres: Server) -> Iterator[Proxy]:
    proxy = Proxy(postgres.socket).start()
    yield proxy
    proxy.stop()


@pytest.fixture
def name(postgres_url: str) -> str:
    return make_url(postgres_url).database or ""


@pytest.fixture
def far(proxy: Proxy, name: str, clock: ManualClock) -> Iterator[Database]:
    """A database behind the proxy."""
    db = Database(proxy.url(name), clock)
    yield db
    proxy.reopen()
    proxy.unblock()
    assert db.read_now(doctor.check) == []
    db.close_now()


def _stored(db: Database) -> tuple[int, int]:
    """Messages and deliveries."""
    return db.read_now(
        lambda tx: tuple(tx.scalar(select(func.count()).select_from(table)) for table in (MESSAGE, DELIVERY))
    )


def _mail(number: int) -> Callable[[Tx], Stored]:
    return lambda tx: builders.mail(tx, MAIL, f"d{number}")


def _counted(runs: list[str], run: Callable[[Tx], object]) -> Callable[[Tx], object]:
    def counted(tx: Tx) -> object:
        runs.append("run")
        return run(tx)

    return counted


def test_b06_a_connection_lost_while_idle_is_made_again(far: Database, proxy: Proxy) -> None:
    far.write_now(note("a"))
    assert notes(far) == ["a"]
    proxy.cut()
    assert notes(far) == ["a"]
    for number in range(6):
        far.write_now(note(f"b{number}"))
    assert len(notes(far)) == 7


def test_b06_a_connection_lost_in_a_statement_is_one_run_more_and_one_row(far: Database, proxy: Proxy) -> None:
    runs: list[str] = []

    def run(tx: Tx) -> None:
        runs.append("run")
        note("half")(tx)
        if len(runs) == 1:
            proxy.cut()
        note("whole")(tx)

    far.write_now(run)
    assert runs == ["run", "run"]
    assert notes(far) == ["half", "whole"]


@pytest.mark.parametrize(("fate", "runs_needed"), [("unanswered", 1), ("dropped", 2)])
@pytest.mark.parametrize("append", [True, False])
def test_b06_a_commit_without_an_answer_is_asked_about(
    far: Database, proxy: Proxy, fate: str, runs_needed: int, append: bool
) -> None:
    """Unanswered but done is not done again; unanswered and not done is done."""
    runs: list[str] = []
    setattr(proxy, fate, 1)
    stored = far._submit(_counted(runs, lambda tx: builders.mail(tx, MAIL, "d1")), append, 0).result()
    assert isinstance(stored, Stored)
    assert not stored.duplicate
    assert len(runs) == runs_needed
    assert _stored(far) == (1, 1)


def test_b06_a_group_whose_commit_is_unanswered_is_stored_once(far: Database, proxy: Proxy) -> None:
    async def all_at_once() -> list[Stored]:
        return await asyncio.gather(*(far.write(_mail(n), append=True) for n in range(20)))

    proxy.unanswered = 1
    stored = asyncio.run(all_at_once())
    assert not any(one.duplicate for one in stored)
    assert _stored(far) == (20, 20)


def test_b06_where_nobody_can_say_the_sender_tries_again_and_the_mail_is_known(
    far: Database, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certainty, "PATIENCE", 0.2)
    proxy.unanswered = 1
    answer = far._submit(lambda tx: (builders.mail(tx, MAIL, "d1"), proxy._open.clear()), True, 0)
    with pytest.raises(StoreTrouble) as caught:
        answer.result()
    assert caught.value.kind is TroubleKind.GONE
    proxy.reopen()
    assert far.write_now(lambda tx: builders.mail(tx, MAIL, "d1")).duplicate
    assert _stored(far) == (1, 2)


def test_b06_a_question_that_fails_in_a_way_nobody_knows_runs_nothing_again(
    far: Database, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was committed: had those of the group been run again, each for itself, their senders were told so twice."""
    monkeypatch.setattr(certainty, "_STATUS", "SELECT of_something_unknown(%(number)s)")
    proxy.unanswered = 1
    runs: list[str] = []
    jobs = [Job(_counted(runs, _mail(number)), append=True, answer=Future()) for number in range(3)]
    far._writers[0]._serve(jobs)
    assert [kind(job.answer) for job in jobs if job.answer] == [TroubleKind.GONE] * 3
    assert len(runs) == 3
    assert _stored(far) == (3, 3)


def _fail(tx: Tx, state: str) -> None:
    tx.conn.exec_driver_sql(f"DO $$ BEGIN RAISE EXCEPTION 'made up' USING ERRCODE = '{state}'; END $$")


@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_b07_what_met_somebody_elses_work_is_run_again(far: Database, state: str) -> None:
    runs: list[str] = []

    def run(tx: Tx) -> None:
        runs.append("run")
        note("once")(tx)
        if len(runs) < 4:
            _fail(tx, state)

    far.write_now(run)
    assert len(runs) == 4
    assert notes(far) == ["once"]


def test_b07_but_not_for_ever(far: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "PATIENCE", 0.1)
    with pytest.raises(StoreTrouble) as caught:
        far.write_now(lambda tx: _fail(tx, "40001"))
    assert caught.value.kind is TroubleKind.BUSY
    far.write_now(note("after"))


def test_b07_two_who_wait_for_each_other_both_get_through(far: Database) -> None:
    first, second = far.write_now(lambda tx: [builders.ticket(tx), builders.ticket(tx)])
    met = threading.Barrier(2)
    runs: list[int] = []

    def take(one: int, other: int) -> Callable[[Tx], None]:
        def run(tx: Tx) -> None:
            assert tickets.lock(tx, one)
            runs.append(one)
            if runs.count(one) == 1:
                met.wait()
            assert tickets.lock(tx, other)
            tickets.mark_verified(tx, other)

        return run

    answers = [far._submit(take(first, second), False, 0), far._submit(take(second, first), False, 0)]
    for answer in answers:
        answer.result()
    assert len(runs) == 3


def test_b07_a_standby_that_took_over_is_looked_for(far: Database, postgres: Server, name: str, proxy: Proxy) -> None:
    postgres.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    proxy.cut()
    runs: list[str] = []

    def run(tx: Tx) -> None:
        runs.append("run")
        if len(runs) == 3:
            postgres.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        note("a")(tx)

    far.write_now(run)
    assert len(runs) == 4
    assert notes(far) == ["a"]


async def test_b08_a_server_that_does_not_answer_is_a_451_and_no_hang(
    far: Database, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    await far.write(lambda tx: None, append=True)
    monkeypatch.setattr(db_module, "ANSWER", 0.05)
    proxy.block()
    with pytest.raises(StoreTrouble) as caught:
        await far.write(lambda tx: builders.mail(tx, MAIL, "d1"), append=True)
    assert caught.value.kind is TroubleKind.BUSY
    proxy.unblock()
    monkeypatch.setattr(db_module, "ANSWER", 300.0)
    again = await far.write(lambda tx: builders.mail(tx, MAIL, "d1"), append=True)
    assert again.duplicate
    assert _stored(far) == (1, 2)


async def test_b09_a_caller_that_leaves_during_the_commit_undoes_nothing(far: Database, proxy: Proxy) -> None:
    proxy.held = 1
    leaving = asyncio.ensure_future(far.write(note("stays")))
    await asyncio.to_thread(proxy.holding.wait)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    proxy.unblock()
    for number in range(4):
        await far.write(note(f"n{number}"))
    while far.commits < 5:  # noqa: ASYNC110  # others may be done before it, by writers of their own
        await asyncio.sleep(0.001)
    assert "stays" in notes(far)


async def test_b10_two_processes_that_get_the_same_mails_at_once_make_one_of_each(
    far: Database, postgres_url: str, clock: ManualClock
) -> None:
    other = Database(postgres_url, clock)

    there = [far.write(_mail(n), append=True) for n in range(40)]
    here = [other.write(_mail(n), append=True) for n in reversed(range(40))]
    stored = await asyncio.gather(*there, *here)
    assert sorted(one.duplicate for one in stored) == [False] * 40 + [True] * 40
    assert len({one.id for one in stored}) == 40
    assert _stored(other) == (40, 80)
    await other.close()


@pytest.fixture
def ours(far: Database) -> certainty.Mark:
    """Of a transaction that was committed."""
    with far.engine.connect() as conn:
        wire = Wire(conn)
        wire.later("BEGIN")
        assert certainty.mark(wire) is None, "it has written nothing"
        conn.exec_driver_sql("CREATE TABLE something ()")
        mark = certainty.mark(wire)
        wire.commit()
    assert mark is not None
    return mark


def test_b06_a_number_that_is_given_again_after_a_crash_is_not_taken_for_ours(
    far: Database, ours: certainty.Mark
) -> None:
    assert certainty.committed(far.engine, ours)
    assert not certainty.committed(far.engine, replace(ours, name="of a connection that was lost"))
    assert not certainty.committed(far.engine, replace(ours, count=ours.count + 1))


def test_b06_a_number_that_was_lost_in_a_crash_and_is_not_given_again_yet_is_not_committed(
    far: Database, ours: certainty.Mark
) -> None:
    lost = replace(ours, number=str(int(ours.number) + 1_000_000), count=ours.count + 1)
    assert not certainty.committed(far.engine, lost)


async def test_b06_a_restart_of_the_server_under_load_loses_and_doubles_nothing(
    far: Database, postgres: Server
) -> None:
    kept: list[int] = []
    going_on = asyncio.Event()

    async def store(number: int) -> None:
        stored = await far.write(_mail(number), append=number % 2 == 0)
        assert not stored.duplicate
        kept.append(number)
        if len(kept) == 30:
            going_on.set()

    async def client(first: int) -> None:
        for number in range(first, 400, 8):
            await store(number)

    clients = [asyncio.create_task(client(first)) for first in range(8)]
    await going_on.wait()
    await asyncio.to_thread(postgres.stop, "immediate")
    await asyncio.to_thread(postgres.start)
    await asyncio.gather(*clients)
    assert sorted(kept) == list(range(400))
    assert _stored(far) == (400, 400)
