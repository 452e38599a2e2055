"""Secrets: read from a file or from the environment, never written in the configuration, never printed."""

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, InstanceOf, PlainSerializer, ValidationInfo

from maild.config.values import expanded, is_variable, mistake

SHORTEST_PASSWORD = 8
SHORTEST_KEY = 32  # hexadecimal digits: 128 bits
LARGEST_FILE = 65536
NEVER_INLINE = 'give the path of a file, or "${NAME}" of the environment'

WELL_KNOWN = """
password passw0rd changeme change-me change_me changeit secret default example placeholder hunter2
letmein letmein1 12345678 123456789 1234567890 87654321 qwertyui qwerty123 password1 password123
administrator postgres your-password yourpassword topsecret s3cret00 test1234 testtest
""".split()  # noqa: SIM905 - three lines instead of thirty


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret and where it came from; only `reveal` gives it away."""

    source: str
    value: str = field(repr=False)

    def reveal(self) -> str:
        return self.value

    def __str__(self) -> str:
        return "***"


def weakness(value: str) -> str:
    """Why a password is no secret, "" if it will do."""
    if not value:
        return "is empty"
    if len(value) < SHORTEST_PASSWORD:
        return f"is shorter than {SHORTEST_PASSWORD} characters"
    if value.lower() in WELL_KNOWN or len(set(value)) == 1:
        return "is a well-known default"
    if not value.isprintable():
        return "holds a line break or control character"
    return ""


def reply_keys(path: Path) -> tuple[bytes, ...]:
    """The keys that sign reply addresses, newest first; made with mode 0600 where there is no file yet.

    The file holds one key a line, of 32 or more hexadecimal digits. To rotate, add a new first line: two keys count.
    """
    if not path.exists():
        _make_key(path)
    return parse_reply_keys(_read(path))


def parse_reply_keys(text: str) -> tuple[bytes, ...]:
    """At most two keys; raises a `mistake` where the file is not what `reply_keys` would write."""
    keys = [line.strip() for line in text.splitlines() if line.strip()]
    if not keys:
        raise mistake("the key file is empty", "remove it, and a key is made at the next start")
    for key in keys[:2]:
        if len(key) < SHORTEST_KEY or len(set(key)) < 4 or set(key.lower()) - set("0123456789abcdef"):
            raise mistake(
                "the key file does not hold a strong key", "32 or more hexadecimal digits: openssl rand -hex 32"
            )
    return tuple(bytes.fromhex(key[: len(key) // 2 * 2]) for key in keys[:2])


def _make_key(path: Path) -> None:
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, f"{secrets.token_hex(32)}\n".encode())
        os.fsync(descriptor)
        os.link(new, path)  # never replaces: of two starters one wins, and both read its key
    except FileExistsError:
        pass
    finally:
        os.close(descriptor)
        new.unlink()
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read(path: Path) -> str:
    try:
        if not path.is_file():
            raise mistake(f"there is no file {path}" if not path.exists() else f"{path} is not a regular file")
        with path.open("rb") as file:
            return file.read(LARGEST_FILE).decode()
    except OSError as error:
        raise mistake(f"{path} cannot be read", error.strerror or "") from None
    except UnicodeDecodeError:
        raise mistake(f"{path} is not text") from None


def _from_file(value: object, info: ValidationInfo) -> Secret | None:
    if isinstance(value, Secret) or value in ("", None):
        return value or None  # type: ignore[return-value]
    if not isinstance(value, str):
        raise mistake("this is not the path of a file", NEVER_INLINE)
    folder = (info.context or {}).get("folder", Path())
    path = Path(folder, expanded(value))
    return _strong(Secret(str(path), _read(path).removesuffix("\n").removesuffix("\r")), str(path))


def _from_variable(value: object) -> Secret | None:
    if isinstance(value, Secret) or value in ("", None):
        return value or None  # type: ignore[return-value]
    if not isinstance(value, str) or not is_variable(value):
        raise mistake("a secret stands in the configuration", 'password_file = "..." or password = "${NAME}"')
    return _strong(Secret(value, expanded(value)), value)


def _from_either(value: object, info: ValidationInfo) -> Secret:
    by_name = isinstance(value, str) and is_variable(value)
    if isinstance(value, str) and not by_name and "/" not in value:
        raise mistake("this is neither a path nor a variable", NEVER_INLINE)
    secret = _from_variable(value) if by_name else _from_file(value, info)
    if secret is None:
        raise mistake("the secret is missing", NEVER_INLINE)
    return secret


def _strong(secret: Secret, where: str) -> Secret:
    if weak := weakness(secret.value):
        raise mistake(f"the secret in {where} {weak}", "for example: openssl rand -base64 24")
    return secret


_MASKED: Any = PlainSerializer(lambda secret: None if secret is None else "***")
SecretFile = Annotated[InstanceOf[Secret] | None, BeforeValidator(_from_file), _MASKED]
SecretVariable = Annotated[InstanceOf[Secret] | None, BeforeValidator(_from_variable), _MASKED]
SecretEither = Annotated[InstanceOf[Secret], BeforeValidator(_from_either), _MASKED]
