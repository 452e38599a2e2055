"""B01, B02, B05, B11-B13: what the database may be like when the daemon starts or while it works."""

import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from maild import failpoints
from maild.clock import ManualClock
from maild.config import load
from maild.domain.envelope import Channel, Envelope
from maild.errors import Unavailable
from maild.store import backup, doctor, mailboxes, people, schema, sending, spool, timers
from maild.store.db import Database
from maild.store.engine import open_engine
from maild.store.tables import DELIVERY, HISTORY, LETTER, LETTER_RECIPIENT, MESSAGE, TICKET, TIMER
from maild.store.trouble import StoreTrouble, TroubleKind
from maild.store.tx import Tx
from pipeline.accept import accept
from pipeline.intake import Intake
from pipeline.receipt import TemporaryTrouble
from pipeline.receive.body import SpooledBody
from tests.journeys.command import several
from tests.journeys.customer import Customer
from tests.journeys.daemon import Daemon
from tests.journeys.relay import Relay
from tests.maild.store import builders
from tests.maild.store.conftest import START
from tests.maild.store.machine import steps

MAIL = b"From: Ann <ann@birch.example>\r\nSubject: Order 7001\r\n\r\n12 x oak shelf\r\n"
HEAD_END = 100  # bytes of a database file's header


@contextmanager
def locked(file: Path) -> Iterator[None]:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


async def test_b01_a_mail_met_by_a_lock_that_holds_out_is_put_off_and_not_stored(db: Database, file: Path) -> None:
    intake = Intake((builders.ORDERS,), split=False)
    envelope = Envelope("ann@birch.example", (builders.ORDERS,), Channel.SMTP)
    with locked(file), pytest.raises(TemporaryTrouble) as put_off:
        await accept(db, intake, envelope, SpooledBody.of(MAIL))
    assert put_off.value.code == "4.3.0"  # 451
    assert "lock" not in put_off.value.text
    again = await accept(db, intake, envelope, SpooledBody.of(MAIL))
    assert not again.duplicate, "the first try left nothing behind"


def test_b02_a_writer_asks_for_the_lock_before_it_reads(db: Database, file: Path) -> None:
    """SQLITE_BUSY_SNAPSHOT comes to those who read first and write later, when somebody wrote between."""
    begun: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: begun.append(given[2]))

    def read_then_write(tx: Tx) -> int:
        tx.conn.exec_driver_sql("SELECT count(*) FROM ticket")
        with (
            closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as other,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("INSERT INTO meta VALUES ('between', '')")
        return builders.ticket(tx)

    assert db.write_now(read_then_write) == 1
    assert begun[0] == "BEGIN IMMEDIATE"


def test_b02_should_it_come_all_the_same_it_is_busy_and_tried_again() -> None:
    from sqlalchemy.exc import OperationalError

    from maild.store.trouble import translate

    raw = sqlite3.OperationalError("database is locked")
    raw.sqlite_errorcode = sqlite3.SQLITE_BUSY_SNAPSHOT
    told = translate(OperationalError("COMMIT", None, raw))
    assert isinstance(told, StoreTrouble)
    assert told.kind is TroubleKind.BUSY


@pytest.fixture
def stopped(desk_folder: Path, sqlite_template: Path, clock: ManualClock) -> Path:
    """A desk whose daemon was stopped in good order, with one ticket and a copy of its database."""
    file = Path(shutil.copy(sqlite_template, desk_folder / "maild.db"))
    db = Database(f"sqlite:///{file}", clock)
    db.write_now(builders.ticket)
    backup.take(file, desk_folder / "good.db", START)
    db.close_now()
    return desk_folder


def test_b05_a_corrupt_database_is_refused_with_what_to_do_and_the_backup_puts_it_right(stopped: Path) -> None:
    file = stopped / "maild.db"
    with file.open("r+b") as raw:
        raw.seek(HEAD_END)
        raw.write(b"\xff" * (4096 * 8))
    restore = ["restore", "good.db", "--force"]
    refused, checked, restored, again = several(stopped, ["run"], ["db", "check"], restore, ["db", "check", "--json"])
    assert (refused.code, checked.code) == (65, 65)
    assert "malformed" in refused.err
    assert "restore the last backup" in refused.err
    assert restored.code == 0, restored.err
    assert (again.code, again.out) == (0, "")
    with closing(sqlite3.connect(file)) as conn:
        assert conn.execute("SELECT subject FROM ticket").fetchall() == [("Order 7001",)]


def test_b05_a_truncated_log_loses_what_was_not_promised_and_nothing_else(stopped: Path, clock: ManualClock) -> None:
    """The tail of the log is torn, as a power cut leaves it: SQLite stops at the last whole commit."""
    with closing(sqlite3.connect(stopped / "maild.db", isolation_level=None)) as conn:
        for subject in ("whole", "torn"):
            conn.execute("UPDATE ticket SET subject = ?", (subject,))
        log = (stopped / "maild.db-wal").read_bytes()
        main = (stopped / "maild.db").read_bytes()
    (stopped / "maild.db").write_bytes(main)
    (stopped / "maild.db-wal").write_bytes(log[:-700])
    db = Database(f"sqlite:///{stopped}/maild.db", clock)
    assert db.read_now(doctor.check) == []
    assert db.read_now(lambda tx: tx.conn.exec_driver_sql("SELECT subject FROM ticket").fetchall()) == [("whole",)]
    db.close_now()


def test_b12_a_daemon_does_not_start_on_the_database_of_a_newer_one(stopped: Path) -> None:
    with closing(sqlite3.connect(stopped / "maild.db", isolation_level=None)) as conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")
    before = (stopped / "maild.db").read_bytes()
    for answer in several(stopped, ["run"], ["db", "upgrade"], ["ticket", "list"]):
        assert answer.code == 69
        assert "9999" in answer.err
    assert (stopped / "maild.db").read_bytes() == before
    assert not list(stopped.glob("*.before-upgrade*"))


NEXT = """
from alembic import op
revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

def upgrade() -> None:
    op.execute("CREATE TABLE of_the_next_version (id INTEGER)")
"""


@pytest.fixture
def engine(file: Path, db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A database with a ticket, and a program that knows one migration more."""
    db.write_now(builders.ticket)
    scripts = Path(shutil.copytree(schema._SCRIPTS, tmp_path / "migrations"))
    (scripts / "versions" / "v0002_next.py").write_text(NEXT)
    monkeypatch.setattr(schema, "_SCRIPTS", scripts)
    engine = open_engine(f"sqlite:///{file}")
    yield engine
    engine.dispose()


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as conn:
        return {row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_b11_a_copy_is_kept_before_a_migration_changes_anything(engine: Engine, file: Path) -> None:
    assert backup.upgrade(engine)
    kept = file.with_name("maild.db.before-upgrade-from-0001")
    assert "of_the_next_version" in tables(file)
    assert "of_the_next_version" not in tables(kept)
    with closing(sqlite3.connect(kept)) as conn:
        assert conn.execute("SELECT count(*) FROM ticket").fetchone() == (1,)
    kept.unlink()
    assert not backup.upgrade(engine)
    assert not kept.exists(), "nothing to do makes no copy"


@pytest.mark.parametrize("place", ["migration.start", "migration.half"])
def test_b11_a_migration_that_breaks_off_is_run_again_and_the_copy_is_of_before(
    place: str, engine: Engine, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failpoints, "hit", failpoints.armed(f"{place}=raise"))
    with pytest.raises(failpoints.Failure):
        backup.upgrade(engine)
    assert "of_the_next_version" not in tables(file)
    monkeypatch.setattr(failpoints, "hit", lambda name: None)
    assert backup.upgrade(engine)
    assert "of_the_next_version" in tables(file)
    assert "of_the_next_version" not in tables(file.with_name("maild.db.before-upgrade-from-0001"))


def test_b11_without_room_for_the_copy_nothing_is_migrated(
    engine: Engine, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failpoints, "hit", failpoints.armed("backup.half=enospc"))
    with pytest.raises(StoreTrouble) as full:
        backup.upgrade(engine)
    assert full.value.kind is TroubleKind.FULL
    assert "of_the_next_version" not in tables(file)
    assert not list(file.parent.glob("*.before-upgrade*"))


def test_b11_an_empty_database_needs_no_copy(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/new.db")
    assert backup.upgrade(engine)
    engine.dispose()
    assert not list(tmp_path.glob("*.before-upgrade*"))


def test_b12_a_newer_schema_makes_no_copy_either(engine: Engine, file: Path) -> None:
    with engine.connect() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Unavailable, match="newer than this program"):
        backup.upgrade(engine)
    assert not list(file.parent.glob("*.before-upgrade*"))


def history_of(tx: Tx, first: int, count: int) -> None:
    """So many settled mails with ticket, fired timer, sent letter and event."""
    numbers = range(first, first + count)
    person = builders.person(tx).id
    ticket = {
        "subject": "old", "order_address": builders.ORDERS, "channel": "smtp", "requester_id": person, "status": 5,
        "created_at": START, "updated_at": START, "status_changed_at": START, "fields": {}, "review_reasons": [],
        "version": 1, "priority": "normal", "needs_review": False, "unread": False, "verified": True,
        "customer_mails": 1, "agent_mails": 0, "reopens": 0,
    }  # fmt: skip
    mail = {
        "order_address": builders.ORDERS, "size": 0, "received_at": START, "state": "done", "outcome": "ticket",
        "attempts": 1, "settled_at": START,
    }  # fmt: skip
    letter = {
        "kind": "mail", "template": "t", "automatic": True, "envelope_from": "", "to_address": "a@b.example",
        "subject": "s", "phase": "sent", "attempt": 0, "copies": 0, "created_at": START, "queued_at": START,
        "next_at": START, "settled_at": START, "text": "", "raw": b"",
    }  # fmt: skip
    event_ = {"at": START, "kind": "TicketCreated", "actor": "a", "data": {}, "steps": [], "rules_hash": ""}
    tx.insert_all(TICKET, ({**ticket, "id": n} for n in numbers))
    tx.insert_all(MESSAGE, ({**mail, "id": n, "digest": f"d{n}", "ticket_id": n} for n in numbers))
    tx.insert_all(
        LETTER, ({**letter, "id": n, "key": f"k{n}", "message_id": f"<{n}@x>", "ticket_id": n} for n in numbers)
    )
    tx.insert_all(LETTER_RECIPIENT, ({"letter_id": n, "address": "a@b.example", "state": "sent"} for n in numbers))
    tx.insert_all(HISTORY, ({**event_, "ticket_id": n, "key": f"h{n}"} for n in numbers))
    timer = {"rule": "r", "step": 0, "due_at": START, "state": "fired", "armed_at": START, "settled_at": START}
    tx.insert_all(TIMER, ({**timer, "id": n, "ticket_id": n, "over": True} for n in numbers))
    way = {"received_at": START, "channel": "smtp", "sender": "", "recipients": [], "tls": False, "size": 0}
    tx.insert_all(DELIVERY, ({**way, "message_id": n} for n in numbers))


def test_b13_a_start_costs_no_more_on_twice_the_history(db: Database, desk_folder: Path) -> None:
    """Every question that the daemon asks before it takes mail, and the first of each background task."""
    config = load(desk_folder / "config.toml")

    def start(tx: Tx) -> None:
        people.keep_all(tx, config)
        spool.release_leases(tx)
        sending.recover(tx)
        spool.next_due(tx)
        timers.due(tx, 100)
        timers.next_due(tx)
        sending.next_due(tx)
        mailboxes.rows(tx)
        builders.claim(tx)

    db.write_now(start)
    db.write_now(lambda tx: history_of(tx, 1, 800))
    once = steps(db, start, every=100)
    db.write_now(lambda tx: history_of(tx, 801, 800))
    twice = steps(db, start, every=100)
    assert once < 40, "something looks at every row"
    assert twice <= once + 2


def test_b13_the_counting_itself_sees_a_look_at_every_row(db: Database) -> None:
    db.write_now(lambda tx: history_of(tx, 1, 800))
    look = steps(db, lambda tx: tx.conn.exec_driver_sql("SELECT max(subject) FROM ticket").fetchone(), every=100)
    assert look > 3 * 8


def test_b13_the_schemas_version_is_asked_without_a_look_at_the_rows(file: Path, clock: ManualClock) -> None:
    engine = open_engine(f"sqlite:///{file}")
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    schema.status(engine)
    engine.dispose()
    of_rows = [
        said for said in asked if any(table in said.lower() for table in ("message", "letter", "ticket", "timer"))
    ]
    assert of_rows == []


def test_x01_a_daemon_killed_while_it_reloads_starts_with_the_new_config(desk_folder: Path, relay: Relay) -> None:
    daemon = Daemon(desk_folder).start(MAILD_FAIL="config.reload=kill")
    customer = Customer(daemon, "Mia Okafor", "mia@blueharbor.example")
    customer.order_unheard()
    daemon.signal(signal.SIGHUP)
    assert daemon.died() == -9
    daemon.start()
    daemon.quiet()
    assert len(daemon.tickets()) == 1
    assert daemon.check() == []
    assert daemon.stop() == 0
