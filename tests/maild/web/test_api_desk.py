"""What an agent does all day, done by a program: resolutions, articles, outsiders, tasks, letters, records."""

from typing import Any

import httpx

from maild.store import comments, tickets
from tests.maild.web.conftest import Town
from tests.maild.web.test_api import API, bearer

SERVICE = """From: Mara Lindt <mara@buyer.example>
To: orders@shop.example
Subject: The crane squeaks
Message-ID: <squeak@buyer.example>
Content-Type: text/plain; charset=utf-8

It squeaks when it turns. What shall we do?
"""


class Asking:
    """A program with a token."""

    def __init__(self, town: Town, head: dict[str, str]) -> None:
        self._client, self._head = town.client, head

    async def __call__(self, line: str, body: Any = None, status: int = 200, **head: str) -> Any:
        """``line`` as "GET /tickets"; the answer's JSON."""
        method, path = line.split(" ", 1)
        given = {} if body is None else {"json": body}
        answer = await self._client.request(method, API + path, headers=self._head | head, **given)
        assert answer.status_code == status, answer.text
        self.last: httpx.Response = answer
        return answer.json() if answer.headers.get("content-type", "").startswith("application/") else answer.text


async def asking(town: Town, user: str = "anna") -> Asking:
    return Asking(town, await bearer(town, user=user))


async def test_a_task_that_blocks_keeps_a_ticket_open_until_it_is_done(town: Town) -> None:
    number, ask = await town.order(), await asking(town)
    given = {"title": "Call the forwarder", "to": "olaf", "priority": "high", "blocks": True, "due": "2d"}
    await ask(f"POST /tickets/{number}/tasks", given | {"version": 99}, 409)
    task = await ask(f"POST /tickets/{number}/tasks", given, 201)
    assert (task["priority"], task["blocks"]) == ("high", True)
    refused = await ask(f"PATCH /tickets/{number}", {"status": "solved"}, 422)
    assert "Call the forwarder" in refused["detail"]
    await ask(f"POST /tickets/{number}/tasks", {"title": "x", "priority": "soon"}, 422)
    await ask(f"POST /tasks/{task['id']}/done")
    assert (await ask(f"PATCH /tickets/{number}", {"status": "solved"}))["status"] == "solved"
    late = await ask(f"POST /tickets/{number}/tasks", {"title": "y", "to": "olaf", "blocks": True}, 422)
    assert late["hint"]


async def test_tasks_are_paged_by_due_time_and_those_without_one_come_last(town: Town) -> None:
    number, ask = await town.order(), await asking(town)
    for title, due in (("b", "2d"), ("a", "1d"), ("d", None), ("c", "2d"), ("e", None)):
        await ask(f"POST /tickets/{number}/tasks", {"title": title, "to": "olaf"} | ({"due": due} if due else {}), 201)
    found, after = "", ""
    while True:
        page = await ask(f"GET /tasks?limit=2{after}")
        found += "".join(task["title"] for task in page["tasks"])
        if page["after"] is None:
            break
        after = f"&after={page['after']}"
    assert found == "abcde"


async def test_a_resolution_becomes_an_article_and_is_withdrawn(town: Town) -> None:
    number, ask = await town.order(raw=SERVICE), await asking(town)
    none = await ask(f"PUT /tickets/{number}/article", {"title": "Squeaking"}, 422)
    assert "has no resolution" in none["detail"]
    await ask(f"PUT /tickets/{number}/resolution", {"text": "x", "version": 99}, 409)
    await ask(f"PUT /tickets/{number}/resolution", {"text": "x"}, 412, **{"if-match": '"99"'})
    await ask(f"PUT /tickets/{number}/resolution", {"text": "Grease the slewing ring."})
    assert (await ask(f"GET /tickets/{number}"))["resolution"]["text"] == "Grease the slewing ring."
    told = await ask(f"PUT /tickets/{number}/article", {"title": "What Mara Lindt asked"}, 422)
    assert "tells whose order" in told["detail"]
    await ask(f"PUT /tickets/{number}/article", {"title": "A crane that squeaks", "what": "It squeaks."})
    [article] = (await ask("GET /articles"))["articles"]
    assert (article["ticket_id"], article["how"]) == (number, "Grease the slewing ring.")
    hits = (await ask("GET /search?q=slewing"))["hits"]
    assert [hit["ticket"] for hit in hits] == [number]
    await ask(f"DELETE /tickets/{number}/article")
    assert (await ask("GET /articles"))["articles"] == []
    assert len((await ask("GET /articles?all=true"))["articles"]) == 1


async def test_an_outsider_is_written_to_once_and_nothing_of_it_is_the_customers(town: Town) -> None:
    number, ask = await town.order(), await asking(town)
    path, first = f"/tickets/{number}/asides", {"to": "desk@carrier.example", "subject": "Pick up", "text": "Tomorrow?"}
    await ask(f"POST {path}", first | {"version": 99}, 409)
    aside = await ask(f"POST {path}", first, 201, **{"idempotency-key": "aside-1"})
    where = ask.last.headers["location"]
    again = await ask(f"POST {path}", first, 201, **{"idempotency-key": "aside-1"})
    assert (again["id"], ask.last.headers["location"]) == (aside["id"], where)
    await ask(f"POST /asides/{aside['id']}/messages", {"text": "Or on Friday?"})
    shown = await ask("GET " + where.removeprefix(API))
    assert [message["text"] for message in shown["messages"]] == ["Tomorrow?", "Or on Friday?"]
    assert [row["id"] for row in (await ask(f"GET /asides?ticket={number}"))["asides"]] == [aside["id"]]
    assert (await ask(f"POST /asides/{aside['id']}/close"))["state"] == "closed"
    assert (await ask("GET /asides"))["asides"] == []
    customers = await town.read(lambda tx: comments.of_ticket(tx, number))
    assert not any("Friday" in comment.text for comment in customers)
    await ask("GET /asides/99", status=404)


async def test_a_held_letter_is_shown_and_released(town: Town) -> None:
    number, ask, lead = await town.order(), await asking(town), await asking(town, "root")
    draft = await ask(f"POST /tickets/{number}/replies", {"text": "It is on its way.", "dry_run": True})
    assert "It is on its way." in draft["letters"][0]["text"]
    assert (await ask(f"GET /tickets/{number}"))["letters"] == []
    await ask(f"POST /tickets/{number}/replies", {"text": "It is on its way."})
    [letter] = (await ask(f"GET /tickets/{number}"))["letters"]
    await ask("GET /letters", status=403)
    assert [row["id"] for row in (await lead("GET /letters"))["letters"]] == [letter["id"]]
    assert (await lead(f"POST /letters/{letter['id']}/hold"))["phase"] == "held"
    assert (await ask(f"POST /letters/{letter['id']}/release"))["phase"] == "queued"
    assert "It is on its way." in (await ask(f"GET /letters/{letter['id']}"))["raw"]
    await ask(f"POST /letters/{letter['id']}/drop", status=403)
    assert (await lead(f"POST /letters/{letter['id']}/drop"))["phase"] == "dropped"
    await lead("POST /letters/99/drop", status=404)


async def test_the_desk_tells_who_is_there_what_may_be_done_and_why(town: Town) -> None:
    number, ask = await town.order(), await asking(town)
    await ask("PUT /users/anna/presence", {"online": False})
    users = {user["name"]: user for user in (await ask("GET /users"))["users"]}
    assert (users["anna"]["online"], users["olaf"]["online"]) == (False, True)
    assert "sessions" not in users["anna"]
    await ask("PUT /users/olaf/presence", {"online": False}, 403)
    assert [macro["name"] for macro in (await ask(f"GET /tickets/{number}/choices"))["macros"]] == ["ship"]
    steps = (await ask(f"GET /tickets/{number}/explanation"))["steps"]
    assert "system.order" in {step["rule"] for step in steps}
    for path in ("assignments", "templates", "timers", "blueprints"):
        assert path in await ask(f"GET /{path}")
    await ask("GET /blueprints/none", status=404)
    await ask("GET /views/none", status=404)


async def test_reports_and_rules_are_for_leads_as_in_the_console(town: Town) -> None:
    await town.order()
    ask, lead = await asking(town), await asking(town, "root")
    refused = await ask("GET /reports/orders", status=403)
    assert refused["detail"] == "this is for a lead"
    rows = (await lead("GET /reports/orders?days=2"))["rows"]
    assert len(rows) == 2
    for name in ("orders", "sales", "stages", "touchless", "late", "sla", "satisfaction", "blueprint", "waiting"):
        assert "rows" in await lead(f"GET /reports/{name}?department=none")
        await lead(f"GET /reports/{name}?department=nowhere", status=400)
    await lead("GET /reports/stages?schedule=none", status=400)
    await lead("GET /reports/blueprint?since=yesterday", status=400)
    assert any(row["rule"] == "ship" for row in (await lead("GET /rules"))["rules"])
    assert "stateDiagram" in await lead("GET /rules/picture") or "flowchart" in await lead("GET /rules/picture")
    assert (await lead("GET /rules/picture?form=svg")).startswith("<svg")
    assert "sandbox" in lead.last.headers["content-security-policy"]


async def test_records_of_customers_come_in_by_program(town: Town) -> None:
    ask = await asking(town)
    company = {"changes": {"domains": "skov.example", "language": "da", "timezone": "europe/copenhagen"}}
    made = await ask("PATCH /organizations/Skov%20A%2FS", company)
    assert (made["name"], made["fields"]["timezone"]) == ("Skov A/S", "Europe/Copenhagen")
    site = await ask("PUT /organizations/Skov%20A%2FS/sites/Quay%201", {"city": "Aarhus", "country": "Denmark"})
    assert site["sites"][0]["city"] == "Aarhus"
    assert (await ask("DELETE /organizations/Skov%20A%2FS/sites/Quay%201"))["sites"] == []
    rows = [{"address": "eva@skov.example", "name": "Eva", "tags": "vip"}, {"address": "ib@skov.example"}]
    rehearsed = await ask("POST /people/import", {"rows": rows, "dry_run": True})
    assert [row["what"] for row in rehearsed["would"]] == ["new", "new"]
    assert (await ask("GET /people?q=skov"))["people"] == []
    assert await ask("POST /people/import", {"rows": rows}) == {"rows": 2, "new": 2, "changed": 0, "same": 0}
    assert (await ask("GET /people/eva@skov.example"))["organization"] == "Skov A/S"
    assert (await ask("POST /people/eva@skov.example/revoke-links"))["edition"] > 0
    prices = [{"sku": "AX-100", "price": "1.50", "currency": "EUR"}, {"sku": "BX-200", "price": "x", "currency": "EUR"}]
    assert "/prices/1: price" in (await ask("PUT /prices", {"prices": prices}, 422))["detail"]
    await ask("PUT /prices", {"prices": prices[:1]})
    assert [row["sku"] for row in (await ask("GET /prices"))["prices"]] == ["AX-100"]
    habit = await ask("POST /habits", {"organization": "Skov A/S", "name": "unit", "said": "stk", "value": "pcs"}, 201)
    assert (await ask("GET /habits"))["habits"][0]["id"] == habit["id"]
    await ask(f"DELETE /habits/{habit['id']}")
    await ask(f"DELETE /habits/{habit['id']}", status=404)


NONE = [
    ("language", "xx", "'xx' is no language", "a tag of BCP 47: de, fr, pt-BR"),
    ("language", "german", "'german' is no language", "did you mean de (German)?"),
    ("timezone", "Nowhere", "'Nowhere' is not a time zone", "like Europe/Berlin"),
    ("timezone", "Berlin", "'Berlin' is not a time zone", "did you mean Europe/Berlin?"),
]


async def test_a_language_or_time_zone_that_is_none_is_refused_at_every_door(town: Town) -> None:
    ask = await asking(town)
    for name, value, detail, hint in NONE:
        for path in ("/people/eva@skov.example", "/organizations/Skov"):
            refused = await ask(f"PATCH {path}", {"changes": {name: value}}, 422)
            assert (refused["detail"], refused["hint"], refused["instance"]) == (detail, hint, API + path)
        rows = [{"address": "ib@skov.example", "name": "Ib"}, {"address": "eva@skov.example", name: value}]
        listed = await ask("POST /people/import", {"rows": rows}, 422)
        assert listed["errors"] == [{"where": "/rows/1", "what": f"{detail} ({hint})"}]
    assert (await ask("GET /people?q=skov"))["people"] == []


async def test_what_was_never_ordered_is_not_shipped(town: Town) -> None:
    number, ask = await town.order(raw=SERVICE), await asking(town)
    report = {"carrier": "ACME", "tracking_number": "AC-77"}
    refused = await ask(f"POST /tickets/{number}/shipment", report, 422)
    assert refused["detail"] == f"ticket {number} has no order: nothing on it can be shipped"
    assert "set po_number first" in refused["hint"]
    assert (await town.read(lambda tx: tickets.snapshot(tx, number))).value("carrier") is None
    await ask("POST /tickets/99/shipment", report, 404)
    by_hand = await ask("POST /tickets", {"requester": "eva@skov.example", "fields": {"po_number": "TEL-1"}}, 201)
    await ask(f"POST /tickets/{by_hand['id']}/shipment", report)
