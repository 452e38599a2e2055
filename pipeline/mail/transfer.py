"""Content-Transfer-Encoding undone (RFC 2045, 6), as far as the octets allow."""

import binascii
import re

WHITE = b" \t\r\n\x0b\x0c\x00"

MOST_RUNS = 10_000  # pieces of base64 with padding between them; damaged anyway, more are not put together

_BAD_QUOTED = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]{0,76}(?:\r?\n|\Z))")
MOST_FILES = 100

_ORNAMENTS = (".gif", ".png", ".bmp")
_UU_FILE = re.compile(r"begin [0-7]{3,4} ([^\r\n]{1,255}?)\r?\Z")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\r\n]{1,255}\r?\n", re.MULTILINE)


def decode(data: bytes, encoding: str) -> tuple[bytes, bool]:
    """The octets meant and whether they were read without damage; an unknown encoding leaves them as they are."""
    name = encoding.partition(";")[0].partition("(")[0].strip().strip("\"'").lower().replace("_", "-")
    if name in ("base64", "base-64", "b64", "b"):
        return _base64(data)
    if name in ("quoted-printable", "quotedprintable", "q", "quoted"):
        return binascii.a2b_qp(data), data.isascii() and _BAD_QUOTED.search(data) is None
    if name in ("x-uuencode", "uuencode", "uue", "x-uue"):
        found = _uuencoded(data)
        return (found, True) if found is not None else (data, False)
    return data, name in ("", "7bit", "8bit", "binary", "7-bit", "8-bit")


def _base64(data: bytes) -> tuple[bytes, bool]:
    clean = data.translate(None, WHITE)
    for digits in (clean, clean.translate(_URL_SAFE)):  # RFC 4648, 5: what web services write
        try:
            return binascii.a2b_base64(digits, strict_mode=True), True
        except binascii.Error:
            continue
    if _is_prose(data):
        return data, False
    runs = [_whole_quads(run) for run in clean.split(b"=", MOST_RUNS)[:MOST_RUNS] if run]
    return b"".join(runs), False


def _is_prose(data: bytes) -> bool:
    """Whether what is labelled base64 never was: its first line is of words, and no line of base64 has blanks in it."""
    return b" " in data[:1000].strip().partition(b"\n")[0].strip()


def _whole_quads(run: bytes) -> bytes:
    """One run of base64 without its padding; what is no base64 digit is skipped, a lone last digit dropped."""
    digits = run.translate(None, delete=_NO_DIGITS)
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_NO_DIGITS = bytes(
    byte for byte in range(256) if byte not in b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
)


def uuencoded_files(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """``text`` without the uuencoded files in it, and (name, content) of each.

    What has no end is left in the text, and so are the balls and lines of letters of that age.
    """
    rest: list[str] = []
    files: list[tuple[str, bytes]] = []
    pieces: list[bytes] = []
    name, began = "", -1
    for line in text.split("\n"):
        rest.append(line)
        if began < 0:
            found = _UU_FILE.match(line) if len(files) < MOST_FILES else None
            if found and not found.group(1).lower().endswith(_ORNAMENTS):
                name, began, pieces = found.group(1), len(rest) - 1, []
            continue
        if line.strip() == "end":
            files.append((name, b"".join(pieces)))
            del rest[began:]
            began = -1
            continue
        decoded = _uu_line(line.strip("\r").encode("ascii", "replace")) if line.strip() not in ("", "`") else b""
        if decoded is None:
            began = -1
        else:
            pieces.append(decoded)
    return "\n".join(rest), files


def _uuencoded(data: bytes) -> bytes | None:
    """Content of the first uuencoded file in ``data``, None where there is none; its name is nobody's path."""
    begin = _UU_BEGIN.search(data)
    if begin is None:
        return None
    out: list[bytes] = []
    for line in data[begin.end() :].splitlines():
        decoded = None if not line or line in (b"end", b"`") else _uu_line(line)
        if decoded is None:
            break
        out.append(decoded)
    return b"".join(out) if out else None


def _uu_line(line: bytes) -> bytes | None:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        length = (((line[0] - 32) & 63) * 4 + 5) // 3  # some encoders pad the last line with junk
        try:
            return binascii.a2b_uu(line[:length])
        except binascii.Error:
            return None
