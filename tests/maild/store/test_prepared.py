"""The short road to SQLite and SQLAlchemy's own lead to the same rows."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import bindparam, event, select, update
from sqlalchemy.exc import IntegrityError

from maild.store.db import Database
from maild.store.prepared import Prepared
from maild.store.tables import PERSON, TICKET
from maild.store.tx import Tx

AT = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
_BY_ADDRESS = Prepared(select(PERSON).where(PERSON.c.address == bindparam("address")))
_RENAME = Prepared(update(PERSON).where(PERSON.c.address == bindparam("who")))
_SOME = Prepared(select(PERSON.c.id).where(PERSON.c.id.in_(bindparam("ids", expanding=True))))


def made(tx: Tx, address: str) -> int:
    return tx.insert(PERSON, address=address, name="Ann\0 Birch", role="customer", tags=["b", "a"], created_at=AT)


def both_roads(db: Database, run: Callable[[Tx], Any]) -> tuple[Any, Any]:
    """What ``run`` gives on the short road and, where somebody listens to the connection, on the long one."""
    asked: list[str] = []
    short = db.write_now(run)
    event.listen(db.engine, "before_cursor_execute", lambda c, cu, statement, *rest: asked.append(statement))
    long = db.write_now(run)
    assert any(statement not in ("BEGIN IMMEDIATE", "BEGIN", "COMMIT") for statement in asked)
    return short, long


def test_a_row_is_read_alike_on_both_roads(db: Database) -> None:
    db.write_now(lambda tx: made(tx, "ann@birch.example"))
    short, long = both_roads(db, lambda tx: tx.execute(_BY_ADDRESS, {"address": "ann@birch.example"}).one())
    assert short._asdict() == dict(long._mapping)
    assert (short.name, short.tags, short.fields, short.created_at) == ("Ann Birch", ["b", "a"], {}, AT)


def test_what_is_not_said_of_a_new_row_is_the_tables_default_on_both_roads(db: Database) -> None:
    def ticket(tx: Tx) -> dict[str, Any]:
        person = tx.scalar(select(PERSON.c.id)) or made(tx, "ann@birch.example")
        stamps = {"created_at": AT, "updated_at": AT, "status_changed_at": AT}
        new = tx.insert(
            TICKET, subject="PO 7", order_address="o@x.example", channel="smtp", requester_id=person, status=1, **stamps
        )
        row = dict(tx.execute(select(TICKET).where(TICKET.c.id == new)).one()._mapping)
        assert row.pop("id") == new
        tx.execute(TICKET.delete())
        return row

    short, long = both_roads(db, ticket)
    assert short == long


def test_changes_are_counted_and_the_columns_may_differ_from_call_to_call(db: Database) -> None:
    db.write_now(lambda tx: made(tx, "ann@birch.example"))

    def rename(tx: Tx) -> tuple[int, int, list[str]]:
        known = tx.execute(_RENAME, {"who": "ann@birch.example", "name": "Bea", "tags": ["x"]}).rowcount
        unknown = tx.execute(_RENAME, {"who": "nobody@birch.example", "name": "Bea"}).rowcount
        return known, unknown, list(tx.execute(select(PERSON.c.name)).scalars())

    assert both_roads(db, rename) == ((1, 0, ["Bea"]), (1, 0, ["Bea"]))


def test_a_list_of_changing_length_takes_the_long_road(db: Database) -> None:
    first, second = (db.write_now(lambda tx, n=n: made(tx, f"{n}@birch.example")) for n in "ab")  # type: ignore[misc]
    for ids in ([first], [first, second], []):
        found = db.write_now(lambda tx, ids=ids: list(tx.execute(_SOME, {"ids": ids}).scalars()))  # type: ignore[misc]
        assert sorted(found) == sorted(ids)


def test_a_key_that_is_taken_is_told_as_sqlalchemy_tells_it(db: Database) -> None:
    db.write_now(lambda tx: made(tx, "ann@birch.example"))
    with pytest.raises(IntegrityError, match=r"UNIQUE|unique"):
        db.write_now(lambda tx: made(tx, "ann@birch.example"))
    again = {"address": "ann@birch.example", "name": "", "role": "customer", "created_at": AT}
    assert db.write_now(lambda tx: tx.insert_new(PERSON, **again)) is None
