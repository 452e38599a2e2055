"""Mails that wait together are stored together, and each learns of itself alone."""

import asyncio
import threading
from collections.abc import Sequence
from io import BytesIO

import pytest
from sqlalchemy import event, select

from maild.store import spool
from maild.store.db import Database, late
from maild.store.line import Job, hand_over
from maild.store.put import CHUNK, NewMail, Stored, put_all, put_each
from maild.store.tables import DELIVERY, MESSAGE
from maild.store.trouble import StoreTrouble
from maild.store.tx import Tx
from tests.maild.store import builders
from tests.maild.store.builders import ORDERS


def new(number: int, raw: bytes | None = None) -> NewMail:
    raw = raw if raw is not None else b"mail %d\r\n" % number
    envelope = builders.envelope(session=f"s{number}", recipients=(f"orders+{number}@desk.example",))
    return NewMail(BytesIO(raw), len(raw), f"digest-{number}", ORDERS, envelope, lambda: b"Received: copy\r\n")


@pytest.mark.parametrize("number", [1, 2, 3, 7, 31, 33, 100])
def test_each_has_its_own_bytes_and_envelope(db: Database, number: int) -> None:
    mails = [new(n) for n in range(number)]
    stored = db.write_now(lambda tx: put_all(tx, mails))
    assert [one.duplicate for one in stored] == [False] * number
    assert [one.id for one in stored] == sorted({one.id for one in stored})
    for n, one in enumerate(stored):
        assert db.read_now(lambda tx, one=one: spool.raw(tx, one.id)) == b"mail %d\r\n" % n
        assert db.read_now(lambda tx, one=one: spool.first_envelope(tx, one.id)) == mails[n].envelope


def test_copies_among_them_know_the_first_whether_it_was_there_or_came_with_them(db: Database) -> None:
    there = db.write_now(lambda tx: put_all(tx, [new(1), new(2)]))
    stored = db.write_now(lambda tx: put_all(tx, [new(3), new(1), new(4), new(3), new(2), new(3)]))
    assert [one.duplicate for one in stored] == [False, True, False, True, True, True]
    third, fourth = stored[0].id, stored[2].id
    assert [one.id for one in stored] == [third, there[0].id, fourth, third, there[1].id, third]
    assert fourth != third
    heads = db.read_now(lambda tx: tx.execute(select(DELIVERY.c.head).order_by(DELIVERY.c.id)).scalars().all())
    assert [head is not None for head in heads] == [False, False, False, True, False, True, True, True]


def test_big_and_small_together_come_back_as_they_were(db: Database) -> None:
    raws = [b"a", b"b" * CHUNK, b"c" * (CHUNK + 1), b"", b"d" * (2 * CHUNK)]
    stored = db.write_now(lambda tx: put_all(tx, [new(n, raw) for n, raw in enumerate(raws)]))
    assert [db.read_now(lambda tx, one=one: spool.raw(tx, one.id)) for one in stored] == raws


def test_a_group_costs_no_more_statements_than_a_mail(db: Database) -> None:
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda c, cu, statement, *rest: asked.append(statement))
    db.write_now(lambda tx: put_all(tx, [new(0)]))
    alone = len(asked)
    asked.clear()
    db.write_now(lambda tx: put_all(tx, [new(n) for n in range(1, 17)]))
    most = (
        8 if db.url.startswith("postgresql") else 5
    )  # BEGIN and COMMIT among them, and the first mark of a connection
    assert len(asked) <= alone <= most  # less where the same writer serves both, whose connection has its mark then


async def test_callers_that_wait_together_are_answered_each_with_their_own(db: Database) -> None:
    before = db.commits
    stored = await asyncio.gather(*(db.append(put_each, [new(n)]) for n in range(50)))
    assert db.commits - before < 50
    for n, (one,) in enumerate(stored):
        assert (await db.read(lambda tx, one=one: spool.first_envelope(tx, one.id))).session == f"s{n}"


async def test_one_that_cannot_be_stored_fails_alone(db: Database) -> None:
    class Broken(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    bad = NewMail(Broken(b"x"), 1, "bad", ORDERS, builders.envelope())
    asked = [db.append(put_each, [bad if n == 5 else new(n)]) for n in range(12)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [n for n, answer in enumerate(answers) if isinstance(answer, BaseException)] == [5]
    assert isinstance(answers[5], OSError | StoreTrouble)
    digests = await db.read(lambda tx: tx.execute(select(MESSAGE.c.digest)).scalars().all())
    assert sorted(digests) == sorted(f"digest-{n}" for n in range(12) if n != 5)


async def test_callers_without_a_task_are_told_together(db: Database) -> None:
    told: list[list[Job]] = []
    heard, begun, go_on = asyncio.Event(), threading.Event(), threading.Event()

    def block(tx: Tx) -> None:
        begun.set()
        go_on.wait()

    def then(jobs: Sequence[Job]) -> None:
        told.append(list(jobs))
        heard.set()

    blocking = asyncio.ensure_future(db.write(block, append=True))  # a writer that is about to rest would take a few
    await asyncio.to_thread(begun.wait)
    for n in range(20):
        db.append_soon(put_each, [new(n)], then)
    go_on.set()
    await blocking
    await heard.wait()
    assert [len(jobs) for jobs in told] == [20]
    for n, job in enumerate(told[0]):
        ((one,),) = (job.value,)
        assert job.error is None and job.item[0].digest == f"digest-{n}"
        assert (await db.read(lambda tx, one=one: spool.first_envelope(tx, one.id))).session == f"s{n}"


async def test_a_caller_who_was_given_up_hears_of_it_once() -> None:
    told: list[list[Job]] = []
    loop = asyncio.get_running_loop()
    job = Job(lambda tx: None, append=True, item="mail", then=lambda jobs: told.append(list(jobs)), loop=loop)
    job.give_up(late())
    job.succeed("stored after all")
    hand_over([job])
    await asyncio.sleep(0)
    ((only,),) = told
    assert only.item == "mail" and isinstance(only.error, StoreTrouble)


async def test_who_went_away_is_stored_all_the_same(db: Database) -> None:
    waiting = asyncio.ensure_future(db.append(put_each, [new(1)]))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await db.append(put_each, [new(1)]) == [Stored(1, True)]


def test_the_clock_of_the_transaction_dates_them_all(db: Database) -> None:
    def run(tx: Tx) -> bool:
        put_all(tx, [new(1), new(2)])
        times = tx.execute(select(MESSAGE.c.received_at)).scalars().all()
        return list(times) == [tx.now, tx.now]

    assert db.write_now(run)
