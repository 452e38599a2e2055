"""The kinds of value a configuration holds, each with its spelling in TOML and its limits.

A wrong value raises `mistake`, whose text says what is wrong and whose hint says how to write it.
"""

import ipaddress
import os
import re
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, ValidationInfo

from maild.config.mistakes import mistake, shown
from maild.locales import Unknown, language, time_zone

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise mistake(f"{shown(value)} is not text", "write it in quotes")
    if not value.isprintable():
        raise mistake(f"{shown(value)} holds a line break or control character")
    return value


def expanded(text: str) -> str:
    """The text with each ${NAME} replaced from the environment."""

    def lookup(found: re.Match[str]) -> str:
        if found[1] not in os.environ:
            raise mistake(f"the environment variable {found[1]} is not set")
        return os.environ[found[1]]

    return _VARIABLE.sub(lookup, text)


def is_variable(text: str) -> bool:
    return _VARIABLE.fullmatch(text) is not None


def _path(value: object, info: ValidationInfo) -> Path | None:
    text = value if isinstance(value, Path) else expanded(_text(value))
    folder = (info.context or {}).get("folder", Path())
    return Path(folder, text) if str(text) else None


def _required_path(value: object, info: ValidationInfo) -> Path:
    path = _path(value, info)
    if path is None:
        raise mistake("the path is empty")
    return path


def _domain(value: object) -> str:
    try:
        name = _text(value).lower().removesuffix(".").encode("idna").decode()
    except UnicodeError:
        name = ""
    if not name or len(name) > 253 or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise mistake(f"{shown(value)} is not a domain name", 'write it like "shop.example"')
    return name


def _domain_or_none(value: object) -> str | None:
    return None if value in ("", None) else _domain(value)


def _selector(value: object) -> str:
    """A DKIM selector (RFC 6376, 3.1): labels as of a domain name."""
    name = _text(value).lower()
    if not name or len(name) > 100 or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise mistake(f"{shown(value)} is not a selector", 'a short name like "maild" or "2026"')
    return name


def _name(value: object) -> str:
    if not _LABEL.fullmatch(text := _text(value)) or len(text) > 32:
        raise mistake(f"{shown(value)} is no name here", "small letters, digits, - and _, at most 32 of them")
    return text


def _address(value: object) -> str:
    local, at, domain = _text(value).rpartition("@")
    if not at or not 0 < len(local.encode()) <= 64 or set(local) & set('<>()[],;:\\"@ '):
        raise mistake(f"{shown(value)} is not a mail address", 'one plain address like "orders@shop.example"')
    return f"{local.lower()}@{_domain(domain)}"


def untagged(address: str) -> str:
    """The address in lower case without its +tag."""
    local, _, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _network(value: object) -> str:
    try:
        return str(ipaddress.ip_network(_text(value)))
    except ValueError as error:
        raise mistake(f"{shown(value)} is not a network", f"like 10.0.0.0/8 or ::1/128; {error}") from None


def endpoint(listen: str) -> tuple[str, int]:
    """Host and port of "127.0.0.1:2525", "[::1]:25" or ":25" (all interfaces, host ""); ValueError if it is neither."""
    host, colon, port = listen.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 65535 or (":" in host and bare == host):
        raise ValueError(listen)
    return bare, int(port)


def _listen(value: object) -> str:
    text = _text(value)
    if text.startswith("systemd:") and text != "systemd:":
        return text
    try:
        endpoint(text)
    except ValueError:
        raise mistake(f"{shown(value)} is not host:port", '"127.0.0.1:2525", "[::1]:2525" or "systemd:smtp"') from None
    return text


def _endpoint(value: object) -> str:
    """An IP address with an optional port, as "9.9.9.9", "127.0.0.1:5353" or "[::1]:53"; 53 unless given."""
    text = _text(value)
    host, port = (text, 53) if _is_address(text) else _host_port(text)
    if not _is_address(host) or not port:
        raise mistake(f"{shown(value)} is not the address of a server", '"9.9.9.9", "127.0.0.1:5353" or "[::1]:53"')
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _host_port(text: str) -> tuple[str, int]:
    try:
        return endpoint(text)
    except ValueError:
        return "", 0


def _listen_or_none(value: object) -> str | None:
    return None if value in ("", None) else _listen(value)


def _timezone(value: object) -> str:
    found = time_zone(_text(value))
    if isinstance(found, Unknown):
        raise mistake(found.what, found.hint)
    return found


def _language(value: object) -> str:
    found = language(_text(value))
    if isinstance(found, Unknown):
        raise mistake(found.what, found.hint)
    return found


def _base_url(value: object) -> str:
    text = _text(value).rstrip("/")
    if text and not re.match(r"https?://[^/\s?#]+", text):
        raise mistake(f"{shown(value)} is not a web address", 'like "https://orders.shop.example"')
    return text


def _call_url(value: object) -> str:
    """Where a webhook is: http or https, a host, nobody's name or password in it."""
    text = _text(value)
    if not re.fullmatch(r"https?://[A-Za-z0-9.\-\[\]:]+(/[!-~]*)?", text):
        raise mistake(f"{shown(value)} is not a web address", 'like "https://sms.example/send"')
    return text


def _mailbox(value: object) -> str:
    """A From header's text: "Name <a@b>" or a plain address; "" where it is left to us."""
    text = _text(value)
    name, opening, rest = text.rpartition("<")
    address = rest.removesuffix(">") if opening else text
    if text and (set(name) & set("<>") or (opening and not rest.endswith(">")) or _address(address) == ""):
        raise mistake(f"{shown(value)} is not a sender", 'like "Order desk <orders@shop.example>"')
    return text


def _database_url(value: object) -> str:
    text = _text(value)
    scheme = text.partition("://")[0]
    if scheme == "postgres":
        raise mistake("this is not a database URL", "write postgresql:// instead of postgres://")
    if not re.match(r"sqlite:///.|postgresql(\+psycopg)?://", text):
        raise mistake("this is not a database URL", '"sqlite:///maild.db" or "postgresql://maild@host/maild"')
    if re.match(r"[a-z+]+://[^/@:]*:(?!\$\{)[^/]*@", text):
        raise mistake("a password stands in the configuration", 'write "postgresql://user:${NAME}@host/name"')
    return expanded(text)


Text = Annotated[str, BeforeValidator(_text)]
TextOrNone = Annotated[str | None, BeforeValidator(lambda value: _text(value) or None)]
FilePath = Annotated[Path, BeforeValidator(_required_path)]
FilePathOrNone = Annotated[Path | None, BeforeValidator(_path)]
Domain = Annotated[str, BeforeValidator(_domain)]
DomainOrNone = Annotated[str | None, BeforeValidator(_domain_or_none)]
Selector = Annotated[str, BeforeValidator(_selector)]
Endpoint = Annotated[str, BeforeValidator(_endpoint)]
Address = Annotated[str, BeforeValidator(_address)]
Label = Annotated[str, BeforeValidator(_name)]
Network = Annotated[str, BeforeValidator(_network)]
Listen = Annotated[str, BeforeValidator(_listen)]
ListenOrNone = Annotated[str | None, BeforeValidator(_listen_or_none)]
TimeZone = Annotated[str, BeforeValidator(_timezone)]
Language = Annotated[str, BeforeValidator(_language)]
Mailbox = Annotated[str, BeforeValidator(_mailbox)]
DatabaseUrl = Annotated[str, BeforeValidator(_database_url)]
BaseUrl = Annotated[str, BeforeValidator(_base_url)]
CallUrl = Annotated[str, BeforeValidator(_call_url)]
