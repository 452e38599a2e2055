"""A copy taken while the database is written to is one instant of it, is proved, and takes its name only when whole."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from maild.clock import ManualClock
from maild.errors import CannotCreate, DataError, Unavailable
from maild.store import backup, restored
from maild.store.db import Database
from maild.store.engine import PAGE
from maild.store.restore import restore
from maild.store.trouble import StoreTrouble
from tests.maild.store import builders
from tests.maild.store.conftest import START

TAKE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from maild.store.backup import take
take(Path(sys.argv[1]), Path(sys.argv[2]), datetime(2026, 3, 3, tzinfo=UTC))
"""


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def numbers(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as conn:
        return [row[0] for row in conn.execute("SELECT id FROM ticket ORDER BY id")]


def test_b14_a_copy_is_one_file_that_only_its_owner_may_read(db: Database, file: Path, tmp_path: Path) -> None:
    db.write_now(builders.ticket)
    copy = backup.take(file, tmp_path / "copy.db", START)
    assert (copy.path, copy.at, copy.size) == (tmp_path / "copy.db", START, (tmp_path / "copy.db").stat().st_size)
    assert stat.S_IMODE(copy.path.stat().st_mode) == 0o600
    assert numbers(copy.path) == [1]
    assert not [name for name in names(tmp_path) if name.startswith((".copy", "copy.db-"))]


def test_b14_what_is_written_while_it_is_copied_neither_waits_nor_gets_half_into_it(
    db: Database, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writer commits between every two steps of the copying: then an unheld snapshot would begin anew each time."""
    for _ in range(20):
        db.write_now(builders.ticket)
    monkeypatch.setattr(backup, "PAGES", 1)
    steps = 0
    plain = sqlite3.Connection.backup

    class Busy(sqlite3.Connection):
        def backup(self, target: sqlite3.Connection, *, pages: int = -1, progress: Any = None, **_: Any) -> None:
            def step(status: int, remaining: int, total: int) -> None:
                nonlocal steps
                steps += 1
                if steps <= 50:
                    db.write_now(builders.ticket)
                progress(status, remaining, total)

            plain(self, target, pages=pages, progress=step)

    def connect(path: Path) -> sqlite3.Connection:
        return sqlite3.connect(path, isolation_level=None, factory=Busy)

    monkeypatch.setattr(backup, "connect", connect)
    copy = backup.take(file, tmp_path / "copy.db", START)
    assert numbers(copy.path) == list(range(1, 21))
    assert len(numbers(file)) == 70
    assert steps < 2 * file.stat().st_size / 4096


def test_b14_into_a_folder_the_copy_is_named_by_its_instant(db: Database, file: Path, tmp_path: Path) -> None:
    assert backup.take(file, tmp_path, START).path.name == "maild-20260302T090000Z.db"


@pytest.mark.parametrize("before", [False, True], ids=["first", "replacing"])
def test_x01_kill_9_in_the_midst_of_copying_leaves_the_former_copy_and_the_next_one_works(
    before: bool, db: Database, file: Path, tmp_path: Path
) -> None:
    target = tmp_path / "copies" / "copy.db"
    target.parent.mkdir()
    if before:
        backup.take(file, target, START)
    db.write_now(builders.ticket)
    command = [sys.executable, "-c", TAKE, str(file), str(target)]
    killed = subprocess.run(command, env=os.environ | {"MAILD_FAIL": "backup.half=kill"}, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert target.exists() is before
    assert not before or numbers(target) == []
    backup.take(file, target, START)
    assert numbers(target) == [1]
    assert names(target.parent) == ["copy.db"]


def test_b14_two_copyings_to_one_name_do_not_meet(db: Database, file: Path, tmp_path: Path) -> None:
    with (
        backup.draft_of(tmp_path / "copy.db"),
        pytest.raises(Unavailable, match="another copy is being written"),
        backup.draft_of(tmp_path / "copy.db"),
    ):
        pass


def test_b14_a_database_that_breaks_an_invariant_makes_no_copy(unchecked: Database, file: Path, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_bytes(b"the last good one")
    unchecked.write_now(builders.ticket)
    unchecked.write_now(lambda tx: tx.conn.exec_driver_sql("DELETE FROM history"))
    with pytest.raises(DataError, match="a ticket without history"):
        backup.take(file, tmp_path / "copy.db", START)
    assert (tmp_path / "copy.db").read_bytes() == b"the last good one"


def test_b05_a_damaged_page_makes_no_copy(unchecked: Database, file: Path, tmp_path: Path) -> None:
    unchecked.write_now(builders.ticket)
    unchecked.close_now()
    with closing(sqlite3.connect(file)) as conn:
        [(page,)] = conn.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ticket'")
    with file.open("r+b") as raw:
        raw.seek((page - 1) * PAGE)
        raw.write(b"\xff" * PAGE)
    with pytest.raises((DataError, StoreTrouble)) as caught:
        backup.take(file, tmp_path / "copy.db", START)
    assert caught.value.exit_code == 65
    assert not (tmp_path / "copy.db").exists()


def test_b14_a_copy_is_never_the_database_itself_nor_where_nothing_can_be_written(
    db: Database, file: Path, tmp_path: Path
) -> None:
    os.link(file, tmp_path / "same.db")
    for target in (file, tmp_path / "same.db"):
        with pytest.raises(CannotCreate, match="the database itself"):
            backup.take(file, target, START)
    with pytest.raises(CannotCreate, match="No such file"):
        backup.take(file, tmp_path / "nowhere" / "copy.db", START)
    with pytest.raises(Unavailable, match="no database to copy"):
        backup.take(tmp_path / "none.db", tmp_path / "copy.db", START)
    assert not (tmp_path / "none.db").exists()


def test_a_number_is_never_given_twice(db: Database) -> None:
    """It stands in reply addresses: another ticket of that number would get the answers."""

    def remove(tx: Any) -> None:
        for table in ("history", "ticket"):
            tx.conn.exec_driver_sql(f"DELETE FROM {table}")

    assert [db.write_now(builders.ticket) for _ in range(3)] == [1, 2, 3]
    db.write_now(remove)
    assert db.write_now(builders.ticket) == 4


@pytest.fixture
def copy(db: Database, file: Path, tmp_path: Path) -> Path:
    """A copy with one ticket and a letter that waits; the database has gone on since."""
    db.write_now(lambda tx: builders.letter(tx, ticket=builders.ticket(tx)))
    taken = backup.take(file, tmp_path / "copy.db", START).path
    db.write_now(builders.ticket)
    return taken


def test_b14_a_copy_put_back_is_the_database_again_and_the_former_one_is_kept(
    copy: Path, db: Database, file: Path
) -> None:
    with pytest.raises(CannotCreate, match="there is a database already") as refused:
        restore(copy, file, START)
    assert "--force" in refused.value.hint
    assert numbers(file) == [1, 2]
    db.close_now()
    done = restore(copy, file, START + timedelta(hours=1), force=True)
    assert done.aside is not None
    assert (numbers(file), numbers(done.aside)) == ([1], [1, 2])
    assert done.found.taken_at == START
    assert names(file.parent) == ["copy.db", "maild.db", done.aside.name]


def test_b14_the_log_of_the_former_database_is_kept_with_it_and_never_played_into_the_copy(
    copy: Path, unchecked: Database, file: Path
) -> None:
    """As after a crash: the last writes stand in the log only. The former file is too damaged to take them in."""
    log = file.with_name("maild.db-wal")
    assert log.stat().st_size
    kept = log.read_bytes()
    unchecked.close_now()
    file.write_bytes(b"no database" * 1000)
    log.write_bytes(kept)
    done = restore(copy, file, START, force=True)
    assert done.aside is not None
    assert done.aside.with_name(done.aside.name + "-wal").read_bytes() == kept
    assert not log.exists()
    assert numbers(file) == [1]


def test_x12_no_number_that_was_given_after_the_backup_is_given_again(copy: Path, db: Database, file: Path) -> None:
    db.close_now()
    restore(copy, file, START, force=True)
    again = Database(f"sqlite:///{file}", ManualClock(START))
    made = again.write_now(builders.ticket)
    letter = again.write_now(lambda tx: builders.letter(tx, ticket=made))
    mail = again.write_now(builders.mail).id
    assert (made, letter, mail) == (10_002, 10_002, 10_001)
    again.close_now()


def test_x12_what_waited_is_held_what_the_log_calls_sent_is_sent(db: Database, file: Path, tmp_path: Path) -> None:
    def three(tx: Any) -> list[int]:
        on = builders.ticket(tx)
        return [builders.letter(tx, ticket=on) for _ in range(3)]

    letters = db.write_now(three)
    db.write_now(builders.claim)  # all three are on their way
    copy = backup.take(file, tmp_path / "copy.db", START).path
    with closing(sqlite3.connect(copy, isolation_level=None)) as conn:
        [(sent,)] = conn.execute("SELECT message_id FROM letter WHERE id = ?", (letters[1],))
    db.close_now()
    done = restore(
        copy, file, START, force=True, sent=[restored.Logged(sent), restored.Logged("<never@heard.example>")]
    )
    assert (done.found.held, done.found.sent) == (2, 1)
    with closing(sqlite3.connect(file)) as conn:
        phases = conn.execute("SELECT phase, code FROM letter ORDER BY id").fetchall()
    assert phases == [("held", "restored"), ("sent", "restored.sent"), ("held", "restored")]
    again = Database(f"sqlite:///{file}", ManualClock(START))
    assert again.read_now(lambda tx: restored.withholds(tx, START)) is True
    assert again.read_now(lambda tx: restored.withholds(tx, START + timedelta(seconds=1))) is False
    assert again.read_now(lambda tx: restored.withholds(tx, None)) is False
    again.close_now()


@pytest.mark.parametrize("what", ["garbage", "torn", "empty", "another program's", "missing"])
def test_b14_a_copy_that_is_none_changes_nothing(what: str, copy: Path, db: Database, file: Path) -> None:
    whole = copy.read_bytes()
    copy.unlink()
    match what:
        case "garbage":
            copy.write_bytes(b"Dear customer, this is no database.\n" * 500)
        case "torn":
            copy.write_bytes(whole[: len(whole) // 2])
        case "empty":
            copy.write_bytes(b"")
        case "another program's":
            with closing(sqlite3.connect(copy, isolation_level=None)) as conn:
                conn.execute("CREATE TABLE invoice (id INTEGER)")
    db.close_now()
    before = file.read_bytes()
    with pytest.raises(DataError):
        restore(copy, file, START, force=True)
    assert file.read_bytes() == before
    assert {*names(file.parent)} <= {"copy.db", "maild.db"}


def test_b12_a_copy_of_a_newer_maild_is_refused(copy: Path, db: Database, file: Path) -> None:
    with closing(sqlite3.connect(copy, isolation_level=None)) as conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")
    db.close_now()
    with pytest.raises(Unavailable, match="newer than this program"):
        restore(copy, file, START, force=True)
    assert numbers(file) == [1, 2]


def test_a_database_that_was_never_brought_back_withholds_nothing(db: Database) -> None:
    assert db.read_now(lambda tx: restored.withholds(tx, START - timedelta(days=1))) is False
