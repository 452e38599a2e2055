"""SMTP AUTH (RFC 4954): PLAIN and LOGIN, spoken only inside TLS."""

import base64
import binascii
import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

MECHANISMS = ("PLAIN", "LOGIN")

Ask = Callable[[str], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Credentials:
    login: str
    password: str = field(repr=False)


class Passwords:
    """The logins that may send. An answer takes the same time whether the login or only the password is wrong."""

    def __init__(self, secrets_by_login: Mapping[str, str]) -> None:
        self._key = secrets.token_bytes(32)
        self._digests = {login: self._digest(secret) for login, secret in secrets_by_login.items()}
        self._nobody = secrets.token_bytes(32)

    def __bool__(self) -> bool:
        return bool(self._digests)

    def verify(self, given: Credentials) -> bool:
        """Whether login and password belong together."""
        wanted = self._digests.get(given.login, self._nobody)
        return hmac.compare_digest(self._digest(given.password), wanted)

    def _digest(self, password: str) -> bytes:
        return hmac.digest(self._key, password.encode(), "sha256")


def refuse_words(words: list[str]) -> str:
    """The reply to an argument of AUTH that names no mechanism of ours, else ""."""
    if not 1 <= len(words) <= 2:
        return "501 5.5.4 Syntax: AUTH mechanism [initial-response]"
    return "" if words[0].upper() in MECHANISMS else "504 5.5.4 Unknown mechanism"


async def ask_credentials(mechanism: str, initial: str | None, ask: Ask) -> Credentials | str:
    """Speak one mechanism; ``ask`` sends a challenge and gives the answering line. A text is the refusing reply."""
    if mechanism == "PLAIN":
        return _plain(initial.encode() if initial is not None else await ask(""))
    login = initial.encode() if initial is not None else await ask(_challenge("Username:"))
    if isinstance(name := _decoded(login), str):
        return name
    if isinstance(password := _decoded(await ask(_challenge("Password:"))), str):
        return password
    return _credentials(name, password)


def _plain(answer: bytes) -> Credentials | str:
    """RFC 4616: [authzid] NUL authcid NUL password; acting for somebody else is not supported."""
    decoded = _decoded(answer)
    if isinstance(decoded, str):
        return decoded
    parts = decoded.split(b"\0")
    if len(parts) != 3 or parts[0] not in (b"", parts[1]):
        return "501 5.5.2 That is no PLAIN answer"
    return _credentials(parts[1], parts[2])


def _credentials(login: bytes, password: bytes) -> Credentials | str:
    try:
        return Credentials(login.decode(), password.decode())
    except UnicodeDecodeError:
        return "501 5.5.2 Login and password are UTF-8"


def _decoded(answer: bytes) -> bytes | str:
    answer = answer.strip()
    if answer == b"*":
        return "501 5.7.0 Authentication cancelled"
    try:
        return base64.b64decode(b"" if answer == b"=" else answer, validate=True)
    except binascii.Error:
        return "501 5.5.2 That is not base64"


def _challenge(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
