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
