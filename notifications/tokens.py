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
from enum import StrEnum

MAC_BYTES = 16
MARKER = "-- Please reply above this line --"

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_TOKEN = re.compile(r"([tnsr])([0-9a-z]{1,13})-p([0-9a-z]{1,13})-([a-z2-7]{26})", re.I | re.A)
_BOUNCE = re.compile(r"b-([0-9a-z]{1,13})-([a-z2-7]{26})", re.I | re.A)
_REF = re.compile(r"\[ref:([tns][0-9a-z]{1,13}-p[0-9a-z]{1,13}-[a-z2-7]{26})\]", re.I | re.A)
_MOST_TRIES = 20  # references tried in one body; a mail that quotes more is not one of ours


@dataclass(frozen=True, slots=True)
class Keys:
    """The signing key and, during a rotation, the one before it: both verify, only the first signs."""

    current: bytes
    previous: bytes | None = None

    @property
    def all(self) -> tuple[bytes, ...]:
        return (self.current,) if self.previous is None else (self.current, self.previous)


class Purpose(StrEnum):
    """What a token is for; its value is the token's first letter. A token made for one purpose serves no other."""

    REPLY = "t"  # an answer to the ticket
    NOTE = "n"  # an answer to the ticket that stays among colleagues
    SIDE = "s"  # an answer to a side conversation
    RATING = "r"  # a customer's rating of a ticket


_SIGNED_AS = {Purpose.REPLY: "reply", Purpose.NOTE: "note", Purpose.SIDE: "side", Purpose.RATING: "rating"}


@dataclass(frozen=True, slots=True)
class Reference:
    """``number`` is that of the ticket or side conversation; ``recipient`` the person our letter was written to."""

    number: int
    recipient: int
    purpose: Purpose = Purpose.REPLY


def token(keys: Keys, reference: Reference) -> str:
    number, recipient = reference.number, reference.recipient
    mac = _mac(keys.current, _SIGNED_AS[reference.purpose], number, recipient)
    return f"{reference.purpose.value}{_write(number)}-p{_write(recipient)}-{mac}"


def parse_token(keys: Keys, text: str) -> Reference | None:
    """The reference of a genuine token, whatever it is for."""
    found = _TOKEN.fullmatch(text)
    if not found:
        return None
    purpose, number, recipient = Purpose(found[1].lower()), int(found[2], 36), int(found[3], 36)
    if not _verify(keys, found[4], _SIGNED_AS[purpose], number, recipient):
        return None
    return Reference(number, recipient, purpose)


def reply_address(keys: Keys, order_address: str, ticket: int, recipient: int) -> str:
    """``orders@example.com`` becomes ``orders+<token>@example.com``; never over 64 octets of local part in practice."""
    return tagged_address(keys, order_address, Reference(ticket, recipient))


def tagged_address(keys: Keys, order_address: str, reference: Reference) -> str:
    """An address of ours whose mail belongs to what ``reference`` names."""
    return _tagged(order_address, token(keys, reference))


def parse_reply_address(keys: Keys, address: str) -> Reference | None:
    """The reference in an address of ours, None for any other address and for a forged token."""
    tag = _tag(address)
    return _answer(parse_token(keys, tag)) if tag else None


def _answer(reference: Reference | None) -> Reference | None:
    """What a mail may name; a rating is no mail."""
    return reference if reference is not None and reference.purpose is not Purpose.RATING else None


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


def marker_line(keys: Keys, ticket: int, recipient: int, purpose: Purpose = Purpose.REPLY) -> str:
    """The line under which clients quote; short enough to survive being quoted unwrapped."""
    return f"{MARKER} [ref:{token(keys, Reference(ticket, recipient, purpose))}]"


def parse_marker(keys: Keys, text: str) -> Reference | None:
    """The first genuine reference in a body, however it is quoted."""
    for count, found in enumerate(_REF.finditer(text)):
        if count == _MOST_TRIES:
            return None
        if reference := parse_token(keys, found[1]):
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
    return _answer(parse_token(keys, message_id.strip().lstrip("<").partition(".")[0][:64]))


def _tagged(address: str, token: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}+{token}@{domain}"


def _tag(address: str) -> str | None:
    local, at, _ = address[:400].rpartition("@")
    _, plus, tag = local.partition("+")
    return tag if at and plus else None


def sign(keys: Keys, purpose: str, *numbers: int) -> str:
    """What proves that these numbers were written by us for this purpose."""
    return _mac(keys.current, purpose, *numbers)


def signed(keys: Keys, given: str, purpose: str, *numbers: int) -> bool:
    return _verify(keys, given, purpose, *numbers)


def in_base_36(number: int) -> str:
    """The inverse of ``int(text, 36)``."""
    return _write(number)


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
