"""A ticket that goes from one department to another and back, with the blueprint of the one: what the tables say."""

from typing import Any

from tests.pipeline.test_visibility import Divided, divided

__all__ = ["divided"]


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
    assert {t["why"] for t in back["timers"] if t["rule"].startswith("blueprint.")} == {"the ticket has left the blueprint"}
    steps = back["history"][-1]["steps"]
    assert "leaves blueprint requests" in [effect for step in steps for effect in step.get("effects", ())]
    divided.ask("ticket.move", "ada", id=divided.ticket, status="pending")
    again = moved(divided, "service")
    steps = [(move["from"], move["to"]) for move in again["blueprint"]["moves"]]
    assert steps == [("", "received"), ("received", ""), ("", "received")]
    assert again["status"] == "open", "its way begins anew"
    assert divided.ask("db.check", "approver") == []
