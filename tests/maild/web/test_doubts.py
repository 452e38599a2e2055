"""Doubts about an order say which lines they are about, and the same is told once."""

from maild.control.operation import Row
from maild.web.pages.doubts import doubts


def order(*fields: str, text: str = "quantity times price is not the amount", candidates: tuple[str, ...] = ()) -> Row:
    problems = [{"field": field, "text": text, "candidates": candidates} for field in fields]
    return {"lines": [{"sku": f"AX-{n}"} for n in range(20)], "problems": problems}


def where(*fields: str) -> list[str]:
    return [doubt["where"] for doubt in doubts(order(*fields), {})]


def test_lines_are_named_as_people_count_them() -> None:
    assert where("lines[2].amount") == ["line 3 (AX-2)"]
    assert where("lines[2].amount", "lines[0].amount") == ["lines 1 and 3"]
    assert where(*(f"lines[{n}]" for n in range(8))) == ["lines 1, 2, 3, 4, 5, 6, 7 and 8"]
    assert where(*(f"lines[{n}]" for n in range(20))) == ["lines 1, 2, 3, 4, 5, 6, 7, 8 and 12 more"]
    assert where("total") == where("") == [""]
    assert where("lines[77].sku") == [""]


def test_what_offers_a_choice_is_told_for_each_line() -> None:
    found = doubts(order("lines[0].quantity", "lines[1].quantity", candidates=("5", "50")), {"lines[1].quantity": "5"})
    assert [(doubt["where"], doubt["was"], doubt["figure"]) for doubt in found] == [
        ("line 1 (AX-0)", "", True),
        ("line 2 (AX-1)", "5", True),
    ]


def test_different_doubts_stay_apart() -> None:
    several = order("lines[0]", "lines[1]")
    several["problems"].append({"field": "currency", "text": "no currency is named"})
    assert [(doubt["said"], doubt["where"]) for doubt in doubts(several, {})] == [
        ("quantity times price is not the amount", "lines 1 and 2"),
        ("no currency is named", ""),
    ]
