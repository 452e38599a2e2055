"""What happens beside a ticket is an event: in its history, to programs, and as an occasion for rules."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from maild.domain.beside import told
from maild.domain.erasure import event_left
from maild.errors import DataError
from maild.store import history, letter_list, records, tickets
from maild.store.tx import Tx
from notifications import rating
from rules.replay import replay
from tests.pipeline.test_visibility import Divided

RULES = """
[[webhook]]
name = "board"
url = "https://board.example/maild"
events = ["TaskAdded", "TaskDone", "SideClosed", "TicketRated"]

[[trigger]]
name = "Call who waits"
on = "comment"
all = ["comment.text contains 'call'"]
do = [{ task = "Call back", to = "lead" }]

[[trigger]]
name = "Everything is done"
on = "task_done"
all = ["task.left == 0"]
do = [{ add_tags = ["all_done"] }]

[[trigger]]
name = "A task came"
on = "task_added"
do = [{ add_tags = ["has_tasks"] }]

[[trigger]]
name = "Not content"
on = "rated"
all = ["rating.score <= 2"]
do = [{ set = { priority = "urgent" } }]

[[trigger]]
name = "How it was solved"
on = ["resolution", "side_opened"]
do = [{ add_tags = ["touched"] }]
"""
ASIDE = {"to": "carrier@freight.example", "subject": "Two pallets", "text": "Friday?"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Divided]:
    made = Divided(tmp_path, RULES)
    yield made
    made.db.close_now()


def happened(desk: Divided) -> list[tuple[str, str]]:
    rows = desk.db.read_now(lambda tx: history.of_ticket(tx, desk.ticket))
    return [(row["kind"], told(row["kind"], row["data"])) for row in rows if told(row["kind"], row["data"])]


def tags(desk: Divided) -> set[str]:
    return set(desk.db.read_now(lambda tx: tickets.snapshot(tx, desk.ticket)).tags)


def called(desk: Divided) -> list[str]:
    def kinds(tx: Tx) -> list[str]:
        rows = [r for r in letter_list.rows(tx, None, desk.ticket, 200) if r["template"] == "webhook:board"]
        return [json.loads((letter_list.row(tx, r["id"]) or {})["raw"])["event"]["kind"] for r in rows]

    return sorted(desk.db.read_now(kinds))


def test_tasks_are_told_when_given_and_when_done_and_the_last_one_is_known(desk: Divided) -> None:
    assert happened(desk) == [("TaskAdded", f"task {desk.task} for lead: Call")]
    assert "has_tasks" in tags(desk)
    second = desk.ask("task.add", "ada", ticket=desk.ticket, title="Pack", to="ada", blocks=True)[0]["id"]
    desk.ask("task.done", "ada", id=desk.task)
    assert "all_done" not in tags(desk)
    desk.ask("task.done", "ada", id=second)
    assert "all_done" in tags(desk)
    assert happened(desk)[2:] == [
        ("TaskDone", f"task {desk.task} of lead done, 1 left: Call"),
        ("TaskDone", f"task {second} of ada done, none left: Pack"),
    ]
    with pytest.raises(DataError):
        desk.ask("task.done", "ada", id=second)
    assert called(desk) == ["TaskAdded"] * 2 + ["TaskDone"] * 2


def test_a_task_that_a_rule_gives_is_told_and_sets_off_no_rule(desk: Divided) -> None:
    desk.ask("ticket.set", "ada", id=desk.ticket, changes=[["tags", ""]])
    desk.ask("ticket.note", "ada", id=desk.ticket, text="please call them")
    rows = desk.db.read_now(lambda tx: history.of_ticket(tx, desk.ticket))
    assert [(row["kind"], row["actor"]) for row in rows[-2:]] == [
        ("CommentWritten", "agent:ada"),
        ("TaskAdded", "rule:Call who waits"),
    ]
    assert [step["what"] for step in rows[-1]["steps"]] == ["noop"]
    assert "has_tasks" not in tags(desk)
    assert called(desk) == ["TaskAdded"] * 2


def test_side_conversations_resolutions_and_articles_are_told(desk: Divided) -> None:
    side = desk.ask("side.begin", "ada", id=desk.ticket, **ASIDE)[0]["id"]
    desk.ask("side.say", "ada", id=side, text="And?")
    desk.ask("side.close", "ada", id=side)
    desk.ask("ticket.resolve", "ada", id=desk.ticket, text="Turn the seal round.")
    desk.ask("article.publish", "ada", id=desk.ticket, title="A seal", what="It drips.")
    desk.ask("article.withdraw", "ada", id=desk.ticket)
    assert happened(desk)[1:] == [
        ("SideOpened", f"side conversation {side} with carrier@freight.example: Two pallets"),
        ("SideSaid", f"side conversation {side}: carrier@freight.example was written to"),
        ("SideClosed", f"side conversation {side} closed"),
        ("ResolutionWritten", "resolution: Turn the seal round."),
        ("ArticlePublished", "article published: A seal"),
        ("ArticleWithdrawn", "article withdrawn"),
    ]
    assert "touched" in tags(desk) and "SideClosed" in called(desk)
    said = json.dumps([row["data"] for row in desk.db.read_now(lambda tx: history.of_ticket(tx, desk.ticket))])
    assert "Friday?" not in said, "what was said aside stays there"


def test_a_rating_is_told_once_and_again_when_it_changes(desk: Divided) -> None:
    requester = desk.db.read_now(lambda tx: tickets.snapshot(tx, desk.ticket)).requester
    link = rating.link(desk.desk.keys, "https://desk.example", desk.ticket, requester.id).rpartition("/")[2]
    for score in (2, 2, 4):
        desk.ask("rating.put", "", token=link, score=score)
    assert happened(desk)[1:] == [("TicketRated", "rated 2 of 5"), ("TicketRated", "rated 4 of 5, again")]
    assert desk.db.read_now(lambda tx: tickets.snapshot(tx, desk.ticket)).priority == "urgent"


def test_what_is_told_is_lived_again_the_same_and_erased_with_its_ticket(desk: Divided) -> None:
    desk.ask("ticket.note", "ada", id=desk.ticket, text="please call them")
    desk.ask("side.begin", "ada", id=desk.ticket, **ASIDE)
    desk.ask("task.done", "ada", id=desk.task)
    record = desk.db.read_now(lambda tx: records.of_ticket(tx, desk.ticket))
    assert record is not None
    again = replay(record, lambda digest: desk.desk.ruleset, record.entries[-1].at)
    assert again.ticket.tags == record.ticket.tags
    assert [done.deed.rule for done in again.done] == [deed.rule for entry in record.entries for deed in entry.deeds]
    left: Any = [event_left(row["data"]) for row in desk.db.read_now(lambda tx: history.of_ticket(tx, desk.ticket))]
    for word in ("Call back", "freight", "pallets"):
        assert word not in json.dumps(left)
