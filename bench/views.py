"""Views: first page and count of each shipped one, with 5,000 open tickets beside few and beside very many old ones.

MAILD_BENCH_POSTGRES=postgresql://... measures there too; that database is emptied.
"""

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import bindparam, text
from sqlmodel.sql.sqltypes import UTCDateTime

from bench import figures
from bench.figures import Figure
from maild.clock import ManualClock
from maild.config import load
from maild.domain.terms import Kind
from maild.domain.ticket import Status
from maild.store import schema, views
from maild.store.db import Database
from maild.store.tables import METADATA, ORGANIZATION, PERSON, TICKET, TICKET_TAG
from maild.store.tx import Tx
from maild.store.views import Listing
from rules.fields import KINDS
from rules.load import load_rules
from rules.model import Ruleset

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FEW, MANY, OPEN = 10_000, 1_000_000, 5_000
ROUNDS = 9
PAGE = 50
LIMIT = 1.5
STAGES = (
    ("open_order", Status.OPEN, timedelta(hours=9)),
    ("open_order", Status.OPEN, timedelta(hours=9)),
    ("open_order", Status.OPEN, timedelta(days=2)),
    ("order_ready_to_process", Status.OPEN, timedelta(days=2)),
    ("order_ready_to_process", Status.PENDING, timedelta(days=3)),
    ("order_processed", Status.HOLD, timedelta(days=4)),
    ("order_processed", Status.OPEN, timedelta(days=5)),
    ("onhold_need_more_info", Status.HOLD, timedelta(days=6)),
    ("fulfilment_escalation", Status.OPEN, timedelta(days=7)),
)
"""The ways in which open tickets are open: a tag, a status, an age."""


def run() -> list[Figure]:
    found = _measure("SQLite", _sqlite)
    url = os.environ.get("MAILD_BENCH_POSTGRES")
    return found + (_measure("PostgreSQL", lambda: _postgres(url)) if url else [])


def _measure(name: str, database: Callable[[], "contextlib.AbstractContextManager[Database]"]) -> list[Figure]:
    """One after the other where only one database is to be had: then the rounds cannot be interleaved."""
    rules = load_rules(load(Path(__file__).parents[1] / "config.example.toml"))
    asked = {f"{view} {what}": ask for view in rules.views for what, ask in _questions(rules, view).items()}
    with database() as few, database() as many:
        fill(few, FEW)
        if many.url != few.url:
            fill(many, MANY)
            took = {key: figures.pairs(ROUNDS, _timed(many, ask), _timed(few, ask)) for key, ask in asked.items()}
        else:
            before = {key: [_timed(few, ask)() for _ in range(ROUNDS + 1)][1:] for key, ask in asked.items()}
            fill(many, MANY)
            after = {key: [_timed(many, ask)() for _ in range(ROUNDS + 1)][1:] for key, ask in asked.items()}
            took = {key: list(zip(after[key], before[key], strict=True)) for key in asked}
    return [
        figures.at_most(
            f"views, {name}: {key}",
            LIMIT,
            pairs,
            f"{MANY:,} old / {FEW:,} old; {sorted(a for a, _ in pairs)[ROUNDS // 2] * 1e3:.1f} ms",
        )
        for key, pairs in took.items()
    ]


def _questions(rules: Ruleset, name: str) -> dict[str, Callable[[Tx], Any]]:
    view = rules.views[name]
    kinds = {field.name: KINDS.get(field.kind, Kind.TEXT) for field in rules.fields.values()}
    listing = Listing(view.conditions, view.columns, view.sort, kinds)
    return {
        "page": lambda tx: views.page(tx, listing, PAGE),
        "count": lambda tx: views.count(tx, view.conditions),
    }


def _timed(db: Database, ask: Callable[[Tx], Any]) -> Callable[[], float]:
    def measure() -> float:
        began = time.perf_counter()
        db.read_now(ask)
        return time.perf_counter() - began

    return measure


@contextlib.contextmanager
def _sqlite() -> Iterator[Database]:
    with tempfile.TemporaryDirectory() as folder:
        db = Database(f"sqlite:///{folder}/views.db", ManualClock(NOW), synchronous="OFF")
        try:
            schema.upgrade(db.engine)
            yield db
        finally:
            db.close_now()


@contextlib.contextmanager
def _postgres(url: str | None) -> Iterator[Database]:
    db = Database(url or "", ManualClock(NOW))
    try:
        schema.upgrade(db.engine)
        yield db
    finally:
        db.close_now()


def fill(db: Database, old: int) -> None:
    """Numbers of old tickets are even; every fifth open ticket is an old one that stayed open, among those."""
    db.write_now(_empty)
    db.write_now(_people)
    for start in range(0, old, 50_000):
        db.write_now(lambda tx, start=start: _old(tx, start, min(start + 50_000, old), old))  # type: ignore[misc]
    db.write_now(lambda tx: _open(tx, old))
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect() as conn:
            conn.exec_driver_sql("VACUUM ANALYZE")


def _empty(tx: Tx) -> None:
    for table in reversed(METADATA.sorted_tables):
        tx.execute(table.delete())


def _people(tx: Tx) -> None:
    tx.insert_all(
        ORGANIZATION,
        (
            {"id": n, "name": f"Company {n}", "tags": [], "fields": {}, "trust_unauthenticated": False}
            for n in range(1, 201)
        ),
    )
    tx.insert_all(
        PERSON,
        (
            {
                "id": n,
                "address": f"buyer{n}@company{n % 200}.example",
                "name": f"Buyer {n}",
                "role": "customer",
                "organization_id": n % 200 + 1,
                "tags": [],
                "fields": {},
                "created_at": NOW,
            }
            for n in range(1, 2001)
        ),
    )


_GIVEN = frozenset(
    """id version subject status priority group_name assignee form order_address channel requester_id organization_id
    fields needs_review review_reasons unread verified created_at updated_at status_changed_at customer_mails
    agent_mails reopens""".split()  # noqa: SIM905
)
_EMPTY = {bool: "{false}", int: "0", str: "''"}
"""What else a ticket must have, and has not."""


def _old(tx: Tx, start: int, end: int, total: int) -> None:
    """Solved and closed ones, made by the database itself: a million rows one by one would take the longest."""
    numbers = "WITH RECURSIVE n(i) AS (SELECT CAST(:first AS INTEGER) UNION ALL SELECT i + 1 FROM n WHERE i < :last)"
    fields = (
        """'{"po_number": "PO-' || i || '", "total_cost": "' || (i % 5000) || '.50", "order_details": "' || """
        """'10 pcs part, 20 pcs other part, ' || i || '"}'"""
    )
    as_json = f"CAST({fields} AS JSONB)" if tx.postgres else fields
    false = "FALSE" if tx.postgres else "0"
    rest = [c for c in TICKET.c if not c.nullable and c.name not in _GIVEN and c.default is not None]
    more = "".join(f", {column.name}" for column in rest)
    empty = (_EMPTY[type(getattr(column.default, "arg", None))] for column in rest)
    values = "".join(f", {value.format(false=false)}" for value in empty)
    ticket = text(
        f"""{numbers} INSERT INTO ticket (id, version, subject, status, priority, group_name, assignee, form,
        order_address, channel, requester_id, organization_id, fields, needs_review, review_reasons, unread, verified,
        created_at, updated_at, status_changed_at, customer_mails, agent_mails, reopens{more})
        SELECT i * 2, 3, 'Purchase order PO-' || i, 5 + i % 2, 'normal', 'Orders', 'orders-agent', 'order',
        'orders@shop.example', 'smtp', i % 2000 + 1, (i % 2000 + 1) % 200 + 1, {as_json}, {false}, '[]', {false},
        {false}, :at, :at, :at, 2, 2, 0{values} FROM n"""
    ).bindparams(bindparam("at", type_=UTCDateTime()))
    span = {"first": start + 1, "last": end}
    tx.execute(ticket, {**span, "at": NOW - timedelta(days=30 + 900 * (total - start) / total)})
    for tag, one_of in (("order_shipped", 1), ("vip", 3)):
        rows = f"SELECT i * 2, '{tag}', {false} FROM n WHERE i % {one_of} = 0"
        tx.execute(text(f"{numbers} INSERT INTO ticket_tag (ticket_id, tag, unsolved) {rows}"), span)


def _open(tx: Tx, old: int) -> None:
    random = Random(old)
    stayed = random.sample(range(old), OPEN // 5)
    numbers = [n * 2 + 1 for n in stayed] + [old * 2 + 2 + n for n in range(OPEN - len(stayed))]
    tags = []
    rows = []
    for count, number in enumerate(sorted(numbers)):
        tag, status, age = STAGES[random.randrange(len(STAGES))]
        rows.append(_ticket(number, status, NOW - age - timedelta(seconds=count % 3600), count))
        tags += [{"ticket_id": number, "tag": one, "unsolved": True} for one in (tag, "vip")[: 1 + count % 2]]
    tx.insert_all(TICKET, rows)
    tx.insert_all(TICKET_TAG, tags)


def _ticket(number: int, status: Status, created: datetime, count: int) -> dict[str, Any]:
    return {
        "id": number,
        "version": 1,
        "subject": f"Purchase order PO-{number}",
        "status": int(status),
        "priority": "normal",
        "group_name": "Orders",
        "assignee": "orders-agent",
        "form": "order",
        "order_address": "orders@shop.example",
        "channel": "smtp",
        "requester_id": count % 2000 + 1,
        "organization_id": count % 200 + 1,
        "fields": {
            "po_number": f"PO-{number}",
            "total_cost": "120.50",
            "order_details": "12 pcs part\n3 pcs other part",
        },
        "needs_review": False,
        "review_reasons": [],
        "unread": True,
        "verified": True,
        "created_at": created,
        "updated_at": created,
        "status_changed_at": created,
        "customer_mails": 1,
        "agent_mails": 0,
        "reopens": 0,
    }
