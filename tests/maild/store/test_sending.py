"""Letters under way: only along MOVES, each step committed, nothing lost when the courier dies."""

from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select

from maild.clock import ManualClock
from maild.domain.letter import MOVES, Letter, Phase
from maild.store import figures, letter_list, open_work, outbox, people, sending
from maild.store.caps import Candidate, Recent
from maild.store.db import Database
from maild.store.sending import Ending, Go, Wait
from maild.store.tables import LETTER
from maild.store.tx import Tx
from tests.maild.store import builders
from tests.maild.store.builders import LEASE, claim, held
from tests.maild.store.conftest import START

MINUTE = timedelta(minutes=1)
LATER = START + 10 * MINUTE
ENDINGS = (Phase.SENT, Phase.DEFERRED, Phase.UNKNOWN, Phase.FAILED)


def ending(phase: Phase, **changes: Any) -> Ending:
    given: dict[str, Any] = {"code": "relay.4xx", "why": "250 or not", "next_at": None} | changes
    return Ending(phase, **given)


def row(db: Database, letter_id: int) -> dict[str, Any]:
    found = db.read_now(lambda tx: letter_list.row(tx, letter_id))
    assert found is not None
    return found


def recipients(db: Database, letter_id: int) -> dict[str, tuple[str, str | None]]:
    return {to["address"]: (to["state"], to["reply"]) for to in row(db, letter_id)["recipients"]}


def bring(db: Database, letter_id: int, phase: Phase) -> None:
    """A letter that was queued, in this phase, by the ways there are."""
    if phase is Phase.QUEUED:
        return
    if phase in (Phase.HELD, Phase.DROPPED):
        assert db.write_now(lambda tx: outbox.move(tx, letter_id, phase, None, "by hand")) is None
        return
    db.write_now(claim)
    if phase is Phase.SENDING:
        return
    db.write_now(lambda tx: sending.reach_dot(tx, letter_id))
    if phase is not Phase.AT_DOT:
        assert db.write_now(lambda tx: sending.settle(tx, letter_id, ending(phase)))


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


@pytest.mark.parametrize(("origin", "to"), list(product(Phase, [Phase.QUEUED, Phase.HELD, Phase.DROPPED, Phase.SENT])))
def test_an_operator_moves_only_where_moves_leads_and_nothing_under_way(db: Database, origin: Phase, to: Phase) -> None:
    letter_id = db.write_now(builders.letter)
    bring(db, letter_id, origin)
    before = row(db, letter_id)
    refused = db.write_now(lambda tx: outbox.move(tx, letter_id, to, None, "by hand"))
    if origin in (Phase.SENDING, Phase.AT_DOT) or to not in MOVES[origin]:
        assert refused == f"letter {letter_id} is {origin}; it cannot become {to}"
        assert row(db, letter_id) == before
    else:
        assert refused is None
        after = row(db, letter_id)
        assert (after["phase"], after["why"]) == (to, "by hand")
        assert (after["settled_at"] is not None) is (to is Phase.DROPPED)


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


def judged(seen: list[Candidate], cap: int) -> Any:
    def judge(candidate: Candidate) -> Go | Wait:
        seen.append(candidate)
        if candidate.in_all.letters < cap:
            return Go(None)
        assert candidate.in_all.oldest is not None
        return Wait(candidate.in_all.oldest + timedelta(hours=1), "cap.all", "too many within the hour")

    return judge


def test_letters_beyond_the_cap_wait_until_the_oldest_is_an_hour_old(db: Database, clock: ManualClock) -> None:
    for _ in range(3):
        db.write_now(builders.letter)
        clock.advance(MINUTE)
    db.write_now(lambda tx: claim(tx, count=1))
    seen: list[Candidate] = []
    assert len(db.write_now(lambda tx: claim(tx, judged(seen, 2)))) == 1
    left = START + 3 * MINUTE
    assert [candidate.in_all for candidate in seen] == [Recent(1, left), Recent(2, left)]
    waiting = row(db, 3)
    assert (waiting["phase"], waiting["code"], waiting["next_at"]) == (
        Phase.QUEUED,
        "cap.all",
        left + timedelta(hours=1),
    )
    clock.move_to(left + timedelta(hours=1))
    assert [letter.id for letter in db.write_now(lambda tx: claim(tx, judged(seen, 2)))][-1] == 3


def test_the_tally_knows_organization_address_and_all(db: Database, clock: ManualClock) -> None:
    def fill(tx: Tx) -> None:
        birch = people.keep_organization(tx, "Birch", ("birch.example",), (), {}, False)
        builders.letter(tx, organization=birch)
        builders.letter(tx, organization=birch, to=("bob@birch.example",))
        builders.letter(tx, to=("eve@cedar.example",))
        builders.letter(tx, to=("ann@birch.example",), organization=birch, automatic=False)
        builders.letter(tx, organization=birch)

    db.write_now(fill)
    seen: list[Candidate] = []
    db.write_now(lambda tx: claim(tx, judged(seen, 99)))
    counted = [(c.to_organization.letters, c.to_address_before.letters, c.in_all.letters) for c in seen]
    assert counted == [(0, 0, 0), (1, 0, 1), (0, 0, 2), (2, 1, 3), (2, 1, 3)]
    db.write_now(sending.recover)
    seen.clear()
    db.write_now(lambda tx: claim(tx, judged(seen, 99)))
    assert {(c.first_time, c.to_organization.letters, c.in_all.letters) for c in seen if c.automatic} == {
        (False, 3, 4),
        (False, 0, 4),
    }


def test_a_wait_that_is_over_already_does_not_make_the_courier_spin(db: Database) -> None:
    letter_id = db.write_now(builders.letter)
    assert db.write_now(lambda tx: claim(tx, lambda _: Wait(START - MINUTE, "cap.all", "x"))) == []
    due = db.read_now(sending.next_due)
    assert due is not None
    assert START < due <= START + MINUTE
    assert row(db, letter_id)["next_at"] == due


def test_a_key_makes_one_letter_whatever_is_run_again(db: Database) -> None:
    first = db.write_now(lambda tx: builders.letter(tx, key="mail:1|confirm|0"))
    again = db.write_now(lambda tx: outbox.put(tx, builders.new_letter(key="mail:1|confirm|0")))
    assert again is None
    assert [letter["id"] for letter in db.read_now(lambda tx: letter_list.rows(tx, None, None, 10))] == [first]
    assert list(recipients(db, first)) == ["ann@birch.example"]


@pytest.mark.parametrize("phase", [Phase.DROPPED, Phase.FAILED])
def test_a_letter_that_never_leaves_is_settled_at_birth_and_says_why(db: Database, phase: Phase) -> None:
    letter_id = db.write_now(lambda tx: builders.letter(tx, phase=phase, code="gate", why="not to a machine", raw=b""))
    found = row(db, letter_id)
    assert (found["settled_at"], found["why"], found["code"]) == (START, "not to a machine", "gate")
    assert db.write_now(claim) == []


def test_what_was_never_written_cannot_be_sent(db: Database) -> None:
    letter_id = db.write_now(lambda tx: builders.letter(tx, phase=Phase.FAILED, code="render", why="a word", raw=b""))
    refused = db.write_now(lambda tx: outbox.move(tx, letter_id, Phase.QUEUED, None, "again"))
    assert refused == f"letter {letter_id} was never written: there is nothing to send"
    assert db.write_now(lambda tx: outbox.move(tx, 99, Phase.QUEUED, None, "again")) == "no letter 99"


def test_held_letters_of_a_ticket_and_what_a_report_needs_to_know(db: Database) -> None:
    ticket = db.write_now(builders.ticket)
    db.write_now(lambda tx: builders.letter(tx, ticket=ticket))
    first, second = (db.write_now(lambda tx: builders.letter(tx, ticket=ticket, **held())) for _ in range(2))
    db.write_now(lambda tx: builders.letter(tx, **held()))
    assert db.read_now(lambda tx: outbox.held_for(tx, ticket)) == [first, second]
    assert db.read_now(lambda tx: outbox.brief(tx, first)) == outbox.Brief(ticket, "ann@birch.example")
    assert db.read_now(lambda tx: outbox.brief(tx, 99)) is None


def test_a_letter_that_came_back_is_noted_at_its_recipient(db: Database) -> None:
    letter_id = db.write_now(lambda tx: builders.letter(tx, to=("ann@birch.example", "bob@birch.example")))
    bring(db, letter_id, Phase.SENT)
    db.write_now(lambda tx: outbox.bounced(tx, letter_id, "bob@birch.example", "no such user"))
    assert recipients(db, letter_id) == {
        "ann@birch.example": ("sent", "250 or not"),
        "bob@birch.example": ("bounced", "no such user"),
    }


def test_letters_are_listed_counted_and_watched(db: Database, clock: ManualClock) -> None:
    one, two = db.write_now(builders.letter), db.write_now(lambda tx: builders.letter(tx, **held()))
    bring(db, one, Phase.SENT)
    three = db.write_now(builders.letter)

    def listed(phase: str | None) -> list[int]:
        return [letter["id"] for letter in db.read_now(lambda tx: letter_list.rows(tx, phase, None, 10))]

    assert (listed(None), listed("held"), listed("failed")) == ([three, two, one], [two], [])
    assert db.read_now(figures.counts)["letters"] == {"held": 1, "queued": 1, "sent": 1}
    clock.advance(MINUTE)
    assert db.read_now(figures.overdue)["letter"] == 60.0
    assert db.read_now(open_work.count) == 1
    assert row(db, one)["raw"].startswith("Subject: Your order")
    assert db.read_now(lambda tx: letter_list.row(tx, 99)) is None


def test_every_phase_can_be_reached_here(db: Database) -> None:
    """Or the tests over all phases above would test less than they say."""
    for phase in Phase:
        letter_id = db.write_now(builders.letter)
        bring(db, letter_id, phase)
        assert row(db, letter_id)["phase"] == phase
        if phase in (Phase.QUEUED, Phase.SENDING, Phase.AT_DOT, Phase.DEFERRED, Phase.UNKNOWN):
            bring_to_rest(db)


def bring_to_rest(db: Database) -> None:
    """Settle what is under way or due, so that the next claim takes only its own letter."""
    db.write_now(sending.recover)
    far = datetime(2099, 1, 1, tzinfo=START.tzinfo)
    db.write_now(lambda tx: claim(tx, lambda _: Wait(far, "x", "x")))
    assert db.read_now(lambda tx: tx.execute(select(LETTER.c.id).where(LETTER.c.next_at > START)).first()) is not None
