"""Letters under way: only along MOVES, each step committed, nothing lost when the courier dies."""

from functools import partial
from itertools import product

import pytest

from maild.clock import ManualClock
from maild.domain.letter import MOVES, Letter, Phase
from maild.store import outbox, sending
from maild.store.db import Database
from maild.store.sending import Ending, Go
from tests.maild.store import builders
from tests.maild.store.builders import LEASE, claim
from tests.maild.store.conftest import START
from tests.maild.store.letters import LATER, MINUTE, bring, ending, recipients, row

ENDINGS = (Phase.SENT, Phase.DEFERRED, Phase.UNKNOWN, Phase.FAILED)


def test_a_claim_hands_over_what_the_courier_needs_and_counts_the_try_first(db: Database) -> None:
    ticket = db.write_now(builders.ticket)
    new = builders.new_letter(ticket=ticket, to=("bob@birch.example", "ann@birch.example", "bob@birch.example"))
    letter_id = db.write_now(lambda tx: outbox.put(tx, new))
    assert letter_id is not None
    [letter] = db.write_now(lambda tx: claim(tx, lambda _: Go(LATER)))
    assert letter == Letter(
        id=letter_id,
        message_id=new.message_id,
        envelope_from=builders.ORDERS,
        recipients=("ann@birch.example", "bob@birch.example"),
        raw=new.raw,
        attempt=1,
        created_at=START,
        automatic=True,
        template="confirmation",
        ticket=ticket,
    )
    found = row(db, letter_id)
    assert (found["phase"], found["attempt"], found["next_at"]) == (Phase.SENDING, 1, LATER)
    assert [(one["attempt"], one["at"], one["result"]) for one in found["tries"]] == [(1, START, None)]


def test_letters_are_claimed_oldest_first_once_and_not_before_their_time(db: Database, clock: ManualClock) -> None:
    ids = [db.write_now(builders.letter) for _ in range(3)]
    clock.advance(MINUTE)
    ids.append(db.write_now(builders.letter))
    assert [letter.id for letter in db.write_now(lambda tx: claim(tx, count=2))] == ids[:2]
    assert db.write_now(lambda tx: sending.settle(tx, ids[0], ending(Phase.DEFERRED, next_at=LATER)))
    assert [letter.id for letter in db.write_now(lambda tx: claim(tx, worker="two"))] == ids[2:]
    assert db.write_now(claim) == []
    clock.move_to(START + LEASE)
    assert db.write_now(lambda tx: claim(tx, worker="none", count=0)) == []


def test_what_the_relay_itself_deferred_goes_before_what_was_written_since(db: Database, clock: ManualClock) -> None:
    """But not what was refused for its own sake; and nothing is hurried where nothing is due."""
    away, refused = (db.write_now(builders.letter) for _ in range(2))
    for letter_id, code in ((away, "relay.unreachable"), (refused, "relay.4xx")):
        bring(db, letter_id, Phase.SENDING)
        later = Ending(Phase.DEFERRED, code, "x", START + 60 * MINUTE)
        assert db.write_now(partial(sending.settle, letter_id=letter_id, ending=later))
    clock.advance(MINUTE)
    relay_wide = frozenset({"relay.unreachable"})
    assert db.write_now(lambda tx: sending.hasten(tx, relay_wide)) == 0
    written_since = db.write_now(builders.letter)
    assert db.write_now(lambda tx: sending.hasten(tx, relay_wide)) == 1
    assert db.write_now(lambda tx: sending.hasten(tx, relay_wide)) == 0
    assert [letter.id for letter in db.write_now(claim)] == [away, written_since]


@pytest.mark.parametrize("phase", [Phase.HELD, Phase.SENT, Phase.FAILED, Phase.DROPPED])
def test_letters_that_are_not_to_be_sent_are_never_claimed(db: Database, phase: Phase) -> None:
    letter_id = db.write_now(builders.letter)
    bring(db, letter_id, phase)
    assert db.write_now(claim) == []
    assert db.read_now(sending.next_due) is None


@pytest.mark.parametrize(("origin", "to"), list(product(Phase, ENDINGS)))
def test_a_try_ends_only_where_moves_leads(db: Database, origin: Phase, to: Phase) -> None:
    letter_id = db.write_now(builders.letter)
    bring(db, letter_id, origin)
    before = row(db, letter_id)
    allowed = origin in (Phase.SENDING, Phase.AT_DOT) and to in MOVES[origin]
    assert db.write_now(lambda tx: sending.settle(tx, letter_id, ending(to, code="the end"))) is allowed
    after = row(db, letter_id)
    if not allowed:
        assert after == before
        return
    assert (after["phase"], after["code"]) == (to, "the end")
    assert (after["settled_at"] is not None) is (to in (Phase.SENT, Phase.FAILED))
    assert [(one["result"], one["code"]) for one in after["tries"]] == [(to, "the end")]
    assert after["copies"] == (1 if to is Phase.UNKNOWN else 0)


@pytest.mark.parametrize("origin", list(Phase))
def test_the_dot_is_reached_only_by_a_letter_being_sent(db: Database, origin: Phase) -> None:
    letter_id = db.write_now(builders.letter)
    bring(db, letter_id, origin)
    assert db.write_now(lambda tx: sending.reach_dot(tx, letter_id)) is (origin is Phase.SENDING)
    assert row(db, letter_id)["phase"] == (Phase.AT_DOT if origin is Phase.SENDING else origin)


def test_a_failed_letter_that_is_tried_again_goes_to_those_it_has_not_reached(db: Database) -> None:
    everybody = ("ann@birch.example", "bob@birch.example", "cy@birch.example")
    letter_id = db.write_now(lambda tx: builders.letter(tx, to=everybody))
    bring(db, letter_id, Phase.AT_DOT)
    partly = ending(
        Phase.DEFERRED, next_at=START, remaining=("bob@birch.example",), refused=(("cy@birch.example", "550 no"),)
    )
    assert db.write_now(lambda tx: sending.settle(tx, letter_id, partly))
    assert recipients(db, letter_id) == {
        "ann@birch.example": ("sent", "250 or not"),
        "bob@birch.example": ("waiting", None),
        "cy@birch.example": ("refused", "550 no"),
    }
    [letter] = db.write_now(claim)
    assert (letter.recipients, letter.attempt) == (("bob@birch.example",), 2)
    refused = ending(Phase.FAILED, refused=(("bob@birch.example", "551 moved"),))
    assert db.write_now(lambda tx: sending.settle(tx, letter_id, refused))
    assert db.write_now(lambda tx: outbox.move(tx, letter_id, Phase.QUEUED, None, "again")) is None
    [letter] = db.write_now(claim)
    assert letter.recipients == ("bob@birch.example", "cy@birch.example")


def test_a_sent_letter_leaves_nobody_waiting(db: Database) -> None:
    letter_id = db.write_now(lambda tx: builders.letter(tx, to=("ann@birch.example", "cy@birch.example")))
    bring(db, letter_id, Phase.AT_DOT)
    sent = ending(Phase.SENT, code="sent", why="250 ok", refused=(("cy@birch.example", "550 no"),))
    assert db.write_now(lambda tx: sending.settle(tx, letter_id, sent))
    assert recipients(db, letter_id) == {
        "ann@birch.example": ("sent", "250 ok"),
        "cy@birch.example": ("refused", "550 no"),
    }


def test_a_try_that_failed_altogether_leaves_everybody_waiting(db: Database) -> None:
    letter_id = db.write_now(builders.letter)
    bring(db, letter_id, Phase.DEFERRED)
    assert recipients(db, letter_id) == {"ann@birch.example": ("waiting", None)}


def test_what_was_under_way_at_a_crash_is_picked_up(db: Database) -> None:
    cut, at_dot, waiting = (db.write_now(builders.letter) for _ in range(3))
    assert len(db.write_now(lambda tx: claim(tx, lambda _: Go(LATER), count=2))) == 2
    db.write_now(lambda tx: sending.reach_dot(tx, at_dot))
    assert db.write_now(sending.recover) == {"sending": 1, "at_dot": 1}
    assert {number: (row(db, number)["phase"], row(db, number)["copies"]) for number in (cut, at_dot, waiting)} == {
        cut: (Phase.DEFERRED, 0),
        at_dot: (Phase.UNKNOWN, 1),
        waiting: (Phase.QUEUED, 0),
    }
    assert db.write_now(sending.recover) == {"sending": 0, "at_dot": 0}
    assert [letter.id for letter in db.write_now(claim)] == [cut, at_dot, waiting]


def test_only_the_dead_workers_letters_are_picked_up(db: Database) -> None:
    mine, others = db.write_now(builders.letter), db.write_now(builders.letter)
    db.write_now(lambda tx: claim(tx, worker="dead", count=1))
    db.write_now(lambda tx: claim(tx, worker="alive", count=1))
    assert db.write_now(lambda tx: sending.recover(tx, "dead")) == {"sending": 1, "at_dot": 0}
    assert (row(db, mine)["phase"], row(db, others)["phase"]) == (Phase.DEFERRED, Phase.SENDING)


def test_a_letter_that_is_there_at_every_crash_waits_in_the_end(db: Database) -> None:
    letter_id = db.write_now(builders.letter)
    for _ in range(sending.QUICK_RETRIES):
        assert len(db.write_now(lambda tx: claim(tx, lambda _: Go(tx.now + LEASE)))) == 1
        db.write_now(sending.recover)
        assert row(db, letter_id)["next_at"] == START
    db.write_now(lambda tx: claim(tx, lambda _: Go(tx.now + LEASE)))
    db.write_now(sending.recover)
    assert row(db, letter_id)["next_at"] == START + LEASE
    assert db.write_now(claim) == []


def test_a_lease_that_runs_out_gives_the_letter_to_the_next(db: Database, clock: ManualClock) -> None:
    """A courier that stopped in the midst of a round must not keep its letters until the next start."""
    cut, at_dot = db.write_now(builders.letter), db.write_now(builders.letter)
    db.write_now(claim)
    db.write_now(lambda tx: sending.reach_dot(tx, at_dot))
    assert db.read_now(sending.next_due) == START + LEASE
    clock.advance(LEASE)
    again = db.write_now(lambda tx: claim(tx, worker="two"))
    assert [(letter.id, letter.attempt) for letter in again] == [(cut, 2), (at_dot, 2)]
    assert row(db, at_dot)["copies"] == 1
    late = db.write_now(lambda tx: sending.reach_dot(tx, cut))
    assert late  # the letter is under way again; whoever reports first decides
    assert db.write_now(lambda tx: sending.settle(tx, cut, ending(Phase.SENT)))
    assert not db.write_now(lambda tx: sending.settle(tx, cut, ending(Phase.DEFERRED, next_at=LATER)))
