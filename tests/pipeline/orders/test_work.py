"""Work counted: what can hold no label is not looked at closely, and what is proved ends the search."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from maild.domain.mail import Mail
from pipeline.orders import glance, heads, lines, totals
from pipeline.orders.glance import ANY, COUNTED, SUMS, may_head, may_label
from pipeline.orders.read import read_orders

ARTICLES = ("Hex bolt M8x40 A2", "Ball bearing 6204-2RS", "Gasket set GX-40", "Servo cable 5 m")


def order(size: int, seed: int = 1) -> Mail:
    """A letter with a table of so many lines that prove themselves, and no item numbers."""
    rows, total = [], 0
    for at in range(size):
        quantity, price = (seed * 13 + at * 7) % 90 + 1, (seed * 31 + at * 17) % 9000 + 100
        total += quantity * price
        article = ARTICLES[at % len(ARTICLES)]
        rows.append(
            f"{at + 1:4d}  {article:<26s} {quantity:4d}  {price / 100:10.2f}  {quantity * price / 100:12.2f} EUR"
        )
    head = ["Dear order desk,", "", f"PO number: PO-{5000 + seed}", "Requested date: 2026-12-04", ""]
    table = [" Pos  Article                     Qty  Unit price         Total", *rows, ""]
    return Mail(
        sender=None,
        subject="Purchase order",
        text="\n".join([*head, *table, f"Order total: {total / 100:.2f} EUR", "", "Best regards,", "Ann Buyer"]),
    )


def counted(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[str]:
    """One entry for each time that this function of this module is called."""
    calls: list[str] = []
    real: Callable[..., Any] = getattr(module, name)

    def counting(*args: Any, **named: Any) -> Any:
        calls.append(name)
        return real(*args, **named)

    monkeypatch.setattr(module, name, counting)
    return calls


def calls_of(work: Callable[[], object]) -> int:
    """Python functions that are called."""
    count = 0

    def saw(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(saw)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def test_a_table_that_proves_itself_ends_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    others = [counted(monkeypatch, lines, name) for name in ("read_records", "read_bare", "list_items", "sentences")]
    reading = read_orders(order(22))
    assert len(reading.orders[0].lines) == 22
    assert not reading.orders[0].needs_review, reading.orders[0].problems
    assert others == [[], [], [], []]


def test_a_table_that_proves_nothing_is_compared_with_all_other_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    others = [counted(monkeypatch, lines, name) for name in ("read_records", "read_bare", "list_items")]
    mail = order(6)
    read_orders(Mail(sender=None, subject=mail.subject, text=mail.text.replace("EUR\n", "1 EUR\n")))
    assert all(others)


def test_rows_of_goods_are_not_searched_for_heads_and_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    named = counted(monkeypatch, heads, "columns_in")
    stated = counted(monkeypatch, totals, "_in_row")
    read_orders(order(20))
    few = len(named), len(stated)
    assert all(few)
    named.clear()
    stated.clear()
    read_orders(order(200))
    assert (len(named), len(stated)) == few


def test_twice_the_lines_are_twice_the_work() -> None:
    read_orders(order(30, seed=2))  # vocabularies are read and expressions compiled once
    single = calls_of(lambda: read_orders(order(150, seed=3)))
    double = calls_of(lambda: read_orders(order(300, seed=4)))
    assert double < 2.3 * single
    assert double < 300 * 300


@pytest.mark.parametrize(
    ("text", "sums", "counts"),
    [
        ("1  Hex bolt M8x40 A2   40   98.72   3948.80 EUR", False, False),
        ("please find the Order total: 12.50 EUR", True, True),
        ("Best regards, Ann Buyer", False, False),
        ("Pos  Article  Qty  Unit price  Total", True, True),
        ("TOTALИТОГО  12", True, True),
        ("s u b t o t a l  12", True, True),
        ("合计12元", True, True),
    ],
)
def test_a_glance_leaves_out_only_what_holds_no_label(text: str, sums: bool, counts: bool) -> None:
    assert may_label(text, SUMS) is sums
    assert may_head(text, COUNTED) is counts
    assert may_label(text, ANY) or not sums


def test_goods_are_cut_into_words_and_asked_about_their_labels_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read_orders(order(20))
    words = counted(monkeypatch, glance, "_words_in")
    read_orders(order(40, seed=5))
    few = len(words)
    words.clear()
    read_orders(order(80, seed=6))
    assert few >= 40
    assert len(words) - few <= 2 * 40  # a row, and what is left of it as the description
