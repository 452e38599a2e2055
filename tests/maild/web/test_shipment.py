"""Shipment reported by a program: along a strict blueprint, and held against what was ordered."""

from typing import Any

import pytest

from maild.store import comments, tickets
from tests.maild.web.conftest import Town
from tests.maild.web.test_api_desk import asking

WAY = """
[[blueprint]]
name = "orders"
label = "Orders"
strict = true
[[blueprint.state]]
name = "packed"
status = "open"
[[blueprint.state]]
name = "shipped"
status = "solved"
[[blueprint.transition]]
name = "send"
from = ["packed"]
to = "shipped"
who = ["agents"]
needs = ["tracking_number"]
comment = true
"""
REPORT: dict[str, Any] = {"carrier": "ACME", "tracking_number": "AC-77", "lines": [{"line": "1", "quantity": "20"}]}


@pytest.mark.parametrize("more", [WAY])
async def test_a_shipment_takes_the_transition_of_a_strict_blueprint_in_one_deed(town: Town) -> None:
    number, ask = await town.order(), await asking(town)
    refused = await ask(f"POST /tickets/{number}/shipment", REPORT, 422)
    assert "a transition only" in refused["detail"]
    assert '"transition"' in refused["hint"]
    lacking = await ask(f"POST /tickets/{number}/shipment", REPORT | {"transition": "send"}, 422)
    assert "needs a comment" in lacking["detail"]
    assert (await town.read(lambda tx: tickets.snapshot(tx, number))).value("carrier") is None
    await ask(f"POST /tickets/{number}/shipment", REPORT | {"transition": "send", "version": 99}, 409)
    done = await ask(f"POST /tickets/{number}/shipment", REPORT | {"transition": "send", "comment": "two boxes"})
    assert done["status"] == "solved"
    assert {name for name in ("ACME", "AC-77") if not any(name in effect for effect in done["effects"])} == set()
    said = [comment.text for comment in await town.read(lambda tx: comments.of_ticket(tx, number))]
    assert said[-2:] == ["two boxes", "Shipped by ACME:\nline 1: 20"]


async def test_a_transition_or_its_comment_is_refused_where_there_is_no_blueprint(town: Town) -> None:
    number, ask = await town.order(), await asking(town)
    for more in ({"transition": "send"}, {"comment": "two boxes"}):
        assert (await ask(f"POST /tickets/{number}/shipment", REPORT | more, 422))["hint"]


async def test_lines_that_were_never_ordered_are_not_shipped_and_too_many_pieces_are_told(town: Town) -> None:
    number, ask = await town.order(), await asking(town)
    for lines, why in (([("9", "1")], "no line 9"), ([("1", "1"), ("01", "2")], "line 1 twice")):
        report = REPORT | {"lines": [{"line": line, "quantity": quantity} for line, quantity in lines]}
        refused = await ask(f"POST /tickets/{number}/shipment", report, 422)
        assert why in refused["detail"]
    report = REPORT | {"lines": [{"line": "1", "quantity": "20.0"}, {"line": "2", "quantity": "6"}]}
    done = await ask(f"POST /tickets/{number}/shipment", report)
    assert {name for name in ("ACME", "AC-77") if not any(name in effect for effect in done["effects"])} == set()
    said = [comment.text for comment in await town.read(lambda tx: comments.of_ticket(tx, number))]
    assert said[-1] == "Shipped by ACME:\nline 1: 20.0\nline 2: 6 (5 were ordered)"


async def test_the_department_of_a_ticket_is_changed_as_its_status_is(town: Town) -> None:
    number, ask = await town.order(), await asking(town)
    refused = await ask(f"PATCH /tickets/{number}", {"department": "nowhere"}, 422)
    assert "nowhere" in refused["detail"]


@pytest.mark.parametrize("more", [WAY + "attachment = true\n"])
async def test_a_transition_that_asks_for_a_file_takes_it_from_a_program(town: Town) -> None:
    number, ask = await town.order(), await asking(town)
    given = {"status": "send", "inputs": {"tracking_number": "AC-77"}, "comment": "two boxes"}
    assert "an attachment" in (await ask(f"POST /tickets/{number}/moves", given, 422))["detail"]
    for content, why in (("no base64!", "base64"), ("====", "")):
        wrong = given | {"file": {"name": "list.pdf", "content": content}}
        assert why in (await ask(f"POST /tickets/{number}/moves", wrong, 422))["detail"]
    done = await ask(f"POST /tickets/{number}/moves", given | {"file": {"name": "list.pdf", "content": "JVBERg=="}})
    assert done["status"] == "solved"
    said = [comment.text for comment in await town.read(lambda tx: comments.of_ticket(tx, number))]
    assert "Enclosed: list.pdf" in said
