"""Secrets: read from a file or from the environment, never written in the configuration, never printed."""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, InstanceOf, PlainSerializer, ValidationInfo

from maild.config.mistakes import mistake
from maild.config.values import expanded, is_variable

SHORTEST_PASSWORD = 8
SHORTEST_KEY = 64  # hexadecimal digits
SHORTEST_RSA = 1024  # bits
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


def weakness(value: str, shortest: int = SHORTEST_PASSWORD) -> str:
    """Why a password is no secret, "" if it will do."""
    if not value:
        return "is empty"
    if len(value) < shortest:
        return f"is shorter than {shortest} characters"
    if value.lower() in WELL_KNOWN or len(set(value)) == 1:
        return "is a well-known default"
    if not value.isprintable():
        return "holds a line break or control character"
    return ""


def reply_key_weakness(path: Path) -> str:
    """Why a file cannot hold the keys that sign reply addresses (one or two hexadecimal lines), "" if it can."""
    if path.stat().st_mode & 0o077:
        return "others may read the key"
    keys = _read(path).split()
    if not 1 <= len(keys) <= 2:
        return "the file holds no key" if not keys else "the file holds more than two keys"
    if any(set(key.lower()) - set("0123456789abcdef") or len(key) < SHORTEST_KEY or len(set(key)) < 4 for key in keys):
        return f"the key is weak: {SHORTEST_KEY} random hexadecimal digits are needed"
    return ""


def dkim_key_weakness(path: Path) -> str:
    """Why a file cannot sign letters (RFC 8301: 1024 bits of RSA at least), "" if it can."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if path.stat().st_mode & 0o077:
        return "others may read the key"
    try:
        key = load_pem_private_key(path.read_bytes()[:LARGEST_FILE], None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return f"{path} is not a private key in PEM form without passphrase"
    if not isinstance(key, RSAPrivateKey):
        return "the key is not RSA (few receivers verify others)"
    return "" if key.key_size >= SHORTEST_RSA else f"the key has {key.key_size} bits; {SHORTEST_RSA} are needed"


def _read(path: Path) -> str:
    try:
        if not path.is_file():
            if path.exists():
                raise mistake(f"{path} is not a regular file")
            raise mistake(f"there is no file {path}", "write the secret into it, readable by the user of maild alone")
        with path.open("rb") as file:
            return file.read(LARGEST_FILE).decode()
    except OSError as error:
        raise mistake(f"{path} cannot be read", error.strerror or "") from None
    except UnicodeDecodeError:
        raise mistake(f"{path} is not text") from None


def _from_file(value: object, info: ValidationInfo, *, shortest: int = SHORTEST_PASSWORD) -> Secret | None:
    if isinstance(value, Secret) or value in ("", None):
        return value or None  # type: ignore[return-value]
    if not isinstance(value, str):
        raise mistake("this is not the path of a file", NEVER_INLINE)
    folder = (info.context or {}).get("folder", Path())
    path = Path(folder, expanded(value))
    return _strong(Secret(str(path), _read(path).removesuffix("\n").removesuffix("\r")), str(path), shortest)


def _from_variable(value: object, *, shortest: int = SHORTEST_PASSWORD) -> Secret | None:
    if isinstance(value, Secret) or value in ("", None):
        return value or None  # type: ignore[return-value]
    if not isinstance(value, str) or not is_variable(value):
        raise mistake("a secret stands in the configuration", 'password_file = "..." or password = "${NAME}"')
    return _strong(Secret(value, expanded(value)), value, shortest)


def _from_either(value: object, info: ValidationInfo) -> Secret:
    by_name = isinstance(value, str) and is_variable(value)
    if isinstance(value, str) and not by_name and "/" not in value:
        raise mistake("this is neither a path nor a variable", NEVER_INLINE)
    secret = _from_variable(value) if by_name else _from_file(value, info)
    if secret is None:
        raise mistake("the secret is missing", NEVER_INLINE)
    return secret


def _strong(secret: Secret, where: str, shortest: int) -> Secret:
    if weak := weakness(secret.value, shortest):
        raise mistake(f"the secret in {where} {weak}", "for example: openssl rand -base64 24")
    return secret


_MASKED: Any = PlainSerializer(lambda secret: None if secret is None else "***")
SecretFile = Annotated[InstanceOf[Secret] | None, BeforeValidator(_from_file), _MASKED]
SecretVariable = Annotated[InstanceOf[Secret] | None, BeforeValidator(_from_variable), _MASKED]
GivenFile = Annotated[InstanceOf[Secret] | None, BeforeValidator(partial(_from_file, shortest=1)), _MASKED]
"""As `SecretFile` for what another server has given us: nobody here may choose how long that is."""
GivenVariable = Annotated[InstanceOf[Secret] | None, BeforeValidator(partial(_from_variable, shortest=1)), _MASKED]
SecretEither = Annotated[InstanceOf[Secret], BeforeValidator(_from_either), _MASKED]
