"""What a program meets that speaks HTTP carefully, or carelessly."""

import json
from typing import Any

import httpx

from maild.web.api.routes import ENDPOINTS
from tests.maild.web.conftest import Town
from tests.maild.web.test_api import API, bearer


async def test_every_address_tells_its_methods_without_a_token(town: Town) -> None:
    for endpoint in {one.path: one for one in ENDPOINTS if "{" not in one.path}.values():
        may = {one.method for one in ENDPOINTS if one.path == endpoint.path}
        told = await town.client.options(API + endpoint.path)
        assert (told.status_code, told.content) == (204, b"")
        assert set(told.headers["allow"].split(", ")) >= may | {"OPTIONS"}
        wrong = await town.client.request("DELETE", API + endpoint.path)
        assert (wrong.status_code, set(wrong.headers["allow"].split(", "))) == (
            405,
            set(told.headers["allow"].split(", ")),
        )


async def test_a_method_that_nobody_knows_is_told_which_there_are(town: Town) -> None:
    answer = await town.client.request("TRACE", f"{API}/orders")
    assert (answer.status_code, "GET" in answer.headers["allow"]) == (405, True)


async def test_the_document_is_for_everybody_and_spared_who_has_it(town: Town) -> None:
    told = await town.client.get(f"{API}/openapi.json")
    assert told.json()["openapi"] == "3.1.0"
    again = await town.client.get(f"{API}/openapi.json", headers={"if-none-match": told.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_head_is_get_without_the_body(town: Town) -> None:
    number, head = await town.order(), await bearer(town)
    for path in (f"/tickets/{number}", "/orders", "/mails/1/raw"):
        whole, bare = await town.client.get(API + path, headers=head), await town.client.head(API + path, headers=head)
        assert (bare.status_code, bare.content) == (200, b"")
        assert bare.headers["content-length"] == str(len(whole.content))
        assert bare.headers.get("etag") == whole.headers.get("etag")


async def test_orders_are_lines_or_one_object_as_the_program_accepts(town: Town) -> None:
    numbers, head = [await town.order(f"PO-{n}") for n in range(3)], await bearer(town)

    async def taken(accept: str, **params: Any) -> httpx.Response:
        return await town.client.get(f"{API}/orders", params=params, headers=head | {"accept": accept})

    lines, page = await taken("*/*", limit=2), await taken("application/json", limit=2)
    assert lines.headers["content-type"] == "application/jsonl"
    assert page.headers["content-type"] == "application/json"
    assert page.headers["vary"] == lines.headers["vary"] == "accept"
    assert page.json()["orders"] == [json.loads(line) for line in lines.text.splitlines()]
    rest = (await taken("application/json", after=page.json()["after"])).json()
    assert [row["ticket"] for row in (*page.json()["orders"], *rest["orders"])] == numbers
    assert (await taken("application/json", after=rest["after"])).json() == {"orders": [], "after": rest["after"]}
    assert (await taken("application/jsonl, application/json")).headers["content-type"] == "application/jsonl"


async def test_tickets_are_found_by_state_and_by_when_they_changed(town: Town) -> None:
    first, head = await town.order("PO-1"), await bearer(town)
    town.clock.move_to(town.clock.now().replace(hour=12))
    second = await town.order("PO-2")

    async def found(q: str) -> list[int]:
        answer = await town.client.get(f"{API}/tickets", params={"q": q}, headers=head)
        assert answer.status_code == 200, answer.text
        return [row["id"] for row in answer.json()["tickets"]]

    assert await found("updated:2026-03-02T10:00:00Z") == [second]
    assert await found("updated:2026-03-02T13:00:00+01:00 po:PO-2") == [second]
    assert await found("created:2026-03-02 status:open") == await found("status:open")
    assert await found("created:2026-03-02") == [second, first]
    await town.client.patch(f"{API}/tickets/{first}", headers=head, json={"priority": "high"})
    assert await found("updated:2026-03-02T10:00") == [second, first]
    wrong = await town.client.get(f"{API}/tickets", params={"q": "updated:yesterday"}, headers=head)
    assert (wrong.status_code, wrong.json()["hint"]) == (400, "as 2026-11-22 or 2026-11-22T10:00:00Z")


async def test_two_files_of_one_name_can_both_be_had(town: Town) -> None:
    part = "--b\nContent-Type: text/csv\nContent-Disposition: attachment; filename=order.csv\n\nsku;{0}\n"
    raw = (
        "From: mara@buyer.example\nTo: orders@shop.example\nSubject: Two\nMessage-ID: <two@buyer.example>\n"
        'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain\n\nSee both.\n{part.format(1)}{part.format(2)}--b--\n"
    )
    await town.order(raw=raw)
    head = await bearer(town)
    files = (await town.client.get(f"{API}/mails/1/contents", headers=head)).json()["files"]
    assert [file["name"] for file in files] == ["order.csv", "order (2).csv"]
    for number, file in enumerate(files, start=1):
        saved = await town.client.get(f"{API}/mails/1/file", params={"name": file["name"]}, headers=head)
        assert saved.text.strip() == f"sku;{number}"


TOLD: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("GET", "/orders/", {}, 404, "leave out the slash at the end"),
    ("GET", "/tickets?statsu=open", {}, 400, "/statsu: unknown; there are q, limit, before"),
    ("GET", "/tickets?qq=x", {}, 400, "did you mean q?"),
    ("GET", "/macros?q=x", {}, 400, "nothing is asked for in the query here"),
    ("GET", "/tickets?q=%ff", {}, 400, "not UTF-8"),
    ("GET", "/people/%ff%fe", {}, 400, "not UTF-8"),
    ("GET", "/people/a%00b", {}, 404, "there is no such page"),
    ("GET", "/orders?after=99999999999999999999999999", {}, 400, "/after"),
    ("GET", "/orders?after=1e3", {}, 400, "/after"),
    ("GET", "/orders?after=" + "9" * 5000, {}, 400, "/after"),
    ("POST", "/tickets/1/notes", {"content": b'{"text": "a" "b"}'}, 400, "line 1, column 14"),
    ("POST", "/tickets/1/notes", {"content": b'\xef\xbb\xbf{"text": "a"}'}, 400, "BOM"),
    ("POST", "/tickets/1/notes", {"content": '{"text": "a"}'.encode("utf-16")}, 400, "UTF-8"),
    ("POST", "/tickets/1/notes", {"content": b'{"text": "a", "text": "b"}'}, 422, "'text' stands there twice"),
    ("POST", "/tickets/1/notes", {"content": b'{"text": ' + b"9" * 5000 + b"}"}, 400, "no JSON"),
    ("POST", "/tickets/1/notes", {"content": b'{"text": "a", "version": 1e999}'}, 422, "/version"),
    ("POST", "/tickets/1/notes", {"content": b'["text"]'}, 422, "/"),
    ("POST", "/tickets/1/notes", {"content": b"", "headers": {}}, 400, "no JSON"),
    ("POST", "/tickets/1/notes", {"json": {"text": "a"}, "headers": {"content-encoding": "gzip"}}, 415, "compressed"),
    ("POST", "/tickets/1/notes", {"json": {"text": "a"}, "headers": {"if-match": "1"}}, 400, 'If-Match: \\"'),
    ("POST", "/tickets/1/notes", {"json": {"text": "a"}, "headers": {"if-match": 'W/"1"'}}, 400, "is weak"),
    ("PUT", "/prices", {"json": {"prices": []}}, 422, "at least 1 entry"),
    (
        "PUT",
        "/prices",
        {"json": {"prices": [{"sku": "A"}]}},
        422,
        '"detail":"/prices/0/price: is missing; /prices/0/currency: is missing"',
    ),
    ("POST", "/tasks/1/done", {"json": {}, "headers": {"if-match": '"1"'}}, 412, "leave If-Match out"),
]


async def test_what_is_wrong_is_told_as_it_is(town: Town) -> None:
    await town.order()
    head = await bearer(town) | {"content-type": "application/json"}
    others = []
    for method, path, given, status, said in TOLD:
        rest = {name: value for name, value in given.items() if name != "headers"}
        answer = await town.client.request(method, API + path, headers=head | given.get("headers", {}), **rest)
        told = (answer.status_code, answer.headers["content-type"], said in answer.text)
        if told != (status, "application/problem+json", True):
            others.append((path, given, answer.status_code, answer.text))
    assert others == []


async def test_what_needs_nothing_said_needs_no_body(town: Town) -> None:
    number, head = await town.order(), await bearer(town)
    task = await town.client.post(f"{API}/tickets/{number}/tasks", headers=head, json={"title": "Call", "to": "olaf"})
    done = await town.client.post(f"{API}/tasks/{task.json()['id']}/done", headers=head)
    assert (done.status_code, done.json()["state"]) == (200, "done")


async def test_a_tag_that_a_proxy_made_weak_spares_the_body_all_the_same(town: Town) -> None:
    number, head = await town.order(), await bearer(town)
    tag = (await town.client.get(f"{API}/tickets/{number}", headers=head)).headers["etag"]
    for asked in (tag, f"W/{tag}", f'"0",{tag}', "*"):
        spared = await town.client.get(f"{API}/tickets/{number}", headers=head | {"if-none-match": asked})
        assert (spared.status_code, spared.content) == (304, b"")
    told = await town.client.get(f"{API}/tickets/{number}", headers=head | {"if-none-match": '"0"'})
    assert told.status_code == 200
