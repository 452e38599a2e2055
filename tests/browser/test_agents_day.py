"""An agent's day in the browser: from signing in to an order shipped, by keyboard where it is quicker."""

from typing import Any

import pytest

from tests.browser.conftest import Console
from tests.journeys.customer import ORDER, Customer

SERIOUS = ("serious", "critical")


def chosen(page: Any) -> str:
    return str(page.evaluate("document.activeElement.textContent")).strip()


def press_to(console: Console, page: Any, *keys: str) -> None:
    """Keys of which the last leads to another page."""
    page.wait_for_load_state()
    with page.expect_navigation():
        console.press(page, *keys)
    page.wait_for_load_state()


def held(console: Console, several: int) -> list[int]:
    """Orders of strangers whose receipts are held; the letters."""
    letters = []
    for _ in range(several):
        console.shop.orders += 1
        number = f"PO-6{console.shop.orders:04}"
        stranger = Customer(console.shop.daemon, "Tom Becker", f"tom{number}@valley.example", source="127.0.0.2")
        stranger.order(f"Purchase order {number}", ORDER.replace("PO-70231", number))
        ticket = console.shop.daemon.tickets()[0]["id"]
        letters += [one["id"] for one in console.shop.daemon.letters(ticket) if one["phase"] == "held"]
    return letters


def test_an_order_is_approved_by_keyboard_confirmed_and_shipped(console: Console) -> None:
    number = console.shop.order()
    page = console.sign_in("approver")
    page.clock.install(time=0)
    page.clock.pause_at(1)  # the page would remember "g" for a second and a half
    console.press(page, "g", "1")
    page.get_by_role("heading", name="Open orders").wait_for()
    page.clock.resume()
    console.press(page, "j")
    while not page.locator(f'tr.here a.go[href="/tickets/{number}"]').count():
        console.press(page, "j")
    console.press(page, "o")
    page.get_by_role("heading", name=f"#{number}").wait_for()
    console.press(page, "1")
    assert chosen(page).startswith("Approve")
    console.press(page, "Enter")
    page.get_by_role("status").filter(has_text="Done.").wait_for()
    assert "order_ready_to_process" in console.shop.daemon.ticket(number)["tags"]

    page.get_by_label("SO number").fill("INVTW-900")
    page.get_by_label("Carrier").fill("Swift")
    page.get_by_label("Tracking number").fill("TRACK-1")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("status").filter(has_text="Kept.").wait_for()
    for macro in ("Confirm processing", "Shipped"):
        page.get_by_role("button", name=macro).click()
        page.get_by_role("status").filter(has_text="Done.").wait_for()
    console.shop.daemon.quiet()
    assert console.shop.daemon.ticket(number)["status"] in ("solved", "pending")
    assert any("TRACK-1" in letter.text for letter in console.shop.relay.letters)


def test_what_a_macro_lacks_is_said_before_anybody_tries(console: Console) -> None:
    number = console.shop.order()
    page = console.sign_in("orders-agent")
    page.goto(f"/tickets/{number}")
    button = page.get_by_role("button", name="Shipped")
    assert button.is_disabled()
    described = page.locator("#" + button.get_attribute("aria-describedby"))
    assert "needs Carrier, Tracking number" in described.inner_text()


def test_a_value_leads_to_its_place_and_a_wrong_one_is_put_right(console: Console) -> None:
    number = console.shop.order()
    page = console.sign_in("orders-agent")
    page.goto(f"/tickets/{number}")
    page.get_by_role("link", name="335.00").hover()
    page.locator("#peek li.shown", has_text="335.00").wait_for()
    page.get_by_role("link", name="335.00").click()
    console.reads(page, "335.00", "main ol.source li.shown")
    page.goto(f"/tickets/{number}")
    page.get_by_text("Put a value right").click()
    page.locator("#correct-field").select_option(label="Payment terms")
    page.locator("#correct-value").fill("Net 14")
    page.get_by_role("button", name="Correct").click()
    page.get_by_role("status").filter(has_text="Corrected").wait_for()
    assert console.shop.daemon.ticket(number)["orders"][-1]["payment_terms"] == "Net 14"


def test_a_reply_reaches_the_customer_and_a_note_does_not(console: Console) -> None:
    number = console.shop.order()
    page = console.sign_in("orders-agent")
    page.goto(f"/tickets/{number}")
    console.press(page, "r")
    page.keyboard.type("We pack it today.")
    page.get_by_role("button", name="Preview").click()
    page.locator(".draft pre", has_text="We pack it today.").wait_for()
    page.get_by_role("button", name="Send the reply").click()
    page.get_by_role("status").filter(has_text="Your answer leaves in").wait_for()
    console.press(page, "z")
    page.get_by_role("status").filter(has_text="Taken back").wait_for()
    assert page.locator("#reply-text").input_value() == "We pack it today."
    page.get_by_role("button", name="Send the reply").click()
    page.get_by_role("button", name="Send it now").click()
    page.get_by_role("status").filter(has_text="on its way").wait_for()
    console.press(page, "c")
    page.keyboard.type("Pallet is broken, j k o.")
    page.get_by_role("button", name="Keep the note").click()
    page.get_by_role("status").filter(has_text="note was kept").wait_for()
    console.shop.daemon.quiet()
    texts = [letter.text for letter in console.shop.relay.letters]
    assert any("We pack it today." in text for text in texts)
    assert not any("Pallet is broken" in text for text in texts)
    page.locator("li.private", has_text="Pallet is broken").wait_for()  # raises where there are several


def test_several_orders_at_once_with_what_was_refused(console: Console) -> None:
    first, second = console.shop.order(), console.shop.order()
    console.shop.do("macro", second, actor="approver", macro="approve")
    page = console.sign_in("approver")
    page.goto("/views/open?sort=-requested")
    page.get_by_label(f"Ticket {first}", exact=True).check()
    page.get_by_label("With those chosen").select_option(label="Approve")
    page.get_by_role("button", name="Preview").click()
    console.reads(page, "order_ready_to_process")
    page.get_by_role("button", name="Do it").click()
    page.get_by_role("status").filter(has_text="1 of 1 ticket done").wait_for()
    assert "order_ready_to_process" in console.shop.daemon.ticket(first)["tags"]


def test_a_view_is_narrowed_and_sorted_by_its_address_and_comes_as_csv(console: Console) -> None:
    console.shop.order()
    page = console.sign_in("lead")
    page.goto("/views/open?if=subject contains 'nothing has this'")
    assert "No ticket is in this view" in page.locator("table").inner_text()
    page.goto("/views/open?if=subjekt contains 'x'")
    assert "subject" in page.get_by_role("alert").inner_text()
    answer = page.request.get("/views/open.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "Purchase order PO-6" in answer.text()


def test_leads_see_reports_rules_and_operations_and_agents_do_not(console: Console) -> None:
    console.shop.order()
    page = console.sign_in("lead")
    for path, says in (
        ("/reports", "Orders by day"),
        ("/rules", "What would another file do?"),
        ("/operations", "Timers"),
        ("/tasks", "My tasks"),
    ):
        assert page.goto(path).status == 200
        assert says in page.locator("main").inner_text()
    picture = page.request.get("/reports/orders.svg")
    assert picture.text().startswith("<svg")
    page.goto("/rules")
    page.get_by_label("Rule file").set_input_files(console.shop.daemon.folder / "config.toml")
    page.get_by_role("button", name="Simulate").click()
    console.reads(page, "0 would differ")
    agent = console.sign_in("orders-agent")
    assert {agent.goto(path).status for path in ("/reports", "/rules", "/operations")} == {403}
    assert page.goto("/search?q=PO-6").status == 200
    assert page.locator("tbody tr").count() > 0


def test_a_mail_is_tried_and_nothing_is_kept(console: Console) -> None:
    before = len(console.shop.daemon.tickets())
    page = console.sign_in("orders-agent")
    page.goto("/try")
    mail = console.shop.customer.mail("Purchase order PO-71111")
    page.get_by_label("Mail (.eml or .msg)").set_input_files(
        {"name": "a.eml", "mimeType": "message/rfc822", "buffer": mail.as_bytes()}
    )
    page.get_by_role("button", name="Try", exact=True).click()
    page.get_by_role("heading", name="It would become: ticket").wait_for()
    console.reads(page, "PO-70231")
    assert len(console.shop.daemon.tickets()) == before


def test_one_walks_from_ticket_to_ticket_of_the_list_one_came_from(console: Console) -> None:
    first, second = console.shop.order(), console.shop.order()
    page = console.sign_in("approver")
    page.goto("/search?q=requester:mia@blueharbor.example")
    page.locator(f'a.go[href="/tickets/{second}"]').first.click()
    page.get_by_role("navigation", name="Tickets of the list").wait_for()
    press_to(console, page, "j")
    assert page.url.endswith(f"/tickets/{first}")
    press_to(console, page, "k")
    assert page.url.endswith(f"/tickets/{second}")


@pytest.mark.parametrize("scripted", [True, False])
def test_a_refused_task_has_the_focus_where_it_is_wrong_and_loses_nothing(console: Console, scripted: bool) -> None:
    number = console.shop.order()
    page = console.sign_in("orders-agent", "phone")
    if not scripted:
        signed_in = page.context.storage_state()
        page = console.visit("phone", java_script_enabled=False, storage_state=signed_in)
    page.goto(f"/tickets/{number}")
    if scripted:
        console.press(page, "t")
    else:
        page.get_by_text("Give a task").click()
    page.locator("#task-title").fill("Call the carrier")
    page.locator("#task-due").fill("soon")
    page.get_by_role("button", name="Give").click()
    page.locator("#wrong-task-due").wait_for()
    assert page.locator("#task-title").input_value() == "Call the carrier"
    page.locator("#task-due:focus").wait_for()
    page.locator("#task-due").fill("4h")
    page.get_by_role("button", name="Give").click()
    page.get_by_role("status").filter(has_text="The task was given.").wait_for()
    assert [task["title"] for task in console.shop.daemon.ticket(number)["tasks"]] == ["Call the carrier"]


def test_letters_are_chosen_by_keyboard_confirmed_and_released(console: Console) -> None:
    axe: Any = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install 'maild[browser]'").Axe()
    letters = held(console, 2)
    page = console.sign_in("lead", "phone", "dark")
    page.goto("/operations")
    for letter in letters:
        page.get_by_label(f"Letter {letter}", exact=True).focus()
        page.keyboard.press("Space")
    page.locator(".several .chosen", has_text="2 chosen").wait_for()
    page.locator("#chosen-letters").get_by_role("button", name="Release").click()
    page.get_by_role("heading", name="Release 2 letters to 2 addresses?").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    violations = axe.run(page).response["violations"]
    assert [one["id"] for one in violations if one["impact"] in SERIOUS] == []
    page.get_by_role("button", name="Release").and_(page.locator(":focus")).wait_for()
    press_to(console, page, "Enter")
    page.get_by_role("heading", name="2 of 2 letters released").wait_for()
    violations = axe.run(page).response["violations"]
    assert [one["id"] for one in violations if one["impact"] in SERIOUS] == []
    console.shop.daemon.quiet()
    assert {console.shop.daemon.ask("outbox.show", id=letter)[0]["phase"] for letter in letters} == {"sent"}


def test_on_a_phone_all_of_a_page_are_chosen_and_lists_are_sorted(console: Console) -> None:
    number = console.shop.order()
    page = console.sign_in("lead", "phone")
    page.goto(f"/views/open?if=subject contains '{console.shop.show(number)['subject']}'")
    page.get_by_label("All tickets of this page").check()
    assert page.get_by_label(f"Ticket {number}", exact=True).is_checked()
    page.get_by_role("link", name="Subject", exact=True).click()
    page.wait_for_url("**sort=subject**")
