"""The checks of the mailbox notice it when it and the database do not agree."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import event

from tests.crash import marks
from tests.crash.conftest import Past
from tests.crash.ledger import Entry, Kind

_FIRST = "(SELECT min(id) FROM delivery WHERE channel = 'imap')"
_LAST = "(SELECT max(id) FROM delivery WHERE channel = 'imap')"


def test_a_run_reads_its_mailbox_and_finds_it_in_order(past: Past) -> None:
    shelves, put = past.mailbox, past.ledger.put()
    assert len(put) == past.report.boxed >= 10
    assert past.report.both >= 1, "nothing came by both ways"
    assert past.report.looks >= 3
    assert sorted(shelves.processed.values()) == sorted(put)
    with past.engine.connect() as connection:
        assert list(marks.at_death(connection, shelves, put)) == []
        assert list(marks.at_rest(connection, shelves, put)) == []


def _anybody(past: Past) -> Entry:
    return next(entry for entry in past.ledger.entries if entry.uid)


def _lose_one_in_the_mailbox(past: Past) -> None:
    past.mailbox.processed.popitem()


def _file_it_twice(past: Past) -> None:
    past.mailbox.processed[9999] = _anybody(past).boxed


def _leave_one_in_the_inbox(past: Past) -> None:
    past.mailbox.inbox = frozenset({_anybody(past).uid})


def _put_one_aside(past: Past) -> None:
    past.mailbox.failed = 1


def _file_before_the_commit(past: Past) -> None:
    past.sql(f"DELETE FROM delivery WHERE id = {_LAST}")


def _take_it_in_twice(past: Past) -> None:
    past.sql(f"UPDATE delivery SET session = (SELECT session FROM delivery WHERE id = {_LAST}) WHERE id = {_FIRST}")


def _take_in_what_nobody_put(past: Past) -> None:
    past.sql(f"UPDATE delivery SET session = 'box:1:99' WHERE id = {_LAST}")


def _take_it_for_another(past: Past) -> None:
    past.sql(
        f"UPDATE delivery SET message_id = (SELECT message_id FROM delivery WHERE id = {_LAST}) WHERE id = {_FIRST}"
    )


def _lose_it_for_good(past: Past) -> None:
    raw = b"Message-ID: <never@shop.example>\r\n\r\nHello\r\n"
    past.ledger.entries.append(replace(_anybody(past), raw=raw, kind=Kind.QUESTION, boxed="b1", uid=77, copy_of=None))


def _leave_it_unmarked(past: Past) -> None:
    past.sql("UPDATE mailbox_folder SET last_uid = last_uid - 1 WHERE folder = 'INBOX'")


def _leave_the_filed_unmarked(past: Past) -> None:
    past.sql("UPDATE mailbox_folder SET last_uid = last_uid - 1 WHERE folder = 'Processed'")


def _mark_what_is_not_there_yet(past: Past) -> None:
    past.sql("UPDATE mailbox_folder SET last_uid = last_uid + 1 WHERE folder = 'INBOX'")


def _forget_to_file(past: Past) -> None:
    past.sql("INSERT INTO mailbox_uid (mailbox, folder, uid, state, tries) VALUES ('box', 'INBOX', 3, 'stored', 0)")


DOCTORED: dict[Callable[[Past], None], str] = {
    _lose_one_in_the_mailbox: "lies nowhere any more",
    _file_it_twice: "lies 2 times in Processed",
    _leave_one_in_the_inbox: "are left in the INBOX",
    _put_one_aside: "1 mails lie among the failed",
    _file_before_the_commit: "lies in Processed and was never committed",
    _take_it_in_twice: "was delivered 2 times",
    _take_in_what_nobody_put: "V12 box:1:99 was never put into the mailbox",
    _take_it_for_another: "was taken for",
    _lose_it_for_good: "V1 lost: question",
    _leave_it_unmarked: "V12 the marks are",
    _leave_the_filed_unmarked: "V12 the marks are",
    _mark_what_is_not_there_yet: "V12 the marks are",
    _forget_to_file: "is still stored",
}


@pytest.mark.parametrize("doctor", DOCTORED, ids=lambda doctor: doctor.__name__.strip("_"))
def test_the_checks_notice_it_when_we(doctor: Callable[[Past], None], past: Past) -> None:
    doctor(past)
    assert any(DOCTORED[doctor] in found for found in past.violations())


@pytest.mark.parametrize(
    ("doctor", "finding"),
    [
        (_lose_one_in_the_mailbox, "lies nowhere any more"),
        (_file_before_the_commit, "lies in Processed and was never committed"),
        (_file_before_the_commit, "has passed"),
    ],
)
def test_a_look_at_a_death_notices_it_too(doctor: Callable[[Past], None], finding: str, past: Past) -> None:
    doctor(past)
    with past.engine.connect() as connection:
        found = list(marks.at_death(connection, past.mailbox, past.ledger.put()))
    assert any(finding in what for what in found)


def test_a_look_at_a_death_bears_a_commit_that_lands_amidst_it(past: Past) -> None:
    """A PostgreSQL server goes on with what a daemon sent before it died."""
    put, shelves = past.ledger.put(), past.mailbox
    name, last = max(put.items(), key=lambda item: item[1].uid)
    shelves.processed = {uid: filed for uid, filed in shelves.processed.items() if filed != name}
    shelves.inbox = frozenset({last.uid})
    delivery = f"channel = '{{}}' WHERE session = 'box:{shelves.uidvalidity}:{last.uid}'"
    mark = "last_uid = last_uid {} 1 WHERE folder = 'INBOX'"
    past.sql(f"UPDATE delivery SET {delivery.format('smtp')}")
    past.sql(f"UPDATE mailbox_folder SET {mark.format('-')}")

    def land(*given: object) -> None:
        past.sql(f"UPDATE delivery SET {delivery.format('imap')}")
        past.sql(f"UPDATE mailbox_folder SET {mark.format('+')}")

    with past.engine.connect() as connection:
        event.listen(connection, "after_cursor_execute", land, once=True)
        assert list(marks.at_death(connection, shelves, put)) == []
        assert marks._marks(connection)["INBOX"] == last.uid, "it has landed"


def test_what_comes_back_may_have_an_older_mark_of_the_inbox_only(past: Past) -> None:
    put = past.ledger.put()
    _leave_it_unmarked(past)
    with past.engine.connect() as connection:
        assert list(marks.at_rest(connection, past.mailbox, put, since_a_copy=True)) == []
    _leave_the_filed_unmarked(past)
    with past.engine.connect() as connection:
        assert list(marks.at_rest(connection, past.mailbox, put, since_a_copy=True))
