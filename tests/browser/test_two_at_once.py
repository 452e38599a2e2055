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
    clash = ann.get_by_role("alert")
    clash.wait_for()
    assert "2" in clash.inner_text()
    assert "INVTW-1" in clash.inner_text()
    assert console.shop.daemon.ticket(number)["fields"]["so_number"].endswith("2")
    assert ann.get_by_label("SO number").input_value() == "INVTW-1"
    ann.get_by_role("button", name="Save").click()
    ann.get_by_role("status").filter(has_text="Kept.").wait_for()
    assert console.shop.daemon.ticket(number)["fields"]["so_number"].endswith("1")
