"""Charsets and headers as hostile or careless senders write them."""

from datetime import UTC, datetime

import pytest

from pipeline.mail import addresses, charsets
from pipeline.mime import read_mail
from tests.pipeline.mail.letters import codes, mail, steps, without


def in_charset(label: bytes, body: bytes) -> bytes:
    return mail(body, b"Content-Type: text/plain; charset=" + label)


@pytest.mark.parametrize("label", [b"x-nobody-knows", b'""', b"x" * 500])
def test_h01_unknown_charsets_fall_back(label: bytes) -> None:
    assert "12 Stück".encode() in read_mail(in_charset(label, "12 Stück".encode())).text.encode()
    assert "12 Stück" in read_mail(in_charset(label, "12 Stück".encode("cp1252"))).text


def test_h01_unknown_charset_is_marked() -> None:
    assert "mime.charset" in codes(read_mail(in_charset(b"x-nobody-knows", "Stück".encode("cp1252"))))
    assert "mime.charset" not in codes(read_mail(in_charset(b"utf-8", "Stück".encode())))


@pytest.mark.parametrize("label", ["hex_codec", "bz2", "rot13", "unicode_escape", "idna", "punycode", "base64", "zlib"])
def test_h02_codecs_that_are_no_charsets(label: str) -> None:
    assert charsets.codec_of(label) is None
    assert read_mail(in_charset(label.encode(), b"414243 \\u0041")).text == "414243 \\u0041"


def test_h03_utf7_is_text_like_any_other() -> None:
    assert read_mail(in_charset(b"utf-7", b"+ADw-script+AD4-")).text == "<script>"


def test_h04_utf16_and_utf8_under_a_latin_label() -> None:
    assert read_mail(in_charset(b"utf-16-le", "12 Stück".encode("utf-16-le"))).text == "12 Stück"
    found = read_mail(in_charset(b"iso-8859-1", "12 Stück".encode()))
    assert (found.text, "mime.charset" in codes(found)) == ("12 Stück", True)


def test_h05_what_no_database_takes_is_left_out() -> None:
    assert charsets.decode(b"a\x00b", "utf-8")[0] == "ab"
    assert charsets.storable("a\ud800b\uffffc") == "abc"
    assert read_mail(in_charset(b"utf-7", b"x+2AA-y")).text == "xy"
    subject = b"Subject: =?utf-8?b?" + b"7aCA" + b"?="
    read_mail(without(b"Subject", subject)).subject.encode("utf-8")


def test_h06_long_subjects_are_cut_and_lines_joined() -> None:
    marks = "e" + "\u0301" * 10_000
    found = read_mail(without(b"Subject", b"Subject: " + marks.encode()))
    assert len(found.subject) <= 998


def test_h07_homoglyph_is_another_sender() -> None:
    found = read_mail(without(b"From", "From: \u0430lice@good.example".encode()))
    assert found.sender is not None
    assert addresses.canonical(found.sender.address) != "alice@good.example"


def test_h08_no_line_end_survives_decoding() -> None:
    found = read_mail(without(b"Subject", b"Subject: =?utf-8?q?a=0D=0ABcc=3A_evil=40x=E2=80=A8y?="))
    assert found.subject == "a Bcc: evil@x y"
    found = read_mail(without(b"From", b"From: =?utf-8?q?a=0D=0ABcc=3A_x?= <u@d.example>"))
    assert found.sender is not None
    assert found.sender.name == "a Bcc: x"


def test_h09_an_address_as_display_name() -> None:
    found = read_mail(without(b"From", b"From: =?utf-8?q?alice=40good.example?= <evil@bad.example>"))
    assert found.sender is not None
    assert (found.sender.name, found.sender.address) == ("alice@good.example", "evil@bad.example")
    assert "auth.misleading_name" in codes(found)


@pytest.mark.parametrize(
    "fields",
    [
        (b"From: a@good.example", b"From: evil@bad.example"),
        (b"From: a@good.example, evil@bad.example",),
        (b"From: group: a@good.example, evil@bad.example;",),
        (b"From: MAILER-DAEMON",),
        (),
    ],
)
def test_h10_more_than_one_author_is_nobody(fields: tuple[bytes, ...]) -> None:
    found = read_mail(without(b"From", *fields))
    assert found.sender is None
    assert "auth.ambiguous_from" in codes(found)


def test_h10_two_subjects_first_wins() -> None:
    found = read_mail(mail(b"x", b"Subject: second"))
    assert (found.subject, "mime.defect" in codes(found)) == ("Order 4711", True)


@pytest.mark.parametrize(
    ("spelling", "author"),
    [
        ("alice@good.example)bob@evil.example", None),
        ('"alice@good.example" <evil@bad.example>', "evil@bad.example"),
        ("alice@good.example <evil@bad.example>", None),
        ("alice@good.example, evil@bad.example", None),
        ("<evil@bad.example> alice@good.example", None),
        ("evil@bad.example\r\n alice@good.example", None),
        ("alice@good.example(<evil@bad.example>)", None),
        ('"a\\"<x@y.example>" <evil@bad.example>', "evil@bad.example"),
        ("=?utf-8?q?alice=40good.example?= <evil@bad.example>", "evil@bad.example"),
        ("alice@good.example\x00@evil.example", None),
        ("group: a@b.example, d@e.example;", None),
        ("Alice@GOOD.example", "Alice@GOOD.example"),
        ("alice@good.example.", None),
        ("alice+tag@good.example", "alice+tag@good.example"),
        ("@a,@b:alice@good.example", None),
        ("a@good.example (Alice)", "a@good.example"),
        ('"Roe, Alice" <a@good.example>', "a@good.example"),
        ("(" * 400 + "a@good.example", None),
    ],
)
def test_h11_both_parsers_must_agree(spelling: str, author: str | None) -> None:
    found = read_mail(without(b"From", b"From: " + spelling.encode()))
    assert (found.sender and found.sender.address) == author


@pytest.mark.parametrize(
    "date", ["yesterday", "Mon, 01 Jan 0001 00:00:00 +2400", "Mon, 99 Foo 99999 99:99:99 +9999", "", "Fri, 20 Nov 2026"]
)
def test_h12_impossible_dates_are_none_or_aware(date: str) -> None:
    found = read_mail(without(b"Date", b"Date: " + date.encode()))
    assert found.date is None or found.date.tzinfo is not None


def test_h12_dates_are_utc() -> None:
    assert read_mail(mail()).date == datetime(2026, 11, 20, 9, 1, 2, tzinfo=UTC)


def test_h13_five_thousand_received_are_counted_not_kept() -> None:
    hop = b"Received: from a.example by b.example; Fri, 20 Nov 2026 10:00:00 +0000\r\n"
    found = read_mail(hop * 5000 + mail())
    assert 50 < len(found.header("received")) <= 60
    assert "mime.headers_too_big" not in codes(found)


def test_h14_reply_to_is_kept_apart() -> None:
    found = read_mail(mail(b"x", b"Reply-To: other@else.example"))
    assert found.sender is not None
    assert (found.sender.address, found.reply_to[0].address) == ("jane@buyer.example", "other@else.example")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("Jane@Bücher.Example", "jane@xn--bcher-kva.example"),
        ("jane@XN--BCHER-KVA.example", "jane@xn--bcher-kva.example"),
        ("用户@例子.example", "用户@xn--fsqu00a.example"),
        ("jane", None),
        ("@buyer.example", None),
        ("jane@", None),
        ("jane@localhost", None),
        ("a b@buyer.example", None),
        ("a@b@buyer.example", None),
        ("a..b@buyer.example", None),
        ("jane@-x.example", None),
        ("jane@[192.0.2.1]", None),
        ('"a b"@buyer.example', None),
        ("jane\n@buyer.example", None),
        ("jane\u202e@buyer.example", None),
        ("x" * 400 + "@buyer.example", None),
        ("jane@buyer.example\x00", None),
    ],
)
def test_h15_one_canonical_spelling(given: str, wanted: str | None) -> None:
    assert addresses.canonical(given) == wanted


def test_raw_octets_in_headers_are_recovered() -> None:
    label = b"Content-Type: text/plain; charset=iso-8859-1"
    latin = without(b"Subject", "Subject: Bestellung für".encode("cp1252"), label)
    assert read_mail(latin).subject == "Bestellung für"
    unknown = without(b"Subject", "Subject: Bestellung für".encode("cp1252"))
    assert read_mail(unknown).subject == "Bestellung f\ufffdr"  # nobody says that it is not Cyrillic
    assert read_mail(without(b"Subject", "Subject: Bestellung für".encode())).subject == "Bestellung für"
    japanese = without(b"Subject", "Subject: ご注文の確認について".encode("shift_jis"))
    assert read_mail(japanese).subject == "ご注文の確認について"
    chinese = without(b"Subject", "Subject: 采购订单确认".encode("gb18030"))
    assert read_mail(chinese).subject == "采购订单确认"


def test_iso_2022_jp_without_transfer_encoding() -> None:
    body = "ご注文ありがとうございます".encode("iso2022_jp")
    assert read_mail(in_charset(b"iso-2022-jp", body)).text == "ご注文ありがとうございます"
    assert read_mail(mail(body)).text == "ご注文ありがとうございます"


@pytest.mark.parametrize(
    ("subject", "wanted"),
    [
        (b"=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        (b"=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"),
        (b"=?utf-8?b?w6Q=?=\r\n =?utf-8?b?w7Y=?=", "äö"),
        (b"=?utf-8?b?ww==?= =?utf-8?b?pA==?=", "ä"),  # one letter split over two words
        (b"=?gb2312?b?1tA=?=", "中"),
        (b"=?iso-8859-1*de?q?=E4?=", "ä"),
        (b"=?utf-8?q?a b c?=", "a b c"),
        (b"=?utf-8?q?unterminated", "=?utf-8?q?unterminated"),
        (b"=?x?z?y?= plain", "=?x?z?y?= plain"),
        (b"=?utf-8?b?!!!?=", ""),
    ],
)
def test_encoded_words(subject: bytes, wanted: str) -> None:
    assert read_mail(without(b"Subject", b"Subject: " + subject)).subject == wanted


def test_encoded_words_are_linear() -> None:
    def subject(count: int) -> bytes:
        return without(b"Subject", b"Subject: " + b"\r\n ".join([b"=?utf-8?q?ab?="] * count))

    assert steps(lambda: read_mail(subject(4000))) < 2.2 * steps(lambda: read_mail(subject(2000)))


def test_shown_sender_is_a_best_reading() -> None:
    def shown(*fields: bytes) -> str | None:
        found = read_mail(without(b"From", *fields)).shown_sender
        return found and found.address

    assert shown(b"From: junk", b"From: jane@buyer.example") == "jane@buyer.example"
    assert shown(b'From: "Jane" <>', b"Reply-To: <jane@buyer.example>") == "jane@buyer.example"
    assert shown(b"From: Jane Roe jane@buyer.example") == "jane@buyer.example"
    assert shown(b"From: Jane Roe <mailto:jane@buyer.example>") == "jane@buyer.example"
    assert shown(b"From: MAILER-DAEMON (Mail Delivery System)") == "MAILER-DAEMON"
    assert shown() is None


@pytest.mark.parametrize(
    "value",
    [
        b"=?utf-8?b?A?= <jane@buyer.example>",
        b"=?utf-8?b?=?= <jane@buyer.example>",
        b"=?x?q?=?= =? <jane@buyer.example>",
    ],
)
def test_broken_words_in_addresses_trip_nobody(value: bytes) -> None:
    found = read_mail(without(b"From", b"From: " + value, b"To: " + value))
    assert found.shown_sender is not None
    assert found.shown_sender.address == "jane@buyer.example"


def test_references_in_any_shape() -> None:
    found = read_mail(mail(b"x", b"References: <a@x>,<b@x> junk\r\n\t<c@x><a@x>", b"In-Reply-To: <c@x> (note)"))
    assert (found.references, found.in_reply_to) == (("<a@x>", "<b@x>", "<c@x>"), "<c@x>")
