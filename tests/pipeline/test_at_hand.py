"""Tasks, resolutions and side conversations by hand pass what every change to a ticket passes."""

from typing import Any

import pytest

from maild.errors import DataError, NotPermitted, TryAgain, UsageError
from maild.store import comments, sides
from maild.store import resolutions as kept
from tests.pipeline.test_visibility import Divided, divided

__all__ = ["divided"]

ASIDE = {"to": "carrier@freight.example", "subject": "Two pallets", "text": "Friday?"}
DEEDS: list[tuple[str, str, dict[str, Any]]] = [
    ("task.add", "ticket", {"title": "Call them", "to": "lead"}),
    ("ticket.resolve", "id", {"text": "The seal sat the wrong way."}),
    ("side.begin", "id", ASIDE),
    ("ticket.note", "id", {"text": "hm"}),
]


def rows(divided: Divided) -> list[int]:
    number = divided.ticket
    return divided.db.read_now(
        lambda tx: [
            len(divided.ask("task.list", "approver")),
            len(sides.rows(tx, ticket=number, all_states=True)),
            len(comments.of_ticket(tx, number)),
            int(kept.of_ticket(tx, number) is not None),
        ]
    )


@pytest.mark.parametrize(("operation", "called", "given"), DEEDS)
def test_nobody_else_and_nobody_without_a_name_lays_hands_on_a_ticket(
    divided: Divided, operation: str, called: str, given: dict[str, Any]
) -> None:
    before = rows(divided)
    for actor, error in (("eve", NotPermitted), ("", UsageError)):
        with pytest.raises(error):
            divided.ask(operation, actor, **{called: divided.ticket}, **given)
    with pytest.raises(TryAgain):
        divided.ask(operation, "ada", **{called: divided.ticket}, **given, version=99)
    with pytest.raises(DataError, match="no ticket 4711"):
        divided.ask(operation, "ada", **{called: 4711}, **given)
    assert rows(divided) == before
    divided.ask(operation, "ada", **{called: divided.ticket}, **given)
    assert rows(divided) != before


def test_what_hangs_on_a_ticket_is_for_its_people_too(divided: Divided) -> None:
    side = divided.ask("side.begin", "ada", id=divided.ticket, **ASIDE)[0]["id"]
    for operation, given in (
        ("side.say", {"id": side, "text": "And?"}),
        ("side.close", {"id": side}),
        ("task.done", {"id": divided.task}),
    ):
        with pytest.raises(NotPermitted):
            divided.ask(operation, "eve", **given)
        with pytest.raises(UsageError):
            divided.ask(operation, "", **given)
        divided.ask(operation, "ada", **given)


def test_a_side_conversations_number_is_not_its_tickets(divided: Divided) -> None:
    """A ticket of service with the number of a side conversation of orders is service's all the same."""
    for _ in range(3):
        divided.ask("side.begin", "ada", id=divided.ticket, **ASIDE)
    words = {"requester": "pat@abc.example", "text": "A question", "changes": [["department", "service"]]}
    own = divided.ask("ticket.new", "approver", **words)[0]["id"]
    assert own <= 3
    assert divided.ask("side.begin", "eve", id=own, **ASIDE)[0]["ticket"] == own


def test_a_closed_ticket_takes_no_new_work_but_its_lesson(divided: Divided) -> None:
    for status in ("solved", "closed"):
        divided.ask("ticket.set", "lead", id=divided.ticket, changes=[["status", status]])
    for operation, called, given in DEEDS[0], DEEDS[2]:
        with pytest.raises(DataError, match="is closed and takes no"):
            divided.ask(operation, "lead", **{called: divided.ticket}, **given)
    divided.ask("ticket.resolve", "lead", id=divided.ticket, text="The seal sat the wrong way.")
