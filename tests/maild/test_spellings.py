"""Who has to go is found however they were written, and nobody else is."""

import base64
import quopri

import pytest

from maild.domain.spellings import Search, Spellings

ANN = "ann.b@birch.example"
JOSE = "josé@xn--kse-qla.example"
BASE64 = b"Content-Transfer-Encoding: base64\r\n\r\n"
PRINTABLE = b"Content-Transfer-Encoding: Quoted-Printable\r\n\r\n"


def found(address: str, mail: bytes, piece: int = 1 << 20) -> bool:
    search = Search(Spellings(address))
    return [search.feed(mail[start : start + piece]) for start in range(0, len(mail), piece)][-1]


def word(text: bytes) -> bytes:
    return b"=?utf-8?B?" + base64.b64encode(text) + b"?="


@pytest.mark.parametrize(
    "mail",
    [
        b"To: <Ann.B@BIRCH.example>",
        b"aNN.b@bIRCH.eXAMPLE",
        b"Ask ann.b@birch.example.",
        b'"ann.b"@birch.example',
        b"To: ann.b @ birch.example",
        b"To: ann.b@\r\n birch.example",
        b'<a href="mailto:ann.b%40birch.example">',
        b"%3Cann.b@birch.example%3E",
        b"ann.b&#64;birch.example",
        b"ann.b&#x40;birch.example",
        b'{"said": "by\\nann.b@birch.example"}',
        b"Return-Path: <bounce+ann.b=birch.example@lists.example>",
        b"Return-Path: <SRS0=ha=tt=birch.example=ann.b@forward.example>",
        b"Subject: =?utf-8?q?=3Cann=2Eb=40bi?=\r\n =?UTF-8?Q?rch.example?=",
        b"Subject: " + word(b"ask ann.b@bi") + b"\r\n\t" + word(b"rch.example"),
        PRINTABLE + b"ask ann=2eb@bir=\r\nch.example",
        PRINTABLE + quopri.encodestring("été: ann.b@birch.example".encode()),
        BASE64 + base64.encodebytes(b"y" * 100 + b"\nAnn.B@birch.example\n" + b"z" * 100) + b"\r\n--x--",
        BASE64 + base64.encodebytes("a table,Ann.b@birch.example".encode("utf-16")),
        BASE64.lower() + base64.b64encode(b"ann.b@birch.example").rstrip(b"="),
    ],
)
def test_an_address_is_found_however_a_mail_writes_it(mail: bytes) -> None:
    assert found(ANN, mail)
    assert not found("bo@fir.example", mail)


@pytest.mark.parametrize(
    "mail",
    [
        "josé@käse.example",
        "JOSÉ@KÄSE.EXAMPLE",
        "Jose\N{COMBINING ACUTE ACCENT}@käse.example",
        "josé@xn--kse-qla.example",
    ],
)
def test_a_domain_is_found_in_letters_and_in_both_charsets(mail: str) -> None:
    assert found(JOSE, mail.encode())
    assert found(JOSE, mail.encode("latin-1", "replace")) is ("\N{COMBINING ACUTE ACCENT}" not in mail)
    assert Spellings(JOSE).replaced(f"to {mail},", "x") == "to x,"


@pytest.mark.parametrize(
    "other",
    [
        *("joann.b@birch.example", "jo.ann.b@birch.example", "x-ann.b@birch.example", "ann.b+x@birch.example"),
        *("ann.b@birch.example.org", "ann.b@birch.examples", "ann.b@birch.example-x.org", "ann_b@birch.example"),
    ],
)
def test_another_address_is_another_person(other: str) -> None:
    assert not found(ANN, f"To: <{other}>".encode())
    assert Spellings(ANN).replaced(f"To: <{other}>", "x") == f"To: <{other}>"


@pytest.mark.parametrize("width", [64, 70, 76, 10**9])
def test_an_address_is_found_across_the_border_of_two_pieces(width: int) -> None:
    for before in range(0, 30000, 1777):
        packed = base64.b64encode(b"q" * before + b" ann.b@birch.example " + b"p" * 3000)
        lines = b"\r\n".join(packed[start : start + width] for start in range(0, len(packed), width))
        assert found(ANN, BASE64 + lines, 16384), (before, width)
    for before in range(16350, 16390):
        assert found(ANN, b"q" * before + b" ann.b@birch.example", 16384)


def test_what_an_address_begins_with_in_every_spelling_is_known_to_the_database() -> None:
    assert Spellings(ANN).words == ("ann.b", "birch.example")
    assert Spellings(JOSE).words == ("jos", "example")
