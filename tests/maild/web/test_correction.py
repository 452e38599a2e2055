"""A value of the order that a person puts right is the same on the form, in letters and on the customer's page."""

import re
from dataclasses import replace
from typing import Any

import pytest

from maild.store import history, orders, tickets
from tests.maild.web.conftest import ORDER, Town, csrf_of
from tests.maild.web.test_api_desk import Asking, asking
from tests.maild.web.test_customer import path_of, settled

RAW = ORDER.format(number="4711") + "\nTotal: 35.00 EUR\n"
CONFIRMED = {"so_number": "900", "ship_method": "UPS", "freight_charge_to": "us"}


@pytest.fixture
def site() -> str:
    return 'base_url = "http://127.0.0.1:9"'


@pytest.fixture
def more() -> str:
    fields = {"total_cost": "order.total", "currency": "order.currency", "order_details": "order.lines"}
    filled = "".join(f'[fields.{name}]\ntype = "multiline"\nfrom = "{source}"\n' for name, source in fields.items())
    typed = "".join(f'[fields.{name}]\ntype = "text"\n' for name in CONFIRMED)
    return f"""
{filled}{typed}
[fields.ship_date]
type = "date"
from = "order.requested_date"

[[form]]
name = "Order"
public = true
fields = ["ship_date"]

[fields.revision]
type = "integer"
from = "order.revision"

[[trigger]]
name = "Look at the number"
all = ["changed('po_number')", "order.po_number == 'DE-NEW-1'"]
do = [{{ add_tags = ["renumbered"] }}]

[[macro]]
name = "confirm"
do = [{{ notify = "requester", template = "order_processed" }}]
"""


async def corrected(ask: Asking, number: int, field: str, value: str, status: int = 200) -> dict[str, Any]:
    answer: dict[str, Any] = await ask(f"POST /tickets/{number}/corrections", {"field": field, "value": value}, status)
    return answer


async def test_fields_letters_and_the_customers_page_follow(town: Town) -> None:
    number, ask = await town.order(raw=RAW), await asking(town)
    before = await town.read(lambda tx: tickets.snapshot(tx, number))
    assert (before.value("po_number"), before.value("total_cost")) == ("4711", "35.00")
    assert (await corrected(ask, number, "po_number", "DE-NEW-1"))["followed"] == ["po_number"]
    assert (await corrected(ask, number, "total", "99.00"))["followed"] == ["total_cost"]
    assert (await corrected(ask, number, "lines[0].quantity", "66"))["followed"] == ["order_details"]
    after = await town.read(lambda tx: tickets.snapshot(tx, number))
    assert (after.value("po_number"), after.value("total_cost")) == ("DE-NEW-1", "99.00")
    assert "renumbered" in after.tags, "rules hear of it"
    told = await town.read(lambda tx: history.of_ticket(tx, number))
    edits = [row["data"] for row in told if row["kind"] == "FieldEdited"]
    assert edits[0]["changes"] == [["po_number", "DE-NEW-1"]]
    await ask(f"PATCH /tickets/{number}", {"fields": CONFIRMED})
    await ask(f"POST /tickets/{number}/macros", {"name": "confirm"})
    [letter] = (await ask(f"GET /tickets/{number}"))["letters"]
    raw = (await ask(f"GET /letters/{letter['id']}"))["raw"]
    page = (await town.client.get(await path_of(town, number))).text
    assert "PO#: DE-NEW-1" in raw and "99.00" in raw and "66" in raw
    assert "4711" not in raw.replace("<4711@buyer.example>", "") and "35.00" not in raw
    assert page.count("<dd>DE-NEW-1</dd>") == 2 and "<dd>99.00 EUR</dd>" in page
    assert "<dd>4711</dd>" not in page and "<dd>35.00 EUR</dd>" not in page


async def test_what_was_typed_over_the_order_stays_and_the_answer_says_so(town: Town) -> None:
    number, ask = await town.order(raw=RAW), await asking(town)
    await ask(f"PATCH /tickets/{number}", {"fields": {"total_cost": "40.00"}})
    told = await corrected(ask, number, "total", "99.00")
    kept = "total cost keeps 40.00, typed by hand; the order says 99.00"
    assert (told["followed"], told["refused"]) == ([], [kept])
    shown = await ask(f"GET /tickets/{number}")
    assert (shown["fields"]["total_cost"], shown["orders"][-1]["total"]) == ("40.00", "99.00")
    assert kept in shown["comments"][-1]["text"]
    assert (await corrected(ask, number, "total", "40.00"))["refused"] == [], "now they say the same"


async def test_a_correction_that_the_form_cannot_take_is_refused_as_a_whole(town: Town) -> None:
    number, ask = await town.order(raw=RAW), await asking(town)
    assert (await corrected(ask, number, "revision", "two"))["followed"] == [], "the form never had one"
    assert (await corrected(ask, number, "revision", "2"))["followed"] == ["revision"]
    refused = await corrected(ask, number, "revision", "third", 422)
    assert "whole number" in refused["detail"]
    [order] = await town.read(lambda tx: tickets.snapshot(tx, number).orders)
    assert order.revision == "2"
    assert (await corrected(ask, number, "revision", ""))["followed"] == ["revision"]
    assert (await town.read(lambda tx: tickets.snapshot(tx, number))).value("revision") is None


async def test_the_console_and_the_customers_page_show_what_the_order_says_beside_its_lines(town: Town) -> None:
    number, _ = await town.order(raw=RAW), await town.sign_in()
    said = {
        "subtotal": "29.00",
        "tax": "6.00",
        "freight_terms": "DAP",
        "freight_account": "F-17",
        "notes": "Ring twice",
    }
    order = (await town.read(lambda tx: tickets.snapshot(tx, number))).order
    assert order is not None
    await town.write(lambda tx: orders.correct(tx, number, replace(order, **said, end_user="Quay Works"), None))
    page = (await town.client.get(f"/tickets/{number}")).text
    shown = dict(re.findall(r"<dt>([^<]*)</dt>\s*<dd[^>]*>(?:<a [^>]*>)?([^<]*)<", page.split('id="order"')[1]))
    expected = {"Subtotal": "29.00", "Tax": "6.00", "Freight terms": "DAP", "Freight account": "F-17"}
    assert shown.items() >= (expected | {"Notes": "Ring twice", "End user": "Quay Works"}).items()
    told = (await town.client.get(await path_of(town, number))).text
    rows = ("<dt>Subtotal</dt><dd>29.00 EUR</dd>", "<dt>Tax</dt><dd>6.00 EUR</dd>", "<dt>Total</dt><dd>35.00 EUR</dd>")
    assert sorted(rows, key=told.index) == list(rows)


async def test_what_can_be_put_right_is_named_as_the_page_names_it(town: Town) -> None:
    number, token = await town.order(raw=RAW), await town.sign_in()
    page = (await town.client.get(f"/tickets/{number}")).text
    assert '<option value="po_number=4711">PO number</option>' in page
    assert '<option value="lines[1].sku=BX-200">Line 2 (BX-200): SKU</option>' in page
    offered = re.findall(r'<option value="([^"=]+)=[^"]*">', page.split('id="correct-field"')[1].split("</select>")[0])
    assert {"freight_terms", "lines[0].description"} <= set(offered)
    for field in ("freight_terms=", "lines[0].description=Anchor bolt"):
        done = await town.post(f"/tickets/{number}/correct", token, field=field, value="DAP Portville")
        assert done.status_code == 303, field
    order = (await town.read(lambda tx: tickets.snapshot(tx, number))).order
    assert order is not None
    assert (order.freight_terms, order.lines[0].description) == ("DAP Portville", "DAP Portville")


async def test_a_day_that_the_customer_wished_is_not_told_as_one_that_we_expect(town: Town) -> None:
    number, ask = (
        await town.order(raw=RAW.replace("Ship to:", "Delivery date: 2026-03-20\nShip to:")),
        await asking(town),
    )
    path = await path_of(town, number)
    wished = (await town.client.get(path)).text
    assert "Expected to ship" not in wished
    assert wished.count("<dt>Wanted by</dt><dd>20 March 2026</dd>") == 2
    await ask(f"PATCH /tickets/{number}", {"fields": {"ship_date": "2026-03-24"}})
    promised = (await town.client.get(path)).text
    assert "<dt>Expected to ship</dt><dd>24 March 2026</dd>" in promised
    assert promised.count("<dt>Wanted by</dt>") == 1


async def test_a_day_that_the_customer_filled_into_a_form_is_theirs_too(town: Town) -> None:
    csrf = csrf_of((await town.client.get("/forms/Order")).text)
    given = {"name": "Mara", "address": "mara@buyer.example", "text": "20 anchors.", "field.ship_date": "2026-03-20"}
    await town.client.post("/forms/Order", data={"csrf": csrf, **given}, files={"file": ("", b"")})
    [done] = await settled(town)
    path, ask = await path_of(town, done.ticket), await asking(town)
    assert "<dt>Wanted by</dt><dd>20 March 2026</dd>" in (await town.client.get(path)).text
    await ask(f"PATCH /tickets/{done.ticket}", {"fields": {"ship_date": "2026-03-24"}})
    assert "<dt>Expected to ship</dt><dd>24 March 2026</dd>" in (await town.client.get(path)).text
