"""A database for each test, checked by the doctor when the test is over."""

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from maild.clock import ManualClock
from maild.store import doctor
from maild.store.db import Database

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def file(sqlite_template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sqlite_template, tmp_path / "maild.db"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test runs on both databases, unless it says ``sqlite`` or asks for the file itself."""
    if "database_url" in metafunc.fixturenames:
        one = metafunc.definition.get_closest_marker("sqlite") or {"file", "beside"} & set(metafunc.fixturenames)
        metafunc.parametrize("database_url", ["sqlite"] if one else ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database without rows."""
    url: str = request.getfixturevalue("postgres_url" if request.param == "postgres" else "sqlite_url")
    return url


@pytest.fixture
def sqlite_url(file: Path) -> str:
    return f"sqlite:///{file}"


@pytest.fixture
def unchecked(database_url: str, clock: ManualClock) -> Iterator[Database]:
    """For tests that damage the database on purpose."""
    db = Database(database_url, clock, busy=0.05)
    yield db
    db.close_now()


@pytest.fixture
def db(unchecked: Database) -> Iterator[Database]:
    yield unchecked
    assert unchecked.read_now(doctor.check) == []


@pytest.fixture
def beside(file: Path) -> Iterator[sqlite3.Connection]:
    """Another program's connection to the same file."""
    connection = sqlite3.connect(file, isolation_level=None, timeout=0.05)
    yield connection
    connection.close()
