"""Arguments of MAIL and RCPT, without a socket."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.receive.commands import MailFrom, normal, read_hello, read_mail, read_rcpt


def mail(argument: str, extended: bool = True, login_offered: bool = False) -> MailFrom | str:
    return read_mail(argument, max_size=1000, extended=extended, login_offered=login_offered)


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("FROM:<a@b.example>", MailFrom("a@b.example")),
        ("from: <a@b.example>", MailFrom("a@b.example")),
        ("FROM:a@b.example", MailFrom("a@b.example")),
        ("FROM:a@b.example SIZE=10", MailFrom("a@b.example", 10)),
        ("FROM:<>", MailFrom("")),
        ("FROM:<> SIZE=999 BODY=8BITMIME", MailFrom("", 999)),
        ("FROM:<first.last+tag=x@b-c.example> body=7bit", MailFrom("first.last+tag=x@b-c.example")),
        ("FROM:<o'neil!#$%&*/?^`{|}~@b.example>", MailFrom("o'neil!#$%&*/?^`{|}~@b.example")),
        ('FROM:<"a b"@c.example>', MailFrom('"a b"@c.example')),
        ('FROM:<"a>\\"b"@c.example> SIZE=1', MailFrom('"a>\\"b"@c.example', 1)),
        ("FROM:<a@[192.0.2.1]>", MailFrom("a@[192.0.2.1]")),
        ("FROM:<a@[IPv6:2001:db8::1]>", MailFrom("a@[IPv6:2001:db8::1]")),
        ("FROM:<a@host_with_underscore.example>", MailFrom("a@host_with_underscore.example")),
        ("FROM:<ä@ö.example> SMTPUTF8", MailFrom("ä@ö.example", 0, True)),
        ("FROM:<a@b.example> SMTPUTF8=yes", "555 5.5.4 Not supported: SMTPUTF8"),
        ("FROM:", "553 5.1.3 That is no mail address"),
        ("FROM:<>x", "555 5.5.4 Not supported: X"),
        ("TO:<a@b.example>", "501 5.5.4 Syntax: MAIL FROM:<address> [parameters]"),
    ],
)
def test_mail(argument: str, expected: MailFrom | str) -> None:
    assert mail(argument) == expected


def test_parameters_come_with_ehlo_only() -> None:
    assert mail("FROM:<a@b.example> SIZE=1", extended=False) == "555 5.5.4 Not supported: SIZE"
    assert mail("FROM:<a@b.example> AUTH=<>", login_offered=True) == MailFrom("a@b.example")


def test_rcpt_without_its_keyword() -> None:
    assert read_rcpt("<a@b.example>", utf8=False)[1].startswith("501")
    assert read_rcpt("TO:<>", utf8=False)[1].startswith("553")


def test_hello_names() -> None:
    assert read_hello("PRINTER 7 (2nd floor)") == "PRINTER 7 (2nd floor)"
    assert read_hello("[192.0.2.1]") == "[192.0.2.1]"
    assert read_hello("x" * 256) is None
    assert read_hello("a\udcffb") is None


def test_normal_spelling() -> None:
    assert normal("Orders@MÜLLER.example") == normal("orders@xn--mller-kva.example") == "orders@xn--mller-kva.example"
    assert normal("postmaster") == "postmaster"
    assert normal("a@" + "ü" * 70 + ".example").startswith("a@")


@given(st.text(max_size=300), st.booleans())
def test_any_argument_is_answered(text: str, extended: bool) -> None:
    for prefix in ("", "FROM:", "FROM:<", "TO:<"):
        read = mail(prefix + text, extended)
        assert isinstance(read, MailFrom) or read[:3] in ("501", "552", "553", "555")
        address, refusal = read_rcpt(prefix + text, utf8=extended)
        assert bool(address) != bool(refusal)
        for taken in (address, read.sender if isinstance(read, MailFrom) else ""):
            assert taken.isprintable() or not taken.isascii()
            assert not set(taken) & set("\0\r\n<>") or '"' in taken


@pytest.mark.parametrize("piece", ["a.", '"\\"', "@a,", "-", "_", "<", "((", "a@b:", "ü."])
def test_reading_takes_time_in_proportion(piece: str) -> None:
    for text in (piece * 100_000, "@" + piece * 100_000, '"' + piece * 100_000, "a@" + piece * 100_000):
        assert isinstance(mail(f"FROM:<{text}>"), str)
