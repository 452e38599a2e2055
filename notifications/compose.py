"""A letter as bytes (RFC 5322, MIME): CRLF line ends, 7-bit, no line over 78 characters unless a single word is.

Written by hand because the standard library's EmailMessage takes a millisecond a letter; the tests read every letter
back with the standard library and with mail-parser and find the same words.
"""

import base64
import binascii
import email
import email.policy
import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from maild.domain.mail import Address
from notifications.clean import printable
from notifications.render import Rendered

LOOP_HEADER = "X-Maild-Loop"
MOST_REFERENCES = 12  # the first one, which names the conversation, and the newest

_WIDTH = 78
_LONGEST_ID = 250
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,248}>")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_BODY_TAG = re.compile(r"<body[^>]{0,500}>", re.I)


def compose(
    rendered: Rendered,
    *,
    message_id: str,
    from_: Address,
    to: Sequence[Address],
    reply_to: str | None = None,
    in_reply_to: str | None = None,
    references: Sequence[str] = (),
    automatic: bool,
    now: datetime,
    marker: str = "",
) -> bytes:
    """The complete letter.

    ``marker`` is the line that asks to reply above it and carries the signed reference; it opens both bodies.
    ``references`` are the ids of the conversation, oldest first; what is not a msg-id (RFC 5322, 3.6.4) is left out.
    Values that reach a header lose every control character first, so none can end it.
    """
    domain = message_id.rpartition("@")[2].rstrip(">")
    chain = _references(references, in_reply_to)
    headers = [
        ("Date", format_datetime(now)),
        ("From", _mailbox(from_)),
        ("To", ", ".join(_mailbox(address) for address in to)),
        ("Reply-To", printable(reply_to or "")),
        ("Subject", _unstructured(rendered.subject, len("Subject: "))),
        ("Message-ID", message_id),
        ("In-Reply-To", in_reply_to if in_reply_to in chain else ""),
        ("References", " ".join(chain)),
        ("Auto-Submitted", "auto-generated" if automatic else ""),
        ("X-Auto-Response-Suppress", "All" if automatic else ""),
        (LOOP_HEADER, printable(domain)),
        ("MIME-Version", "1.0"),
    ]
    head = "".join(_folded(name, value) for name, value in headers if value)
    return head.encode("ascii") + _alternative(
        _marked_text(rendered.text, marker), _marked_html(rendered.html, marker), message_id
    )


def _references(references: Sequence[str], in_reply_to: str | None) -> list[str]:
    ids = list(
        dict.fromkeys(i for i in (*references, in_reply_to or "") if len(i) <= _LONGEST_ID and _MESSAGE_ID.fullmatch(i))
    )
    return ids if len(ids) <= MOST_REFERENCES else [ids[0], *ids[1 - MOST_REFERENCES :]]


def _mailbox(address: Address) -> str:
    """``name <addr-spec>``, the name as atoms, quoted string or encoded words, whichever it needs."""
    spec, name = printable(address.address), printable(address.name, 200)
    if not spec.isascii():
        raise ValueError("an address in a header must be ASCII; see notifications.address")
    if not name:
        return spec
    if not name.isascii() or "=?" in name:
        return f"{_encoded_words(name, 6)} <{spec}>"
    if _ATOMS.fullmatch(name):
        return f"{name} <{spec}>"
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" <{spec}>'


def _unstructured(text: str, used: int) -> str:
    text = printable(text)
    plain = text.isascii() and "=?" not in text and max(map(len, text.split()), default=0) < _WIDTH - 2
    return text if plain else _encoded_words(text, used)


def _encoded_words(text: str, used: int) -> str:
    """RFC 2047 encoded words in base 64, at most 75 characters each and cut between characters (section 5)."""
    room = (_WIDTH - used - len("=?utf-8?B??=") - 1) // 4 * 3
    words, word = [], b""
    for char in text:
        raw = char.encode("utf-8")
        if len(word) + len(raw) > min(room, 45):
            words.append(word)
            word, room = b"", 45
        word += raw
    words.append(word)
    return " ".join(f"=?utf-8?B?{base64.b64encode(w).decode('ascii')}?=" for w in words if w)


def _folded(name: str, value: str) -> str:
    """One header field with its CRLF, folded at spaces (RFC 5322, 2.2.3)."""
    line = f"{name}: {value}"
    if len(line) <= _WIDTH:
        return line + "\r\n"
    lines, current = [], f"{name}:"
    for word in value.split(" "):
        if len(current) + 1 + len(word) > _WIDTH and current.strip() and current != f"{name}:":
            lines.append(current)
            current = ""
        current += f" {word}"
    return "\r\n".join([*lines, current]) + "\r\n"


def _marked_text(text: str, marker: str) -> str:
    return f"{marker}\n\n{text}" if marker else text


def _marked_html(html: str, marker: str) -> str:
    if not marker:
        return html
    line = f'<div style="font-size:11px;color:#8a949e;text-align:center;padding:8px;">{escape(marker)}</div>'
    body = _BODY_TAG.search(html)
    return f"{html[: body.end()]}\n{line}{html[body.end() :]}" if body else f"{line}\n{html}"


def _alternative(text: str, html: str, message_id: str) -> bytes:
    """multipart/alternative (RFC 2046, 5.1.4). "=_" cannot occur in quoted-printable or base 64, so the boundary is
    unique.
    """
    boundary = b"=_" + hashlib.sha256(message_id.encode("utf-8", "replace")).hexdigest()[:32].encode()
    parts = [_part("plain", text), _part("html", html)]
    opening = b'Content-Type: multipart/alternative;\r\n boundary="' + boundary + b'"\r\n\r\n'
    # The line end before a delimiter belongs to the delimiter; without one more, each text would lose its last.
    return (
        opening + b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + boundary + b"--\r\n"
    )


def _part(subtype: str, text: str) -> bytes:
    raw = "\r\n".join(text.rstrip("\n").splitlines()).encode("utf-8", "replace") + b"\r\n"
    encoding, body = _transfer_encoded(raw)
    return (
        f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + body
    )


def _transfer_encoded(raw: bytes) -> tuple[str, bytes]:
    """Quoted-printable, or base 64 where most of the text is not ASCII (RFC 2045, 6.7 and 6.8)."""
    foreign = 0 if raw.isascii() else len(raw) - len(raw.decode("utf-8", "ignore").encode("ascii", "ignore"))
    if foreign * 3 > len(raw):
        encoded = base64.b64encode(raw)
        return "base64", b"".join(encoded[i : i + 76] + b"\r\n" for i in range(0, len(encoded), 76))
    encoded = b"\r\n" + binascii.b2a_qp(raw, istext=True)
    return "quoted-printable", encoded.replace(b"\r\nFrom ", b"\r\n=46rom ")[2:]


def plain_part(raw: bytes) -> str:
    """What a letter that was composed here says to who reads plain text; "" where its bytes are kept no more."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""
