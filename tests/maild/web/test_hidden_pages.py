"""What hangs on a ticket of another department: no page shows it, no stream tells of it, no form changes it."""

import re
from base64 import urlsafe_b64decode as b64decode
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from maild.control.operation import Request
from maild.control.registry import carry_out
from maild.store import letter_list
from tests.maild.web.conftest import Town

DEPARTMENTS = """
[[department]]
name = "orders"
label = "Orders"
addresses = ["orders@shop.example"]
groups = ["Orders"]

[[department]]
name = "service"
label = "Service"
groups = ["Service"]
"""


@pytest.fixture
def more() -> str:
    return DEPARTMENTS


async def paths(town: Town, number: int) -> list[str]:
    """Everything that shows the ticket, and for whom it is there it is a page."""
    page = (await town.client.get(f"/tickets/{number}")).text
    mail = page.split('href="/mails/')[1].split("/")[0].split('"')[0]
    more = ("", "/source?part=text", "/source?part=a.pdf", "/letter", "/raw")
    return [f"/tickets/{number}", f"/tickets/{number}/explain", *(f"/mails/{mail}{path}" for path in more)]


async def test_pages_of_a_ticket_and_its_mails_are_there_for_its_department_alone(town: Town) -> None:
    number = await town.order()
    await town.sign_in("anna")
    there = await paths(town, number)
    assert {(await town.client.get(path)).status_code for path in there} == {200}
    town.client.cookies.clear()
    await town.sign_in("olaf")
    mail = there[2]
    beyond = [*there, f"/tickets/{number}/events", f"{mail}/page?part=a.pdf", f"{mail}/file?name=a.pdf"]
    answers = [await town.client.get(path) for path in beyond]
    assert [answer.status_code for answer in answers] == [404] * len(beyond)
    assert not any("Anchor" in answer.text or "PO-1001" in answer.text for answer in answers)


async def test_nor_does_a_form_reach_it(town: Town) -> None:
    number, token = await town.order(), await town.sign_in("olaf")
    for deed, given in (
        ("edit", {"set.carrier": "Swift"}),
        ("edit", {"set.was.carrier": "", "set.carrier": "Swift", "version": "1"}),
        ("macro", {"macro": "ship"}),
        ("move", {"status": "solved"}),
        ("say", {"kind": "note", "text": "I was here"}),
        ("say", {"kind": "preview", "text": "I was here"}),
        ("tasks", {"title": ""}),
        ("tasks", {"title": "I was here", "to": "olaf", "due": "soon"}),
        ("asides", {"to": "x", "subject": "I was here", "text": ""}),
        ("resolve", {"text": ""}),
        ("publish", {"title": "I was here"}),
        ("correct", {"field": "total=", "value": "I was here"}),
        ("writing", {}),
    ):
        answer = await town.post(f"/tickets/{number}/{deed}", token, **given)
        assert answer.status_code == (204 if deed == "writing" else 404), deed
    assert town.house.presence.writing == {}
    await town.sign_in("anna")
    page = (await town.client.get(f"/tickets/{number}")).text
    assert "Swift" not in page
    assert "I was here" not in page


async def test_the_stream_of_a_ticket_tells_its_department_who_looks(town: Town) -> None:
    number, _ = await town.order(), await town.sign_in("anna")
    async with town.client.stream("GET", f"/tickets/{number}/events") as answer:
        lines = answer.aiter_lines()
        said = [await anext(lines) for _ in range(5)]
    assert "event: version" in said
    assert (await town.client.get("/tickets/4711/events")).status_code == 404


async def test_a_field_that_no_form_showed_is_a_change(town: Town) -> None:
    number, token = await town.order(), await town.sign_in("anna")
    for _ in range(2):
        await town.post(f"/tickets/{number}/edit", token, **{"set.carrier": "Swift"})
    kept = await town.post(f"/tickets/{number}/edit", token, **{"set.was.carrier": "Swift", "set.carrier": "Swift"})
    assert kept.status_code == 303
    assert "Swift" in (await town.client.get(f"/tickets/{number}")).text


async def test_several_at_once_tell_of_a_hidden_ticket_what_they_tell_of_none(town: Town) -> None:
    number, token = await town.order(), await town.sign_in("olaf")
    for path, given in (
        ("/bulk", {"does": "macro:ship"}),
        ("/bulk", {"does": "assign:olaf"}),
        ("/bulk", {"does": "status:solved"}),
        ("/bulk/preview", {"does": "macro:ship"}),
    ):
        told = []
        for one in (number, 4711):
            answer = await town.post(path, token, id=str(one), **given)
            said = (
                b64decode(answer.cookies["maild_said"].strip('"')).decode()
                if answer.status_code == 303
                else answer.text
            )
            town.client.cookies.delete("maild_said")
            told.append(re.sub(r"\b(1|4711)\b", "N", said))
        assert told[0] == told[1]
        assert "Orders" not in told[0].split("<main")[-1]


LEAD = """
[[user]]
name = "sam"
address = "sam@shop.example"
role = "lead"
groups = ["Service"]
"""


@pytest.mark.parametrize("more", [DEPARTMENTS + LEAD])
async def test_letters_of_a_hidden_ticket_are_released_by_nobody_who_does_not_see_it(town: Town) -> None:
    number, token = await town.order(), await town.sign_in("root")
    await town.post(f"/tickets/{number}/say", token, kind="reply", text="On Friday.")
    assert (await town.post("/operations/letters/1/hold", token)).status_code == 303
    seen = await town.post("/operations/letters", token, does="drop", id="1")
    assert "Drop 1 letter to 1 address?" in seen.text
    token = await town.sign_in("sam")
    hidden = await town.post("/operations/letters", token, does="drop", id="1")
    assert (hidden.status_code, hidden.headers["location"]) == (303, "/operations")
    assert "0 of 0 letters dropped" in (await town.post("/operations/letters/all", token, does="drop", id="1")).text
    [held] = await town.read(lambda tx: letter_list.rows(tx, "held", None, 10))
    assert held["id"] == 1
    for operation in ("outbox.held", "outbox.chosen"):
        assert await carry_out(town.db, town.desk, Request(operation, {"ids": [1]}, "sam")) == []


GONE = {"moved": "This ticket is no longer here for you.", "signed out": "You are signed out."}


async def told(lines: AsyncIterator[str], kind: str) -> str:
    """The data of the next event of that kind, however many others come before."""
    async for line in lines:
        if line == f"event: {kind}":
            return (await anext(lines)).removeprefix("data: ")
    raise AssertionError(f"the stream ended without {kind}")


@pytest.mark.parametrize("why", ["moved", "signed out"])
async def test_a_stream_ends_with_the_sight_and_with_the_session(town: Town, why: str) -> None:
    number, token = await town.order(), await town.sign_in("anna")
    with capture_logs() as logged:
        async with town.client.stream("GET", f"/tickets/{number}/events") as answer:
            lines = answer.aiter_lines()
            await told(lines, "comment")
            if why == "moved":
                moving = Request("ticket.set", {"id": number, "changes": [("department", "service")]}, "anna")
                await carry_out(town.db, town.desk, moving)
            else:
                await town.post("/sign-out", token)
            town.house.presence.stir(number)
            assert await told(lines, "gone") == GONE[why]
            assert "".join([line async for line in lines]) == ""
    assert "web.failed" not in {line["event"] for line in logged}
    assert town.house.presence.looking == {}


async def test_a_stream_tells_of_a_note_which_is_no_change_of_its_ticket(town: Town) -> None:
    number, token = await town.order(), await town.sign_in("anna")
    page = (await town.client.get(f"/tickets/{number}")).text
    async with town.client.stream("GET", f"/tickets/{number}/events") as answer:
        lines = answer.aiter_lines()
        first = await told(lines, "comment")
        assert f'data-comment="{first}"' in page
        await town.post(f"/tickets/{number}/say", token, kind="note", note="Mind the gap.")
        town.house.presence.stir(number)
        assert int(await told(lines, "comment")) > int(first)


@pytest.mark.parametrize("more", [DEPARTMENTS + LEAD])
async def test_what_stands_now_counts_and_lists_what_a_lead_sees(town: Town) -> None:
    """Moved to their department it is there: figure, link, list and picture are of the same tickets."""
    number = await town.order()
    await town.sign_in("sam")
    for seen in (False, True):
        head, behind, nobodys, whole, picture = [
            (await town.client.get(path)).text
            for path in (
                "/reports",
                "/reports/now/open",
                "/reports/now/open?assignee=(nobody)",
                "/reports/now",
                "/reports/now.svg",
            )
        ]
        assert ('href="/reports/now/open?assignee=' in head) is seen
        assert [f'href="/tickets/{number}"' in page for page in (behind, nobodys)] == [seen] * 2
        assert ("(nobody)" in whole, "(nobody)" in picture) == (seen, seen)
        moving = Request("ticket.set", {"id": number, "changes": [("department", "service")]}, "root")
        await carry_out(town.db, town.desk, moving)
