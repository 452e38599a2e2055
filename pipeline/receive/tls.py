"""The certificate we show, or what is wrong with it."""

import ssl
from pathlib import Path

from maild.config.transport import Smtp
from maild.errors import ConfigError


def tls_context(settings: Smtp) -> ssl.SSLContext | None:
    """For STARTTLS, TLS 1.2 and up; None where no certificate is configured. Raises `ConfigError`."""
    if settings.tls is None:
        return None
    cert, key = Path(settings.tls.cert_file), Path(settings.tls.key_file)
    mistakes = [*_unreadable("smtp.tls.cert_file", cert), *_unreadable("smtp.tls.key_file", key)]
    if mistakes:
        raise ConfigError(mistakes)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(cert, key, password=_refuse_passphrase)
    except (ssl.SSLError, OSError, ValueError) as error:
        raise ConfigError([_explanation(cert, key, error)]) from None
    return context


def _unreadable(name: str, path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            file.read(1)
    except FileNotFoundError:
        return [f"{name}: there is no file {path} (give the path of a PEM file)"]
    except OSError as error:
        return [f"{name}: {path} cannot be read: {error.strerror} (the user maild runs as must be able to read it)"]
    return []


def _explanation(cert: Path, key: Path, error: Exception) -> str:
    reason = getattr(error, "reason", None) or ""
    if reason == "KEY_VALUES_MISMATCH":
        return f"smtp.tls.key_file: {key} is not the key of {cert} (renewed only one of them?)"
    if isinstance(error, ValueError):
        return (
            f"smtp.tls.key_file: {key} is protected by a passphrase (write it without: openssl pkey -in old -out new)"
        )
    return f"smtp.tls: {cert} and {key} are no certificate and key (both in PEM form, the chain in the first)"


def _refuse_passphrase() -> str:
    raise ValueError("a passphrase is needed")
