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
    "told",
    [
        b'filename="order.pdf"',
        b"filename*=utf-8''order.pdf",
        b"attachment; filename=order.pdf",
        b'attachment filename="order.pdf"',
        b'attachment, filename="order.pdf"',
        b"attachment;;filename=order.pdf",
        b'attachment; filename=order.pdf"',
        b'attachment; filename=""order.pdf""',
        "attachment; filename=“order.pdf”".encode(),
        b"attachment; filename=utf-8''order%2Epdf",
        b"attachment; filename=\"UTF-8''order%2Epdf\"",
        b'attachment; filename*1="order"; filename*2=".pdf"',
    ],
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


BOUNDARIES = [
    (b'multipart/mixed\r\n boundary="frontier"', b"frontier"),  # no semicolon
    (b'multipart/mixed, boundary="frontier"', b"frontier"),
    (b"multipart/mixed; boundary='frontier'", b"frontier"),
    (b"multipart/mixed; boundary='frontier'", b"'frontier'"),
    (b"multipart/mixed; boundary=another", b"frontier"),
    (b"multipart/mixed", b"frontier"),
]


@pytest.mark.parametrize(("told", "used"), BOUNDARIES)
def test_m05_boundary_spelt_wrongly_is_found(told: bytes, used: bytes) -> None:
    raw = multipart(TEXT + b"12 x valve", PDF + b"\r\n%PDF-", boundary=used)
    named = b'multipart/mixed; boundary="' + used + b'"'
    assert named in raw
    found = read_mail(raw.replace(named, told))
    assert found.text == "12 x valve"
    assert [item.content for item in found.attachments] == [b"%PDF-"]


def test_m05_boundary_that_an_inner_multipart_shares() -> None:
    inner = b"Content-Type: multipart/alternative; boundary=frontier\r\n\r\n--frontier\r\n" + TEXT + b"12 x valve\r\n"
    found = read_mail(multipart(inner + b"--frontier--\r\n", PDF + b"\r\n%PDF-"))
    assert found.text.strip() == "12 x valve"
    assert [item.content for item in found.attachments] == [b"%PDF-"]


def test_many_ends_of_a_shared_boundary_take_linear_time() -> None:
    def work(size: int) -> int:
        first = b"Content-Type: multipart/alternative; boundary=frontier\r\n\r\n"
        raw = multipart(first, b"\r\n".join([b"--frontier--"] * size))
        return steps(lambda: read_mail(raw))

    assert work(2000) < 2.3 * work(1000) + 2_000


HTML = b"Content-Type: text/html\r\n\r\n<p>12 x valve, and <b>soon</b>, please; ask Joe for the rest.</p>"


def test_letter_in_html_with_a_footer_in_plain_text() -> None:
    """Lists and scanners add a plain part to a letter of HTML: neither stands for the other."""
    text = read_mail(multipart(HTML, TEXT + b"_____\r\nThe valve club.")).text
    assert "12 x valve" in text
    assert "The valve club." in text
    assert read_mail(multipart(TEXT + b"CAUTION: from outside.", HTML)).text.startswith("CAUTION: from outside.\n12 x")


def test_letter_sent_twice_without_saying_so_is_read_once() -> None:
    same = TEXT + b"12 x valve, and soon, please; ask Joe for the rest."
    assert read_mail(multipart(same, HTML)).text.count("valve") == 1
    assert read_mail(multipart(same, HTML, kind=b"alternative")).text.count("valve") == 1


def test_plain_twin_of_nothing_visible_is_none() -> None:
    seen = "Content-Type: text/plain; charset=utf-8\r\n\r\n\xa0\r\n\u200b".encode()
    assert read_mail(multipart(seen, HTML, kind=b"alternative")).text.startswith("12 x valve")


def test_text_of_a_related_part_that_is_not_its_first() -> None:
    image = b"Content-Type: image/png\r\nContent-ID: <logo>\r\n\r\n\x89PNG"
    body = HTML.replace(b"\r\n\r\n", b"\r\nContent-ID: <letter>\r\n\r\n", 1)
    found = read_mail(multipart(image, body, kind=b'related; start="<letter>"'))
    assert found.text.startswith("12 x valve")
    assert [item.name for item in found.attachments] == ["image.png"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [(b"text/markdown", b"12 x valve"), (b"text/enriched", b"<bold>12 x <italic>valve</italic></bold>")],
)
def test_letters_in_other_kinds_of_text(kind: bytes, body: bytes) -> None:
    found = read_mail(mail(body, b"Content-Type: " + kind))
    assert (found.text, found.attachments) == ("12 x valve", ())


def test_m09_base64_of_the_web_and_base64_that_is_none() -> None:
    said = "Größe ÿþ?>?> zwölf"
    coded = base64.urlsafe_b64encode(said.encode())
    assert b"-" in coded or b"_" in coded
    head = (b"Content-Type: text/plain; charset=utf-8", b"Content-Transfer-Encoding: base64")
    assert read_mail(mail(coded, *head)).text == said
    found = read_mail(mail(b"Ship 12 valves, please.", *head))
    assert found.text == "Ship 12 valves, please."
    assert "mime.bad_encoding" in [problem.code for problem in found.problems]


RUSSIAN = "Прошу отгрузить двенадцать клапанов"


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        ("СРОЧНЫЙ ЗАКАЗ НА ПОСТАВКУ ОБОРУДОВАНИЯ", "cp1251"),
        ("AÇÃO, COTAÇÃO: INFORMAÇÃO", "cp1252"),
        ("Παρακαλώ στείλτε δώδεκα βαλβίδες", "cp1253"),
        ("밸브 주문 관련하여 연락드립니다", "cp949"),
        ("请发十二个阀门订单", "gb18030"),
        ("Bitte zwölf grüne Ventile für Köln, für Zürich fünf", "cp1252"),
    ],
)
def test_charset_that_nobody_names_is_known_by_its_letters(text: str, codec: str) -> None:
    assert read_mail(mail(text.encode(codec))).text == text


@pytest.mark.parametrize("label", ["win-1251", "x-cp1251", "CP1251", "win1251"])
def test_trap_07_windows_charsets_by_short_names(label: str) -> None:
    raw = mail(RUSSIAN.encode("cp1251"), b"Content-Type: text/plain; charset=" + label.encode())
    assert read_mail(raw).text == RUSSIAN


@pytest.mark.parametrize(
    "line",
    [
        "Roe, Jane @ Buyer, Inc. <jane@buyer.example>",
        "Jane <jane@buyer.example>; Joe <joe@buyer.example>",
        "=?utf-8?Q?J=C3=A4ne_=3Cjane@buyer.example=3E?=",
    ],
)
def test_sender_shown_of_a_field_that_names_no_single_author(line: str) -> None:
    found = read_mail(without(b"From", b"From: " + line.encode()))
    assert found.sender is None
    assert found.shown_sender is not None
    assert found.shown_sender.address == "jane@buyer.example"
