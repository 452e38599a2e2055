"""Passwords of our own people: hashed by Argon2id (RFC 9106) with the library's parameters, compared in constant time.

Both take a tenth of a second by intent: never on the event loop, never inside a transaction.
"""

from base64 import b64encode

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from maild.config.credentials import weakness

LONGEST = 256  # characters

_HASHER = PasswordHasher()


def _nobodys() -> str:
    """What no password hashes to, written down instead of computed: that would take its time at each start."""
    salt, digest = (b64encode(bytes(length)).rstrip(b"=").decode() for length in (_HASHER.salt_len, _HASHER.hash_len))
    return f"$argon2id$v=19$m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}${salt}${digest}"


_NOBODYS = _nobodys()


def unfit(password: str, name: str) -> str:
    """Why a password will not do, "" if it will."""
    if len(password) > LONGEST:
        return f"is longer than {LONGEST} characters"
    if password.casefold() == name.casefold():
        return "is the name"
    return weakness(password)


def hashed(password: str) -> str:
    return _HASHER.hash(password)


def is_hash(text: str) -> bool:
    return text.startswith("$argon2id$") and len(text) <= 200


def matches(password: str, held: str | None) -> bool:
    """Whether it is the one; for nobody's hash (None) it takes as long and is False."""
    try:
        _HASHER.verify(held or _NOBODYS, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return held is not None
