"""What is told of each kind of event, by the feed and by webhooks: as the document says, and nothing else."""

import json
from typing import Any, get_args

import jsonschema_rs
import pytest

from maild.domain.events import (
    ArticlePublished,
    ArticleWithdrawn,
    CommentWritten,
    Event,
    FieldEdited,
    LetterBounced,
    MacroApplied,
    MailArrived,
    MailFacts,
    MigrationAsked,
    MoveAsked,
    ResolutionWritten,
    SideAnswered,
    SideClosed,
    SideOpened,
    SideSaid,
    TaskAdded,
    TaskDone,
    TicketCreated,
    TicketRated,
    TimerFired,
    TransitionAsked,
    WorkOffered,
)
from maild.domain.loads import Load, Loads
from maild.domain.mail import MailKind
from maild.domain.people import SYSTEM, Actor
from maild.domain.ticket import Status
from maild.store import letter_list
from maild.store.tx import Tx
from maild.web.api.event_schemas import HAPPENED, TOLD, call_schema, example
from pipeline import desk as door
from rules.webhook_events import KINDS
from tests.maild.web.conftest import Town
from tests.maild.web.test_api import API, bearer

ANNA = Actor("agent", "anna")
MAIL = MailFacts(1, MailKind.REPLY, "Re: PO", "Thanks.", "mara@buyer.example", "orders@shop.example")
HAPPENINGS: list[Event] = [
    TicketCreated(ANNA, changes=(("subject", "By telephone"),)),
    MailArrived(Actor("customer", "mara@buyer.example"), MAIL),
    CommentWritten(ANNA, "A note.", public=False),
    FieldEdited(ANNA, (("priority", "high"),)),
    MacroApplied(ANNA, "ship"),
    MoveAsked(ANNA, Status.PENDING),
    TransitionAsked(ANNA, "pack", (("carrier", "ACME"),), "Packed."),
    MigrationAsked(ANNA, (("packed", "boxed"),)),
    TimerFired(1, "Remind the customer", 0, "2026-03-02T09:00:00+00:00"),
    LetterBounced(1, ("mara@buyer.example",), permanent=True),
    WorkOffered("everybody", Loads((Load("anna", 2),), 1)),
    TaskAdded(ANNA, 1, "Get the papers", "anna", "2026-03-02T09:00:00+00:00", "high", blocks=True),
    TaskDone(ANNA, 1, "Get the papers", "anna", blocks=True, left=2),
    SideOpened(ANNA, 1, "joe@carrier.example", "A quote"),
    SideSaid(ANNA, 1, "joe@carrier.example", "A quote"),
    SideAnswered(SYSTEM, 1, "joe@carrier.example", "A quote"),
    SideClosed(ANNA, 1, "joe@carrier.example", "A quote"),
    ResolutionWritten(ANNA, "Turned it round."),
    ArticlePublished(ANNA, "A seal"),
    ArticleWithdrawn(ANNA),
    TicketRated(Actor("customer", "mara@buyer.example"), 4, "Fine.", again=True),
]


def test_every_kind_is_told_of_and_has_a_happening_here() -> None:
    assert tuple(TOLD) == KINDS
    assert {type(event) for event in HAPPENINGS} == set(get_args(Event))


@pytest.mark.parametrize("kind", ["", *TOLD])
def test_the_example_is_as_the_schema_says(kind: str) -> None:
    jsonschema_rs.validator_for(call_schema(kind)).validate(example(kind))


class TestCalls:
    @pytest.fixture
    def more(self) -> str:
        return """
[[webhook]]
name = "erp"
url = "https://erp.example/maild"
events = ["*"]

[[trigger]]
name = "Tell of notes"
on = "comment"
do = [{ webhook = "erp", text = "a note on {{ ticket.subject }}" }]
"""

    async def test_real_calls_and_the_feed_are_as_the_document_says(self, town: Town) -> None:
        number, head = await town.order(), await bearer(town)

        def happen(tx: Tx) -> list[Any]:
            for event in HAPPENINGS:
                door.handle(tx, town.desk, number, event, f"test:{type(event).__name__}")
            door.doubt(tx, town.desk, number, "test", "somebody should look")
            rows = letter_list.rows(tx, None, number, 200)
            return [json.loads((letter_list.row(tx, row["id"]) or {})["raw"]) for row in rows if row["code"] is None]

        calls = [call for call in await town.write(happen) if "webhook" in call]
        document = (await town.client.get(f"{API}/openapi.json")).json()
        assert {call["event"]["kind"] for call in calls if "event" in call} == set(KINDS)
        assert [call["text"] for call in calls if "event" not in call] == ["a note on By telephone"]
        for call in calls:
            said = document["webhooks"][call["event"]["kind"] if "event" in call else "rule"]["post"]["requestBody"]
            jsonschema_rs.validator_for(said["content"]["application/json"]["schema"]).validate(call)
        feed = (await town.client.get(f"{API}/events", params={"limit": 500}, headers=head)).json()["events"]
        assert {event["kind"] for event in feed} == HAPPENED.keys()
        for event in feed:
            schema = document["components"]["schemas"][event["kind"]]
            jsonschema_rs.validator_for(schema).validate(event["data"])
            assert event["data"].keys() == schema["properties"].keys()
        numbers = {event["id"]: event["kind"] for event in feed}
        told = (await town.client.get(f"{API}/webhooks", headers=head)).json()["webhooks"]
        assert [(hook["name"], hook["state"]) for hook in told] == [("erp", "on")]
        assert all(numbers[call["event"]["id"]] == call["event"]["kind"] for call in calls if "event" in call)


async def test_a_kind_that_is_misspelt_is_told_and_not_waited_for(town: Town) -> None:
    number, head = await town.order(), await bearer(town)
    wrong = await town.client.get(f"{API}/events", params={"kinds": "CommentWriten"}, headers=head)
    assert (wrong.status_code, "did you mean CommentWritten?" in wrong.json()["hint"]) == (400, True)
    other = await town.order("PO-2")
    for path in ("events", "orders"):
        mine = (await town.client.get(f"{API}/{path}", params={"ticket": other}, headers=head)).text
        assert (f'"ticket": {other},' in mine, f'"ticket": {number},' in mine) == (True, False)
