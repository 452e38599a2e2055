"""A customer's page shows our letters to them, and that we wait for them as long as they have not answered."""

from datetime import timedelta

import pytest

from maild.web.customer.letters import text_of
from tests.maild.web.conftest import Town, csrf_of
from tests.maild.web.test_customer import path_of, settled


@pytest.fixture
def site() -> str:
    return 'base_url = "http://127.0.0.1:9"'


@pytest.fixture
def more() -> str:
    return """
[[macro]]
name = "ask"
do = [{ set = { status = "on-hold" } }, { notify = "requester", template = "need_more_info", text = "Which gate?" }]
"""


async def test_what_we_asked_by_letter_is_read_there_until_it_is_answered(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    quiet = (await town.client.get(await path_of(town, number))).text
    assert "We wait for you" not in quiet
    town.clock.advance(timedelta(minutes=5))
    assert (await town.post(f"/tickets/{number}/macro", token, macro="ask")).status_code == 303
    asked = (await town.client.get(await path_of(town, number))).text
    assert "We wait for you" in asked and "On hold" not in asked
    letter = asked.split("<details open><summary>")[1].split("</details>")[0]
    assert "Which gate?" in letter and "reply above this line" not in letter
    assert asked.index("Purchase order PO-1001") < asked.index("Which gate?"), "in the order of time"
    town.clock.advance(timedelta(minutes=5))
    path = await path_of(town, number)
    await town.post(f"{path}/say", csrf_of(asked), text="By the yard gate, please.")
    await settled(town)
    answered = (await town.client.get(path)).text
    assert "We wait for you" not in answered and "By the yard gate" in answered


def test_a_letter_that_is_kept_no_more_has_no_text() -> None:
    assert text_of(b"") == ""
