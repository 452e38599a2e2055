"""Letters that wait for a person are released and dropped many at once: after one confirmation, each with its end."""

import re
from typing import Any

import pytest

from maild.store import letter_list
from tests.maild.web.conftest import ORDER, Town

CONFIRMS = """
[[trigger]]
name = "receipt"
on = "created"
do = [{ notify = "requester", template = "order_received" }]
"""


@pytest.fixture
def more() -> str:
    return CONFIRMS


ALIVE: dict[str, Any] = {"ready": True, "version": "1", "degraded": {}, "mailboxes": [], "holds": [], "stops_by": None}
ALIVE |= {"restart_needed": []}


@pytest.fixture(autouse=True)
def _alive(town: Town) -> None:
    town.house.living = lambda: ALIVE


async def held(town: Town, *numbers: int) -> list[int]:
    """Orders whose senders nothing proves, so that their receipts are held; the letters."""
    for number in numbers:
        await town.order(raw=ORDER.format(number=f"PO-{number}").replace("mara@", f"mara{number % 2}@"))
    return await waiting(town)


async def waiting(town: Town) -> list[int]:
    rows = await town.read(lambda tx: letter_list.rows(tx, "held", None, 100))
    return sorted(row["id"] for row in rows)


async def test_letters_are_chosen_confirmed_once_and_each_is_told(town: Town) -> None:
    letters, token = await held(town, 1, 2, 3), await town.sign_in("root")
    page = (await town.client.get("/operations")).text
    assert re.findall(r'name="id" form="chosen-letters" value="(\d+)"', page) == [str(n) for n in reversed(letters)]
    assert page.count('class="state">held<') == 3, "on one line"
    asked = await town.post("/operations/letters", token, does="release", id=letters[:2])
    assert "Release 2 letters to 2 addresses?" in asked.text
    assert "mara0@buyer.example" in asked.text
    assert "vouches for who wrote" in asked.text
    assert await waiting(town) == letters
    chosen = re.findall(r'name="id" value="(\d+)"', asked.text)
    assert sorted(chosen) == sorted(str(n) for n in letters[:2])
    done = await town.post("/operations/letters/all", token, does="release", id=chosen)
    assert "<h1" in done.text
    assert "2 of 2 letters released" in done.text
    assert await waiting(town) == letters[2:]
    again = await town.post("/operations/letters/all", token, does="release", id=[*chosen, letters[2]])
    assert "1 of 3 letters released" in again.text
    assert f"refused: letter {letters[0]} is queued; it cannot be released" in again.text
    assert await waiting(town) == []


async def test_all_of_one_reason_go_together_and_those_of_another_stay(town: Town) -> None:
    letters, token = await held(town, 1, 2, 3), await town.sign_in("root")
    await town.post("/tickets/1/say", token, kind="reply", text="We look into it.")
    [own] = await town.read(lambda tx: [row["id"] for row in letter_list.rows(tx, "queued", None, 100)])
    await town.post(f"/operations/letters/{own}/hold", token)
    page = (await town.client.get("/operations")).text
    assert "<b>3 letters</b> held to 2 addresses" in page
    [code] = re.findall(r'name="code" value="([^"]+)"', page)
    asked = await town.post("/operations/letters", token, does="drop", code=code)
    assert "Drop 3 letters to 2 addresses?" in asked.text
    assert "never leaves" in asked.text
    chosen = re.findall(r'name="id" value="(\d+)"', asked.text)
    assert sorted(map(int, chosen)) == letters
    later = set(await held(town, 4)) - {*letters, own}
    done = await town.post("/operations/letters/all", token, does="drop", id=chosen)
    assert "3 of 3 letters dropped" in done.text
    assert set(await waiting(town)) == {own, *later}


async def test_what_cannot_be_done_to_a_letter_is_said_before(town: Town) -> None:
    [letter], token = await held(town, 1), await town.sign_in("root")
    await town.post(f"/operations/letters/{letter}/release", token)
    asked = await town.post("/operations/letters", token, does="release", id=letter)
    assert "Release 0 letters" in asked.text
    assert "Left out: it cannot be done to this" in asked.text
    assert 'action="/operations/letters/all"' not in asked.text


async def test_nothing_chosen_is_no_error(town: Town) -> None:
    token = await town.sign_in("root")
    for given in ({"does": "release"}, {"does": "burn", "id": 1}, {"does": "release", "code": "no.such"}):
        answer = await town.post("/operations/letters", token, **given)
        assert (answer.status_code, answer.headers["location"]) == (303, "/operations")
    assert (await town.post("/operations/letters/all", token, does="burn", id=1)).status_code == 303


async def test_many_letters_are_for_leads(town: Town) -> None:
    token = await town.sign_in("anna")
    for path in ("/operations/letters", "/operations/letters/all"):
        assert (await town.post(path, token, does="release", id=1)).status_code == 403
