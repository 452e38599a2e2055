"""The plain text and the HTML of one mail: where they order different quantities, somebody has to ask."""

from email.message import EmailMessage

import pytest

from pipeline.reader import understand
from tests.journeys.customer import ORDER
from tests.pipeline.mail.letters import steps

ROWS = [
    ("BH-1001", "Brass ball valve DN15", "20", "12.50", "250.00"),
    ("BH-2040", "Pipe clamp 22 mm", "100", "0.85", "85.00"),
]


def mail(text: str, rows: list[tuple[str, ...]], total: str) -> bytes:
    head = ("Item", "Description", "Qty", "Unit price", "Amount")
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in [head, *rows])
    message = EmailMessage()
    message["From"], message["To"] = "Mia <mia@blueharbor.example>", "orders@shop.example"
    message["Subject"] = "Purchase order PO-70231"
    message.set_content(text)
    message.add_alternative(
        f"<p>Purchase order: PO-70231<br>Order date: 2026-11-23<br>Currency: EUR</p><table>{cells}</table>"
        f"<p>Total: {total} EUR</p>",
        subtype="html",
    )
    return message.as_bytes()


def doubts(raw: bytes) -> list[str]:
    [order] = understand(raw).reading.orders
    assert order.needs_review == bool(order.problems)
    return [problem.code for problem in order.problems]


def test_m08_another_quantity_in_the_plain_text_is_asked_about() -> None:
    forty = [("BH-1001", "Brass ball valve DN15", "40", "12.50", "500.00"), ROWS[1]]
    assert doubts(mail(ORDER, forty, "585.00")) == ["po.parts_disagree"]
    [order] = understand(mail(ORDER, forty, "585.00")).reading.orders
    assert order.problems[0].text == "BH-1001: 40 in the HTML of the mail, 20 in its plain text"


@pytest.mark.parametrize(
    "text",
    [
        ORDER,
        ORDER.replace("12.50   250.00", "12,50   250,00"),
        "Item\nQty\nUnit price\nAmount\nBH-1001\nBrass ball valve DN15\n20\n12.50\n250.00\nBH-2040\n100\n0.85\n85.00\n",
        "BH-100120 12.50250.00 BH-2040100",  # a table that lost its columns
        "Please see the HTML of this mail.",
        "BH-1001 40 BH-1001 12.50 500.00",  # the code stands there twice: which is it?
    ],
)
def test_m08_the_same_said_otherwise_is_no_doubt(text: str) -> None:
    assert doubts(mail(text, ROWS, "335.00")) == []


def test_m08_time_grows_with_the_lines() -> None:
    from decimal import Decimal

    from pipeline.orders.alternatives import disagreements
    from pipeline.orders.found import Line

    def compare(count: int) -> int:
        lines = [Line(Decimal(5), Decimal(2), sku=f"X-{n:05}") for n in range(count)]
        text = "".join(f"X-{n:05} 4 2.00 8.00\n" for n in range(count))
        assert len(disagreements(lines, text)) == count
        return steps(lambda: disagreements(lines, text))

    assert compare(160) < 2.5 * compare(80)
