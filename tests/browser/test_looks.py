"""Every page fits a phone and a desk, by day and by night, and is open to everybody (WCAG AA, as axe-core sees it)."""

from typing import Any

import pytest

from tests.browser.conftest import Console

SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def paths(console: Console) -> list[str]:
    number = console.shop.order()
    console.shop.do("note", number, text="Ask @lead.")
    given = {"to": "swift@carrier.example", "subject": "Pallets", "text": "How many fit?"}
    [side] = console.shop.daemon.ask("side.begin", "lead", id=number, **given)
    mail = console.shop.daemon.ticket(number)["mails"][0]["id"]
    return [
        "/",
        "/views/open",
        f"/tickets/{number}",
        f"/tickets/{number}/explain",
        f"/mails/{mail}",
        f"/mails/{mail}/source?part=text&line=7",
        "/search?q=PO-6",
        "/tasks",
        "/team",
        f"/asides/{side['id']}",
        "/reports",
        "/reports/orders",
        "/rules",
        "/operations",
        "/try",
    ]


@pytest.mark.parametrize(("size", "scheme"), [("wide", "light"), ("phone", "dark")])
def test_pages_fit_and_have_no_serious_findings(console: Console, paths: list[str], size: str, scheme: str) -> None:
    axe: Any = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install 'maild[browser]'").Axe()
    page = console.sign_in("lead", size, scheme)
    found = []
    for path in paths:
        assert page.goto(path).status == 200
        wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wider > 0:
            found.append(f"{path} is {wider} px wider than the {size} window")
        for violation in axe.run(page).response["violations"]:
            if violation["impact"] in SERIOUS:
                places = [node["html"][:100] for node in violation["nodes"][:3]]
                found.append(f"{path}: {violation['id']} {places}")
    assert found == []


def test_without_javascript_everything_is_there(console: Console, paths: list[str]) -> None:
    page = console.sign_in("approver", java_script_enabled=False)
    page.goto(paths[2])
    page.get_by_role("button", name="Approve").click()
    console.reads(page, "order_ready_to_process")
