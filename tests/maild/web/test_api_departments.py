"""What a department keeps to itself no endpoint tells, and none changes: to others it is as if it were not there."""

import json
from typing import Any

import pytest

from maild.web.api.routes import ENDPOINTS
from tests.maild.web.conftest import Town
from tests.maild.web.test_api import API, bearer
from tests.maild.web.test_api_desk import asking

SAID: dict[str, Any] = {
    "addNote": {"text": "x"},
    "sendReply": {"text": "x"},
    "applyMacro": {"name": "ship"},
    "moveTicket": {"status": "pending"},
    "correctOrder": {"field": "po_number", "value": "PO-7"},
    "addTask": {"title": "x", "to": "olaf"},
    "beginAside": {"to": "desk@carrier.example", "subject": "x", "text": "x"},
    "sayAside": {"text": "x"},
    "resolveTicket": {"text": "x"},
    "publishArticle": {"title": "x"},
    "reportShipment": {"carrier": "x", "tracking_number": "x"},
    "changeTicket": {"priority": "high"},
}
ASKED = {"mailFile": "?name=x"}
THINGS = ("tickets", "tasks", "asides", "mails", "letters")


@pytest.fixture
def more() -> str:
    return """
[[user]]
name = "lea"
address = "lea@shop.example"
role = "lead"
groups = ["Service"]

[[department]]
name = "desk"
label = "Order desk"
addresses = ["orders@shop.example"]
groups = ["Orders"]

[[department]]
name = "service"
label = "Service desk"
addresses = []
groups = ["Service"]
"""


async def test_w09_no_endpoint_tells_or_changes_what_is_hidden(town: Town) -> None:
    number, ours = await town.order(), await asking(town)
    await ours(f"POST /tickets/{number}/tasks", {"title": "Call", "to": "anna"}, 201)
    await ours(f"POST /tickets/{number}/asides", SAID["beginAside"], 201)
    await ours(f"POST /tickets/{number}/replies", {"text": "Thanks."})
    theirs, before = await bearer(town, user="lea"), json.dumps(await ours(f"GET /tickets/{number}"))
    others = []
    for endpoint in ENDPOINTS:
        thing = endpoint.path.split("/")[1]
        if "{id:int}" not in endpoint.path or thing not in THINGS:
            continue
        told = []
        for asked, match in ((1, None), (987, None), (1, '"0"'), (987, '"0"')):
            if match and not endpoint.of_ticket:
                continue
            path = endpoint.path.replace("{id:int}", str(asked)) + ASKED.get(endpoint.name, "")
            said = {"json": SAID.get(endpoint.name, {})} if endpoint.body else {}
            answer = await town.client.request(
                endpoint.method, API + path, headers=theirs | ({"if-match": match} if match else {}), **said
            )
            problem = answer.json()
            told.append((answer.status_code, problem["detail"].replace(f" {asked}", " N"), problem.get("hint")))
        if told[0][0] != 404 or set(told) != {told[0]}:
            others.append((endpoint.method, endpoint.path, told))
    assert others == []
    assert json.dumps(await ours(f"GET /tickets/{number}")) == before


async def test_w09_no_list_names_what_is_hidden(town: Town) -> None:
    await town.order()
    ours, theirs = await bearer(town), await bearer(town, user="lea")
    for endpoint in ENDPOINTS:
        if endpoint.method != "GET" or "{" in endpoint.path:
            continue
        params = {"q": "PO-1001"} if endpoint.name == "search" else {}
        answer = await town.client.get(API + endpoint.path, params=params, headers=theirs)
        assert answer.status_code == 200, (endpoint.path, answer.text)
        if not endpoint.path.startswith(("/people", "/organizations")):  # records are everybody's
            assert "PO-1001" not in answer.text, endpoint.path
    assert "PO-1001" in (await town.client.get(f"{API}/orders", headers=ours)).text
