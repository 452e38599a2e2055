"""``maild read --json``: the shapes that others rely on."""

import json
from pathlib import Path

from tests.journeys.command import maild
from tests.journeys.customer import ORDER

MAIL = {
    "from", "to", "cc", "subject", "message_id", "in_reply_to", "references", "date", "text", "reply_text", "kind",
    "bounce", "attachments", "problems",
}  # fmt: skip
ORDERS = {
    "type", "po_number", "revision", "order_date", "requested_date", "currency", "total", "subtotal", "tax", "buyer",
    "ship_to", "bill_to", "end_user", "ship_method", "freight_terms", "freight_account", "payment_terms", "contact",
    "notes", "lines", "format", "confidence", "needs_review", "problems", "provenance",
}  # fmt: skip
LINES = {
    "line", "sku", "customer_sku", "gtin", "description", "quantity", "unit", "unit_price", "price_per", "amount",
    "requested_date",
}  # fmt: skip


def test_read_gives_one_object_a_file_in_the_shapes_of_the_contract(tmp_path: Path) -> None:
    head = "From: Mia Okafor <mia@blueharbor.example>\nTo: orders@shop.example\nMessage-ID: <1@blueharbor.example>\n"
    order = f"{head}Subject: Order\nDate: Mon, 23 Nov 2026 09:00:00 +0000\n\n{ORDER}"
    (tmp_path / "order.eml").write_text(order)
    (tmp_path / "words.eml").write_text(f"{head}Subject: Re: Hello\nIn-Reply-To: <x@y.example>\n\nThank you.\n")
    (tmp_path / "order.csv").write_text("PO number,Item,Quantity,Unit price\nPO-1,BH-1001,20,12.50\n")
    (tmp_path / "noise.eml").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "empty.eml").write_bytes(b"")
    names = ["order.eml", "words.eml", "order.csv", "noise.eml", "empty.eml"]
    answer = maild(tmp_path, "read", "--json", *names)
    assert answer.code == 0, answer.err
    assert answer.err == ""
    rows = answer.rows
    assert [row["file"] for row in rows] == names
    assert all(set(row) >= {"file", "mail", "orders", "problems"} for row in rows)
    mail, words, document = rows[:3]
    assert set(mail["mail"]) >= MAIL
    assert mail["mail"]["from"] == {"name": "Mia Okafor", "address": "mia@blueharbor.example"}
    assert (mail["mail"]["kind"], mail["mail"]["bounce"], mail["mail"]["cc"]) == ("order", None, [])
    assert mail["mail"]["date"] == "2026-11-23T09:00:00+00:00"
    [found] = mail["orders"]
    assert set(found) >= ORDERS
    assert all(set(line) >= LINES for line in found["lines"])
    assert (found["type"], found["po_number"], found["currency"]) == ("new", "PO-70231", "EUR")
    assert (found["order_date"], found["requested_date"], found["total"]) == ("2026-11-23", "2026-12-04", "335.00")
    assert set(found["ship_to"]) <= {"company", "street", "city", "postcode", "country"}
    assert (found["ship_to"]["company"], found["ship_to"]["city"]) == ("Blue Harbor Supplies", "Hamburg")
    assert [(line["quantity"], line["unit_price"], line["amount"]) for line in found["lines"]] == [
        ("20", "12.50", "250.00"),
        ("100", "0.85", "85.00"),
    ]
    assert found["bill_to"] is None
    assert isinstance(found["confidence"], str)
    assert not found["needs_review"]
    assert found["provenance"]["po_number"]["text"] == "PO-70231"
    assert "lines[0].quantity" in found["provenance"]
    assert (words["orders"], words["mail"]["kind"], words["mail"]["in_reply_to"]) == ([], "reply", "<x@y.example>")
    assert document["mail"] is None
    assert document["orders"][0]["po_number"] == "PO-1"
    assert not any(
        isinstance(value, float) for value in json.loads(answer.out.splitlines()[0], parse_float=str).values()
    )


def test_read_goes_on_after_a_file_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "order.eml").write_text(f"From: mia@blueharbor.example\nSubject: Order\n\n{ORDER}")
    answer = maild(tmp_path, "read", "gone.eml", "order.eml", "--json")
    assert answer.code == 66
    assert "gone.eml" in answer.err
    assert [row["file"] for row in answer.rows] == ["order.eml"]
    assert not (tmp_path / "maild.db").exists()
