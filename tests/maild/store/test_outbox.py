"""The outbox in the hands of its cause and of an operator."""

from datetime import datetime
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select

from maild.clock import ManualClock
from maild.domain.letter import MOVES, Phase
from maild.store import figures, letter_list, open_work, outbox, sending
from maild.store.db import Database
from maild.store.sending import Wait
from maild.store.tables import LETTER
from maild.store.tx import Tx
from tests.maild.store import builders
from tests.maild.store.builders import claim, held
from tests.maild.store.conftest import START
from tests.maild.store.letters import MINUTE, bring, recipients, row


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


def test_what_a_report_needs_to_know_of_a_letter(db: Database) -> None:
    ticket = db.write_now(builders.ticket)
    letter = db.write_now(lambda tx: builders.letter(tx, ticket=ticket, **held()))
    assert db.read_now(lambda tx: outbox.brief(tx, letter)) == outbox.Brief(ticket, "ann@birch.example", "confirmation")
    assert db.read_now(lambda tx: outbox.brief(tx, 99)) is None


def test_held_letters_are_counted_by_their_reason_and_chosen_by_it_or_by_number(db: Database) -> None:
    def write(tx: Tx, **more: Any) -> int:
        return builders.letter(tx, phase=Phase.HELD, **more)

    first = db.write_now(lambda tx: write(tx, code="restored", why="after the backup", to=("ann@birch.example",)))
    second = db.write_now(lambda tx: write(tx, code="restored", why="after the backup", to=("ann@birch.example",)))
    third = db.write_now(lambda tx: write(tx, code="auth", why="nothing proves it", to=("bob@birch.example",)))
    fourth = db.write_now(lambda tx: write(tx, code="auth", why="it is forged", to=("eve@birch.example",)))
    fifth = db.write_now(lambda tx: write(tx, code="auth", why="it is forged", to=("eve@birch.example",)))
    found = [tuple(row.values()) for row in db.read_now(letter_list.held_codes)]
    assert found == [("auth", 3, 2, ""), ("restored", 2, 1, "after the backup")]
    by_code = db.read_now(lambda tx: letter_list.chosen(tx, 2, code="auth"))
    assert [row["id"] for row in by_code] == [third, fourth]
    by_number = db.read_now(lambda tx: letter_list.chosen(tx, 9, numbers=[fifth, first, 99]))
    assert [row["id"] for row in by_number] == [first, fifth]
    assert second not in {row["id"] for row in by_number}


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
