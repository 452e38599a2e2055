"""The plan of a crash run comes from its seed alone, and leaves out no place at which the daemon may die."""

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from maild.failpoints import REGISTRY
from tests.crash import mailbox
from tests.crash.__main__ import dovecot
from tests.crash.batch import Batch
from tests.crash.chapter import EPOCH, Chapter
from tests.crash.hostile import MAILS, mail
from tests.crash.ledger import Ledger
from tests.crash.mails import Writer
from tests.crash.plan import INSTANT, MAILBOX, MIGRATIONS, PLACES, Round, places, rounds
from tests.crash.relay import Book
from tests.crash.report import Report
from tests.crash.run import Size, chapters

ROOT = Path(__file__).parents[2]


def test_the_same_seed_plans_the_same() -> None:
    assert rounds(7, 3, 250, 5000) == rounds(7, 3, 250, 5000)
    assert rounds(7, 3, 250, 5000) != rounds(8, 3, 250, 5000)
    assert rounds(7, 3, 250, 5000) != rounds(7, 4, 250, 5000)


def test_the_same_dice_write_the_same_mails() -> None:
    def written(seed: int) -> list[bytes]:
        writer = Writer(random.Random(seed), 0)
        hostile = [mail(random.Random(seed), number, EPOCH).raw for number in range(20)]
        return [writer.order(EPOCH).raw for _ in range(20)] + hostile

    assert written(1) == written(1)
    assert written(1) != written(2)


def test_each_hostile_mail_can_be_written_and_is_another_one_each_time() -> None:
    for label, write in MAILS.items():
        first, second = (write(random.Random(n), f"{n}.a@evil.example", EPOCH) for n in (1, 2))
        assert first != second, label
        assert first.endswith(b"\r\n"), label
        assert first.count(b"\n") == first.count(b"\r\n") == first.count(b"\r"), label


def test_a_run_of_300_kills_dies_at_every_place() -> None:
    planned = Counter(
        one.place
        for number, (kills, mails) in enumerate(chapters(Size(300, 6000, 1)))
        for one in rounds(1, number, kills, mails)
    )
    assert set(planned) == {*PLACES, *MIGRATIONS, INSTANT}
    assert planned.total() == 300


def test_the_mails_are_as_many_as_were_asked_for() -> None:
    size = Size(5000, 100_000, 1)
    assert sum(one.mails for n, (k, m) in enumerate(chapters(size)) for one in rounds(1, n, k, m)) == 100_000


def test_every_failpoint_is_a_place_of_the_plan_or_has_a_test_of_its_own() -> None:
    tests = [file.read_text() for file in (ROOT / "tests").rglob("test_*.py") if file.parent.name != "crash"]
    for name in REGISTRY - {*PLACES, *MIGRATIONS}:
        assert any(name in text for text in tests), name


def test_a_run_that_never_dies_somewhere_says_so() -> None:
    report = Report(1, "sqlite", "", kills=Counter({"tx.begin": 2}))
    assert report.never(["tx.begin", "smtp.rcpt"], 2) == ["smtp.rcpt: 0 of 2 kills"]
    assert report.never(["tx.begin", "smtp.rcpt"], 0) == []


class Unlucky(Chapter):
    """No life of it comes to a second hit."""

    def __init__(self) -> None:
        self.lives: list[Round] = []
        self._report = Report(1, "sqlite", "")

    async def _live(self, one: Round) -> bool:
        self.lives.append(one)
        return one.nth < 2

    async def _rest(self, *, last: bool) -> None:
        """All is well."""


async def test_however_the_dice_fall_a_run_dies_at_every_place() -> None:
    """A place to which a life did not come so often gets another one, at its first hit."""
    chapter, plan = Unlucky(), rounds(1, 0, 100, 1500, postgresql=True)
    await chapter._play(plan)
    first, again = chapter.lives[: len(plan)], chapter.lives[len(plan) :]
    assert first == plan
    assert [one.place for one in again] == [one.place for one in plan if one.nth > 1]
    assert {one.nth for one in again} == {1}
    assert not any(one.faults or one.database for one in again)
    assert [one.number for one in again] == list(range(100, 100 + len(again)))
    assert {one.place for one in chapter.lives if one.nth < 2} == {*PLACES, *MIGRATIONS, INSTANT}


def test_the_figures_are_written_as_they_are(tmp_path: Path) -> None:
    report = Report(1, "sqlite", "again", kills=Counter({"tx.begin": 2}), lateness=[3.0, 1.0], seconds=1.5)
    report.write(tmp_path / "report.json")
    read = json.loads((tmp_path / "report.json").read_text())
    assert (read["kills"], read["lateness"], read["seconds"]) == ({"tx.begin": 2}, [1.0, 3.0], 1.5)
    assert "tx.begin 2" in report.text()


def test_without_dovecot_a_run_says_that_it_has_no_imap(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(mailbox, "program", lambda: None)
    monkeypatch.delenv("MAILD_REQUIRE_ALL", raising=False)
    assert dovecot() is None
    assert "WITHOUT IMAP: dovecot is not installed" in capsys.readouterr().out
    monkeypatch.setenv("MAILD_REQUIRE_ALL", "1")
    with pytest.raises(SystemExit, match="MAILD_REQUIRE_ALL=1 forbids to run without IMAP"):
        dovecot()


def test_a_run_without_a_mailbox_has_no_place_in_it() -> None:
    planned = rounds(1, 0, 300, 6000, mailbox=False)
    assert not {one.place for one in planned} & set(MAILBOX)
    assert not any(one.boxed for one in planned)
    assert set(places(mailbox=True)) - set(places(mailbox=False)) == set(MAILBOX)


def test_where_it_may_die_in_the_mailbox_enough_mails_are_put_in() -> None:
    for one in rounds(1, 0, 300, 6000):
        ledger = Ledger()
        Batch(ledger, Book(), 0, mailbox=True).write(one, random.Random(one.dice), EPOCH)
        boxed = [entry for entry in ledger.entries if entry.boxed]
        assert len(boxed) >= min(one.boxed, one.mails)
        assert one.place not in MAILBOX or one.nth <= max(1, len(boxed))


def test_a_round_without_a_mailbox_sends_everything_by_smtp() -> None:
    ledger = Ledger()
    for one in rounds(1, 0, 20, 400, mailbox=False):
        Batch(ledger, Book(), 0, mailbox=False).write(one, random.Random(one.dice), EPOCH)
    assert not any(entry.boxed for entry in ledger.entries)


def test_a_copy_by_a_detour_never_comes_before_what_proves_its_author() -> None:
    """Its confirmation would rightly wait for a person."""
    writer = Writer(random.Random(1), 0)
    entry = writer.question(EPOCH)
    assert not any(writer.copy(entry, EPOCH).raw.startswith(b"Received") for _ in range(50))
    entry.acks = 1
    assert any(writer.copy(entry, EPOCH).raw.startswith(b"Received") for _ in range(50))
