"""A ticket that goes from one department to another and back, with the blueprint of the one: what the tables say."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from maild.errors import NotPermitted
from tests.pipeline.test_visibility import EXAMPLE, Divided, divided

__all__ = ["divided"]

HANDED = """
[[blueprint]]
name = "phone"
department = "orders"
all = ["channel == 'hand'"]
[[blueprint.state]]
name = "typed"
status = "open"
[[blueprint.state]]
name = "looked-at"
status = "pending"
[[blueprint.transition]]
name = "ask-service"
from = ["typed"]
to = "looked-at"
who = ["agents"]
[[blueprint.transition]]
name = "fits"
from = ["looked-at"]
to = "typed"
who = ["department:service"]
"""


@pytest.fixture
def handed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Divided]:
    """With a way of orders on which service has a say."""
    (tmp_path / "handed.toml").write_text(EXAMPLE.read_text() + HANDED)
    monkeypatch.setattr("tests.pipeline.test_visibility.EXAMPLE", tmp_path / "handed.toml")
    made = Divided(tmp_path)
    yield made
    made.db.close_now()


def moved(divided: Divided, to: str) -> dict[str, Any]:
    divided.ask("ticket.set", "approver", id=divided.ticket, changes=[["department", to]])
    return divided.ask("ticket.show", "approver", id=divided.ticket)[0]


def waiting(ticket: dict[str, Any]) -> set[str]:
    return {t["rule"] for t in ticket["timers"] if t["state"] == "pending" and t["rule"].startswith("blueprint.")}


def test_there_and_back_again_it_enters_and_leaves_with_its_limits(divided: Divided) -> None:
    there = moved(divided, "service")
    assert there["blueprint"]["name"] == "requests"
    assert (there["status"], waiting(there)) == ("open", {"blueprint.requests", "blueprint.requests.state.received"})
    back = moved(divided, "orders")
    assert (back["blueprint"], back["status"], waiting(back)) == (None, "open", set())
    assert {t["why"] for t in back["timers"] if t["rule"].startswith("blueprint.")} == {
        "the ticket has left the blueprint"
    }
    steps = back["history"][-1]["steps"]
    assert "leaves blueprint requests" in [effect for step in steps for effect in step.get("effects", ())]
    divided.ask("ticket.move", "ada", id=divided.ticket, status="pending")
    again = moved(divided, "service")
    steps = [(move["from"], move["to"]) for move in again["blueprint"]["moves"]]
    assert steps == [("", "received"), ("received", ""), ("", "received")]
    assert again["status"] == "open", "its way begins anew"
    assert divided.ask("db.check", "approver") == []


LISTS = ["ticket.list", "task.list", "outbox.list"]


def test_a_ticket_is_shared_with_the_department_whose_transition_is_next(handed: Divided) -> None:
    def lists() -> list[int]:
        return [len(handed.ask(name, "eve")) for name in LISTS]

    assert lists() == [0, 0, 0]
    with pytest.raises(NotPermitted):
        handed.ask("ticket.show", "eve", id=handed.ticket)
    handed.ask("ticket.move", "ada", id=handed.ticket, status="ask-service")
    assert lists() == [1, 1, len(handed.ask("outbox.list", "ada"))]
    assert handed.ask("search", "lead", words="order") != []
    assert [hit["ticket"] for hit in handed.ask("search", "service-lead", words="order")] == [handed.ticket]
    handed.ask("ticket.note", "eve", id=handed.ticket, text="it fits")
    [step] = handed.ask("ticket.show", "eve", id=handed.ticket)[0]["blueprint"]["next"]
    assert (step["transition"], step["allowed"]) == ("fits", True)
    handed.ask("ticket.move", "eve", id=handed.ticket, status="fits")
    assert lists() == [0, 0, 0]
    assert handed.ask("search", "service-lead", words="order") == []
    with pytest.raises(NotPermitted):
        handed.ask("ticket.note", "eve", id=handed.ticket, text="one more word")
