"""A short run on a healthy desk, which tests may remember wrongly."""

import asyncio
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from maild.store.engine import open_engine
from tests.crash.chapter import Chapter, Stage
from tests.crash.databases import Database
from tests.crash.desk import Forge
from tests.crash.ledger import Entry, Kind, Ledger
from tests.crash.mailbox import Shelves, program
from tests.crash.plan import rounds
from tests.crash.relay import Book, Relay
from tests.crash.report import Report
from tests.crash.truth import Truth

SEED = 20261121
KILLS = 9
MAILS = 90


@dataclass
class Past:
    """What everybody knows of a run that went well."""

    engine: Engine
    ledger: Ledger
    book: Book
    report: Report
    shelves: Shelves | None

    def violations(self) -> list[str]:
        return Truth(self.engine, self.ledger, self.book).violations(self.shelves)

    @property
    def mailbox(self) -> Shelves:
        """How it lies at rest; there is none where Dovecot is not installed."""
        if self.shelves is None:
            pytest.skip("dovecot is not installed (see .ci/debian-packages)")
        return self.shelves

    def first(self, kind: Kind) -> Entry:
        return next(entry for entry in self.ledger.entries if entry.kind is kind and entry.copy_of is None)

    def letter(self) -> str:
        return next(iter(self.book.taken))

    def sql(self, statement: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(statement))


Lived = tuple[Path, Ledger, Book, Report, Shelves | None]


async def _live(folder: Path, report: Report) -> tuple[Ledger, Book, Report, Shelves | None]:
    forge, relay = await Forge().start(), await Relay().start()
    dovecot = program()
    try:
        chapter = Chapter(Stage(Database(), forge, relay, report, dovecot), SEED, 0, folder)
        await chapter.play(rounds(SEED, 0, KILLS, MAILS, mailbox=dovecot is not None), yesterday=False)
        return chapter.ledger, chapter.book, report, chapter.shelves
    finally:
        relay.close()
        forge.close()


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    folder = tmp_path_factory.mktemp("crash")
    report = Report(SEED, "sqlite", "")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAILD_TEST_SYNCHRONOUS", "OFF")  # processes are killed, but the power stays on
        return folder, *asyncio.run(_live(folder, report))


@pytest.fixture
def past(lived: Lived, tmp_path: Path) -> Iterator[Past]:
    """A copy of it that a test may spoil."""
    folder, ledger, book, report, shelves = lived
    (tmp_path / "maild.db").write_bytes((folder / "maild.db").read_bytes())
    engine = open_engine(f"sqlite:///{tmp_path / 'maild.db'}")
    yield Past(engine, *deepcopy((ledger, book)), report, deepcopy(shelves))
    engine.dispose()
