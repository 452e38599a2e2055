"""Transitions that are the customer's to take: buttons on the page of their order."""

import re

import pytest

from maild.store import comments, letter_list, tickets
from tests.maild.web.conftest import Town, csrf_of
from tests.maild.web.test_customer import path_of

WAY = """
[[blueprint]]
name = "way"
label = "Way"
strict = true
[[blueprint.state]]
name = "received"
status = "open"
[[blueprint.state]]
name = "dropped"
customer = "Cancelled by you"
status = "solved"
[[blueprint.transition]]
name = "drop"
label = "Cancel the order"
from = "any"
to = "dropped"
who = ["role:lead", "requester"]
needs = ["carrier"]
comment = true
attachment = true
[[blueprint.transition]]
name = "close"
label = "Close it inside"
from = ["received"]
to = "dropped"
who = ["agents"]
"""


async def told(town: Town, number: int) -> tuple[str, str | None, int]:
    ticket = await town.read(lambda tx: tickets.snapshot(tx, number))
    return ticket.status.word, ticket.value("carrier"), await town.read(lambda tx: len(comments.of_ticket(tx, number)))


@pytest.mark.parametrize("more", [WAY])
async def test_a_customer_takes_their_transition_by_a_button_once_and_as_a_whole(town: Town) -> None:
    number = await town.order()
    path, before = await path_of(town, number), await told(town, number)
    page = (await town.client.get(path)).text
    assert "Cancel the order: your order will then be called Cancelled by you." in page
    assert "Close it inside" not in page
    assert re.findall(r'name="(field\.carrier|comment|file)"[^>]*required', page) == [
        "field.carrier",
        "comment",
        "file",
    ]
    letters = await town.read(lambda tx: len(letter_list.rows(tx, None, number, 100)))
    given = {"transition": "drop", "field.carrier": "ACME", "comment": "Not needed any more.", "once": "one-click-1"}

    async def post(csrf: str, **changed: str) -> int:
        file = {"file": ("letter.pdf", b"%PDF", "application/pdf")} if "file" not in changed else {"none": ("", b"")}
        data = {"csrf": csrf} | given | changed
        answer = await town.client.post(f"{path}/move", data=data, files=file)
        return answer.status_code

    csrf = csrf_of(page)
    for changed in ({"transition": "close"}, {"comment": ""}, {"field.carrier": ""}, {"file": ""}):
        assert await post(csrf, **changed) == 422
        assert await told(town, number) == before
    assert await post("") == 403
    assert [await post(csrf), await post(csrf)] == [303, 303]  # a double click
    status, carrier, count = await told(town, number)
    assert (status, carrier, count) == ("solved", "ACME", before[2] + 2)
    ticket = await town.read(lambda tx: tickets.snapshot(tx, number))
    assert ticket.unread
    said = (await town.read(lambda tx: comments.of_ticket(tx, number)))[-1]
    assert (said.text, said.public, said.actor) == ("Not needed any more.", True, "customer:mara@buyer.example")
    assert await town.read(lambda tx: len(letter_list.rows(tx, None, number, 100))) == letters
    page = (await town.client.get(path)).text
    assert "Cancelled by you" in page
    assert "What you can do" not in page
