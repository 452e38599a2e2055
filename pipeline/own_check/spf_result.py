"""Whether the server that handed a mail over may send for the envelope's domain (RFC 7208)."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import spf

from maild.lookup import Answer, Resolver

_RESOLVER: ContextVar[Resolver] = ContextVar("resolver")


@dataclass(frozen=True, slots=True)
class Permission:
    """``value`` is the result of RFC 7208, 2.6; ``domain`` the one it is about."""

    value: str
    domain: str


def permission(peer: str, helo: str, sender: str, resolver: Resolver) -> Permission:
    """For the null reverse-path the HELO name stands in (2.4)."""
    domain = (sender.rpartition("@")[2] or helo).lower().rstrip(".")
    if "." not in domain or len(domain) > 253:
        return Permission("none", domain)
    token = _RESOLVER.set(resolver)
    try:
        query = spf.query(i=peer, s=sender, h=helo or domain, receiver="localhost", timeout=0, querytime=0)
        value = query.check()[0]
    except Exception:  # what the library makes of a hostile record is no reason to lose the other results
        value = "permerror"
    finally:
        _RESOLVER.reset(token)
    return Permission(str(value), domain)


def _ask(name: str, kind: str, strict: bool = True, timeout: float = 0) -> list[tuple[tuple[str, str], Any]]:
    """The lookup that the library is given instead of its own."""
    if kind not in ("A", "AAAA", "MX", "PTR", "TXT"):
        return []
    answer: Answer = _RESOLVER.get().ask(name, kind)
    if answer.trouble:
        raise spf.TempError(answer.trouble)
    return [((name, kind), _value(record, kind)) for record in answer.records]


def _value(record: str, kind: str) -> Any:
    if kind == "TXT":
        return (record.encode("latin-1"),)
    if kind == "MX":
        preference, _, host = record.partition(" ")
        return int(preference), host
    return record


spf.DNSLookup = _ask
