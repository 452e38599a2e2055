"""B14 on PostgreSQL: the server's own programs copy it and put it back, and the same is held as on SQLite."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from maild.clock import ManualClock
from maild.errors import CannotCreate, DataError, Unavailable
from maild.store import doctor, dump, restored
from maild.store.db import Database
from tests.journeys.command import maild
from tests.maild.store import builders
from tests.maild.store.conftest import START


@pytest.fixture
def url(postgres_url: str) -> str:
    return postgres_url


@pytest.fixture
def copy(url: str, tmp_path: Path) -> Path:
    """A copy with a ticket and a letter that waits; the database has gone on since."""
    db = Database(url, ManualClock(START))
    db.write_now(lambda tx: builders.letter(tx, ticket=builders.ticket(tx)))
    taken = dump.take(url, tmp_path / "copy.dump", START)
    db.write_now(builders.ticket)
    db.close_now()
    assert taken.size == taken.path.stat().st_size > 0
    return taken.path


@pytest.fixture
def again(url: str) -> Iterator[Database]:
    """The database, opened only after it was put back."""
    opened: list[Database] = []

    class Later:
        def __getattr__(self, name: str) -> object:
            if not opened:
                opened.append(Database(url, ManualClock(START)))
            return getattr(opened[0], name)

    yield Later()  # type: ignore[misc]
    for db in opened:
        db.close_now()


def test_b14_x12_a_dump_put_back_holds_what_waited_and_skips_numbers(copy: Path, url: str, again: Database) -> None:
    done = dump.restore(copy, url, START, force=True)
    assert (done.found.taken_at, done.found.held) == (START, 1)
    assert again.read_now(doctor.check) == []
    assert again.read_now(lambda tx: restored.withholds(tx, START)) is True
    assert again.write_now(builders.ticket) == 10_002


def test_b14_a_dump_does_not_replace_tables_unasked_nor_under_a_daemon(
    copy: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CannotCreate, match="there are tables"):
        dump.restore(copy, url, START)
    monkeypatch.setattr(dump, "PATIENCE", 0.0)
    daemon = Database(url, ManualClock(START))
    assert daemon.read_now(doctor.check) == []
    with pytest.raises(Unavailable, match="connections to the database are open"):
        dump.restore(copy, url, START, force=True)
    daemon.close_now()


def test_b14_a_daemon_that_was_just_stopped_is_waited_for(
    copy: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connections are known to the server a moment longer than to itself."""
    daemon = Database(url, ManualClock(START))
    assert daemon.read_now(doctor.check) == []
    monkeypatch.setattr("maild.store.dump.time.sleep", lambda seconds: daemon.close_now())
    assert dump.restore(copy, url, START, force=True).found.held == 1


def test_b14_a_slash_at_the_end_makes_the_folder_for_dumps_too(copy: Path, url: str, tmp_path: Path) -> None:
    domains = '[site]\ndomain = "shop.example"\n[intake]\naddresses = ["orders@shop.example"]\n'
    (tmp_path / "config.toml").write_text(f'{domains}[database]\nurl = "{url}"\n')
    taken = maild(tmp_path, "backup", "nights/", "--json")
    assert taken.code == 0, taken.err
    [name] = [entry.name for entry in (tmp_path / "nights").iterdir()]
    assert name.startswith("maild-")
    assert name.endswith(".dump")


def test_b14_what_is_no_dump_changes_nothing(copy: Path, url: str, again: Database, tmp_path: Path) -> None:
    (tmp_path / "torn.dump").write_bytes(copy.read_bytes()[:-500])
    for name in ("torn.dump", "none.dump"):
        with pytest.raises(DataError):
            dump.restore(tmp_path / name, url, START, force=True)
    assert again.write_now(builders.ticket) == 3


def test_b14_without_pg_dump_it_is_said_what_to_do(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable) as missing:
        dump.take(url, tmp_path / "copy.dump", START)
    assert "apt install postgresql-client" in missing.value.hint
    assert not list(tmp_path.iterdir())


def test_b14_the_password_is_not_on_the_command_line() -> None:
    [where] = dump._where("postgresql+psycopg://maild:correct-horse@db.example/maild")
    assert where == "--dbname=postgresql://maild@db.example/maild"
