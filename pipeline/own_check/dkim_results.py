"""What a mail's DKIM signatures prove (RFC 6376, 6.1)."""

import logging
from dataclasses import dataclass
from datetime import datetime

import dkim
from dkim.util import InvalidTagValueList, parse_tag_value

from maild.lookup import Resolver

MOST_SIGNATURES = 5
LONGEST_FIELD = 8192  # octets of one signature field
SHORTEST_KEY = 1024  # bits (RFC 8301, 3.2)

_SILENT = logging.Logger("dkim", logging.CRITICAL + 1)


@dataclass(frozen=True, slots=True)
class Seal:
    """One signature: ``value`` is pass, fail, neutral (it proves nothing either way) or temperror."""

    value: str
    domain: str
    selector: str
    why: str = ""


def seals(raw: bytes, resolver: Resolver, now: datetime) -> list[Seal]:
    """The verdict on each signature, topmost first; of more than five the rest is not looked at."""
    try:
        signed = dkim.DKIM(raw, logger=_SILENT, minkey=SHORTEST_KEY)
    except (dkim.DKIMException, IndexError, ValueError) as error:
        return [Seal("neutral", "", "", f"the header is broken: {type(error).__name__}")]
    fields = [value for name, value in signed.headers if name.lower() == b"dkim-signature"]
    return [_seal(signed, number, field, resolver, now) for number, field in enumerate(fields[:MOST_SIGNATURES])]


def _seal(signed: dkim.DKIM, number: int, field: bytes, resolver: Resolver, now: datetime) -> Seal:
    try:
        tags = parse_tag_value(field) if len(field) <= LONGEST_FIELD else {}
    except InvalidTagValueList:
        tags = {}
    domain, selector = _text(tags.get(b"d")).lower().rstrip("."), _text(tags.get(b"s"))
    if why := _useless(tags, now):
        return Seal("neutral", domain, selector, why)
    keys = _Keys(resolver)
    try:
        holds = signed.verify(number, keys.ask)
    except (dkim.DKIMException, IndexError, ValueError, TypeError, KeyError, UnicodeError) as error:
        return Seal("fail", domain, selector, f"{type(error).__name__}: {error}"[:200])
    if keys.trouble:
        return Seal("temperror", domain, selector, keys.trouble)
    if not holds and not keys.found:
        return Seal("neutral", domain, selector, "there is no key in the DNS")
    return Seal("pass" if holds else "fail", domain, selector, "" if holds else "the signature does not hold")


def _useless(tags: dict[bytes, bytes], now: datetime) -> str:
    """Why a signature proves nothing even where it holds, "" where it might."""
    if not tags.get(b"d") or not tags.get(b"s"):
        return "it names no domain and selector"
    if b"l" in tags:
        return "it signs only the beginning of the body, so anything may follow"
    signed_fields = tags.get(b"h", b"").lower().replace(b" ", b"").replace(b"\t", b"").replace(b"\r\n", b"").split(b":")
    if b"from" not in signed_fields:
        return "it does not sign From"
    if tags.get(b"a", b"").startswith(b"rsa-sha1"):
        return "SHA-1 proves nothing (RFC 8301)"
    if tags.get(b"a", b"").startswith(b"ed25519"):
        return "an Ed25519 signature, which is not checked here"
    expires = tags.get(b"x", b"")
    return "it has expired" if expires.isdigit() and len(expires) < 12 and int(expires) < now.timestamp() else ""


def _text(value: bytes | None) -> str:
    return (value or b"").decode("ascii", "replace")[:253]


class _Keys:
    """Key records for the library; notes whether there was one, and what kept it from us."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self.found = False
        self.trouble = ""

    def ask(self, name: bytes, timeout: float = 0) -> bytes | None:
        answer = self._resolver.ask(name.decode("ascii", "replace"), "TXT")
        self.trouble = answer.trouble or ""
        self.found = bool(answer.records)
        return answer.records[0].encode("latin-1") if answer.records else None
