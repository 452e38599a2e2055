"""Who gets a letter, and the reason for each one that stays."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from notifications.authentication import Outcome, Verdict
from notifications.gate import Count, Counts, Drop, Hold, LetterFacts, Limits, Pass, refusal
from tests.notifications.builders import NOW

YES = Verdict(Outcome.YES, "DMARC passes")
NO = Verdict(Outcome.NO, "nothing proves who sent it")
FAILED = Verdict(Outcome.FAILED, "DMARC fails")
RECEIPT = LetterFacts("ada@nordlicht.example", automatic=True, verdict=YES, organization=True)
LIMITS = Limits(organization=200, address=20, all=2000)


def ask(facts: LetterFacts, counts: Counts | None = None) -> Pass | Hold | Drop:
    return refusal(facts, counts or Counts(), LIMITS, NOW)


def code(answer: Pass | Hold | Drop) -> str:
    return "pass" if isinstance(answer, Pass) else answer.code


def test_an_authenticated_customer_gets_the_receipt() -> None:
    assert ask(RECEIPT) == Pass()


def test_a15_a_stranger_gets_nothing_until_a_person_says_so() -> None:
    answer = ask(replace(RECEIPT, verdict=NO))
    assert isinstance(answer, Hold) and answer.code == "auth.stranger" and answer.until is None
    assert "nothing proves who sent it" in answer.why
    assert ask(replace(RECEIPT, verdict=NO, released=True)) == Pass()


def test_a01_a_failing_verdict_holds_the_letter() -> None:
    answer = ask(replace(RECEIPT, verdict=FAILED))
    assert isinstance(answer, Hold) and answer.code == "auth.failed"


def test_l01_a_machine_gets_no_automatic_answer() -> None:
    answer = ask(replace(RECEIPT, answers_automatic=True))
    assert isinstance(answer, Drop) and answer.code == "cause.automatic"
    assert isinstance(ask(replace(RECEIPT, answers_automatic=True, released=True)), Drop)


def test_l01_colleagues_hear_of_what_machines_sent() -> None:
    assert ask(replace(RECEIPT, staff=True, answers_automatic=True, verdict=NO)) == Pass()


def test_l08_nothing_goes_to_our_own_addresses() -> None:
    for automatic, released in product((True, False), repeat=2):
        answer = ask(replace(RECEIPT, own=True, automatic=automatic, released=released))
        assert isinstance(answer, Drop) and answer.code == "loop.own_address"


@pytest.mark.parametrize(
    "local", ["mailer-daemon", "MAILER-DAEMON", "noreply", "no-reply", "postmaster", "bounces+x", "do-not-reply"]
)
def test_nobody_reads_the_mail_of_a_robot(local: str) -> None:
    answer = ask(replace(RECEIPT, to=f"{local}@nordlicht.example"))
    assert isinstance(answer, Drop) and answer.code == "addr.robot"


@pytest.mark.parametrize("local", ["norep", "ada", "postmasters.wife", "replyno", "daemon.smith"])
def test_people_are_not_taken_for_robots(local: str) -> None:
    assert ask(replace(RECEIPT, to=f"{local}@nordlicht.example")) == Pass()


def test_l02_one_letter_for_a_ticket_and_cause() -> None:
    answer = ask(RECEIPT, Counts(same_cause=1))
    assert isinstance(answer, Drop) and answer.code == "cause.repeated"


def test_an_address_that_bounced_waits_for_a_person() -> None:
    answer = ask(replace(RECEIPT, bounced=True))
    assert isinstance(answer, Hold) and answer.code == "addr.bounced" and answer.until is None
    assert ask(replace(RECEIPT, bounced=True, released=True)) == Pass()


CAPS = [
    (Counts(organization=Count(200, NOW - timedelta(minutes=50))), "cap.organization"),
    (Counts(address=Count(20, NOW - timedelta(minutes=50))), "cap.address"),
    (Counts(all=Count(2000, NOW - timedelta(minutes=50))), "cap.global"),
]


@pytest.mark.parametrize(("counts", "expected"), CAPS)
def test_l11_over_a_cap_letters_wait_and_are_never_dropped(counts: Counts, expected: str) -> None:
    answer = ask(RECEIPT, counts)
    assert isinstance(answer, Hold) and answer.code == expected
    assert answer.until == NOW + timedelta(minutes=10)
    assert ask(replace(RECEIPT, released=True), counts) == Pass()


def test_one_below_each_cap_passes() -> None:
    assert ask(RECEIPT, Counts(Count(199), Count(19), Count(1999))) == Pass()


def test_a_cap_never_waits_into_the_past() -> None:
    late = Counts(address=Count(20, NOW - timedelta(hours=2)))
    answer = ask(RECEIPT, late)
    assert isinstance(answer, Hold) and answer.until == NOW
    unknown = ask(RECEIPT, Counts(address=Count(20)))
    assert isinstance(unknown, Hold) and unknown.until == NOW + timedelta(hours=1)


def test_a_customers_cap_does_not_count_for_colleagues() -> None:
    full = Counts(organization=Count(500, NOW))
    assert ask(replace(RECEIPT, staff=True), full) == Pass()
    assert code(ask(replace(RECEIPT, staff=True), Counts(address=Count(20, NOW)))) == "cap.address"


def test_a_persons_own_letter_is_no_automatic_one() -> None:
    own = replace(RECEIPT, automatic=False, verdict=FAILED, answers_automatic=True, bounced=True)
    assert ask(own, Counts(Count(999), Count(999), Count(9999), same_cause=3)) == Pass()


@pytest.mark.parametrize("verdict", [YES, NO, FAILED])
@pytest.mark.parametrize("same", [0, 1])
@pytest.mark.parametrize("many", [0, 5000])
def test_every_refusal_has_a_code_and_a_sentence(verdict: Verdict, same: int, many: int) -> None:
    counts = Counts(Count(many, NOW), Count(many, NOW), Count(many, NOW), same)
    for own, staff, machine, bounced in product((True, False), repeat=4):
        facts = replace(RECEIPT, verdict=verdict, own=own, staff=staff, answers_automatic=machine, bounced=bounced)
        answer = ask(facts, counts)
        if not isinstance(answer, Pass):
            assert answer.code.count(".") == 1 and answer.code.islower() and len(answer.why) > 20
        if verdict is not YES and not staff:
            assert not isinstance(answer, Pass)


def test_l07_what_a_program_may_have_written_waits_for_a_person() -> None:
    doubtful = replace(RECEIPT, suspected="its subject repeats that of our letter 4")
    answer = ask(doubtful)
    assert isinstance(answer, Hold) and answer.code == "loop.suspected" and "our letter 4" in answer.why
    assert ask(replace(doubtful, released=True)) == Pass()
    assert ask(replace(doubtful, staff=True)) == Pass()
