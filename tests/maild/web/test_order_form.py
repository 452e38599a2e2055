"""Public forms: what one value calls for is asked for, files come along, and the ticket has the form."""

from typing import Any

import pytest

from maild.store import spool, tickets
from pipeline import web_form
from tests.maild.web.conftest import ORDER, Town, csrf_of
from tests.maild.web.test_customer import path_of, settled

MORE = """
[fields.topic]
type = "dropdown"
label = "Topic"
options = { repair = "Repair", other = "Something else" }

[fields.serial]
type = "text"
label = "Serial number"

[fields.parts]
type = "multiselect"
options = { lid = "Lid", "base" = "Base plate" }

[fields.urgent]
type = "checkbox"

[fields.weight]
type = "decimal"

[fields.bought]
type = "date"

[fields.paid]
type = "dropdown"
options = { no = "No", yes = "Yes" }

[[form]]
name = "service"
label = "Service"
public = true
fields = ["topic", "serial", "parts", "urgent", "weight", "bought"]
shown_if = { serial = "topic == repair" }

[[form]]
name = "parts"
label = "Parts"
fields = ["topic"]

[[department]]
name = "orders"
label = "Orders"
groups = ["Orders"]

[[department]]
name = "service"
label = "Repairs & spares"
addresses = ["orders@shop.example"]
statuses = { open = "Being repaired" }
forms = ["parts", "service"]
groups = ["Service"]
"""


@pytest.fixture
def more() -> str:
    return MORE


@pytest.fixture
def site() -> str:
    return 'base_url = "http://127.0.0.1:9"'


ASKED = ("topic", "serial", "parts", "urgent", "weight", "bought", "paid")


async def fill(town: Town, files: Any = None, language: str = "en", **given: Any) -> Any:
    csrf = csrf_of((await town.client.get("/forms/service")).text)
    fields = {f"field.{name}" if name in ASKED else name: value for name, value in given.items()}
    data = {"csrf": csrf, "name": "Mara Lindt", "address": "mara@buyer.example", "last": "1", **fields}
    return await town.client.post(
        "/forms/service", data=data, files=files or {"file": ("", b"")}, headers={"accept-language": language}
    )


async def test_what_a_value_calls_for_is_asked_for_before_anything_is_taken(town: Town) -> None:
    assert "Serial number" not in (await town.client.get("/forms/service")).text
    page = (await fill(town, topic="repair", text="It <squeaks>.")).text
    assert "Serial number" in page
    assert 'value="repair" selected' in page
    assert "It &lt;squeaks&gt;.</textarea>" in page
    assert await settled(town) == []
    assert "Serial number" not in (await fill(town, topic="repair", serial="SN-4", text="It squeaks.")).text
    [done] = await settled(town)
    ticket = await town.read(lambda tx: tickets.snapshot(tx, done.ticket))
    assert (ticket.form, ticket.department, ticket.order_address) == ("service", "service", "orders@shop.example")
    raw = (await town.read(lambda tx: spool.raw(tx, 1))).decode()
    assert "Topic: Repair\r\nSerial number: SN-4" in raw


async def test_what_no_value_calls_for_is_not_taken(town: Town) -> None:
    await fill(town, topic="other", serial="SN-4", text="Hello.")
    await settled(town)
    assert "SN-4" not in (await town.read(lambda tx: spool.raw(tx, 1))).decode()


async def test_files_come_along_and_are_whole(town: Town) -> None:
    bolt, note = bytes(range(256)) * 900, b"\r\n.\r\n--web-\r\n"
    await fill(town, [("file", ("bolt é.pdf", bolt)), ("file", ("note.txt", note))], topic="other")
    [done] = await settled(town)
    await town.sign_in("olaf")
    assert done.ticket is not None
    for name, content in (("bolt é.pdf", bolt), ("note.txt", note)):
        assert (await town.client.get("/mails/1/file", params={"name": name})).content == content


@pytest.mark.parametrize("address", ["x@localhost", "x@[127.0.0.1]", "x", "x@buyer..example", "x@y@buyer.example"])
async def test_an_address_that_our_reader_takes_for_nobodys_is_refused(town: Town, address: str) -> None:
    answer = await fill(town, topic="other", text="Ten bolts", address=address)
    assert answer.status_code == 422
    assert "this is no mail address" in answer.text.lower()
    assert await settled(town) == []


async def test_whatever_somebody_is_called_they_are_who_ordered(town: Town) -> None:
    await fill(town, topic="other", text="Ten bolts", name="(" * 60 + 'M <"x">, a@b.example;')
    [done] = await settled(town)
    assert (await town.read(lambda tx: tickets.snapshot(tx, done.ticket))).requester.address == "mara@buyer.example"


async def test_what_is_filled_in_fills_the_tickets_fields_by_the_form_and_no_other(town: Town) -> None:
    given = {"topic": "repair", "serial": "SN-é 4", "parts": ["base", "lid"], "urgent": "true", "paid": "yes"}
    page = await fill(town, **given, weight="1.234,5", bought="3.2.2026", text="It squeaks.", language="de")
    assert page.status_code == 200
    [done] = await settled(town)
    ticket = await town.read(lambda tx: tickets.snapshot(tx, done.ticket))
    held = {name: value for name, value in ticket.fields if name in ASKED}
    expected = {"topic": "repair", "serial": "SN-é 4", "parts": "base,lid", "urgent": "true"}
    assert held == {**expected, "weight": "1234.5", "bought": "2026-02-03"}
    token = await town.sign_in("olaf")
    assert token
    assert "the customer&#39;s form" in (await town.client.get(f"/tickets/{done.ticket}")).text


async def test_answers_that_another_mail_claims_are_not_believed(town: Town) -> None:
    code = next(web_form.written("weight", "7"))
    raw = ORDER.format(number="PO-8").replace("Subject:", f"X-Maild-Form: service\nX-Maild-Answer: {code}\nSubject:")
    number = await town.order(raw=raw)
    assert (await town.read(lambda tx: tickets.snapshot(tx, number))).value("weight") is None


def test_what_is_written_into_headers_is_read_again() -> None:
    long = "Zeile é\n" * 2500
    assert web_form.read([*web_form.written("a", long), *web_form.written("b", "x")]) == {"a": long, "b": "x"}
    assert web_form.read(["", "a", "b !", "c /w=="]) == {"a": ""}


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("weight", "abc", "such as 1,234.50"),
        ("bought", "2026-02-31", "write a day that there is".replace("write", "Write")),
        ("parts", "roof", "Choose from"),
        ("topic", "x", "Choose from"),
        ("address", "x@localhost", "This is no mail address"),
    ],
)
async def test_a_mistake_is_told_beside_its_field_and_all_is_kept(town: Town, name: str, typed: str, said: str) -> None:
    given = {"topic": "other", "weight": "2.5", "text": "It squeaks."} | {name: typed}
    answer = await fill(town, {"file": ("bolt.pdf", b"x")}, **given)
    assert answer.status_code == 422
    assert said in answer.text.split(f'id="wrong-{name if name == "address" else "field-" + name}"')[1].split("</p>")[0]
    assert "It squeaks.</textarea>" in answer.text
    assert "choose your files again, your browser does not keep them: bolt.pdf" in answer.text
    if name not in ("parts", "topic"):
        assert f'value="{typed}"' in answer.text
    assert await settled(town) == []


async def test_files_are_named_where_more_is_asked_for(town: Town) -> None:
    page = (await fill(town, {"file": ("bolt <é>.pdf", b"x")}, topic="repair")).text
    assert "Serial number" in page
    assert "your browser does not keep them: bolt &lt;é&gt;.pdf" in page


async def test_controls_are_those_of_their_kind_and_limits_are_told(town: Town) -> None:
    page = (await town.client.get("/forms/service")).text
    for part in ('type="checkbox" name="field.parts" value="lid"', 'type="checkbox" name="field.urgent"'):
        assert part in page
    assert 'name="field.bought" type="date"' in page
    assert "Files are asked for on the last page." in page and 'type="file"' not in page


async def test_files_are_asked_for_where_nothing_more_is_and_never_before(town: Town) -> None:
    page = (await fill(town, topic="repair", last="")).text
    assert ("Serial number" in page, 'type="file"' in page, "Go on" in page) == (True, False, True)
    page = (await fill(town, topic="repair", serial="SN-4", last="")).text
    assert 'value="SN-4"' in page and 'type="file"' in page and "look through it, add your files" in page
    assert "At most 20 files of 16 MB together." in page and 'name="last" value="1"' in page
    assert await settled(town) == []
    await fill(town, {"file": ("bolt.pdf", b"x")}, topic="repair", serial="SN-4")
    [done] = await settled(town)
    assert done.ticket is not None
    raw = (await town.read(lambda tx: spool.raw(tx, 1))).decode()
    assert "SN-4" in raw and "bolt.pdf" in raw


async def test_more_than_a_mail_may_have_is_refused(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(town.desk.config.smtp.__dict__, "max_size", 64_000)
    answer = await fill(town, {"file": ("a.pdf", b"x" * 50_000)}, topic="other")
    assert answer.status_code == 413
    assert "fewer files" in answer.text
    assert await settled(town) == []


async def test_a_mail_that_says_it_was_a_form_of_ours_is_not_believed(town: Town) -> None:
    number = await town.order(raw=ORDER.format(number="PO-7").replace("Subject:", "X-Maild-Form: service\nSubject:"))
    assert (await town.read(lambda tx: tickets.snapshot(tx, number))).form in (None, "parts")


async def test_customers_read_whose_their_order_is_and_its_state_in_the_desks_words(town: Town) -> None:
    number, token = await town.order(), await town.sign_in("olaf")
    await town.post(f"/tickets/{number}/move", token, status="open")
    page = (await town.client.get(await path_of(town, number))).text
    assert "<dt>Handled by</dt><dd>Repairs &amp; spares</dd>" in page
    assert "<strong>Being repaired.</strong>" in page


WAY = """
[[blueprint]]
name = "way"
label = "Way"
all = ["status < closed"]
[[blueprint.state]]
name = "checked"
label = "Fraud check"
status = "open"
[[blueprint.state]]
name = "packed"
label = "Pick and pack"
customer = "We pack your order"
status = "open"
[[blueprint.transition]]
name = "pack"
from = ["checked"]
to = "packed"
who = ["agents"]
"""


@pytest.mark.parametrize("more", [WAY])
async def test_a_state_is_told_to_customers_only_where_it_has_words_for_them(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    page = (await town.client.get(await path_of(town, number))).text
    assert "Fraud check" not in page
    await town.post(f"/tickets/{number}/move", token, status="pack")
    page = (await town.client.get(await path_of(town, number))).text
    assert "<strong>We pack your order.</strong>" in page
    assert "Pick and pack" not in page


async def test_customers_read_what_went_wrong_in_their_language_with_the_way_back(town: Town) -> None:
    german, path = {"accept-language": "de"}, "/forms/service"
    csrf = csrf_of((await town.client.get(path)).text)
    files = [("file", (f"{number}.txt", b"x")) for number in range(25)]
    many = await town.client.post(path, data={"csrf": csrf}, files=files, headers=german)
    old = await town.client.post(path, data={"csrf": "x", "text": "It squeaks."}, headers=german)
    foreign = await town.client.post(path, headers=german | {"sec-fetch-site": "cross-site"})
    none = await town.client.get("/o/nonsense", headers=german)
    told = ("mehr als 20 Dateien", "zu alt oder keines", "von einer anderen Website", "Diese Seite gibt es nicht")
    for answer, words in zip((many, old, foreign, none), told, strict=True):
        assert '<html lang="de">' in answer.text
        assert "<title>Das hat nicht geklappt</title>" in answer.text
        assert words in answer.text
        assert 'href="/"' not in answer.text
        assert f'href="{"/my-orders" if answer is none else path}"' in answer.text
    assert "It squeaks.</textarea>" in old.text


@pytest.mark.parametrize("web", ['max_body = "64KB"'])
async def test_what_is_too_large_is_told_in_the_language_too(town: Town) -> None:
    french = {"accept-language": "fr"}
    answer = await town.client.post("/forms/service", files={"file": ("a", b"x" * 70_000)}, headers=french)
    assert answer.status_code == 413
    assert "dépasse 64000 octets" in answer.text
    assert "envoyez moins de fichiers" in answer.text.lower()
