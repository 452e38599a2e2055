"""The log files that maild keeps: struck where they lie, and dropped when they are old; nothing else is touched."""

import gzip
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from maild import log_files
from maild.domain.spellings import Spellings

MIA = "mia@harbor.example"
THEN = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    line = f'{{"event": "letter.sent", "to": "{MIA}"}}\n'
    for name in ("maild", "maild.1", "maild.db", "maild.db-wal", "maild.toml", "maildir"):
        (tmp_path / name).write_text(line)
    (tmp_path / "maild-20260301.gz").write_bytes(gzip.compress(line.upper().encode()))
    return tmp_path


def test_an_address_is_filled_in_the_log_and_its_older_parts_and_nowhere_else(folder: Path) -> None:
    size = (folder / "maild").stat().st_size
    found = log_files.strike(folder / "maild", Spellings(MIA).raw)
    assert {Path(name).name: places for name, places in found.items()} == {
        "maild": 1,
        "maild-20260301.gz": 1,
        "maild.1": 1,
    }
    assert (folder / "maild").stat().st_size == size
    assert (folder / "maild").read_text() == '{"event": "letter.sent", "to": "' + "*" * len(MIA) + '"}\n'
    assert MIA.upper() not in gzip.decompress((folder / "maild-20260301.gz").read_bytes()).decode()
    for other in ("maild.db", "maild.db-wal", "maild.toml", "maildir"):
        assert MIA in (folder / other).read_text()


def test_whoever_writes_at_the_end_loses_no_line(folder: Path) -> None:
    with (folder / "maild").open("a", buffering=1) as daemon:
        daemon.write("before\n")
        log_files.strike(folder / "maild", Spellings(MIA).raw)
        daemon.write("after\n")
    assert (folder / "maild").read_text().splitlines()[1:] == ["before", "after"]


def test_older_parts_go_when_they_are_old_and_the_log_in_use_stays(folder: Path) -> None:
    for file in folder.iterdir():
        os.utime(file, (THEN.timestamp(), THEN.timestamp()))
    assert log_files.drop_old(folder / "maild", THEN) == 0
    assert log_files.drop_old(folder / "maild", THEN + timedelta(seconds=1)) == 2
    left = {file.name for file in folder.iterdir()}
    assert left == {"maild", "maild.db", "maild.db-wal", "maild.toml", "maildir"}
