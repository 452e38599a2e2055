"""Which strings may follow ``RCPT TO:``. Stricter than RFC 5321 on purpose: what a machine wrote by accident or malice
is refused.
"""

import re
from dataclasses import dataclass

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an address cannot be written to; ``code`` is stable."""

    code: str
    why: str


def check_recipient(address: str) -> str | Refusal:
    """The address as it may be used in SMTP, its domain in lower-case A-labels (RFC 5890), or the reason why not.

    Only a plain addr-spec passes: dot-atom of at most 64 octets, "@", a host name of at most 253. No display name,
    comment, quoted local part, address literal, list, control character or non-ASCII local part.
    """
    if not address:
        return _invalid("it is empty")
    if len(address) > 320:
        return _invalid("it is longer than 320 characters")
    if not address.isprintable() or any(char.isspace() for char in address):
        return _invalid("it holds a space or a control character")
    local, at, domain = address.rpartition("@")
    if not at or "@" in local:
        return _invalid("it needs exactly one @")
    if len(local) > 64 or not _LOCAL.fullmatch(local):
        return _invalid("the part before the @ is not a plain name")
    host = a_label(domain)
    if host is None:
        return _invalid("the part after the @ is not a host name")
    if host.endswith(".invalid"):  # RFC 6761, 6.4; whose sender nobody could tell gets such an address
        return _invalid("the part after the @ can never exist")
    return f"{local}@{host}"


def a_label(domain: str) -> str | None:
    """The host name in lower-case A-label form, None where it is none."""
    try:
        host = domain.lower() if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    labels = host.split(".")
    good = len(host) <= 253 and all(_LABEL.fullmatch(label) for label in labels) and not labels[-1].isdigit()
    return host if good else None


def _invalid(why: str) -> Refusal:
    return Refusal("addr.invalid", f"the address cannot be used: {why}")
