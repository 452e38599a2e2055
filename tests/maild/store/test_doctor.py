"""Each invariant catches its own violation: a sound database is broken by hand, and the doctor says where."""

import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy import select

from maild.clock import ManualClock
from maild.domain.effects import EnterBlueprint
from maild.domain.letter import Phase
from maild.domain.sla import Sla
from maild.domain.spool import Outcome
from maild.domain.ticket import Status
from maild.store import doctor, orders, sending, spool, stands, tickets, timers
from maild.store.db import Database
from maild.store.draft import Draft
from maild.store.sending import Ending
from maild.store.spool import Settled
from maild.store.tables import LETTER
from maild.store.tx import Tx
from tests.maild.store import builders
from tests.maild.store.test_slas import ENDED

HOUR = timedelta(hours=1)
SETTLED = (
    Settled(Outcome.TICKET, "opened", None, 1),
    Settled(Outcome.COMMENT, "in a thread", None, 1),
    Settled(Outcome.IGNORED, "a machine", "auto.reply"),
)


@pytest.fixture
def sound(unchecked: Database, clock: ManualClock) -> Database:
    """One of everything, in the states that things may be in."""

    def fill(tx: Tx) -> None:
        for number in (1, 2):
            ticket = builders.ticket(tx)
            orders.add(tx, ticket, None, f"ann|{number}", builders.order(str(number)))
            if number == 2:
                draft = Draft(tx, tickets.snapshot(tx, ticket))
                draft.add_tags(["vip"])
                enters = EnterBlueprint("orders", "v1", "received")
                stands.log(tx, tickets.snapshot(tx, ticket), enters, "rule:blueprint.orders", "rules")
                draft.walk(enters)
                draft.flush()
            timers.arm(tx, ticket, "remind", 0, tx.now + HOUR)
            timers.arm(tx, ticket, "escalate", 0, tx.now + 9 * HOUR)
        draft = Draft(tx, tickets.snapshot(tx, builders.ticket(tx)))
        draft.set_status(Status.SOLVED)
        draft.set_sla(Sla("Gold", (ENDED,)))
        draft.flush()
        for _ in range(5):
            builders.mail(tx)
        for mail, settled in zip(spool.claim(tx, "one", builders.LEASE, 4, 10**9), SETTLED, strict=False):
            spool.finish(tx, mail.id, settled)
        for _ in range(4):
            builders.letter(tx, ticket=1)
        builders.letter(tx, **builders.held())
        sent, failed, _ = builders.claim(tx, count=3)
        sending.reach_dot(tx, sent.id)
        sending.settle(tx, sent.id, Ending(Phase.SENT, "sent", "250 ok"))
        sending.settle(tx, failed.id, Ending(Phase.FAILED, "relay.5xx", "550 no"))

    unchecked.write_now(fill)
    clock.advance(2 * HOUR)
    unchecked.write_now(lambda tx: [timers.fire(tx, timer.id) for timer in timers.due(tx, 10)])
    assert unchecked.read_now(doctor.check) == []
    return unchecked


THEN = "'2026-03-02 09:00:00.000000'"
BREAKS: dict[str, str] = {
    "a mail without a delivery": "DELETE FROM delivery WHERE message_id = 1",
    "a mail whose stored bytes are not its size": "UPDATE message SET size = size + 1 WHERE id = 1",
    "a mail whose bytes were taken away before it was done": f"UPDATE message SET erased_at = {THEN} WHERE id = 4",
    "a letter whose bytes were taken away before it had left": f"UPDATE letter SET erased_at = {THEN} WHERE id = 2",
    "a clock of a service level that runs on a solved ticket": "UPDATE sla_clock SET ended_at = NULL, ending = NULL",
    "a mail whose state and outcome disagree": "UPDATE message SET outcome = NULL WHERE id = 3",
    "a settled mail without its ticket": "UPDATE message SET ticket_id = NULL WHERE id = 2",
    "a mail put aside without a reason": "UPDATE message SET code = NULL WHERE id = 3",
    "a mail in work without a lease": "UPDATE message SET lease_until = NULL WHERE id = 4",
    "a ticket without history": "DELETE FROM history WHERE ticket_id = 2",
    "a ticket with doubts but without the mark": "UPDATE ticket SET review_reasons = '[\"why\"]' WHERE id = 1",
    "one purchase order on several tickets": "UPDATE ticket_order SET po_key = 'k', content = 'c'",
    "a letter that ended without an instant": "UPDATE letter SET settled_at = NULL WHERE id = 1",
    "a sent letter with a recipient left over": "UPDATE letter_recipient SET state = 'waiting' WHERE letter_id = 1",
    "a letter whose tries were not all written down": "DELETE FROM letter_attempt WHERE letter_id = 1",
    "a letter withheld without a reason": "UPDATE letter SET why = NULL WHERE phase = 'held'",
    "a letter under way without a lease": "UPDATE letter SET lease_until = NULL WHERE phase = 'sending'",
    "a letter to nobody": "DELETE FROM letter_recipient WHERE letter_id = 4",
    "a ticket that miscounts the tasks which block it": "UPDATE ticket SET blocking = 1 WHERE id = 1",
    "a ticket half in a blueprint": "UPDATE ticket SET state = 'received' WHERE id = 1",
    "a ticket that is not in the state that its last step led to": "UPDATE ticket SET state = 'packed' WHERE id = 2",
    "a timer fired before it was due": "UPDATE timer SET due_at = '2027-01-01 00:00:00.000000' WHERE id = 1",
    "a solved ticket that waits for somebody": "UPDATE ticket SET status = 5, queue = 'Turns' WHERE id = 1",
    "a closed ticket with a pending timer": "UPDATE ticket SET status = 6 WHERE id = 1",
    "a tag that does not know whether its ticket is solved": "UPDATE ticket_tag SET unsolved = 0 WHERE ticket_id = 2",
}

OTHER_BREAKS: dict[str, str] = {
    "a mail whose stored bytes are not its size": "UPDATE message_chunk SET seq = 1 WHERE message_id = 1",
    "a mail whose state and outcome disagree": "UPDATE message SET outcome = 'ticket' WHERE id = 5",
    "a settled mail without its ticket": "UPDATE message SET outcome = 'duplicate' WHERE id = 3",
    "a letter under way without a lease": "UPDATE letter SET leased_by = NULL WHERE phase = 'sending'",
    "a letter withheld without a reason": "UPDATE letter SET why = NULL WHERE phase = 'failed'",
    "a row points nowhere": "UPDATE message_chunk SET message_id = 77 WHERE message_id = 5",
}


def break_it(beside: sqlite3.Connection, statement: str) -> None:
    beside.execute("PRAGMA foreign_keys=OFF")
    beside.execute("PRAGMA ignore_check_constraints=ON")
    changed = beside.execute(statement)
    assert changed.rowcount > 0, "nothing was broken"


@pytest.mark.parametrize(("violation", "statement"), BREAKS.items())
def test_a_violation_is_found_alone(
    sound: Database, beside: sqlite3.Connection, violation: str, statement: str
) -> None:
    break_it(beside, statement)
    found = sound.read_now(doctor.check)
    assert {finding.partition(":")[0] for finding in found} <= {violation, "the file is damaged"}
    assert any(finding.startswith(f"{violation}: ") for finding in found)


@pytest.mark.parametrize(("violation", "statement"), OTHER_BREAKS.items())
def test_a_violation_of_another_shape_is_found_too(
    sound: Database, beside: sqlite3.Connection, violation: str, statement: str
) -> None:
    break_it(beside, statement)
    assert any(finding.startswith(f"{violation}: ") for finding in sound.read_now(doctor.check))


def test_every_invariant_is_broken_above() -> None:
    assert {what for what, _ in doctor.INVARIANTS} == BREAKS.keys()


def test_a_finding_names_the_row_and_there_are_never_too_many(sound: Database, beside: sqlite3.Connection) -> None:
    break_it(beside, "UPDATE message SET size = 5 WHERE id = 2")
    stored = len(builders.MAIL)
    assert f"a mail whose stored bytes are not its size: id 2, size 5, stored {stored}" in sound.read_now(doctor.check)
    sound.write_now(lambda tx: [builders.mail(tx) for _ in range(50)])
    break_it(beside, "DELETE FROM delivery")
    found = [finding for finding in sound.read_now(doctor.check) if finding.startswith("a mail without a delivery")]
    assert len(found) == doctor.SHOWN


def test_a_damaged_index_is_found(sound: Database, beside: sqlite3.Connection) -> None:
    beside.execute("PRAGMA writable_schema=ON")
    beside.execute(
        "UPDATE sqlite_master SET sql = replace(sql, '\"to_address\"', 'subject') WHERE name = 'letter_address'"
    )
    beside.execute("UPDATE sqlite_master SET sql = replace(sql, 'to_address', 'subject') WHERE name = 'letter_address'")
    sound.close_now()
    again = Database(sound.url, sound.clock)
    found = again.read_now(doctor.check)
    assert any(finding.startswith("the file is damaged: ") for finding in found)
    again.close_now()


def test_a_follow_up_with_the_order_of_its_closed_ticket_is_no_violation(sound: Database) -> None:
    def follow(tx: Tx) -> None:
        ticket = builders.ticket(tx, follow_up_of=1)
        orders.add(tx, ticket, None, "ann|1", builders.order("1"))
        tickets.link(tx, ticket, 1, "follow-up")

    sound.write_now(follow)
    assert sound.read_now(doctor.check) == []


def test_work_that_is_left_over_is_found_only_when_asked_for(sound: Database, clock: ManualClock) -> None:
    clock.advance(24 * HOUR)
    assert sound.read_now(doctor.check) == []
    found = {finding.partition(":")[0] for finding in sound.read_now(lambda tx: doctor.check(tx, drained=True))}
    assert found == {what for what, _ in doctor.DRAINED}


def test_a_desk_that_is_drained_has_nothing_left_over(sound: Database) -> None:
    def drain(tx: Tx) -> None:
        sending.recover(tx)
        for letter in builders.claim(tx):
            sending.reach_dot(tx, letter.id)
            sending.settle(tx, letter.id, Ending(Phase.SENT, "sent", "250 ok"))
        spool.release_leases(tx)
        for mail in spool.claim(tx, "one", builders.LEASE, 9, 10**9):
            spool.finish(tx, mail.id, Settled(Outcome.IGNORED, "a machine", "auto.reply"))

    sound.write_now(drain)
    assert sound.read_now(lambda tx: doctor.check(tx, drained=True)) == []
    assert sound.read_now(lambda tx: len(tx.execute(select(LETTER.c.id)).all())) == 5
