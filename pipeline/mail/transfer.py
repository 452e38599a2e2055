"""Content-Transfer-Encoding undone (RFC 2045, 6), as far as the octets allow."""

import binascii
import re
from dataclasses import dataclass

WHITE = b" \t\r\n\x0b\x0c\x00"

MOST_RUNS = 10_000  # pieces of base64 with padding between them; damaged anyway, more are not put together

_BAD_QUOTED = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]{0,76}(?:\r?\n|\Z))")
_UU_BEGIN = re.compile(rb"begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,255})\r?\n")


def decode(data: bytes, encoding: str) -> tuple[bytes, bool]:
    """The octets meant and whether they were read without damage; an unknown encoding leaves them as they are."""
    name = encoding.partition(";")[0].strip().strip("\"'").lower().replace("_", "-")
    if name in ("base64", "base-64", "b64", "b"):
        return _base64(data)
    if name in ("quoted-printable", "quotedprintable", "q", "quoted"):
        return binascii.a2b_qp(data), data.isascii() and _BAD_QUOTED.search(data) is None
    if name in ("x-uuencode", "uuencode", "uue", "x-uue"):
        found = uuencoded(data)
        return (found.content, True) if found else (data, False)
    return data, name in ("", "7bit", "8bit", "binary", "7-bit", "8-bit")


def _base64(data: bytes) -> tuple[bytes, bool]:
    clean = data.translate(None, WHITE)
    try:
        return binascii.a2b_base64(clean, strict_mode=True), True
    except binascii.Error:
        pass
    runs = [_whole_quads(run) for run in clean.split(b"=", MOST_RUNS)[:MOST_RUNS] if run]
    return b"".join(runs), False


def _whole_quads(run: bytes) -> bytes:
    """One run of base64 without its padding; what is no base64 digit is skipped, a lone last digit dropped."""
    digits = run.translate(None, delete=_NO_DIGITS)
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


_NO_DIGITS = bytes(
    byte for byte in range(256) if byte not in b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
)


@dataclass(frozen=True, slots=True)
class Uuencoded:
    """A file in a text: its name as given, its content, and the place it takes."""

    name: str
    content: bytes
    start: int
    end: int


def uuencoded(data: bytes) -> Uuencoded | None:
    """The first uuencoded file in ``data``, None where there is none."""
    begin = _UU_BEGIN.search(data)
    if begin is None or (begin.start() > 0 and data[begin.start() - 1 : begin.start()] != b"\n"):
        return None
    out, at = [], begin.end()
    while at < len(data):
        stop = data.find(b"\n", at)
        line_end = stop + 1 if stop >= 0 else len(data)
        line = data[at:line_end].strip(b"\r\n")
        at = line_end
        if line in (b"end", b"====") or not line:
            break
        if line == b"`":
            continue
        decoded = _uu_line(line)
        if decoded is None:
            break
        out.append(decoded)
    name = begin.group(1).decode("utf-8", "replace").strip()
    return Uuencoded(name, b"".join(out), begin.start(), at) if out else None


def _uu_line(line: bytes) -> bytes | None:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        length = (((line[0] - 32) & 63) * 4 + 5) // 3  # some encoders pad the last line with junk
        try:
            return binascii.a2b_uu(line[:length])
        except binascii.Error:
            return None
