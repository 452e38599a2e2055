import asyncio
import hashlib
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from maild.clock import ManualClock
from maild.domain.envelope import Channel
from maild.domain.spool import Outcome
from maild.errors import TryAgain
from maild.store import doctor, figures, mail_list, open_work, spool
from maild.store.db import Database
from maild.store.put import CHUNK, Stored
from maild.store.put import put as put_one
from maild.store.spool import Claimed, Settled, SettledBefore
from maild.store.tables import DELIVERY, MESSAGE, MESSAGE_CHUNK
from maild.store.tx import Tx
from tests.maild.store import builders
from tests.maild.store.builders import LEASE, MAIL
from tests.maild.store.conftest import START

IGNORED = Settled(Outcome.IGNORED, "nobody needs to see it", "auto.reply")
MUCH = 10**9


def claim(db: Database, worker: str = "one", count: int = 10, max_bytes: int = MUCH) -> list[Claimed]:
    return db.write_now(lambda tx: spool.claim(tx, worker, LEASE, count, max_bytes))


def ids(claimed: list[Claimed]) -> list[int]:
    return [mail.id for mail in claimed]


def put(db: Database, raw: bytes = MAIL, **given: Any) -> int:
    return db.write_now(lambda tx: builders.mail(tx, raw, **given)).id


def row(db: Database, message_id: int) -> dict[str, Any]:
    found = db.read_now(lambda tx: mail_list.row(tx, message_id))
    assert found is not None
    return found


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 17])
def test_the_bytes_come_back_as_they_were_in_pieces_of_256_kib(db: Database, size: int) -> None:
    raw = hashlib.shake_128(b"mail").digest(size)
    message_id = put(db, raw)
    assert db.read_now(lambda tx: spool.raw(tx, message_id)) == raw
    chunks = select(MESSAGE_CHUNK.c.seq, MESSAGE_CHUNK.c.data).order_by(MESSAGE_CHUNK.c.seq)
    pieces = db.read_now(lambda tx: tx.execute(chunks).all())
    assert [piece.seq for piece in pieces] == list(range(-(-size // CHUNK)))
    assert all(len(piece.data) == CHUNK for piece in pieces[:-1])


def test_the_same_mail_again_adds_a_delivery_and_its_own_head(db: Database) -> None:
    def again(tx: Tx) -> Stored:
        return builders.mail(tx, MAIL, "d1", head=b"Received: from elsewhere\r\n")

    first = db.write_now(lambda tx: builders.mail(tx, MAIL, "d1", head=b"Received: never kept\r\n"))
    second = db.write_now(again)
    assert (first.duplicate, second.duplicate) == (False, True)
    assert first.id == second.id
    heads = db.read_now(lambda tx: tx.execute(select(DELIVERY.c.head).order_by(DELIVERY.c.id)).scalars().all())
    assert heads == [None, b"Received: from elsewhere\r\n"]
    assert len(row(db, first.id)["deliveries"]) == 2


def test_the_same_mail_at_another_address_is_another_mail(db: Database) -> None:
    def two(tx: Tx) -> list[Stored]:
        return [
            put_one(tx, BytesIO(MAIL), len(MAIL), "d1", address, builders.envelope())
            for address in ("orders@desk.example", "parts@desk.example")
        ]

    first, second = db.write_now(two)
    assert first.id != second.id
    assert not second.duplicate


def test_b10_two_who_store_the_same_mail_at_once_make_one_and_a_duplicate(db: Database) -> None:
    async def both() -> list[Stored]:
        one = db.write(lambda tx: builders.mail(tx, MAIL, "d1"), append=True)
        two = db.write(lambda tx: builders.mail(tx, MAIL, "d1"), append=True)
        return [await one, await two]

    stored = asyncio.run(both())
    assert sorted(one.duplicate for one in stored) == [False, True]


def test_the_first_envelope_is_the_one_that_decides(db: Database) -> None:
    first = builders.envelope(sender="", login="ann", tls=True)
    later = builders.envelope(channel=Channel.IMAP, peer=None)
    for envelope in (first, later):
        db.write_now(lambda tx, e=envelope: put_one(tx, BytesIO(MAIL), len(MAIL), "d1", "o@desk.example", e))
    found = db.read_now(lambda tx: spool.first_envelope(tx, 1))
    assert found == first
    assert isinstance(found.channel, Channel)


def test_mails_are_claimed_oldest_first_and_once(db: Database) -> None:
    stored = [put(db) for _ in range(5)]
    assert ids(claim(db, count=2)) == stored[:2]
    assert ids(claim(db, "two")) == stored[2:]
    assert claim(db) == []


def test_a_claim_tells_what_the_worker_needs_and_counts_the_try(db: Database) -> None:
    message_id = put(db)
    assert claim(db) == [Claimed(message_id, len(MAIL), 1, builders.ORDERS, START)]
    assert row(db, message_id)["attempts"] == 1


@pytest.mark.parametrize(("max_bytes", "taken"), [(0, 1), (10, 1), (299, 2), (300, 3), (MUCH, 4)])
def test_a_claim_ends_before_its_bytes_are_too_many_but_takes_one_always(
    db: Database, max_bytes: int, taken: int
) -> None:
    for _ in range(4):
        put(db, b"x" * 100)
    assert len(claim(db, max_bytes=max_bytes)) == taken


def test_a_lease_that_runs_out_frees_the_mail(db: Database, clock: ManualClock) -> None:
    message_id = put(db)
    claim(db)
    clock.advance(LEASE - timedelta(seconds=1))
    assert claim(db, "two") == []
    assert db.read_now(spool.next_due) == START + LEASE
    clock.advance(timedelta(seconds=1))
    again = claim(db, "two")
    assert (ids(again), again[0].attempts) == ([message_id], 2)


def test_mails_of_several_deaths_are_taken_one_by_one_so_that_one_of_them_dooms_no_other(db: Database) -> None:
    stored = [put(db) for _ in range(3)]
    for _ in range(spool.SUSPECT):
        assert ids(claim(db, "dying")) == stored
        db.write_now(spool.release_leases)
    fresh = put(db)
    assert [ids(claim(db, "next")) for _ in range(4)] == [[stored[0]], [stored[1]], [stored[2]], [fresh]]


def test_a_mail_put_back_waits_and_blocks_nobody(db: Database, clock: ManualClock) -> None:
    slow, quick = put(db), put(db)
    claim(db, count=1)
    later = START + timedelta(minutes=5)
    db.write_now(lambda tx: spool.release(tx, slow, later, "parser.timeout", "it took too long"))
    assert row(db, slow)["code"] == "parser.timeout"
    assert ids(claim(db)) == [quick]
    assert db.read_now(spool.next_due) == later
    db.write_now(lambda tx: spool.finish(tx, quick, IGNORED))
    clock.move_to(later)
    assert ids(claim(db)) == [slow]


def test_only_a_mail_in_work_is_put_back(db: Database) -> None:
    message_id = put(db)
    claim(db)
    db.write_now(lambda tx: spool.finish(tx, message_id, IGNORED))
    db.write_now(lambda tx: spool.release(tx, message_id, tx.now, "late", "too late"))
    assert row(db, message_id)["outcome"] == Outcome.IGNORED


def test_the_leases_of_a_dead_process_are_freed(db: Database) -> None:
    mine, others = put(db), put(db)
    claim(db, "dead", 1)
    claim(db, "alive", 1)
    assert db.write_now(lambda tx: spool.release_leases(tx, "dead")) == 1
    assert ids(claim(db, "alive")) == [mine]
    assert db.write_now(spool.release_leases) == 2
    assert ids(claim(db)) == [mine, others]


def test_next_due_finds_the_earliest_among_many_that_wait(db: Database) -> None:
    """However many wait, the one that is due first decides, not the one that was stored first."""

    def wait_all(tx: Tx) -> None:
        for _ in range(300):
            builders.mail(tx)
        for mail in spool.claim(tx, "one", LEASE, 300, MUCH):
            spool.release(tx, mail.id, START + timedelta(hours=301 - mail.id), "x", "x")

    db.write_now(wait_all)
    assert db.read_now(spool.next_due) == START + timedelta(hours=1)


def test_nothing_is_due_where_all_is_done(db: Database) -> None:
    assert db.read_now(spool.next_due) is None
    message_id = put(db)
    assert db.read_now(spool.next_due) == START
    claim(db)
    db.write_now(lambda tx: spool.finish(tx, message_id, IGNORED))
    assert db.read_now(spool.next_due) is None


def test_a_finished_mail_shows_what_became_of_it(db: Database) -> None:
    message_id = put(db)
    claim(db)
    ticket = db.write_now(builders.ticket)
    settled = Settled(
        Outcome.TICKET, "opened", None, ticket, "order", "Order 7001", "ann@birch.example", "<1@birch.example>"
    )
    db.write_now(lambda tx: spool.finish(tx, message_id, settled))
    found = row(db, message_id)
    assert {name: found[name] for name in ("outcome", "why", "ticket_id", "kind", "subject", "state")} == {
        "outcome": "ticket",
        "why": "opened",
        "ticket_id": ticket,
        "kind": "order",
        "subject": "Order 7001",
        "state": "done",
    }
    assert db.read_now(lambda tx: doctor.check(tx, drained=True)) == []


def test_a_mail_is_settled_once_whoever_comes_late(db: Database) -> None:
    """A worker whose lease ran out must not write a second ticket beside the one of its successor."""
    message_id = put(db)
    claim(db)
    db.write_now(lambda tx: spool.finish(tx, message_id, IGNORED))

    def late(tx: Tx) -> None:
        builders.ticket(tx)
        spool.finish(tx, message_id, Settled(Outcome.TICKET, "opened", None, 1))

    with pytest.raises(SettledBefore) as caught:
        db.write_now(late)
    assert isinstance(caught.value, TryAgain)
    assert row(db, message_id)["outcome"] == Outcome.IGNORED
    assert db.read_now(figures.counts)["tickets"] == {}


@pytest.mark.parametrize(
    ("outcome", "again"),
    [(Outcome.QUARANTINED, True), (Outcome.IGNORED, True), (Outcome.DUPLICATE, False), (Outcome.COMMENT, False)],
)
def test_an_operator_may_have_it_read_again_where_no_ticket_has_it(db: Database, outcome: Outcome, again: bool) -> None:
    message_id = put(db)
    claim(db)
    ticket = None if again else db.write_now(builders.ticket)
    db.write_now(lambda tx: spool.finish(tx, message_id, Settled(outcome, "why", "code", ticket)))
    assert db.write_now(lambda tx: spool.retry(tx, message_id)) is again
    assert [mail.attempts for mail in claim(db)] == ([1] if again else [])


def test_an_operator_may_hurry_a_mail_that_waits_but_not_one_in_work(db: Database) -> None:
    message_id = put(db)
    claim(db)
    assert not db.write_now(lambda tx: spool.retry(tx, message_id))
    db.write_now(lambda tx: spool.release(tx, message_id, START + timedelta(days=1), "x", "x"))
    assert db.write_now(lambda tx: spool.retry(tx, message_id))
    assert ids(claim(db)) == [message_id]
    assert not db.write_now(lambda tx: spool.retry(tx, 99))


def test_the_spool_is_counted(db: Database, clock: ManualClock) -> None:
    for _ in range(4):
        put(db)
    claim(db, count=2)
    db.write_now(lambda tx: spool.finish(tx, 1, Settled(Outcome.QUARANTINED, "unreadable", "mime.depth")))
    assert db.read_now(spool.counts) == {"ready": 2, "leased": 1, "quarantined": 1}
    assert db.read_now(open_work.count) == 3
    clock.advance(timedelta(seconds=90))
    assert db.read_now(figures.overdue) == {"mail": 90.0, "letter": 0.0, "timer": 0.0}


def test_mails_are_listed_newest_first_by_what_became_of_them(db: Database) -> None:
    for _ in range(4):
        put(db)
    claim(db, count=2)
    db.write_now(lambda tx: spool.finish(tx, 1, IGNORED))

    def listed(outcome: str | None, limit: int = 10) -> list[int]:
        return [found["id"] for found in db.read_now(lambda tx: mail_list.rows(tx, outcome, None, limit))]

    assert listed(None) == [4, 3, 2, 1]
    assert listed(None, 2) == [4, 3]
    assert listed("waiting") == [4, 3, 2]
    assert listed("ignored") == [1]
    assert listed("ticket") == []
    assert db.read_now(lambda tx: mail_list.row(tx, 99)) is None


def test_what_a_mail_says_of_itself_is_cut_to_its_column(db: Database) -> None:
    message_id = put(db)
    claim(db)
    long = "\u00e4" * 2000
    db.write_now(
        lambda tx: spool.finish(tx, message_id, Settled(Outcome.IGNORED, long, "c", None, "x", long, long, long))
    )
    stored = db.read_now(lambda tx: tx.execute(select(MESSAGE).where(MESSAGE.c.id == message_id)).one())
    assert [len(text) for text in (stored.why, stored.subject, stored.from_address, stored.message_id)] == [
        2000,
        998,
        320,
        998,
    ]
