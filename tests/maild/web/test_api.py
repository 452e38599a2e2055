"""The JSON API through real HTTP: tokens, scopes, doing things once, versions, feeds, errors that say what to do."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from maild.control.operation import Request
from maild.control.registry import carry_out
from maild.control.tokens import SCOPES
from maild.store import comments, history, people, tickets
from maild.web.allowance import Allowance
from tests.maild.web.conftest import Town

API = "/api/v1"


async def token(town: Town, *scopes: str, user: str = "anna", days: int | None = None) -> dict[str, Any]:
    given = {"user": user, "scopes": list(scopes or SCOPES), "days": days}
    return (await carry_out(town.db, town.desk, Request("token.create", given)))[0]


async def bearer(town: Town, *scopes: str, user: str = "anna") -> dict[str, str]:
    return {"authorization": f"Bearer {(await token(town, *scopes, user=user))['token']}"}


async def test_a_ticket_is_found_shown_changed_and_each_change_has_its_author(town: Town) -> None:
    number, head = await town.order(), await bearer(town)
    found = (await town.client.get(f"{API}/tickets", params={"q": "po:PO-1001"}, headers=head)).json()
    assert [row["id"] for row in found["tickets"]] == [number]
    shown = await town.client.get(f"{API}/tickets/{number}", headers=head)
    assert shown.json()["orders"][0]["po_number"] == "PO-1001"
    assert shown.headers["etag"] == f'"{shown.json()["version"]}"'
    changed = await town.client.patch(
        f"{API}/tickets/{number}", headers=head, json={"priority": "high", "fields": {"carrier": "ACME"}}
    )
    assert changed.status_code == 200, changed.text
    ticket = await town.read(lambda tx: tickets.snapshot(tx, number))
    assert (ticket.priority, ticket.value("carrier")) == ("high", "ACME")
    assert (await town.read(lambda tx: history.of_ticket(tx, number)))[-1]["actor"] == "agent:anna"


async def test_keyset_paging_neither_repeats_nor_skips(town: Town) -> None:
    numbers = [await town.order(f"PO-{n}") for n in range(5)]
    head, found, before = await bearer(town), [], None
    while True:
        params = {"limit": 2} | ({"before": before} if before else {})
        page = (await town.client.get(f"{API}/tickets", params=params, headers=head)).json()
        found += [row["id"] for row in page["tickets"]]
        before = page["before"]
        if before is None:
            break
    assert found == sorted(numbers, reverse=True)


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer maild_guess", "Basic YTpi", "Bearer " + "x" * 5000])
async def test_without_a_token_nothing_is_told(town: Town, given: str) -> None:
    answer = await town.client.get(f"{API}/tickets", headers={"authorization": given} if given else {})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "maild token create" in answer.json()["hint"]


async def test_a_session_is_no_token(town: Town) -> None:
    await town.sign_in("root")
    assert (await town.client.get(f"{API}/tickets")).status_code == 401


async def test_a_token_does_what_its_scopes_say_and_ends(town: Town) -> None:
    made = await token(town, "orders:read", days=2)
    head = {"authorization": f"Bearer {made['token']}"}
    assert (await town.client.get(f"{API}/orders", headers=head)).status_code == 200
    refused = await town.client.get(f"{API}/tickets", headers=head)
    assert (refused.status_code, "tickets:read" in refused.headers["www-authenticate"]) == (403, True)
    town.clock.move_to(town.clock.now() + timedelta(days=3))
    assert (await town.client.get(f"{API}/orders", headers=head)).status_code == 401


async def test_a_revoked_token_and_that_of_somebody_who_left_open_nothing(town: Town) -> None:
    made = await token(town)
    head = {"authorization": f"Bearer {made['token']}"}
    assert (await town.client.get(f"{API}/tickets", headers=head)).status_code == 200
    await carry_out(town.db, town.desk, Request("token.revoke", {"id": made["id"]}))
    assert (await town.client.get(f"{API}/tickets", headers=head)).status_code == 401
    left = await town.write(lambda tx: _token_of_nobody(tx))
    assert (await town.client.get(f"{API}/tickets", headers={"authorization": f"Bearer {left}"})).status_code == 401


async def test_who_left_the_configuration_and_is_back_signs_in_and_makes_tokens_anew(town: Town) -> None:
    await town.sign_in()
    made, kept = await token(town), await token(town, user="olaf")
    config = town.desk.config
    others = tuple(user for user in config.users if user.name != "anna")
    with capture_logs() as told:
        await town.write(lambda tx: people.keep_all(tx, config.model_copy(update={"users": others})))
        await town.write(lambda tx: people.keep_all(tx, config))
    gone = [(line["user"], line["sessions"], line["tokens"]) for line in told if line["event"] == "user.dismissed"]
    assert gone == [("anna", 1, 1)]
    assert (await town.client.get("/")).status_code == 303
    for row, status in ((made, 401), (kept, 200)):
        head = {"authorization": f"Bearer {row['token']}"}
        assert (await town.client.get(f"{API}/tickets", headers=head)).status_code == status


def _token_of_nobody(tx: Any) -> str:
    from maild.control.tokens import digest_of
    from maild.store import api_tokens

    api_tokens.create(tx, "ines", "", list(SCOPES), digest_of("maild_of_ines"), None)
    return "maild_of_ines"


async def test_the_token_is_kept_nowhere_and_stands_in_no_log(town: Town) -> None:
    with capture_logs() as told:
        made = await token(town)
        await town.client.get(f"{API}/tickets", headers={"authorization": f"Bearer {made['token']}"})
    assert [line["api_client"] for line in told if line["event"] == "web.answered"] == [made["id"]]
    assert made["token"] not in str(told)
    listed = await carry_out(town.db, town.desk, Request("token.list"))
    assert made["token"] not in str(listed)
    assert "digest" not in listed[0]


async def test_w15_a_key_lets_a_deed_happen_once(town: Town) -> None:
    number, head = await town.order(), await bearer(town)
    once = head | {"idempotency-key": "note-1"}
    path, said = f"{API}/tickets/{number}/notes", {"text": "The pallet is ready."}
    first, *others = [await town.client.post(path, headers=once, json=said) for _ in range(3)]
    assert first.status_code == 200
    assert {other.text for other in others} == {first.text}
    assert {other.headers["idempotent-replayed"] for other in others} == {"true"}
    assert await notes(town, number) == ["The pallet is ready."]
    other = await town.client.post(path, headers=once, json={"text": "Something else."})
    assert other.status_code == 422
    assert await notes(town, number) == ["The pallet is ready."]


async def test_w15_the_same_request_twice_at_once_is_one(town: Town) -> None:
    number, head = await town.order(), await bearer(town)
    once, path = head | {"idempotency-key": "note-2"}, f"{API}/tickets/{number}/notes"
    answers = await asyncio.gather(*(town.client.post(path, headers=once, json={"text": "At once."}) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert await notes(town, number) == ["At once."]


async def test_a_refused_deed_keeps_no_key(town: Town) -> None:
    number, head = await town.order(), await bearer(town)
    once, path = head | {"idempotency-key": "macro-1"}, f"{API}/tickets/{number}/macros"
    assert (await town.client.post(path, headers=once, json={"name": "no such macro"})).status_code == 422
    assert (await town.client.post(path, headers=once, json={"name": "ship"})).status_code == 200


async def notes(town: Town, number: int) -> list[str]:
    said = await town.read(lambda tx: comments.of_ticket(tx, number))
    return [comment.text for comment in said if comment.actor == "anna" or comment.actor == "agent:anna"]


async def test_w15_two_who_change_at_once_one_is_told(town: Town) -> None:
    number, head = await town.order(), await bearer(town)
    path = f"{API}/tickets/{number}"
    seen = (await town.client.get(path, headers=head)).headers["etag"]
    first = await town.client.patch(path, headers=head | {"if-match": seen}, json={"priority": "high"})
    second = await town.client.patch(path, headers=head | {"if-match": seen}, json={"priority": "low"})
    assert (first.status_code, second.status_code) == (200, 412)
    assert second.headers["etag"] == first.headers["etag"]
    stale = await town.client.patch(path, headers=head, json={"priority": "low", "version": int(seen.strip('"'))})
    assert stale.status_code == 409
    fresh = await town.client.patch(path, headers=head | {"if-match": first.headers["etag"]}, json={"priority": "low"})
    assert fresh.status_code == 200
    not_modified = await town.client.get(path, headers=head | {"if-none-match": fresh.headers["etag"]})
    assert not_modified.status_code == 304


async def test_an_erp_takes_over_orders_and_reports_shipment(town: Town) -> None:
    numbers, head = (
        [await town.order(f"PO-{n}") for n in range(3)],
        await bearer(town, "orders:read", "shipments:write"),
    )
    first = await town.client.get(f"{API}/orders", params={"limit": 2}, headers=head)
    assert first.headers["content-type"].startswith("application/jsonl")
    rows = [json.loads(line) for line in first.text.splitlines()]
    rest = await town.client.get(f"{API}/orders", params={"after": rows[-1]["id"]}, headers=head)
    rows += [json.loads(line) for line in rest.text.splitlines()]
    assert [row["ticket"] for row in rows] == numbers
    assert [line["sku"] for line in rows[0]["order"]["lines"]] == ["AX-100", "BX-200"]
    report = {
        "carrier": "ACME Freight",
        "tracking_number": "AC-77",
        "lines": [{"line": "1", "quantity": "20"}],
        "macro": "ship",
    }
    done = await town.client.post(f"{API}/tickets/{numbers[0]}/shipment", headers=head, json=report)
    assert done.status_code == 200, done.text
    ticket = await town.read(lambda tx: tickets.snapshot(tx, numbers[0]))
    assert (ticket.value("tracking_number"), ticket.status.word) == ("AC-77", "solved")
    assert "shipped" in ticket.tags
    before = ticket.version
    wrong = await town.client.post(f"{API}/tickets/{numbers[1]}/shipment", headers=head, json=report | {"macro": "no"})
    assert wrong.status_code == 422  # nothing of it was done
    assert (await town.read(lambda tx: tickets.snapshot(tx, numbers[1]))).value("carrier") is None
    assert (await town.read(lambda tx: tickets.snapshot(tx, numbers[0]))).version == before


async def test_events_come_in_order_each_once(town: Town) -> None:
    number, head = await town.order(), await bearer(town)
    await town.client.post(f"{API}/tickets/{number}/notes", headers=head, json={"text": "One."})
    after, kinds = 0, []
    while page := (await town.client.get(f"{API}/events", params={"after": after, "limit": 1}, headers=head)).json():
        if not page["events"]:
            break
        after = page["after"]
        kinds += [event["kind"] for event in page["events"]]
    assert kinds[0] == "TicketCreated"
    assert kinds[-1] == "CommentWritten"
    only = await town.client.get(f"{API}/events", params={"kinds": "CommentWritten"}, headers=head)
    assert [event["data"]["text"] for event in only.json()["events"]] == ["One."]


async def test_raw_mail_is_downloaded_and_never_shown(town: Town) -> None:
    number, head = await town.order(), await bearer(town)
    mails = (await town.client.get(f"{API}/tickets/{number}", headers=head)).json()["mails"]
    raw = await town.client.get(f"{API}/mails/{mails[0]['id']}/raw", headers=head)
    assert raw.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in raw.headers["content-security-policy"]
    assert b"Purchase order PO-1001" in raw.content


async def test_w06_files_of_a_mail_are_listed_and_saved_never_shown(town: Town) -> None:
    raw = """From: Mara Lindt <mara@buyer.example>
To: orders@shop.example
Subject: With a file
Message-ID: <file@buyer.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

See the drawing.
--b
Content-Type: text/html; name="=?utf-8?q?Pl=C3=A4ne=2Ehtml?="
Content-Disposition: attachment

<script>alert(1)</script>
--b--
"""
    number, head = await town.order(raw=raw), await bearer(town)
    mail = (await town.client.get(f"{API}/tickets/{number}", headers=head)).json()["mails"][0]["id"]
    contents = (await town.client.get(f"{API}/mails/{mail}/contents", headers=head)).json()
    assert [file["name"] for file in contents["files"]] == ["Pläne.html"]
    saved = await town.client.get(f"{API}/mails/{mail}/file", params={"name": "Pläne.html"}, headers=head)
    assert saved.headers["content-type"] == "application/octet-stream"
    assert "attachment" in saved.headers["content-disposition"]
    assert b"alert(1)" in saved.content
    none = await town.client.get(f"{API}/mails/{mail}/file", params={"name": "../etc/passwd"}, headers=head)
    assert none.status_code == 404


WRONG: list[tuple[str, str, dict[str, Any], int]] = [
    ("GET", "/tickets/999999", {}, 404),
    ("GET", "/tickets/99999999999999999999999", {}, 404),
    ("GET", "/tickets?limit=0", {}, 400),
    ("GET", "/tickets?colour=red", {}, 400),
    ("GET", "/tickets?limit=5&limit=6", {}, 400),
    ("GET", "/tickets?q=colour:red", {}, 400),
    ("GET", "/tickets?q=%00", {}, 400),
    ("GET", "/nothing", {}, 404),
    ("DELETE", "/tickets", {}, 405),
    ("POST", "/tickets/1/notes", {"json": {}}, 422),
    ("POST", "/tickets/1/notes", {"json": {"text": "x", "colour": "red"}}, 422),
    ("POST", "/tickets/1/notes", {"json": {"text": "nul \0"}}, 422),
    ("POST", "/tickets/1/notes", {"content": b'{"text": "\\ud800"}'}, 422),
    ("POST", "/tickets/1/notes", {"content": b"[" * 100_000}, 400),
    ("POST", "/tickets/1/notes", {"content": b'{"text": NaN}'}, 400),
    ("POST", "/tickets/1/notes", {"content": b"\xff\xfe"}, 400),
    ("POST", "/tickets/1/notes", {"content": b"x", "headers": {"content-type": "text/plain"}}, 415),
    ("POST", "/tickets/1/moves", {"json": {"status": "nowhere"}}, 400),
    ("PATCH", "/tickets/1", {"json": {"fields": {"no_such_field": "x"}}}, 422),
    ("POST", "/tickets/1/notes", {"json": {"text": "x"}, "headers": {"idempotency-key": "ä"}}, 400),
]


async def test_what_is_wrong_is_told_with_its_place(town: Town) -> None:
    await town.order()
    head = await bearer(town) | {"content-type": "application/json"}
    for method, path, given, status in WRONG:
        rest = {name: value for name, value in given.items() if name != "headers"}
        headers = {name.encode(): value.encode() for name, value in (head | given.get("headers", {})).items()}
        answer = await town.client.request(method, API + path, headers=headers, **rest)
        assert answer.status_code == status, (path, given, answer.text)
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem["status"] == status
        assert problem["detail"]


async def test_a_body_beyond_the_limit_is_refused(town: Town) -> None:
    head = await bearer(town) | {"content-type": "application/json"}
    answer = await town.client.post(f"{API}/tickets/1/notes", headers=head, content=b" " * (5 * 1024 * 1024))
    assert answer.status_code == 413


async def test_whoever_asks_too_often_is_told_when_to_come_back(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    head = await bearer(town)
    monkeypatch.setattr(Allowance, "take", lambda *_: 2.5)
    limited = await town.client.get(f"{API}/macros", headers=head)
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "3")


def test_an_allowance_fills_again_and_forgets_the_silent() -> None:
    allowance = Allowance(60)
    assert [allowance.take("a", 0.0) for _ in range(61)] == [0.0] * 60 + [1.0]
    assert allowance.take("b", 0.0) == 0.0
    assert allowance.take("a", 1.0) == 0.0
    assert allowance.take("a", 1.0) > 0
    for number in range(10_100):
        allowance.take(f"c{number}", 2.0)
    assert len(allowance._known) == 10_000


async def test_people_and_tasks(town: Town) -> None:
    number, head = await town.order(), await bearer(town)
    people = (await town.client.get(f"{API}/people", params={"q": "mara"}, headers=head)).json()["people"]
    assert people[0]["address"] == "mara@buyer.example"
    path = f"{API}/people/mara@buyer.example"
    changed = await town.client.patch(path, headers=head, json={"changes": {"tags": "+vip", "region": "north"}})
    assert changed.json()["tags"] == ["vip"]
    made = await town.client.post(f"{API}/tickets/{number}/tasks", headers=head, json={"title": "Call", "to": "olaf"})
    assert made.status_code == 201, made.text
    assert (await town.client.post(f"{API}/tasks/{made.json()['id']}/done", headers=head, json={})).status_code == 200
    light = await bearer(town, user="lena")
    assert (await town.client.patch(path, headers=light, json={"changes": {"tags": "-vip"}})).status_code == 403


async def test_a_ticket_by_hand_and_facts(town: Town) -> None:
    head = await bearer(town)
    given = {
        "requester": "ines@else.example",
        "subject": "By telephone",
        "text": "Ten bolts.",
        "fields": {"carrier": "X"},
    }
    made = await town.client.post(f"{API}/tickets", headers=head, json=given)
    assert made.status_code == 201, made.text
    shown = (await town.client.get(made.headers["location"], headers=head)).json()
    assert (shown["requester"]["address"], shown["fields"]["carrier"]) == ("ines@else.example", "X")
    fact = {"address": "ines@else.example", "kind": "invoice", "key": "R-1", "amount": "12.50", "currency": "EUR"}
    put = await town.client.put(f"{API}/facts", headers=head, json={"facts": [fact]})
    again = await town.client.put(f"{API}/facts", headers=head, json={"facts": [fact | {"amount": "13.50"}]})
    assert put.json() == again.json()
    listed = (await town.client.get(f"{API}/facts", params={"kind": "invoice"}, headers=head)).json()["facts"]
    assert [row["amount"] for row in listed] == ["13.50"]
    wrong = await town.client.put(f"{API}/facts", headers=head, json={"facts": [fact | {"amount": "much"}]})
    assert wrong.status_code == 422


class TestDepartments:
    @pytest.fixture
    def more(self) -> str:
        return """
[[department]]
name = "desk"
label = "Order desk"
addresses = ["orders@shop.example"]
groups = ["Orders"]
"""

    async def test_w09_a_ticket_of_others_is_told_to_be_none_and_the_look_is_noted(self, town: Town) -> None:
        number, ours, theirs = await town.order(), await bearer(town), await bearer(town, user="olaf")
        assert (await town.client.get(f"{API}/tickets/{number}", headers=ours)).status_code == 200
        with capture_logs() as told:
            hidden = await town.client.get(f"{API}/tickets/{number}", headers=theirs)
            none = await town.client.get(f"{API}/tickets/{number + 1}", headers=theirs)
        assert (hidden.status_code, none.status_code) == (404, 404)
        one, other = hidden.json(), none.json()
        assert (one["detail"], other["detail"]) == (f"no ticket {number}", f"no ticket {number + 1}")
        assert one.keys() == other.keys()
        denied = [line for line in told if line["event"] == "web.denied"]
        assert [(line["user"], line["path"]) for line in denied] == [("olaf", f"{API}/tickets/{number}")]
        for feed in ("orders", "events"):
            assert '"ticket"' in (await town.client.get(f"{API}/{feed}", headers=ours)).text
            assert '"ticket"' not in (await town.client.get(f"{API}/{feed}", headers=theirs)).text
        await town.sign_in("olaf")
        assert (await town.client.get(f"/tickets/{number}")).status_code == 404
