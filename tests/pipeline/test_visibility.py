"""What colleagues of other departments see and reach of what hangs on a ticket: nothing, by any operation."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from maild.clock import SystemClock
from maild.control.operation import Request
from maild.domain.people import Actor
from maild.errors import Hidden, Missing, NotPermitted, UsageError
from maild.store import people
from maild.store.db import Database
from maild.store.tables import MESSAGE
from pipeline import by_hand
from pipeline.by_hand import Typed
from pipeline.furniture import load_desk
from pipeline.rehearsal import Rehearsal, newest
from rules.rule_file import RuleFile
from tests.empty_database import lay_down
from tests.maild.store import builders
from tests.pipeline.desk_in_turns import asked

EXAMPLE = Path(__file__).parents[2] / "examples" / "support-desk.toml"


class Divided:
    """The example's desk with one order, a task and a held letter in department orders."""

    def __init__(self, folder: Path, more: str = "") -> None:
        (folder / "config.toml").write_text(EXAMPLE.read_text() + more)
        self.desk = load_desk(folder / "config.toml", make_key=True)
        lay_down(folder / "maild.db")
        self.db = Database(f"sqlite:///{folder}/maild.db", SystemClock(), synchronous="OFF")
        self.db.write_now(lambda tx: people.keep_all(tx, self.desk.config))
        typed = Typed("pat@abc.example", "Pat Lee", "An order", template="phone-order")
        outcome = self.db.write_now(lambda tx: by_hand.open_ticket(tx, self.desk, Actor("agent", "ada"), typed))
        self.ticket = outcome.after.id
        self.letter = self.db.write_now(lambda tx: builders.letter(tx, ticket=self.ticket, **builders.held()))
        self.task = self.ask("task.add", "lead", ticket=self.ticket, title="Call", to="lead")[0]["id"]

    def mail(self) -> int:
        """One that came for the ticket."""
        number = self.db.write_now(builders.mail).id
        self.db.write_now(lambda tx: tx.execute(update(MESSAGE).values(ticket_id=self.ticket)))
        return number

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


def counted(divided: Divided, actor: str) -> dict[str, int]:
    """What every operation that counts tickets says to somebody."""
    [person] = divided.ask("person.show", actor, address="pat@abc.example")
    [company] = divided.ask("organization.show", actor, name="ABC Company")
    [status] = divided.ask("status", actor)
    return {
        "person": person["tickets"] + person["open_tickets"],
        "organization": company["tickets"] + company["open_tickets"],
        "status": sum(status["tickets"].values()),
        "letters": status["letters"].get("held", 0),
        "orders": sum(row["tickets"] for row in divided.ask("report.orders", actor)),
        "stages": len(divided.ask("report.stages", actor)),
        "waiting": sum(row["waiting"] for row in divided.ask("assignment.list", actor)),
        "fired": sum(row["fired"] for row in divided.ask("rules.list", actor, fired=True)),
    }


def test_counts_are_of_what_is_seen(divided: Divided) -> None:
    assert set(counted(divided, "eve").values()) == {0}
    assert all(counted(divided, "ada").values()), "the same, to whom it belongs"
    assert counted(divided, "approver") == counted(divided, "ada") == counted(divided, ""), (
        "admins and operators see all"
    )


def test_every_report_is_narrowed_by_department(divided: Divided) -> None:
    def came(actor: str, department: str | None) -> int:
        return sum(row["tickets"] for row in divided.ask("report.orders", actor, department=department))

    assert [came("approver", name) for name in (None, "orders", "service", "none")] == [1, 1, 0, 0]
    with pytest.raises(UsageError, match="no department 'orders'") as refused:
        came("eve", "orders")
    assert refused.value.hint == "there are service, none", "as one that is not there"
    for name in ("sales", "stages", "late", "touchless", "satisfaction", "sla", "blueprint", "waiting"):
        with pytest.raises(UsageError, match="no department 'sales'"):
            divided.ask(f"report.{name}", "approver", department="sales")


@pytest.mark.parametrize(
    ("operation", "called"), [("mail.show", "mail"), ("outbox.show", "letter"), ("task.done", "task")]
)
def test_what_is_hidden_is_called_missing_in_the_words_of_what_is_missing(
    divided: Divided, operation: str, called: str
) -> None:
    numbers = {"mail.show": divided.mail(), "outbox.show": divided.letter, "task.done": divided.task}
    with pytest.raises(Hidden) as hidden:
        divided.ask(operation, "eve", id=numbers[operation])
    with pytest.raises(Missing) as missing:
        divided.ask(operation, "eve", id=4711)
    assert hidden.value.instead.told == missing.value.told.replace("4711", str(numbers[operation]))
    assert hidden.value.instead.what == f"no {called} {numbers[operation]}"


def test_a_rehearsal_of_other_rules_looks_at_no_hidden_ticket(divided: Divided) -> None:
    def replayed(hidden: frozenset[str]) -> int:
        until = divided.db.read_now(newest)
        rehearsal = Rehearsal(divided.db, RuleFile.of(divided.desk.config), None, until, hidden)
        list(rehearsal.run())
        return rehearsal.tickets

    assert (replayed(frozenset()), replayed(frozenset({"orders"}))) == (1, 0)


def loose_mail(divided: Divided, address: str) -> int:
    """One that was put aside, so no ticket has it."""
    number = divided.db.write_now(builders.mail).id
    divided.db.write_now(
        lambda tx: tx.execute(update(MESSAGE).where(MESSAGE.c.id == number).values(order_address=address))
    )
    return number


WHO_SEES = {
    "orders@shop.example": {"ada": True, "eve": False, "approver": True, "": True},
    "service@shop.example": {"ada": False, "eve": True, "approver": True, "": True},
    "nobody@shop.example": {"ada": False, "eve": False, "approver": True, "": True},
}


def test_a_mail_without_a_ticket_is_with_the_department_of_its_address(divided: Divided) -> None:
    mails = {address: loose_mail(divided, address) for address in WHO_SEES}
    for actor in ("ada", "eve", "approver", ""):
        listed = {row["id"] for row in divided.ask("mail.list", actor, state="waiting")}
        assert listed == {mails[address] for address, sees in WHO_SEES.items() if sees[actor]}, actor


@pytest.mark.parametrize("operation", ["mail.show", "mail.raw", "mail.retry"])
def test_nor_is_it_read_or_tried_again_by_others(divided: Divided, operation: str) -> None:
    for address, sees in WHO_SEES.items():
        number = loose_mail(divided, address)
        for actor in (actor for actor, may in sees.items() if may):
            assert divided.ask(operation, actor, id=number)
        for actor in (actor for actor, may in sees.items() if not may):
            with pytest.raises(Hidden) as hidden:
                divided.ask(operation, actor, id=number)
            assert hidden.value.instead.what == f"no mail {number}"


def test_the_search_finds_what_its_reader_may_open_and_nothing_else(divided: Divided) -> None:
    divided.ask("ticket.note", "ada", id=divided.ticket, text="zinc")
    for name in ("ada", "lead", "eve", "approver", ""):
        found = [row["ticket"] for row in divided.ask("search", name, words="zinc")]
        assert found == [row["id"] for row in divided.ask("ticket.list", name)], name
    assert divided.ask("search", "eve", words="zinc") == []
