"""A SQLite file with the schema, a store on it, and desks as the journeys have them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from maild.clock import ManualClock
from maild.store.db import Database
from tests.journeys.conftest import customer, daemon, desk_folder, mailbox, relay, start
from tests.maild.store.conftest import START

__all__ = ["customer", "daemon", "desk_folder", "mailbox", "relay", "start"]


@pytest.fixture
def database_section() -> str:
    """What the config says of the database: these are faults of SQLite and its disk."""
    return ""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def file(sqlite_template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sqlite_template, tmp_path / "maild.db"))


@pytest.fixture
def unchecked(file: Path, clock: ManualClock) -> Iterator[Database]:
    """For tests that damage the database on purpose."""
    db = Database(f"sqlite:///{file}", clock, synchronous="OFF", busy=0.05)
    yield db
    db.close_now()


@pytest.fixture
def db(unchecked: Database) -> Database:
    return unchecked
