"""Answers that people write: signed by whoever wrote them, and never said to be on their way when they are not."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from maild.store import history, letter_list
from maild.store.tables import LETTER
from tests.pipeline.test_visibility import Divided, divided

__all__ = ["divided"]


@pytest.fixture
def number(divided: Divided) -> Iterator[int]:
    """A ticket of department service that eve has."""
    words = {"requester": "pat@abc.example", "text": "A question", "changes": [["department", "service"]]}
    number = divided.ask("ticket.new", "approver", **words)[0]["id"]
    divided.ask("ticket.set", "approver", id=number, changes=[["assignee", "eve"]])
    yield number


def letters(divided: Divided, number: int, template: str) -> list[dict[str, Any]]:
    """Those of a ticket, newest first, with their text."""
    rows = divided.db.read_now(lambda tx: letter_list.rows(tx, None, number, 20))
    found = (divided.db.read_now(lambda tx, n=row["id"]: letter_list.row(tx, n)) for row in rows)
    return [letter for letter in found if letter["template"] == template]


def test_an_answer_is_signed_by_its_writer_also_on_somebody_elses_ticket(divided: Divided, number: int) -> None:
    [draft] = divided.ask("ticket.draft", "approver", id=number, text="On Friday.")
    divided.ask("ticket.reply", "approver", id=number, text="On Friday.")
    [letter] = letters(divided, number, "reply")
    for text in (draft["letters"][0]["text"], letter["raw"]):
        assert "approver" in text.lower() and "eve" not in text.lower().split("on friday.")[1].split("<")[0]
    keys = divided.db.read_now(lambda tx: tx.rows(select(LETTER.c.key).where(LETTER.c.id == letter["id"])))
    behind = divided.db.read_now(lambda tx: history.actor_behind(tx, number, keys[0]["key"]))
    assert behind == "agent:approver", "whoever has it written anew does not sign it"
