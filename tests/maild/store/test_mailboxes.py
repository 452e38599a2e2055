"""V12: the high-water mark of a mailbox never passes a mail that is not stored, whatever order things happen in."""

import random

import pytest

from maild.domain.mailbox import FolderOf, Mark, UidState
from maild.store import mailboxes
from maild.store.db import Database
from maild.store.tx import Tx

INBOX = FolderOf("orders", "INBOX")


@pytest.fixture
def entered(db: Database) -> Database:
    db.write_now(lambda tx: mailboxes.enter(tx, INBOX, 7, 1, 0))
    return db


def enter(db: Database, uidvalidity: int | None, next_uid: int | None = None, highest: int = 0) -> Mark:
    return db.write_now(lambda tx: mailboxes.enter(tx, INBOX, uidvalidity, next_uid, highest))


def settle(db: Database, uid: int, state: UidState = UidState.STORED) -> None:
    db.write_now(lambda tx: mailboxes.settled(tx, INBOX, uid, state))


def test_a_folder_is_fresh_once(db: Database) -> None:
    assert enter(db, 7, 10) == Mark(0, fresh=True)
    assert enter(db, 7, 10) == Mark(0)


def test_the_mark_follows_what_is_stored(entered: Database) -> None:
    settle(entered, 3)
    settle(entered, 9)
    assert enter(entered, 7, 10).last_uid == 9


def test_v12_the_mark_waits_for_a_mail_that_fails(entered: Database) -> None:
    settle(entered, 3)
    assert entered.write_now(lambda tx: mailboxes.failed(tx, INBOX, 4, "NIL")) == 1
    settle(entered, 5)
    assert enter(entered, 7, 6).last_uid == 3
    assert entered.write_now(lambda tx: mailboxes.failed(tx, INBOX, 4, "NIL")) == 2
    settle(entered, 4, UidState.REFUSED)
    assert enter(entered, 7, 6).last_uid == 5


def test_what_is_filed_is_forgotten_once_the_mark_has_passed(entered: Database) -> None:
    settle(entered, 3)
    entered.write_now(lambda tx: mailboxes.failed(tx, INBOX, 4, "NIL"))
    settle(entered, 5)
    entered.write_now(lambda tx: mailboxes.filed(tx, INBOX, [3, 5]))
    assert list(entered.read_now(lambda tx: mailboxes.open_uids(tx, INBOX))) == [4, 5]
    settle(entered, 4, UidState.FILED)
    assert entered.read_now(lambda tx: mailboxes.open_uids(tx, INBOX)) == {}


@pytest.mark.parametrize(
    ("uidvalidity", "next_uid", "why"),
    [
        (8, 4, "UIDVALIDITY changed from 7 to 8"),
        (None, None, "the server tells no UIDVALIDITY"),
        (7, 2, "UIDNEXT went down to 2, although UID 5 is known"),
    ],
)
def test_g01_g02_g03_uids_that_mean_nothing_any_more(
    entered: Database, uidvalidity: int | None, next_uid: int | None, why: str
) -> None:
    settle(entered, 5)
    mark = enter(entered, uidvalidity, next_uid, highest=12)
    assert mark == Mark(0, 12, why)
    assert entered.read_now(lambda tx: mailboxes.open_uids(tx, INBOX)) == {}


def test_g03_a_uidnext_that_is_always_too_small_does_not_reset_for_ever(entered: Database) -> None:
    settle(entered, 5)
    assert enter(entered, 7, 2).reset
    settle(entered, 5)
    assert not enter(entered, 7, 2).reset


@pytest.mark.parametrize("seed", range(20))
def test_v12_in_any_order_of_failing_and_storing(entered: Database, seed: int) -> None:
    dice = random.Random(seed)
    states: dict[int, UidState] = {}

    def step(tx: Tx) -> None:
        failing = [uid for uid, state in states.items() if state is UidState.FAILING]
        uid = dice.choice(failing) if failing and dice.random() < 0.4 else max(states, default=0) + dice.randint(1, 3)
        state = dice.choice(list(UidState))
        states[uid] = state
        if state is UidState.FAILING:
            mailboxes.failed(tx, INBOX, uid, "NIL")
        else:
            mailboxes.settled(tx, INBOX, uid, state)

    for _ in range(40):
        entered.write_now(step)
        mark = entered.read_now(_mark)
        unstored = [uid for uid, state in states.items() if state is UidState.FAILING]
        assert mark < min(unstored, default=10**9)
        if not unstored:
            assert mark == max(states)
        assert entered.read_now(mailboxes.violations) == []


def _mark(tx: Tx) -> int:
    return int(mailboxes.rows(tx)[0]["last_uid"])
