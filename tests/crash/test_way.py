"""The checks of the way notice what is wrong with it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, delete, update

from maild.store.engine import open_engine
from maild.store.tables import BLUEPRINT_MOVE, PERSON, TICKET
from tests.crash import way
from tests.empty_database import lay_down

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
STEPS = (("", "", "received"), ("look", "received", "looking"), ("ask", "looking", "asked"))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    file = tmp_path / "maild.db"
    lay_down(file)
    made = open_engine(f"sqlite:///{file}")
    with made.begin() as connection:
        _walked(connection)
    yield made
    made.dispose()


def _walked(connection: Connection) -> None:
    person = {"address": "a@b.example", "name": "", "role": "customer", "tags": [], "fields": {}, "created_at": NOW}
    connection.execute(PERSON.insert().values(id=1, **person))
    times = {"created_at": NOW, "updated_at": NOW, "status_changed_at": NOW}
    plain = {"subject": "x", "order_address": "o@shop.example", "channel": "smtp", "requester_id": 1, "fields": {}}
    here = {"blueprint": "questions", "state": "asked", "status": way.STATUS["asked"], "review_reasons": []}
    connection.execute(TICKET.insert().values(id=1, **plain, **times, **here))
    for name, source, target in STEPS:
        step = {"transition": name, "source": source, "target": target, "blueprint": "questions", "version": "v"}
        connection.execute(BLUEPRINT_MOVE.insert().values(ticket_id=1, at=NOW, actor="agent:a", **step))


def test_a_way_that_was_gone_is_right(engine: Engine) -> None:
    with engine.connect() as connection:
        assert list(way.violations(connection)) == []
        assert way.facts(connection)["steps"] == 2


@pytest.mark.parametrize(
    ("spoil", "finding"),
    [
        (delete(BLUEPRINT_MOVE).where(BLUEPRINT_MOVE.c.transition == "ask"), "its way is"),
        (delete(BLUEPRINT_MOVE).where(BLUEPRINT_MOVE.c.transition == "look"), "a hole"),
        (update(BLUEPRINT_MOVE).where(BLUEPRINT_MOVE.c.transition == "ask").values(transition="answer"), "left the"),
        (update(TICKET).values(status=2), "has status 2"),
    ],
)
def test_one_that_was_not_is_noticed(engine: Engine, spoil: object, finding: str) -> None:
    with engine.begin() as connection:
        connection.execute(spoil)  # type: ignore[call-overload]
        assert any(finding in what for what in way.violations(connection))
