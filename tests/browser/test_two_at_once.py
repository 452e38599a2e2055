"""Two agents on one ticket: each sees the other, and nobody overwrites what the other has saved."""

from tests.browser.conftest import Console


def test_w15_a_stale_save_shows_both_texts_and_keeps_neither_until_somebody_decides(console: Console) -> None:
    number = console.shop.order()
    ann, ben = console.sign_in("orders-agent"), console.sign_in("approver")
    ann.goto(f"/tickets/{number}")
    ben.goto(f"/tickets/{number}")
    ben.locator("#presence", has_text="orders-agent is looking at this too").wait_for()
    ann.get_by_label("Private note").fill("I am on it")
    ben.locator("#presence", has_text="orders-agent is writing here").wait_for()
    ben.get_by_label("SO number").fill("INVTW-2")
    ben.get_by_role("button", name="Save").click()
    ben.get_by_role("status").filter(has_text="Kept.").wait_for()
    ann.locator("#presence", has_text="changed meanwhile").wait_for()
    ann.get_by_label("SO number").fill("INVTW-1")
    ann.get_by_role("button", name="Save").click()
    for said in ("INVTW-2", "INVTW-1"):
        ann.get_by_role("alert").filter(has_text=said).wait_for()
    assert console.shop.daemon.ticket(number)["fields"]["so_number"].endswith("2")
    assert ann.get_by_label("SO number").input_value() == "INVTW-1"
    ann.get_by_role("button", name="Save").click()
    ann.get_by_role("status").filter(has_text="Kept.").wait_for()
    assert console.shop.daemon.ticket(number)["fields"]["so_number"].endswith("1")


def test_a_ticket_in_eight_tabs_leaves_each_of_them_a_connection(console: Console) -> None:
    """Browsers allow six to a host; a driver shows every tab at once, so those in front are told to be behind."""
    number = console.shop.order()
    first = console.sign_in("orders-agent")
    behind = "Object.defineProperty(document, 'hidden', {value: %s, configurable: true});"
    turn = behind + "document.dispatchEvent(new Event('visibilitychange'))"
    for _ in range(8):
        tab = first.context.new_page()
        assert tab.goto(f"/tickets/{number}").status == 200
        tab.evaluate(turn % "true")
    console.shop.do("note", number, text="Said while nobody looked.")
    tab.evaluate(turn % "false")
    tab.locator("#timeline", has_text="Said while nobody looked.").wait_for()


def test_a_page_stays_as_it_is_while_the_server_is_away(console: Console) -> None:
    """What is written, what is pointed at and what others do ask the server; none of it complains without an answer."""
    number, page = console.shop.order(), console.sign_in("orders-agent")
    page.goto(f"/tickets/{number}")
    page.locator("a[data-source]").first.wait_for()
    page.route("**/*", lambda route: route.abort())
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/writing")):
        page.get_by_label("Private note").fill("Still here")
    with page.expect_event("requestfailed", lambda request: "/writing" not in request.url):
        page.locator("a[data-source]").first.hover()
    with page.expect_event("requestfailed", lambda request: request.url.endswith(f"/tickets/{number}")):
        console.shop.do("note", number, text="Said aside.")
    page.evaluate("new Promise((done) => setTimeout(done))")  # a promise that nobody looked after is told by then
    assert (page.get_by_label("Private note").input_value(), console.complaints) == ("Still here", [])
