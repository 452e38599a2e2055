"""What settling a mail asks of the database: counted, so that no statement slips in unseen."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from maild.cli.config import example_text
from maild.clock import SystemClock
from maild.store import people, tickets
from maild.store.db import Database
from maild.store.put import put
from maild.store.spool import Claimed
from pipeline import desk as door
from pipeline import ingest, settle
from pipeline.furniture import Desk, load_desk
from pipeline.reader import understand
from tests.empty_database import lay_down

MOST = 25  # statements of an order from a known person, its confirmation, BEGIN and COMMIT: lower it, or say why not
LINES = "".join(f"{n}  Oak shelf no. {n}  {n} pcs  {n}.50 EUR  {n * n + n / 2:.2f} EUR\r\n" for n in range(1, 23))


def order(number: int, lines: str) -> bytes:
    head = (
        "From: Ann Birch <ann@birch.example>\r\nTo: orders@yourcompany.example\r\n"
        f"Subject: Purchase order PO-{7000 + number}\r\nMessage-ID: <po-{number}@birch.example>\r\n"
        "Date: Mon, 02 Mar 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n"
    )
    return (head + f"PO number: PO-{7000 + number}\r\n\r\nPos Article Qty Price Total\r\n{lines}").encode()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "config.toml").write_text(example_text())
    return load_desk(tmp_path / "config.toml", make_key=True)


@pytest.fixture
def db(desk: Desk, tmp_path: Path) -> Iterator[Database]:
    lay_down(tmp_path / "maild.db")
    made = Database(f"sqlite:///{tmp_path / 'maild.db'}", SystemClock())
    made.write_now(partial(people.keep_all, config=desk.config))
    yield made
    made.close_now()


def stored(db: Database, desk: Desk, raw: bytes) -> Claimed:
    way, address = ingest.envelope(desk.intake, raw, None), desk.intake.addresses[0]
    new = db.write_now(lambda tx: put(tx, BytesIO(raw), len(raw), str(hash(raw)), address, way))
    return Claimed(new.id, len(raw), 1, address, db.clock.now())


def test_settling_an_order_takes_few_statements_however_many_lines_it_has(db: Database, desk: Desk) -> None:
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda c, cu, statement, *rest: asked.append(statement))
    counts = []
    for number, lines in enumerate((LINES[:200], LINES, LINES)):
        raw = order(number, lines)
        claimed, understood = stored(db, desk, raw), understand(raw)
        asked.clear()
        settled = db.write_now(lambda tx, c=claimed, u=understood: settle.settle(tx, desk, c, u))  # type: ignore[misc]
        assert settled.ticket is not None
        counts.append(len(asked))
    assert counts[1] <= MOST, counts
    assert counts[2] <= counts[1], "a second mail of the same person asks no more"


def test_a_ticket_just_begun_is_taken_as_it_would_be_read(
    db: Database, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that it need not be read; with text that the database does not take as it is, too."""
    handle, begun = door.handle, list[Any]()

    def handling(tx: Any, desk_: Any, ticket: int, event: Any, key: str, cause: Any, before: Any) -> Any:
        begun.append(before)
        assert before == tickets.snapshot(tx, ticket)
        return handle(tx, desk_, ticket, event, key, cause, before)

    monkeypatch.setattr(door, "handle", handling)
    for number, lines in enumerate((LINES, LINES.replace("shelf", "sh\0elf"), LINES.replace("shelf", "\\u0000 shelf"))):
        raw = order(number, lines)
        claimed, understood = stored(db, desk, raw), understand(raw)
        if number == 1:
            (read,) = understood.reading.orders
            read = replace(read, po_number="PO\0 9", lines=tuple(replace(n, description="a\0b") for n in read.lines))
            understood = replace(understood, reading=replace(understood.reading, orders=(read,)))
        db.write_now(lambda tx, c=claimed, u=understood: settle.settle(tx, desk, c, u))  # type: ignore[misc]
    assert [len(ticket.orders) for ticket in begun] == [1, 1, 1]
