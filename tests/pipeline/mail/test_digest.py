"""The same mail again has the same digest, whichever way it came."""

import io

import pytest

from pipeline.mail.digest import canonical_digest, scan_header
from tests.pipeline.mail.letters import HEAD, mail, without


def digest(raw: bytes) -> str:
    return canonical_digest(io.BytesIO(raw))


def test_l12_trace_headers_and_line_ends_make_no_difference() -> None:
    raw = mail(b"12 x valve\r\nthanks\r\n")
    trace = b"Received: from a by b\r\nReturn-Path: <j@x.example>\r\nX-Spam: no\r\n"
    trace += b"Authentication-Results: mx; dkim=pass\r\n"
    for same in (trace + raw, raw.replace(b"\r\n", b"\n"), raw + b"\r\n\r\n", raw.replace(b": ", b":\r\n  ", 2)):
        assert digest(same) == digest(raw)
    assert len(digest(raw)) == 64


@pytest.mark.parametrize(
    "other",
    [
        mail(b"13 x valve\r\nthanks\r\n"),
        mail(b"12 x valve\r\n\r\nthanks\r\n"),
        without(b"Subject", b"Subject: other", body=b"12 x valve\r\nthanks\r\n"),
        without(b"Message-ID", b"Message-ID: <2@x>", body=b"12 x valve\r\nthanks\r\n"),
        mail(b"12 x valve\r\nthanks\r\n", b"Content-Type: text/html"),
    ],
)
def test_another_mail_has_another_digest(other: bytes) -> None:
    assert digest(other) != digest(mail(b"12 x valve\r\nthanks\r\n"))


def test_order_of_headers_makes_no_difference() -> None:
    lines = HEAD.strip().split(b"\r\n")
    assert digest(b"\r\n".join(reversed(lines)) + b"\r\n\r\nx") == digest(HEAD + b"\r\nx")


def test_pieces_of_the_file_make_no_difference() -> None:
    class Dripping(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size, 7) if size and 0 < size <= 64 * 1024 else size)

    raw = mail(b"one\r\ntwo\rthree\nfour\r\n\r\n" * 40_000)
    assert canonical_digest(Dripping(raw)) == digest(raw)


def test_file_is_read_from_its_start() -> None:
    file = io.BytesIO(mail())
    file.seek(20)
    assert canonical_digest(file) == digest(mail())


def test_header_is_scanned_within_the_caps() -> None:
    found = scan_header(io.BytesIO(b"Received: a\r\nReceived: b\r\n\tc\r\n" + mail()), {"received", "to", "x-none"})
    assert found == {"received": ["a", "b c"], "to": ["orders@shop.example"], "x-none": []}
    endless = io.BytesIO(b"Received: a\r\n" * 100_000)
    assert len(scan_header(endless, {"received"})["received"]) == 1000
    assert scan_header(io.BytesIO(b""), {"to"}) == {"to": []}
