"""The hourly caps: what waits, how long, and who counts."""

from datetime import timedelta
from typing import Any

from maild.clock import ManualClock
from maild.domain.letter import Phase
from maild.store import people, sending
from maild.store.caps import Candidate, Recent
from maild.store.db import Database
from maild.store.sending import Go, Wait
from maild.store.tx import Tx
from tests.maild.store import builders
from tests.maild.store.builders import claim
from tests.maild.store.conftest import START
from tests.maild.store.letters import MINUTE, row


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
