"""DKIM: what we sign, others can verify; what was changed, they notice."""

import base64
import stat
from datetime import UTC, datetime
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from maild.domain.mail import Address
from maild.errors import CannotCreate, ConfigError
from notifications.compose import compose
from notifications.dkim import (
    Signer,
    load_signer,
    make_key,
    record,
    relaxed_body,
    relaxed_field,
    zone_line,
)
from notifications.render import Rendered

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def key() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def signer(key: RSAPrivateKey) -> Signer:
    return Signer("harbour.example", "one", key)


def letter(subject: str = "Your order HT-7781", text: str = "Thank you.\n\n- twelve  ropes \n") -> bytes:
    return compose(
        Rendered(subject, text, f"<html><body><p>{text}</p></body></html>"),
        message_id="<abc@harbour.example>",
        from_=Address("Häfen & Söhne, Orders", "orders@harbour.example"),
        to=[Address("Ada", "ada@nordlicht.example")],
        reply_to="orders+token@harbour.example",
        in_reply_to="<1@nordlicht.example>",
        references=[f"<{n}.{'x' * 60}@nordlicht.example>" for n in range(12)],
        automatic=True,
        now=NOW,
    )


def verified(raw: bytes, key: RSAPrivateKey) -> bool:
    def dns(name: bytes, timeout: int = 5) -> bytes | None:
        return record(key).encode() if name == b"one._domainkey.harbour.example." else None

    return bool(dkim.verify(raw, dnsfunc=dns))


LETTERS = [
    letter(),
    letter("Ihr Auftrag für Züri", "Grüße\r\n" * 400),
    letter("x" * 900),
    letter(text=""),
    b"From: a@harbour.example\r\n\r\n",
    b"From: a@harbour.example\r\n\r\n\r\n\r\n",
    b"From:  a@harbour.example \r\nSubject: a\r\n\tb\r\n  c \r\n\r\n  x\t y  \r\n\r\nend \r\n\r\n",
]


@pytest.mark.parametrize("raw", LETTERS, ids=range(len(LETTERS)))
def test_an_independent_verifier_accepts_it(raw: bytes, signer: Signer, key: RSAPrivateKey) -> None:
    signed = signer.sign(raw, NOW)
    assert signed.endswith(raw)
    assert verified(signed, key)
    assert max(map(len, signed[: -len(raw)].split(b"\r\n"))) <= 78
    assert signed.isascii()


CHANGES = {
    "body": (b"Thank you.", b"Thank me."),
    "subject": (b"Subject: Your", b"Subject: My"),
    "sender": (b"orders@harbour.example>", b"evil@harbour.example>"),
    "reply-to": (b"Reply-To: orders", b"Reply-To: evil"),
    "second from": (b"Date: ", b"From: evil@harbour.example\r\nDate: "),
    "second subject": (b"Date: ", b"Subject: pay here\r\nDate: "),
    "added cc": (b"Date: ", b"Cc: everybody@evil.example\r\nDate: "),
    "second date": (b"MIME-Version", b"Date: Mon, 02 Nov 2026 09:30:00 +0000\r\nMIME-Version"),
    "mime": (b"multipart/alternative", b"multipart/mixed"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_breaks_it(change: tuple[bytes, bytes], signer: Signer, key: RSAPrivateKey) -> None:
    signed = signer.sign(letter(), NOW)
    assert change[0] in signed
    assert not verified(signed.replace(*change), key)


def test_what_relays_do_to_a_letter_does_not_break_it(signer: Signer, key: RSAPrivateKey) -> None:
    signed = signer.sign(letter(), NOW)
    assert verified(b"Received: from desk by relay; Mon, 2 Nov 2026 09:30:01 +0000\r\n" + signed + b"\r\n\r\n", key)


def test_it_is_signed_alike_every_time(signer: Signer) -> None:
    assert signer.sign(letter(), NOW) == signer.sign(letter(), NOW)


def test_canonical_forms_of_the_standard() -> None:
    """RFC 6376, 3.4.5."""
    assert relaxed_field(b"A", b" X") == b"a:X\r\n"
    assert relaxed_field(b"B ", b" Y\t\r\n\tZ  ") == b"b:Y Z\r\n"
    assert relaxed_body(b" C \r\nD \t E\r\n\r\n\r\n") == b" C\r\nD E\r\n"
    assert relaxed_body(b"") == b""
    assert relaxed_body(b" \r\n\r\n") == b""


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "dkim.pem"
    made = make_key(path, 1024)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert record(load_signer(path, "harbour.example", "one").key) == record(made)
    before = path.read_bytes()
    with pytest.raises(CannotCreate):
        make_key(path, 1024)
    assert path.read_bytes() == before
    with pytest.raises(CannotCreate):
        make_key(tmp_path / "nowhere" / "dkim.pem", 1024)


def test_the_record_is_cut_into_strings_that_fit(key: RSAPrivateKey) -> None:
    line = zone_line("harbour.example", "one", record(key))
    assert line.startswith("one._domainkey.harbour.example. IN TXT ( ")
    strings = line.split('"')[1::2]
    assert all(len(string) <= 255 for string in strings)
    assert "".join(strings) == record(key)
    assert base64.b64decode(record(key).partition("p=")[2])


@pytest.mark.parametrize(
    "content", [b"", b"nothing", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_a_file_without_a_key(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "dkim.pem"
    path.write_bytes(content)
    with pytest.raises(ConfigError):
        load_signer(path, "harbour.example", "one")
