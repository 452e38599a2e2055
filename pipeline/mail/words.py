"""Encoded words (RFC 2047), as senders really write them."""

import base64
import binascii
from collections.abc import Iterator

from pipeline.mail import charsets, transfer


def decode(value: str, hint: str | None = None) -> str:
    """Text of an unstructured field with its encoded words read; adjacent words are joined before decoding.

    Senders split multibyte characters over two words, which RFC 2047, 5 (3) forbids; joining the bytes mends it.
    """
    return "".join(text for text, _ in _pieces(value, hint))


def respelled(value: str, hint: str | None = None) -> str:
    """``value`` with every run of encoded words as one UTF-8 word, safe to hand to an address parser.

    The words stay encoded so that a comma or bracket inside a display name is not taken for structure; what only
    begins like a word is spoilt, since parsers trip over it.
    """
    pieces = _pieces(value, hint)
    return "".join(_encode(text) if encoded else text.replace("=?", "= ?") for text, encoded in pieces)


def _encode(text: str) -> str:
    return f"=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="


def _pieces(value: str, hint: str | None) -> Iterator[tuple[str, bool]]:
    """(text, was encoded) in order. Linear: each character is looked at a fixed number of times."""
    at, run, run_charset = 0, b"", None
    while True:
        word = _next_word(value, at)
        start = word[0] if word else len(value)
        between = value[at:start]
        if run and (word is None or between.strip(" \t\r\n") or _codec(word[1]) != run_charset):
            yield charsets.decode(run, run_charset, hint)[0], True
            run, joined = b"", word is not None and not between.strip(" \t\r\n")
        else:
            joined = bool(run)
        if between and not joined:
            yield between, False
        if word is None:
            return
        run, run_charset, at = run + word[2], _codec(word[1]), word[3]


def _codec(label: str) -> str:
    return charsets.codec_of(label) or label.lower()


def _next_word(value: str, at: int) -> tuple[int, str, bytes, int] | None:
    """(start, charset, decoded bytes, end) of the next encoded word at or after ``at``."""
    start = value.find("=?", at)
    while start >= 0:
        mark = value.find("?", start + 2, start + 80)
        if mark > 0 and value[mark + 1 : mark + 2] in ("b", "B", "q", "Q") and value[mark + 2 : mark + 3] == "?":
            end = value.find("?=", mark + 3)
            if end < 0:
                return None
            payload = _payload(value[mark + 3 : end], value[mark + 1])
            if payload is not None and mark > start + 2:
                return start, value[start + 2 : mark].partition("*")[0], payload, end + 2
        start = value.find("=?", start + 2)
    return None


def _payload(text: str, encoding: str) -> bytes | None:
    data = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(data.replace(b"\n", b"").replace(b"\r", b""), header=True)
    clean = data.translate(None, b" \t\r\n").rstrip(b"=")
    if b"=" in clean:  # several words' worth in one
        return transfer.decode(clean, "base64")[0]
    try:
        return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))
    except binascii.Error:
        return _truncated(clean)


def _truncated(data: bytes) -> bytes | None:
    whole = data[: len(data) // 4 * 4]
    try:
        return binascii.a2b_base64(whole)
    except binascii.Error:
        return None
