"""DKIM: the signature with which a domain answers for a letter (RFC 6376; keys after RFC 8301).

A letter is signed once, when it is composed, and the signed bytes are stored: every try sends the same ones. The
canonical forms are written out here because signing happens inside a transaction; a library in plain Python takes ten
milliseconds a letter for it.
"""

import base64
import os
import re
import textwrap
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from maild.errors import CannotCreate, ConfigError

KEY_BITS = 2048
_SIGNED = """
    from to cc reply-to subject date message-id in-reply-to references auto-submitted mime-version content-type
"""
SIGNED = _SIGNED.split()
OVERSIGNED = frozenset(("from", "to", "cc", "reply-to", "subject", "date"))  # nobody may add another one

_LONGEST_STRING = 255  # octets of one string of a TXT record (RFC 1035, 3.3.14)
_SPACES = re.compile(rb"[ \t]+")


@dataclass(frozen=True, slots=True)
class Signer:
    domain: str
    selector: str
    key: RSAPrivateKey

    def sign(self, raw: bytes, now: datetime) -> bytes:
        """The letter (CRLF line ends) with a DKIM-Signature in front; relaxed/relaxed, rsa-sha256."""
        head, _, body = raw.partition(b"\r\n\r\n")
        fields = _fields(head)
        names = _names(fields)
        unsigned = self._field(names, base64.b64encode(sha256(relaxed_body(body)).digest()).decode(), now)
        # A field signed once more than it occurs stands for its absence (RFC 6376, 5.4.2).
        lines = [relaxed_field(*last) for name in names if (last := fields[name].pop() if fields.get(name) else None)]
        said = b"".join(lines) + relaxed_field(b"DKIM-Signature", unsigned.encode()).removesuffix(b"\r\n")
        signature = base64.b64encode(self.key.sign(said, PKCS1v15(), SHA256())).decode()
        return f"DKIM-Signature:{unsigned}{_wrapped(signature)}\r\n".encode() + raw

    def _field(self, names: list[str], body_hash: str, now: datetime) -> str:
        return (
            f" v=1; a=rsa-sha256; c=relaxed/relaxed; d={self.domain};\r\n s={self.selector};"
            f" t={int(now.timestamp())};\r\n h={_folded_names(names)};\r\n bh={body_hash};\r\n b="
        )


def load_signer(path: Path, domain: str, selector: str) -> Signer:
    """Raises ConfigError for a file that holds no RSA key."""
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError([f"{path}: the DKIM key cannot be used ({error})"]) from None
    if not isinstance(key, RSAPrivateKey):
        raise ConfigError([f"{path}: the DKIM key is not RSA (few receivers verify others)"])
    return Signer(domain, selector, key)


def make_key(path: Path, bits: int = KEY_BITS) -> RSAPrivateKey:
    """A new key in a new file that only its owner can read; raises CannotCreate, also where the file exists."""
    key = generate_private_key(65537, bits)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise CannotCreate(f"{path} exists", "a key in use is never overwritten; give another name") from None
    except OSError as error:
        raise CannotCreate(f"{path}: {error.strerror}") from None
    return key


def record(key: RSAPrivateKey) -> str:
    """The text of the DNS record that publishes a key (RFC 6376, 3.6.1)."""
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def zone_line(domain: str, selector: str, text: str) -> str:
    """The record as a line of a zone file, cut into strings as TXT wants it."""
    strings = [text[i : i + _LONGEST_STRING] for i in range(0, len(text), _LONGEST_STRING)]
    return f"{selector}._domainkey.{domain}. IN TXT ( " + " ".join(f'"{string}"' for string in strings) + " )"


def relaxed_field(name: bytes, value: bytes) -> bytes:
    """One field in canonical form (RFC 6376, 3.4.2)."""
    unfolded = value.replace(b"\r\n", b"")
    return name.lower().rstrip() + b":" + _SPACES.sub(b" ", unfolded).strip(b" ") + b"\r\n"


def relaxed_body(body: bytes) -> bytes:
    """A body in canonical form (RFC 6376, 3.4.4)."""
    lines = _SPACES.sub(b" ", body + b"\r\n").replace(b" \r\n", b"\r\n").rstrip(b"\r\n")
    return lines + b"\r\n" if lines else b""


def _fields(head: bytes) -> dict[str, list[tuple[bytes, bytes]]]:
    """Name -> (name, value) of each such field, in file order, folded lines in one."""
    found: dict[str, list[tuple[bytes, bytes]]] = {}
    for field in re.split(rb"\r\n(?![ \t])", head):
        name, _, value = field.partition(b":")
        found.setdefault(name.decode("ascii", "replace").strip().lower(), []).append((name, value))
    return found


def _names(fields: dict[str, list[tuple[bytes, bytes]]]) -> list[str]:
    return [name for name in SIGNED for _ in range(len(fields.get(name, ())) + (name in OVERSIGNED))]


def _folded_names(names: list[str]) -> str:
    return "\r\n  ".join(textwrap.wrap(" : ".join(names), 70)).replace(" : ", ":")


def _wrapped(signature: str) -> str:
    return "\r\n  ".join(textwrap.wrap(signature, 72))
