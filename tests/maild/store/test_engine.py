from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from maild.clock import ManualClock
from maild.errors import ConfigError, Unavailable
from maild.store import comments, history, people, tickets
from maild.store.db import Database
from maild.store.engine import open_engine, sqlite_path
from maild.store.tables import HISTORY, MESSAGE_CHUNK, PERSON
from maild.store.tx import Tx
from tests.maild.store import builders

FULL, NORMAL = 2, 1


def _pragma(engine: Engine, name: str) -> object:
    with engine.connect() as conn:
        return conn.exec_driver_sql(f"PRAGMA {name}").scalar()


@pytest.mark.sqlite
def test_every_connection_syncs_fully_in_wal_mode_with_foreign_keys(db: Database) -> None:
    for engine in (db.engine, open_engine(db.url, read_only=True)):
        assert _pragma(engine, "synchronous") == FULL
        assert _pragma(engine, "journal_mode") == "wal"
        assert _pragma(engine, "foreign_keys") == 1
        engine.dispose()


def test_only_a_test_can_ask_for_less(file: Path, clock: ManualClock) -> None:
    db = Database(f"sqlite:///{file}", clock, synchronous="NORMAL")
    assert db.write_now(lambda tx: tx.conn.exec_driver_sql("PRAGMA synchronous").scalar()) == NORMAL
    db.close_now()


def test_a_database_that_cannot_keep_the_promise_is_refused() -> None:
    engine = open_engine("sqlite://")  # in memory: no write-ahead log
    with pytest.raises(Unavailable, match="journal_mode memory"):
        engine.connect()


def test_other_kinds_of_databases_are_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        open_engine("mysql://db.example/maild")
    assert "mysql" in caught.value.mistakes[0]


def test_only_sqlite_has_a_file() -> None:
    assert sqlite_path("sqlite:////var/lib/maild/maild.db") == Path("/var/lib/maild/maild.db")
    assert sqlite_path("postgresql://db.example/maild") is None
    assert sqlite_path("sqlite://") is None


async def test_a_row_cannot_point_nowhere(db: Database) -> None:
    with pytest.raises(IntegrityError):
        await db.write(lambda tx: tx.insert_all(MESSAGE_CHUNK, [{"message_id": 99, "seq": 0, "data": b"x"}]))


async def test_text_that_no_database_takes_is_made_to_fit(db: Database) -> None:
    """NUL and half of a surrogate pair come from broken mails; a mail must not fail over them."""
    hostile = "a\0b\ud800c \u00e4 \U0001f4e6"

    def write(tx: Tx) -> tuple[int, int]:
        ticket = builders.ticket(tx, subject=hostile * 500, fields=(("po_number", hostile),))
        comments.add(tx, ticket, "customer:x", hostile, public=True, cut_text=hostile)
        history.write_entry(tx, ticket, "k", "MailArrived", "x", {hostile: [hostile, {"deep": hostile}]})
        return ticket, people.meet(tx, "who@birch.example", hostile).id

    ticket, someone = await db.write(write)
    told = "ab?c \u00e4 \U0001f4e6"
    said = db.read_now(lambda tx: comments.of_ticket(tx, ticket))[0]
    assert (said.text, said.cut_text) == (told, told)
    snapshot = db.read_now(lambda tx: tickets.snapshot(tx, ticket))
    assert snapshot.subject == (told * 500)[:998]
    assert snapshot.value("po_number") == told
    entry = db.read_now(lambda tx: tx.execute(select(HISTORY.c.data).where(HISTORY.c.key == "k")).scalar_one())
    assert entry == {told: [told, {"deep": told}]}
    assert db.read_now(lambda tx: tx.execute(select(PERSON.c.name).where(PERSON.c.id == someone)).scalar_one()) == told


async def test_an_escape_that_only_looks_like_nul_is_kept(db: Database) -> None:
    shown = "the six characters \\u0000"
    ticket = await db.write(lambda tx: builders.ticket(tx, fields=(("note", shown),)))
    assert db.read_now(lambda tx: tickets.snapshot(tx, ticket)).value("note") == shown
