"""What stands now: a lead's figures of open work, of everybody and of each colleague, and the tickets behind them."""

import re

import pytest

from maild.domain.status import Status
from tests.maild.web.conftest import Town
from tests.maild.web.test_api_desk import asking

LEVELS = """
[schedule.default]
mon = "08:00-17:00"

[[sla]]
name = "All"
first_reply = "2h"
"""


async def figures(town: Town) -> dict[str, dict[str, float]]:
    ask = await asking(town, "root")
    return {row.pop("assignee"): row for row in (await ask("GET /reports/now"))["rows"]}


@pytest.mark.parametrize("more", [LEVELS])
async def test_open_tickets_are_counted_by_what_is_to_do_and_by_whose_they_are(town: Town) -> None:
    first, second, third = [await town.order(number=f"PO-{n}") for n in (1, 2, 3)]
    ask = await asking(town)
    await ask(f"PATCH /tickets/{first}", {"fields": {"assignee": "anna", "priority": "urgent"}})
    await ask(f"POST /tickets/{third}/moves", {"status": Status.SOLVED.word})
    found = await figures(town)
    assert list(found) == ["(all)", "(nobody)", "anna"]
    assert found["(all)"].items() >= {"open": 2, "urgent": 1, "due_soon": 2, "missed": 0}.items()
    assert found["anna"].items() >= {"open": 1, "urgent": 1}.items()
    assert (found["(nobody)"]["open"], found["(nobody)"]["urgent"]) == (1, 0)
    assert "overdue" not in found["(all)"], "there is no blueprint"
    assert second


async def test_a_leads_page_leads_to_the_tickets_behind_each_figure(town: Town) -> None:
    mine, nobodys = await town.order(number="PO-1"), await town.order(number="PO-2")
    ask = await asking(town)
    await ask(f"PATCH /tickets/{mine}", {"fields": {"assignee": "anna"}})
    await town.sign_in("root")
    page = (await town.client.get("/reports")).text
    links = re.findall(r'href="(/reports/now/open[^"]*)"', page)
    assert links == [
        "/reports/now/open",
        "/reports/now/open?assignee=%28nobody%29",
        "/reports/now/open?assignee=anna",
    ]
    listed = [re.findall(r'class="go" href="/tickets/([0-9]+)"', (await town.client.get(link)).text) for link in links]
    assert listed == [[str(mine), str(nobodys)], [str(nobodys)], [str(mine)]]
    quoted = await town.client.get("/reports/now/open", params={"assignee": "o'hara' or status < solved"})
    assert (quoted.status_code, "No ticket." in quoted.text) == (200, True)
    assert (await town.client.get("/reports/now/colour")).status_code == 400
    await town.sign_in("anna")
    assert (await town.client.get("/reports/now/open")).status_code == 403
