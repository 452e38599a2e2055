"""Addresses in one canonical spelling."""

import re
from functools import lru_cache
from typing import Final

import idna

LONGEST: Final = 320  # octets: 64 for the local part, "@", 255 for the domain (RFC 5321, 4.5.3.1)
MOST_COMMENTS: Final = 20  # in one From field; the standard library descends into nested ones

_ATOM = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~\-\x80-\U0010ffff]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~\-\x80-\U0010ffff]+)*\Z")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\Z")
_INVISIBLE = re.compile("[\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufffd]")


def canonical(address: str) -> str | None:
    """Lower-case addr-spec with an A-label domain; None for what is no plain mailbox (RFC 5321, 4.1.2).

    Quoted local parts and address literals are no mailbox a customer orders from, and parsers disagree about them.
    """
    text = address.strip()
    return _canonical(text) if len(text) <= LONGEST else None


@lru_cache(maxsize=1024)
def _canonical(text: str) -> str | None:
    """The same few addresses come again and again."""
    local, at, domain = text.rpartition("@")
    if not at or len(text.encode("utf-8", "replace")) > LONGEST or _INVISIBLE.search(text):
        return None
    local, host = local.lower(), _a_labels(domain)
    if host is None or len(local.encode()) > 64 or not _ATOM.match(local):
        return None
    return f"{local}@{host}"


def _a_labels(domain: str) -> str | None:
    """A host name of two labels or more as A-labels (RFC 5890), None where it is none."""
    name = domain.lower()
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return None
    labels = name.split(".")
    if len(name) > 253 or len(labels) < 2 or not all(_LABEL.match(label) for label in labels):
        return None
    return name
