"""What settling a mail asks of the database: counted, so that no statement slips in unseen."""

from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import event

from maild.cli.config import example_text
from maild.clock import SystemClock
from maild.store import people, schema
from maild.store.db import Database
from maild.store.put import put
from maild.store.spool import Claimed
from maild.store.tx import Tx
from pipeline import ingest, settle
from pipeline.furniture import load_desk
from pipeline.reader import understand

MOST = 35  # statements of an order from a known person, its confirmation, BEGIN and COMMIT: lower it, or say why not
LINES = "".join(f"{n}  Oak shelf no. {n}  {n} pcs  {n}.50 EUR  {n * n + n / 2:.2f} EUR\r\n" for n in range(1, 23))


def order(number: int, lines: str) -> bytes:
    head = (
        "From: Ann Birch <ann@birch.example>\r\nTo: orders@yourcompany.example\r\n"
        f"Subject: Purchase order PO-{7000 + number}\r\nMessage-ID: <po-{number}@birch.example>\r\n"
        "Date: Mon, 02 Mar 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n"
    )
    return (head + f"PO number: PO-{7000 + number}\r\n\r\nPos Article Qty Price Total\r\n{lines}").encode()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text(example_text())
    return tmp_path


def test_settling_an_order_takes_few_statements_however_many_lines_it_has(home: Path) -> None:
    desk = load_desk(home / "config.toml", make_key=True)
    db = Database(f"sqlite:///{home / 'maild.db'}", SystemClock())
    try:
        schema.upgrade(db.engine)
        db.write_now(partial(people.keep_all, config=desk.config))
        asked: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda c, cu, statement, *rest: asked.append(statement))
        counts = []
        for number, lines in enumerate((LINES[:200], LINES, LINES)):
            raw = order(number, lines)
            way = ingest.envelope(desk.intake, raw, None)
            understood = understand(raw)

            def store(tx: Tx, raw: bytes = raw, number: int = number, way: object = way) -> int:
                return put(tx, BytesIO(raw), len(raw), f"d{number}", desk.intake.addresses[0], way).id  # type: ignore[arg-type]

            stored = db.write_now(store)
            claimed = Claimed(stored, len(raw), 1, desk.intake.addresses[0], db.clock.now())
            asked.clear()
            settled = db.write_now(lambda tx, c=claimed, u=understood: settle.settle(tx, desk, c, u))  # type: ignore[misc]
            assert settled.ticket is not None
            counts.append(len(asked))
        assert counts[1] <= MOST, counts
        assert counts[2] <= counts[1], "a second mail of the same person asks no more"
    finally:
        db.close_now()
