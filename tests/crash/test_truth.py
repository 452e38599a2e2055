"""The checks can fail: somebody's memory of a run that went well is doctored."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.crash.conftest import KILLS, MAILS, Past
from tests.crash.ledger import Deed, Entry, Kind
from tests.crash.mails import SHOP


def test_a_desk_killed_nine_times_breaks_no_invariant(past: Past) -> None:
    assert past.report.violations == []
    assert past.report.kills.total() >= KILLS, "a place that was not reached gets another life, and mails for it"
    assert past.report.mails.total() >= MAILS
    assert past.violations() == []


def _lose(past: Past) -> None:
    raw = b"Message-ID: <never@evil.example>\r\n\r\nHello\r\n"
    past.ledger.entries.append(Entry(raw, "a@b.example", SHOP, Kind.QUESTION, acks=1, dots=1))


def _change_a_byte(past: Past) -> None:
    past.sql("UPDATE message_chunk SET data = CAST(X'41' || substr(data, 2) AS BLOB) WHERE message_id = 2")


def _store_what_nobody_sent(past: Past) -> None:
    past.ledger.entries.remove(past.first(Kind.QUESTION))


def _deliver_more_than_was_sent(past: Past) -> None:
    past.first(Kind.ORDER).dots = 0


def _forget_a_delivery(past: Past) -> None:
    past.first(Kind.ORDER).acks += 1
    past.first(Kind.ORDER).dots += 1


def _keep_what_was_refused(past: Past) -> None:
    entry = past.first(Kind.ORDER)
    entry.acks, entry.refusal = 0, "554 5.6.0 no"


def _open_two_tickets(past: Past) -> None:
    past.sql("UPDATE ticket_order SET ticket_id = (SELECT max(id) FROM ticket) WHERE id = 1")


def _forget_who_opened_a_ticket(past: Past) -> None:
    past.sql(
        "UPDATE message SET outcome = 'duplicate' WHERE id = (SELECT max(id) FROM message WHERE outcome = 'ticket')"
    )


def _leave_a_mail_in_work(past: Past) -> None:
    past.sql("UPDATE message SET state = 'ready', outcome = NULL WHERE id = 1")


def _ignore_a_customer(past: Past) -> None:
    past.sql("UPDATE message SET outcome = 'ignored', code = 'auto.reply' WHERE id = 1")


def _confirm_twice(past: Past) -> None:
    past.sql("UPDATE letter SET template = 'order_received', ticket_id = 1")


def _send_a_third_copy(past: Past) -> None:
    past.book.taken[past.letter()] += 5


def _send_a_second_copy_for_no_reason(past: Past) -> None:
    name = next(name for name, copies in past.book.taken.items() if copies == 1)
    past.book.taken[name] += 1
    past.book.in_doubt[name] = 5


def _lose_a_letter(past: Past) -> None:
    del past.book.taken[past.letter()]


def _send_a_letter_of_nobody(past: Past) -> None:
    past.book.taken["<made-up@shop.example>"] += 1


def _give_a_letter_up(past: Past) -> None:
    past.sql("UPDATE letter SET phase = 'failed', code = 'relay.5xx' WHERE id = 1")


def _write_to_a_stranger(past: Past) -> None:
    past.book.recipients["victim@elsewhere.example"] += 1


def _let_a_timer_be_late(past: Past) -> None:
    past.ledger.rests.append(past.ledger.rests[-1] + timedelta(days=30))


def _fire_a_timer_without_a_deed(past: Past) -> None:
    past.sql("UPDATE timer SET state = 'fired', settled_at = due_at WHERE id = (SELECT max(id) FROM timer)")


def _forget_a_note(past: Past) -> None:
    past.ledger.deeds.append(Deed("Rung up nobody", 1, done=True))


DOCTORED: dict[Callable[[Past], None], str] = {
    _lose: "V1 lost",
    _change_a_byte: "V1 mail 2 has bytes that nobody sent",
    _store_what_nobody_sent: "V1",
    _deliver_more_than_was_sent: "V1",
    _forget_a_delivery: "V1",
    _keep_what_was_refused: "V2",
    _open_two_tickets: "V3",
    _forget_who_opened_a_ticket: "V3",
    _leave_a_mail_in_work: "V4",
    _ignore_a_customer: "V4",
    _confirm_twice: "V5",
    _send_a_third_copy: "V6",
    _send_a_second_copy_for_no_reason: "V6",
    _lose_a_letter: "V6",
    _send_a_letter_of_nobody: "V5",
    _give_a_letter_up: "V5",
    _write_to_a_stranger: "V7",
    _let_a_timer_be_late: "V8",
    _fire_a_timer_without_a_deed: "V8",
    _forget_a_note: "V5",
}


@pytest.mark.parametrize("doctor", DOCTORED, ids=lambda doctor: doctor.__name__.strip("_"))
def test_the_checks_notice_it_when_we(doctor: Callable[[Past], None], past: Past) -> None:
    doctor(past)
    assert any(found.startswith(DOCTORED[doctor]) for found in past.violations())


def test_an_answer_on_another_ticket_is_noticed(past: Past) -> None:
    """In so short a run nobody answers yet: one of the mails is taken for an answer to each letter in turn."""
    entry = past.first(Kind.QUESTION)
    entry.kind = Kind.ANSWER
    noticed = []
    for entry.letter in past.book.taken:
        noticed += [found for found in past.violations() if " answers letter " in found]
    assert noticed, "at most one ticket's letters are its own"
