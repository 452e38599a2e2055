"""What senders get wrong in the structure of a mail, and what is made of it."""

import base64
import binascii

import pytest

from pipeline.mime import read_mail
from tests.pipeline.mail.letters import mail, multipart, steps, without

TEXT = b"Content-Type: text/plain\r\n\r\n"
PDF = b"Content-Type: application/pdf\r\n"


def test_closing_delimiter_glued_to_the_last_line() -> None:
    raw = multipart(TEXT + b"12 x valve").replace(b"valve\r\n--frontier--\r\n", b"valve--frontier--\r\n")
    found = read_mail(raw)
    assert found.text == "12 x valve"
    assert not found.problems


@pytest.mark.parametrize(
    "told", [b'filename="order.pdf"', b"filename*=utf-8''order.pdf", b"attachment; filename=order.pdf"]
)
def test_name_without_the_word_before_it(told: bytes) -> None:
    found = read_mail(multipart(TEXT + b"see", PDF + b"Content-Disposition: " + told + b"\r\n\r\n%PDF-"))
    assert [item.name for item in found.attachments] == ["order.pdf"]


def test_text_behind_a_part_that_lost_its_end_is_kept_as_a_file() -> None:
    """A gateway's footer is no more of the letter than an order is lost: both are files that are read."""
    inner = b"Content-Type: multipart/alternative; boundary=inner\r\n\r\n--inner\r\n" + TEXT + b"12 x valve\r\n"
    whole, lost = inner + b"--inner--\r\n", inner
    found = read_mail(multipart(lost, TEXT + b"3 x pump"))
    assert found.text.strip() == "12 x valve"
    assert [item.content for item in found.attachments] == [b"3 x pump"]
    assert "mime.defect" in [problem.code for problem in found.problems]
    found = read_mail(multipart(whole, TEXT + b"3 x pump"))
    assert "3 x pump" in found.text
    assert not found.attachments


def uuencoded(name: bytes, content: bytes) -> bytes:
    lines = [binascii.b2a_uu(content[at : at + 45]) for at in range(0, len(content), 45)]
    return b"begin 644 " + name + b"\n" + b"".join(lines) + b"`\nend\n"


def test_uuencoded_files_in_the_text() -> None:
    content = b"4711;12;valve\n" * 9
    found = read_mail(
        mail(b"See below.\n\n" + uuencoded(b"order.csv", content) + uuencoded(b"b.txt", b"b") + b"Jane\n")
    )
    assert [(item.name, item.type, item.content) for item in found.attachments] == [
        ("order.csv", "text/csv", content),
        ("b.txt", "text/plain", b"b"),
    ]
    assert found.text.split() == ["See", "below.", "Jane"]


@pytest.mark.parametrize(
    "text", ["begin 644 order.csv\nno such data here, sorry\n", "begin 644 x\n#0V%T\n", "begin here\nend\n"]
)
def test_text_that_only_begins_like_a_file_stays(text: str) -> None:
    found = read_mail(mail(text.encode()))
    assert found.text == text
    assert not found.attachments


def test_uuencoded_text_takes_linear_time() -> None:
    def work(size: int) -> int:
        raw = mail(b"begin 644 x\n#0V%T\n" * size)
        return steps(lambda: read_mail(raw))

    assert work(2000) < 2.3 * work(1000) + 2_000


@pytest.mark.parametrize(
    ("codec", "named"),
    [
        ("cp1251", b'<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">'),
        ("koi8-r", b"<META CHARSET=koi8-r>"),
    ],
)
def test_charset_that_only_the_html_names(codec: str, named: bytes) -> None:
    page = b"<html><head>" + named + b"</head><body>" + "двенадцать клапанов".encode(codec) + b"</body></html>"
    assert read_mail(mail(page, b"Content-Type: text/html")).text == "двенадцать клапанов"


def test_charset_of_the_field_counts_before_that_of_the_html() -> None:
    page = b"<meta charset=koi8-r>" + "zwölf".encode()
    assert read_mail(mail(page, b"Content-Type: text/html; charset=utf-8")).text == "zwölf"


def test_korean_under_its_windows_name() -> None:
    raw = mail("밸브 열두 개".encode("cp949"), b"Content-Type: text/plain; charset=windows-949")
    assert read_mail(raw).text == "밸브 열두 개"


@pytest.mark.parametrize(
    "word",
    [
        base64.b64encode(b"gre").decode() + "\r\n " + base64.b64encode("en grün".encode()).decode(),
        base64.b64encode(b"green").decode() + base64.b64encode(" grün".encode()).decode(),
    ],
)
def test_encoded_word_in_pieces(word: str) -> None:
    assert read_mail(without(b"Subject", b"Subject: =?utf-8?B?" + word.encode() + b"?=")).subject == "green grün"
