"""A column that counts the lines beside one that holds the item numbers."""

import pytest

from maild.domain.order import Order
from pipeline.orders.read import read_document

GOODS = (
    ("Steel bracket left", "20", "12.50", "250.00"),
    ("Brass hinge small", "10", "8.50", "85.00"),
    ("Oak knob round", "4", "5.00", "20.00"),
)
COUNTERS = {
    "by ones": ("1", "2", "3"), "by tens": ("10", "20", "30"), "padded": ("0001", "0002", "0003"),
    "padded by tens": ("00010", "00020", "00030"), "with points": ("1.", "2.", "3."),
}  # fmt: skip
HEADS = (
    ("Item", "Produto", "Descrição"), ("Item", "Product", "Description"), ("Item", "Artikel", "Bezeichnung"),
    ("Item", "Código", "Descrição"), ("Item", "Material", "Description"), ("Item", "Part", "Description"),
    ("Part", "Code", "Description"),
)  # fmt: skip
CODES = ("MX000231", "MX000417", "NC001002")


def read(heads: tuple[str, ...], rows: "list[tuple[str, ...]]") -> Order:
    heads = (*heads, "Qty", "Unit Price", "Amount")
    table = [heads, *rows]
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in table)
    total = sum(float(row[-1]) for row in rows)
    top = "<p>Fernhill Tools Ltd</p><h2>Purchase Order #P00317</h2>"
    page = f"<html><body>{top}<table>{cells}</table><p>Total: {total:.2f}</p></body></html>"
    reading = read_document("order.html", page.encode())
    assert reading is not None
    [order] = reading.orders
    return order


@pytest.mark.parametrize("counter", COUNTERS)
@pytest.mark.parametrize("heads", HEADS, ids="-".join)
@pytest.mark.parametrize("codes", [CODES, ("88001", "88417", "91002")], ids=["letters", "digits"])
def test_what_counts_the_lines_is_no_item_number(heads: tuple[str, ...], counter: str, codes: tuple[str, ...]) -> None:
    rows = [(n, code, *goods) for n, code, goods in zip(COUNTERS[counter], codes, GOODS, strict=True)]
    order = read(heads, rows)
    assert [line.sku for line in order.lines] == list(codes)
    assert not any(line.customer_sku for line in order.lines)
    assert not order.needs_review


@pytest.mark.parametrize(
    ("heads", "codes"), [(("Item", "Description"), ("4001", "4002", "4007")), (("Part", "Description"), CODES)]
)
def test_numbers_that_do_not_count_the_lines_stay(heads: tuple[str, ...], codes: tuple[str, ...]) -> None:
    order = read(heads, [(code, *goods) for code, goods in zip(codes, GOODS, strict=True)])
    assert [line.sku for line in order.lines] == list(codes)


def test_a_counter_alone_is_no_item_number() -> None:
    order = read(("Item", "Description"), [(n, *goods) for n, goods in zip(COUNTERS["padded"], GOODS, strict=True)])
    assert [line.sku for line in order.lines] == [None, None, None]
