"""What colleagues of other departments see and reach of what hangs on a ticket: nothing, by any operation."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from maild.clock import SystemClock
from maild.control.operation import Request
from maild.domain.people import Actor
from maild.errors import NotPermitted
from maild.store import people, schema
from maild.store.db import Database
from pipeline import by_hand
from pipeline.by_hand import Typed
from pipeline.furniture import load_desk
from tests.maild.store import builders
from tests.pipeline.desk_in_turns import asked

EXAMPLE = Path(__file__).parents[2] / "examples" / "support-desk.toml"


class Divided:
    """The example's desk with one order, a task and a held letter in department orders."""

    def __init__(self, folder: Path) -> None:
        (folder / "config.toml").write_text(EXAMPLE.read_text())
        self.desk = load_desk(folder / "config.toml", make_key=True)
        self.db = Database(f"sqlite:///{folder}/maild.db", SystemClock(), synchronous="OFF")
        schema.upgrade(self.db.engine)
        self.db.write_now(lambda tx: people.keep_all(tx, self.desk.config))
        typed = Typed("pat@abc.example", "Pat Lee", "An order", template="phone-order")
        outcome = self.db.write_now(lambda tx: by_hand.open_ticket(tx, self.desk, Actor("agent", "ada"), typed))
        self.ticket = outcome.after.id
        self.letter = self.db.write_now(lambda tx: builders.letter(tx, ticket=self.ticket, **builders.held()))
        self.task = self.ask("task.add", "lead", ticket=self.ticket, title="Call", to="lead")[0]["id"]

    def ask(self, operation: str, actor: str, **arguments: Any) -> list[dict[str, Any]]:
        return asked(self.db, self.desk, Request(operation, arguments, actor))


@pytest.fixture
def divided(tmp_path: Path) -> Iterator[Divided]:
    made = Divided(tmp_path)
    yield made
    made.db.close_now()


@pytest.mark.parametrize("operation", ["ticket.list", "task.list", "outbox.list", "timer.list"])
def test_lists_leave_out_what_is_hidden(divided: Divided, operation: str) -> None:
    assert divided.ask(operation, "ada") != []
    assert divided.ask(operation, "eve") == []
    assert divided.ask(operation, "approver") != [], "an admin sees all"
    assert divided.ask(operation, "") != [], "an operator who is nobody's colleague too"


@pytest.mark.parametrize(
    "operation", ["ticket.show", "ticket.set", "ticket.note", "ticket.macro", "ticket.preview", "rules.explain"]
)
def test_no_operation_reaches_a_hidden_ticket(divided: Divided, operation: str) -> None:
    with pytest.raises(NotPermitted, match="Orders"):
        divided.ask(operation, "eve", id=divided.ticket, changes=[], text="x", macro="approve")


def test_nor_what_hangs_on_it(divided: Divided) -> None:
    for operation, number in (("outbox.show", divided.letter), ("outbox.release", divided.letter)):
        with pytest.raises(NotPermitted):
            divided.ask(operation, "eve", id=number)
    with pytest.raises(NotPermitted):
        divided.ask("task.done", "eve", id=divided.task)
    with pytest.raises(NotPermitted):
        divided.ask("task.add", "eve", ticket=divided.ticket, title="Call", to="lead")
    with pytest.raises(NotPermitted):
        divided.ask("task.list", "eve", ticket=divided.ticket)
    assert divided.ask("outbox.release", "eve", code="review") == [], "nor with all of a kind"
    assert divided.ask("outbox.release", "ada", code="review") == [{"id": divided.letter, "phase": "queued"}]


def test_a_view_counts_and_lists_what_its_reader_may_see(divided: Divided) -> None:
    count = {row["name"]: row["count"] for row in divided.ask("view.list", "lead")}
    assert count["waiting"] == 1
    assert {row["name"]: row["count"] for row in divided.ask("view.list", "eve")}["waiting"] == 0
    assert divided.ask("view.page", "eve", name="waiting", limit=10) == []
    assert len(divided.ask("view.page", "ada", name="waiting", limit=10)) == 1
