"""A customer's path: from the confirmation's link to the order's page, a correction, and back at the desk."""

import re
from typing import Any

import pytest

from tests.browser.conftest import Console


def link(console: Console, number: int) -> str:
    """The path of the page that the confirmation of a ticket leads to."""
    found = re.search(r"http://127\.0\.0\.1:8080(/o/\S+)", console.shop.first[number].text)
    assert found is not None
    return found[1]


def test_a_customer_sees_the_order_and_what_they_write_is_on_the_ticket(console: Console) -> None:
    number = console.shop.order()
    page = console.visit("phone", "dark")
    assert page.goto(link(console, number)).status == 200
    said = page.locator("main").inner_text()
    assert "BH-1001" in said
    assert "335.00 EUR" in said
    page.get_by_label("Your message").fill("Please make it 25 valves.")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("status").wait_for()
    console.shop.daemon.quiet()  # it came in as a mail of theirs
    page.reload()
    console.reads(page, "Please make it 25 valves.")
    last = console.shop.daemon.ticket(number)["comments"][-1]
    assert (last["text"].strip(), last["public"]) == ("Please make it 25 valves.", True)


def test_w01_a_changed_link_leads_nowhere(console: Console) -> None:
    path = link(console, console.shop.order())
    page = console.visit()
    other = re.sub(r"/o/o(\d+)", lambda found: f"/o/o{int(found[1]) - 1}", path)
    assert page.goto(other).status == 404


@pytest.mark.parametrize(("size", "scheme"), [("wide", "light"), ("phone", "dark")])
def test_customers_pages_fit_and_have_no_serious_findings(console: Console, size: str, scheme: str) -> None:
    axe: Any = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install 'maild[browser]'").Axe()
    page = console.visit(size, scheme)
    for path in (link(console, console.shop.order()), "/my-orders", "/articles", "/sign-in"):
        assert page.goto(path).status == 200
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        violations = axe.run(page).response["violations"]
        assert [v["id"] for v in violations if v["impact"] in ("serious", "critical")] == []
