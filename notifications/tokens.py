"""Signed references: the reply address, the bounce address, the line in the body and the Message-ID.

Each is an HMAC-SHA256 cut to 128 bits over its purpose and numbers, in lower-case base 32 (RFC 4648, 6), because mail
systems change the case of local parts. A reference says which ticket and which person it was written to; it does not
say who sends.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

MAC_BYTES = 16
MARKER = "-- Please reply above this line --"

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_REPLY = re.compile(r"t([0-9a-z]{1,13})-p([0-9a-z]{1,13})-([a-z2-7]{26})", re.I | re.A)
_BOUNCE = re.compile(r"b-([0-9a-z]{1,13})-([a-z2-7]{26})", re.I | re.A)
_REF = re.compile(r"\[ref:(t[0-9a-z]{1,13}-p[0-9a-z]{1,13}-[a-z2-7]{26})\]", re.I | re.A)
_MOST_TRIES = 20  # references tried in one body; a mail that quotes more is not one of ours


@dataclass(frozen=True, slots=True)
class Keys:
    """The signing key and, during a rotation, the one before it: both verify, only the first signs."""

    current: bytes
    previous: bytes | None = None

    @property
    def all(self) -> tuple[bytes, ...]:
        return (self.current,) if self.previous is None else (self.current, self.previous)


@dataclass(frozen=True, slots=True)
class Reference:
    """``recipient`` is the id of the person our letter was written to."""

    ticket: int
    recipient: int


def reply_token(keys: Keys, ticket: int, recipient: int) -> str:
    return f"t{_write(ticket)}-p{_write(recipient)}-{_mac(keys.current, 'reply', ticket, recipient)}"


def parse_reply_token(keys: Keys, token: str) -> Reference | None:
    found = _REPLY.fullmatch(token)
    if not found:
        return None
    ticket, recipient = int(found[1], 36), int(found[2], 36)
    return Reference(ticket, recipient) if _verify(keys, found[3], "reply", ticket, recipient) else None


def reply_address(keys: Keys, order_address: str, ticket: int, recipient: int) -> str:
    """``orders@example.com`` becomes ``orders+<token>@example.com``; never over 64 octets of local part in practice."""
    return _tagged(order_address, reply_token(keys, ticket, recipient))


def parse_reply_address(keys: Keys, address: str) -> Reference | None:
    """The reference in an address of ours, None for any other address and for a forged token."""
    tag = _tag(address)
    return parse_reply_token(keys, tag) if tag else None


def bounce_address(keys: Keys, order_address: str, letter: int) -> str:
    """The envelope sender of one letter: ``orders+b-<token>@example.com``."""
    return _tagged(order_address, f"b-{_write(letter)}-{_mac(keys.current, 'bounce', letter)}")


def parse_bounce_address(keys: Keys, address: str) -> int | None:
    """The id of the letter that came back."""
    found = _BOUNCE.fullmatch(_tag(address) or "")
    if not found:
        return None
    letter = int(found[1], 36)
    return letter if _verify(keys, found[2], "bounce", letter) else None


def marker_line(keys: Keys, ticket: int, recipient: int) -> str:
    """The line under which clients quote; short enough to survive being quoted unwrapped."""
    return f"{MARKER} [ref:{reply_token(keys, ticket, recipient)}]"


def parse_marker(keys: Keys, text: str) -> Reference | None:
    """The first genuine reference in a body, however it is quoted."""
    for count, found in enumerate(_REF.finditer(text)):
        if count == _MOST_TRIES:
            return None
        if reference := parse_reply_token(keys, found[1]):
            return reference
    return None


def message_id_for(keys: Keys, cause_key: str, domain: str, token: str = "") -> str:
    """The Message-ID of the letter with this cause, the same for ever and not to be guessed: ``<digest@domain>``.

    ``token`` (a reply token) stands in front where Reply-To cannot carry it.
    """
    digest = hmac.new(keys.current, b"maild message-id\0" + cause_key.encode(), hashlib.sha256).digest()
    left = _text(digest[:MAC_BYTES])
    return f"<{token}.{left}@{domain}>" if token else f"<{left}@{domain}>"


def parse_message_id(keys: Keys, message_id: str) -> Reference | None:
    """The reference in a Message-ID that was made with a token."""
    return parse_reply_token(keys, message_id.strip().lstrip("<").partition(".")[0][:64])


def _tagged(address: str, token: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}+{token}@{domain}"


def _tag(address: str) -> str | None:
    local, at, _ = address[:400].rpartition("@")
    _, plus, tag = local.partition("+")
    return tag if at and plus else None


def _mac(key: bytes, purpose: str, *numbers: int) -> str:
    said = f"maild {purpose}\0{':'.join(map(str, numbers))}".encode()
    return _text(hmac.new(key, said, hashlib.sha256).digest()[:MAC_BYTES])


def _verify(keys: Keys, given: str, purpose: str, *numbers: int) -> bool:
    claimed = given.lower().encode()
    matches = [hmac.compare_digest(_mac(key, purpose, *numbers).encode(), claimed) for key in keys.all]
    return any(matches)


def _text(raw: bytes) -> str:
    return base64.b32encode(raw).decode("ascii").rstrip("=").lower()


def _write(number: int) -> str:
    """A number in base 36, the inverse of ``int(text, 36)``."""
    text = ""
    while True:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
        if not number:
            return text
