"""An order of which little was understood, and one of which nothing was: every page that shows it is still a page."""

import pytest

from maild.cli import ticket as command
from maild.domain.order import Order, OrderLine
from maild.store import documents, orders
from tests.maild.web.conftest import Town
from tests.maild.web.test_customer import path_of

BARE = """From: Mara Lindt <mara@buyer.example>
To: orders@shop.example
Subject: An order
Message-ID: <bare@buyer.example>
Date: Mon, 2 Mar 2026 08:50:00 +0000
Content-Type: text/plain; charset=utf-8

Please send 3 x AX-9
"""
NOTHING = Order(lines=(OrderLine(),))


@pytest.fixture
def site() -> str:
    return 'base_url = "http://127.0.0.1:9"'


async def test_an_order_without_a_number_is_shown_to_colleagues(town: Town) -> None:
    number, _ = await town.order(raw=BARE), await town.sign_in()
    answer = await town.client.get(f"/tickets/{number}")
    assert answer.status_code == 200
    assert "Order without number" in answer.text
    assert "AX-9" in answer.text


async def test_an_order_of_which_nothing_is_known_is_shown_everywhere(town: Town) -> None:
    number, _ = await town.order(raw=BARE), await town.sign_in()
    await town.write(lambda tx: orders.correct(tx, number, NOTHING, None))
    for path in (f"/tickets/{number}", await path_of(town, number), "/", f"/tickets/{number}/explain"):
        assert (await town.client.get(path)).status_code == 200, path


def test_so_does_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    for bare in (documents.dump(NOTHING), {}):
        command._order(bare)
    assert capsys.readouterr().out.count("(no number)") == 2
