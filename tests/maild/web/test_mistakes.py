"""What is wrong with a form stands beside the field it is about, the first has the focus, and nothing is lost."""

import re

import pytest

from tests.maild.web.conftest import Town, csrf_of
from tests.maild.web.test_console import BLUEPRINT
from tests.maild.web.test_customer import path_of
from tests.maild.web.test_customer_step import WAY

FIELDS = """
[fields.ship_date]
label = "Ship date"
type = "date"

[fields.pallets]
label = "Pallets"
type = "integer"
"""
FORM = (
    FIELDS
    + """
[[form]]
name = "Order"
label = "Order goods"
public = true
fields = ["ship_date", "pallets"]
"""
)
ASKS = """
[[blueprint.transition]]
name = "plan"
label = "Plan it"
from = ["received"]
to = "asked"
who = ["group:Orders"]
needs = ["ship_date", "pallets"]
comment = "private"
"""


def marked(page: str) -> list[str]:
    """Names of the fields that are marked as wrong; each says with which text, and that text is there."""
    found = []
    for tag in re.findall(r"<(?:input|select|textarea|fieldset)[^>]*aria-invalid=[^>]*>", page):
        ids = re.findall(r'aria-describedby="([^"]+)"', tag)[0].split()
        assert all(f'id="{one}"' in page for one in ids), tag
        found += re.findall(r'name="([^"]+)"', tag)
    return found


def focused(page: str) -> list[str]:
    tags = re.findall(r"<(?:input|select|textarea)[^>]* autofocus[^>]*>", page)
    return [re.findall(r'name="([^"]+)"', tag)[0] for tag in tags]


@pytest.mark.parametrize("more", [FORM])
async def test_mistakes_of_an_edit_stand_beside_their_fields(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    await town.post(f"/tickets/{number}/edit", token, **{"set.form": "Order"})
    wrong = {"set.ship_date": "soon", "set.was.ship_date": "", "set.pallets": "many", "set.was.pallets": ""}
    page = await town.post(f"/tickets/{number}/edit", token, **wrong, **{"set.tags": "late", "set.was.tags": ""})
    assert page.status_code == 422
    assert marked(page.text) == ["set.ship_date", "set.pallets"]
    assert focused(page.text) == ["set.ship_date"]
    assert "Nothing was kept: put right what is marked below." in page.text
    assert (
        'name="set.ship_date" aria-invalid="true" aria-describedby="wrong-f-ship_date" autofocus value="soon"'
        in page.text
    )
    assert 'name="set.tags" value="late"' in page.text
    assert "&#39;soon&#39; is not" in page.text


@pytest.mark.parametrize("more", [FORM])
async def test_what_is_about_no_field_stands_above_with_the_rest(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    page = await town.post(f"/tickets/{number}/edit", token, **{"set.status": "gone", "set.nowhere": "x"})
    assert page.status_code == 422
    assert "Nothing was kept: " in page.text
    assert marked(page.text) == []


@pytest.mark.parametrize("more", [FIELDS + BLUEPRINT + ASKS])
async def test_a_transition_that_is_refused_asks_again_with_what_was_written(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    page = (await town.client.get(f"/tickets/{number}")).text
    version = page.split('name="version" value="')[1].split('"')[0]
    given = {"status": "plan", "version": version, "set.ship_date": "soon", "set.pallets": "", "comment": "Two trucks."}
    again = await town.post(f"/tickets/{number}/move", token, **given)
    assert again.status_code == 422
    assert marked(again.text) == ["set.ship_date", "set.pallets"] or marked(again.text) == [
        "set.pallets",
        "set.ship_date",
    ]
    assert "Nothing was done" in again.text
    assert ">Two trucks.</textarea>" in again.text
    assert 'value="soon"' in again.text
    assert "<details open>" in again.text
    right = given | {"set.ship_date": "2026-03-09", "set.pallets": "4"}
    assert (await town.post(f"/tickets/{number}/move", token, **right)).status_code == 303


async def test_both_boxes_come_back_whichever_button_was_pressed(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    where, both = f"/tickets/{number}/say", {"text": "On Friday.", "note": "Call them."}
    for kind in ("preview", "note", "reply"):
        page = await town.post(where, token, kind=kind, **both)
        assert page.status_code == 200
        assert (">On Friday.</textarea>" in page.text) == (kind != "reply")
        assert (">Call them.</textarea>" in page.text) == (kind != "note")
    empty = await town.post(where, token, kind="reply", text=" ", note="Call them.")
    assert empty.status_code == 422
    assert (marked(empty.text), focused(empty.text)) == (["text"], ["text"])
    assert ">Call them.</textarea>" in empty.text
    empty = await town.post(where, token, kind="note", text="On Friday.", note="")
    assert (marked(empty.text), focused(empty.text)) == (["note"], ["note"])


async def test_mistakes_of_a_task_stand_beside_its_fields(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    given = {"title": "Call them", "to": "olaf", "due": "soon"}
    page = await town.post(f"/tickets/{number}/tasks", token, **given)
    assert page.status_code == 422
    assert (marked(page.text), focused(page.text)) == (["due"], ["due"])
    assert 'value="Call them"' in page.text
    assert 'value="soon"' in page.text
    assert "<option selected>olaf</option>" in page.text
    assert "&#39;soon&#39; is no duration" in page.text
    page = await town.post(f"/tickets/{number}/tasks", token, **given | {"title": " ", "due": ""})
    assert (marked(page.text), focused(page.text)) == (["title"], ["title"])
    page = await town.post(f"/tickets/{number}/tasks", token, **given | {"to": "zoe", "due": "4h"})
    assert (marked(page.text), focused(page.text)) == (["to"], ["to"])
    assert (await town.post(f"/tickets/{number}/tasks", token, **given | {"due": "4h"})).status_code == 303
    page = await town.client.get(f"/tickets/{number}")
    assert (marked(page.text), focused(page.text)) == ([], [])


async def test_what_is_wrong_with_no_field_stands_above_the_form_and_has_the_focus(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    for word in ("solved", "closed"):
        await town.post(f"/tickets/{number}/move", token, status=word)
    page = await town.post(f"/tickets/{number}/tasks", token, title="Call them", to="anna", due="")
    assert page.status_code == 422
    assert (marked(page.text), 'value="Call them"' in page.text) == ([], True)
    alert = re.findall(r'<p class="wrong" role="alert" tabindex="-1" autofocus>([^<]*)<', page.text)
    assert alert == [f"Nothing was kept: ticket {number} is closed and takes no task."]


async def test_a_task_that_somebody_else_has_done_is_no_mistake(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    await town.post(f"/tickets/{number}/tasks", token, title="Call them", to="anna", due="")
    task = re.findall(rf'action="/tickets/{number}/tasks/(\d+)"', (await town.client.get(f"/tickets/{number}")).text)[0]
    assert (await town.post(f"/tickets/{number}/tasks/{task}", token)).headers["location"] == f"/tickets/{number}"
    for path, back in ((f"/tickets/{number}/tasks/{task}", f"/tickets/{number}"), (f"/tasks/{task}", "/tasks")):
        again = await town.post(path, token)
        assert (again.status_code, again.headers["location"]) == (303, back)
        assert f"Task {task} was done already, by" in (await town.client.get(back)).text


async def test_mistakes_of_a_side_conversation_stand_beside_its_fields(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    given = {"to": "mara@buyer.example", "subject": "Pallets", "text": "How many fit?"}
    page = await town.post(f"/tickets/{number}/asides", token, **given)
    assert page.status_code == 422
    assert (marked(page.text), focused(page.text)) == (["to"], ["to"])
    assert f"mara@buyer.example is on the customer&#39;s side of ticket {number}." in page.text
    assert ">How many fit?</textarea>" in page.text
    page = await town.post(f"/tickets/{number}/asides", token, to="carrier@swift.example", subject="", text=" ")
    assert (marked(page.text), focused(page.text)) == (["subject", "text"], ["subject"])
    went = await town.post(f"/tickets/{number}/asides", token, **given | {"to": "carrier@swift.example"})
    side = went.headers["location"]
    page = await town.post(side, token, does="say", text=" ")
    assert page.status_code == 422
    assert (marked(page.text), focused(page.text)) == (["text"], ["text"])
    assert (await town.post(side, token, does="close")).status_code == 303
    page = await town.post(side, token, does="close", text="Half written.")
    assert page.status_code == 422
    assert ">Half written.</textarea>" in page.text
    assert "is closed already" in page.text


async def test_mistakes_of_a_resolution_and_its_article_stand_beside_their_fields(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    page = await town.post(f"/tickets/{number}/resolve", token, text=" ")
    assert (page.status_code, marked(page.text), focused(page.text)) == (422, ["text"], ["text"])
    long = "x" * 20_001
    page = await town.post(f"/tickets/{number}/resolve", token, text=long)
    assert (page.status_code, marked(page.text), long in page.text) == (422, ["text"], True)
    await town.post(f"/tickets/{number}/resolve", token, text="Turn the seal round.")
    page = await town.post(f"/tickets/{number}/publish", token, title="Seals", what="Mara had it.")
    assert (page.status_code, marked(page.text), focused(page.text)) == (422, ["what"], ["what"])
    assert "It tells whose order it was: Mara" in page.text
    assert 'value="Seals"' in page.text
    page = await town.post(f"/tickets/{number}/publish", token, title=" ", what="A seal.")
    assert (marked(page.text), focused(page.text)) == (["title"], ["title"])
    await town.post(f"/tickets/{number}/resolve", token, text="Mara turned it round.")
    page = await town.post(f"/tickets/{number}/publish", token, title="Seals", what="")
    assert (marked(page.text), "Nothing was published: it tells whose order it was: Mara" in page.text) == ([], True)


async def test_a_value_that_cannot_be_put_right_so_stays_in_its_box(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    page = await town.post(f"/tickets/{number}/correct", token, field="lines[0].quantity=20", value="many")
    assert (page.status_code, marked(page.text), focused(page.text)) == (422, ["value"], ["value"])
    assert 'value="many"' in page.text
    assert '<option value="lines[0].quantity=20" selected>' in page.text


@pytest.mark.parametrize("more", [FORM])
async def test_the_first_mistake_of_a_public_form_has_the_focus(town: Town) -> None:
    csrf = csrf_of((await town.client.get("/forms/Order")).text)
    given = {"name": "Mara", "address": "mara@buyer.example", "field.ship_date": "2026-03-09", "field.pallets": "many"}
    page = await town.post("/forms/Order", csrf, **given)
    assert (marked(page.text), focused(page.text)) == (["field.pallets"], ["field.pallets"])
    page = await town.post("/forms/Order", csrf, **given | {"address": "nobody", "field.ship_date": "soon"})
    assert marked(page.text) == ["address", "field.ship_date", "field.pallets"]
    assert focused(page.text) == ["address"]


@pytest.mark.parametrize("more", [WAY])
async def test_a_customers_form_that_cannot_be_taken_is_shown_again(town: Town) -> None:
    path = await path_of(town, await town.order())
    csrf = csrf_of((await town.client.get(path)).text)
    given = {"csrf": csrf, "transition": "drop", "field.carrier": "ACME", "comment": ""}
    page = await town.client.post(f"{path}/move", data=given, files={"none": ("", b"")})
    assert page.status_code == 422
    assert (marked(page.text), focused(page.text)) == (["comment", "file"], ["comment"])
    assert 'value="ACME"' in page.text
    assert "Fill this in, it is needed." in page.text
    assert f'action="{path}/move"' in page.text
    page = await town.post(f"{path}/say", csrf, text=" ")
    assert page.status_code == 422
    assert (marked(page.text), focused(page.text)) == (["text"], ["text"])
