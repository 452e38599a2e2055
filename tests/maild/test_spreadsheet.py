"""CSV cells that no spreadsheet takes for a formula, and pictures that hold no markup of others."""

from xml.etree import ElementTree

import pytest

from maild import spreadsheet
from maild.errors import DataError
from maild.picture import MOST_BARS, Chart, html, svg

ROWS = [{"a": "=1+1", "b": "-5.00", "c": None}, {"a": 'say "hi"; or, not', "b": "7", "c": ["x", "y"]}]


def test_i06_formula_starters_are_disarmed_but_checked_numbers_are_not(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    spreadsheet.write(ROWS, ("a", "b", "c"), numbers=("b",))
    assert capsysbinary.readouterr().out == b'a,b,c\r\n\'=1+1,-5.00,\r\n"say ""hi""; or, not",7,"x, y"\r\n'


@pytest.mark.parametrize("text", ["=A1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＠x"])
def test_i06_every_starter(text: str) -> None:
    assert spreadsheet.safe(text) == "'" + text


@pytest.mark.parametrize("text", ["", "plain", "a=b", "'quoted", "1-2"])
def test_other_text_stays(text: str) -> None:
    assert spreadsheet.safe(text) == text


def test_what_was_written_is_read_back() -> None:
    raw = "\ufeffname,note\r\n'=Ann,\"two\r\nlines\"\r\n,\r\n'tis,x\r\n".encode()
    assert spreadsheet.read(raw) == [{"name": "=Ann", "note": "two\r\nlines"}, {"name": "'tis", "note": "x"}]


@pytest.mark.parametrize("raw", [b"a,a\r\n1,2\r\n", b"a\r\n\xff\r\n", b'a\r\n"open\r\n'])
def test_a_list_that_is_none_says_so(raw: bytes) -> None:
    with pytest.raises(DataError):
        spreadsheet.read(raw)


def test_a_picture_holds_no_markup_of_others() -> None:
    chart = Chart("<script>", [("</title><b>", 3.5), ("x", 0), ("negative", -4)])
    for text in (svg([chart, chart]), svg([]), svg([Chart("empty", [])])):
        ElementTree.fromstring(text)
        assert "<b>" not in text and "<script" not in text
    page = html([chart], ("<i>",), [["<u>"]])
    assert "<i>" not in page and "<u>" not in page


def test_a_picture_is_bounded() -> None:
    many = svg([Chart("many", [(str(n), n) for n in range(10_000)])])
    assert many.count("<rect") == MOST_BARS


def test_what_is_counted_has_no_parts_and_labels_have_the_room_there_is() -> None:
    drawn = svg([Chart("Tickets", [("broke the limit of the way", 1), ("active", 1)])])
    assert ">0.5<" not in drawn
    assert ">broke the limit of the way<" in drawn
    many = svg([Chart("Tickets", [(f"a state with a long name {n}", 1.5) for n in range(14)])])
    assert ">0.5<" in many
    assert ">a stat\u2026<" in many
