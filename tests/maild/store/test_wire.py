"""PostgreSQL's line: what nobody waits for goes along, failures are told, the driver finds its connection as ever."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from maild.clock import ManualClock
from maild.store import arrays, rows
from maild.store import wire as wire_module
from maild.store.db import Database
from maild.store.put import CHUNK, put_all
from maild.store.tables import META
from maild.store.trouble import StoreTrouble, TroubleKind, translate
from maild.store.tx import Tx
from maild.store.wire import Wire
from tests.maild.store.test_put import new

TOO_LONG = "k" * 1000


@pytest.fixture
def db(postgres_url: str, clock: ManualClock) -> Iterator[Database]:
    db = Database(postgres_url, clock)
    yield db
    db.close_now()


@pytest.fixture
def wire(db: Database) -> Iterator[Wire]:
    with db.engine.connect() as conn:
        wire = Wire(conn, prepares=True)
        wire.now("CREATE TEMPORARY TABLE seen (number bigint PRIMARY KEY)")
        yield wire
        if not conn.invalidated:
            wire.settle()


def _seen(wire: Wire) -> list[int]:
    return [int(number or 0) for (number,) in wire.now("SELECT number FROM seen ORDER BY number")]


def _add(number: int) -> tuple[str, list[bytes | None]]:
    return "INSERT INTO seen SELECT * FROM unnest($1::bigint[])", [arrays.array("BIGINT", [number])]


def test_what_nobody_waits_for_goes_out_with_what_somebody_does(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    trips: list[Wire] = []
    read = Wire._read

    def counted(self: Wire) -> object:
        trips.append(self)
        return read(self)

    monkeypatch.setattr(Wire, "_read", counted)
    wire.later("BEGIN")
    wire.later(*_add(1))
    wire.later(*_add(2))
    assert not trips
    assert _seen(wire) == [1, 2]
    assert len(trips) == 1
    wire.commit()
    assert len(trips) == 2


def test_a_failure_is_told_where_answers_are_waited_for_and_nothing_after_it_is_done(wire: Wire) -> None:
    wire.later("BEGIN")
    wire.later(*_add(1))
    wire.later(*_add(1))
    wire.later(*_add(2))
    with pytest.raises(IntegrityError) as caught:
        wire.now("SELECT 1")
    assert getattr(caught.value.orig, "sqlstate", "") == "23505"
    wire.roll_back()
    assert _seen(wire) == []


def test_a_commit_that_something_failed_before_is_none(wire: Wire) -> None:
    wire.later("BEGIN")
    wire.later(*_add(1))
    wire.later(*_add(1))
    with pytest.raises(IntegrityError):
        wire.commit("SELECT pg_notify($1, $2)", [b"a", b"b"])
    wire.roll_back()
    wire.now("BEGIN")
    with pytest.raises(DataError):
        wire.now("SELECT 1 / 0")
    with pytest.raises(OperationalError):  # the server answers a COMMIT of what has failed by ROLLBACK
        wire.commit()
    assert _seen(wire) == []


def test_the_driver_finds_its_connection_as_ever(wire: Wire) -> None:
    tx = Tx(wire.conn, datetime(2026, 1, 1, tzinfo=UTC), wire=wire)
    wire.later("BEGIN")
    wire.later(*_add(7))
    assert tx.conn.exec_driver_sql("SELECT number FROM seen").scalar() == 7
    wire.commit("SELECT pg_notify($1, $2)", [b"a", b"b"])
    assert tx.conn.exec_driver_sql("SELECT count(*) FROM seen").scalar() == 1


def test_statements_that_the_server_has_forgotten_are_prepared_again(wire: Wire) -> None:
    wire.now(*_add(1))
    wire.now("DEALLOCATE ALL")
    with pytest.raises(OperationalError) as caught:
        wire.now(*_add(2))
    told = translate(caught.value)
    assert isinstance(told, StoreTrouble)
    assert told.kind is TroubleKind.GONE, "it is run again"
    wire.now(*_add(3))
    assert _seen(wire) == [1, 3]


def test_the_server_keeps_each_statement_once(wire: Wire) -> None:
    for number in range(5):
        wire.now(*_add(number))
        wire.commit("SELECT pg_notify($1, $2)", [b"a", b"b"])
    assert wire.now("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'maild%'") == [(b"1",)]


def test_a_line_that_is_cut_is_known_to_be(wire: Wire, db: Database) -> None:
    [(pid,)] = wire.now("SELECT pg_backend_pid()")
    with db.engine.connect() as other:
        other.exec_driver_sql("SELECT pg_terminate_backend(%(pid)s, 10000)", {"pid": int(pid or 0)})
    with pytest.raises(OperationalError) as caught:
        wire.now("SELECT 1")
    assert caught.value.connection_invalidated
    assert wire.conn.invalidated
    told = translate(caught.value)
    assert isinstance(told, StoreTrouble)
    assert told.kind is TroubleKind.GONE
    with pytest.raises(OperationalError):  # and no other connection is made, on which no transaction is open
        Tx(wire.conn, datetime(2026, 1, 1, tzinfo=UTC), wire=wire).scalar(text("SELECT 1"))


def test_a_group_of_mails_takes_three_ways_there_and_back(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def store(first: int) -> object:
        return db._submit(lambda tx: put_all(tx, [new(n) for n in range(first, first + 16)]), True, 0).result()

    store(0)
    waits: list[Wire] = []
    settled, commit = Wire._settled, Wire.commit

    def counted(self: Wire) -> object:
        waits.append(self)
        return settled(self)

    def committed(self: Wire, *given: Any) -> None:
        waits.append(self)
        commit(self, *given)

    monkeypatch.setattr(Wire, "_settled", counted)
    monkeypatch.setattr(Wire, "commit", committed)
    store(16)
    mine = [wire for wire in waits if wire is waits[0]]
    assert len(mine) == 3, "BEGIN and the mails; their bytes, envelopes and the mark; COMMIT"


def test_of_a_big_mail_a_piece_or_two_wait_for_the_line(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    most = 0
    later = Wire.later

    def watched(self: Wire, *given: Any) -> None:
        nonlocal most
        later(self, *given)
        most = max(most, self._weight)

    monkeypatch.setattr(Wire, "later", watched)
    mail = new(1, bytes(20 * CHUNK))
    db._submit(lambda tx: put_all(tx, [mail]), True, 0).result()
    assert 0 < most <= wire_module.WEIGHT


def test_values_of_every_kind_come_back(wire: Wire) -> None:
    instant = datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    cases: list[tuple[str, list[Any], list[Any]]] = [
        ("TEXT", ["", None, "Grüße, 注文\n{,}\"'\\"], ["", None, "Grüße, 注文\n{,}\"'\\"]),
        ("BIGINT", [0, -(2**63), 2**63 - 1], [0, -(2**63), 2**63 - 1]),
        ("INTEGER", [-1, None], [-1, None]),
        ("BOOLEAN", [True, False, None], [True, False, None]),
        ("BYTEA", [b"", b"\0\xff\\", None], [b"", b"\0\xff\\", None]),
        ("TIMESTAMP WITH TIME ZONE", [instant, None], [instant, None]),
        ("JSONB", [["a\0b", 1], {"c": None}], [["ab", 1], {"c": None}]),
    ]
    for place, (kind, given, read) in enumerate(cases):
        wire.now(f"CREATE TEMPORARY TABLE kept_{place} (place serial, value {kind})")
        wire.now(f"INSERT INTO kept_{place} (value) SELECT * FROM unnest($1::{kind}[])", [arrays.array(kind, given)])
        wire.now(f"INSERT INTO kept_{place} (value) SELECT * FROM unnest($1::{kind}[])", [arrays.array(kind, [])])
        found = wire.conn.exec_driver_sql(f"SELECT value FROM kept_{place} ORDER BY place").scalars().all()
        assert found == read, kind


def test_text_that_is_too_long_is_refused_and_not_cut(db: Database) -> None:
    with pytest.raises(DataError):
        db.write_now(lambda tx: rows.insert(tx, META, [{"name": TOO_LONG, "value": "v"}]))


def test_who_listens_to_a_connection_hears_it(wire: Wire) -> None:
    heard: list[str] = []
    event.listen(wire.conn, "before_cursor_execute", lambda conn, cursor, said, *rest: heard.append(said))
    wire.later("BEGIN")
    wire.now("SELECT 1")
    wire.commit()
    assert heard == ["BEGIN", "SELECT 1", "COMMIT"]
