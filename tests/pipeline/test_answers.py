"""Answers that people write: signed by whoever wrote them, and never said to be on their way when they are not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from maild.domain.people import NOBODY
from maild.errors import DataError
from maild.store import history, letter_list, people
from maild.store.tables import LETTER, TICKET
from maild.store.tx import Tx
from tests.pipeline.test_visibility import Divided

MORE = """
[[macro]]
name = "Tell"
do = [{ notify = "requester", template = "order_shipped" }, { add_tags = ["told"] }]

[[macro]]
name = "Ship"
do = [{ add_tags = ["shipped"] }]

[[trigger]]
name = "Tell of it"
on = ["macro"]
all = ["tags any ['shipped']"]
do = [{ notify = "requester", template = "order_shipped" }]
"""


@pytest.fixture
def divided(tmp_path: Path) -> Iterator[Divided]:
    made = Divided(tmp_path, MORE)
    yield made
    made.db.close_now()


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


@pytest.fixture
def orphan(divided: Divided, number: int) -> int:
    """The same ticket, when its customer has been forgotten."""

    def forget(tx: Tx) -> None:
        tx.execute(update(TICKET).where(TICKET.c.id == number).values(requester_id=people.meet(tx, NOBODY, "").id))

    divided.db.write_now(forget)
    return number


def test_nobody_is_written_to_where_no_customer_is_and_nobody_is_told_so(divided: Divided, orphan: int) -> None:
    for operation in ("ticket.draft", "ticket.reply"):
        with pytest.raises(DataError, match=f"^ticket {orphan} has no customer who could be written to: leave a note"):
            divided.ask(operation, "eve", id=orphan, text="On Friday.")
    assert letters(divided, orphan, "reply") == []
    divided.ask("task.add", "approver", ticket=orphan, title="Find out who it was", to="eve")
    told, before = letters(divided, orphan, "notify_agent")
    assert "goes to the customer" in before["raw"]
    assert "an unknown sender" in told["raw"] and NOBODY not in told["raw"]
    assert "goes to the customer" not in told["raw"]


def test_a_macro_happens_with_its_letter_or_not_at_all(divided: Divided, number: int) -> None:
    for operation in ("ticket.preview", "ticket.macro"):
        with pytest.raises(DataError, match="letter order_shipped: the tracking number is missing"):
            divided.ask(operation, "eve", id=number, macro="Tell")
    assert letters(divided, number, "order_shipped") == []
    assert "told" not in divided.ask("ticket.show", "eve", id=number)[0]["tags"]


def test_a_rules_letter_that_cannot_be_written_is_not_promised(divided: Divided, number: int) -> None:
    for operation in ("ticket.preview", "ticket.macro"):
        [told] = divided.ask(operation, "eve", id=number, macro="Ship")
        assert "+shipped" in told["effects"] and "letter order_shipped to requester" not in told["effects"]
        assert told["refused"] == ["letter order_shipped: the tracking number is missing"]
    assert [letter["phase"] for letter in letters(divided, number, "order_shipped")] == ["failed"]


@pytest.mark.parametrize(("phase", "code"), [("sent", None), ("held", "auth.stranger")])
def test_a_letter_that_has_left_or_waits_for_a_person_is_not_tried_again_at_any_time(
    divided: Divided, phase: str, code: str | None
) -> None:
    def become(tx: Tx) -> None:
        fate = {"phase": phase, "code": code, "next_at": tx.now, "settled_at": tx.now if phase == "sent" else None}
        tx.execute(update(LETTER).where(LETTER.c.id == divided.letter).values(**fate))

    divided.db.write_now(become)
    listed = divided.ask("outbox.list", "ada", limit=50) + divided.ask("outbox.show", "ada", id=divided.letter)
    assert [row["next_at"] for row in listed if row["id"] == divided.letter] == [None, None]
