"""Which code page a file without a label is in."""

import pytest

from pipeline.orders.codepage import decode


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("Net Total;£8,837.07\nVAT;£ 1,714.39", "cp1252"),
        ("Łódź, ul. Zielona 4;śruba", "cp1250"),
        ("Łódzka 12;5,00", "cp1250"),
    ],
)
def test_pounds_and_polish_letters_are_told_apart(text: str, page: str) -> None:
    assert decode(text.encode(page)) == text
