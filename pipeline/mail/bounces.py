"""Delivery reports: RFC 3464 and the older shapes that flufl.bounce knows."""

import email
import logging
import re
from email.message import Message
from typing import Final

from flufl.bounce import all_failures

from maild.domain.mail import Bounce
from pipeline.mail import charsets, content, headers, html_text, prose_report
from pipeline.mail.parts import Part, Tree

MOST_BYTES: Final = 128 * 1024
MOST_LINES: Final = 4000
MOST_RECIPIENTS: Final = 100
STATUS: Final = frozenset({"message/delivery-status", "message/global-delivery-status"})
RETURNED: Final = frozenset({"message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global"})

# RFC 6533, 3: the address of a recipient may be Unicode, which the detectors do not know.
_FAILED = re.compile(
    r"^final-recipient:[ \t]{0,8}utf-8[ \t]{0,8};[ \t]{0,8}([^\s@]{1,64}@[^\s@]{1,255})\r?\naction:[ \t]{0,8}failed",
    re.IGNORECASE | re.MULTILINE,
)
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)


def read(raw: bytes, tree: Tree, sure: bool = True) -> Bounce | None:
    """Whom a report speaks of and which letter came back; None where no recipient is found.

    Only the first 128 KiB and 4,000 lines are looked at. Ask it of mail that looks like a report: old reports are
    prose, and prose of people can look like them. Prose that no detector knows is read only of what is a report for
    ``sure``.
    """
    found = _detected(raw)
    if found is None and sure:
        found = _in_prose(raw, tree)
    if found is None:
        return None
    recipients, permanent = found
    return Bounce(tuple(sorted(recipients))[:MOST_RECIPIENTS], permanent, original_id(raw, tree))


def _detected(raw: bytes) -> tuple[set[str], bool] | None:
    """(addresses, whether they failed for good) as one of the detectors of flufl.bounce reads it."""
    lines = raw[:MOST_BYTES].split(b"\n", MOST_LINES)[:MOST_LINES]
    message: Message = email.message_from_bytes(b"\n".join(lines))
    try:
        temporary, permanent = all_failures(message)
    except Exception:  # a detector tripped over hostile input; there is then no recipient to know
        return None
    found = permanent or temporary
    if not found:
        return None
    return {_plain(item.decode("utf-8", "replace")) for item in found}, bool(permanent)


def _plain(address: str) -> str:
    """Lower case, without brackets, and with what some servers write as xtext (RFC 3461, 4) read."""
    bare = address.strip("<> ").lower()
    return bare if "@" in bare else bare.replace("+40", "@", 1)


def _in_prose(raw: bytes, tree: Tree) -> tuple[set[str], bool] | None:
    """The same for a report in words that no detector knows."""
    part = next((part for part in tree.parts if part.type in content.TEXT and not part.children), None)
    if part is None:
        return None
    octets, _ = content.octets(raw[: part.start + MOST_BYTES], part)
    text, _ = charsets.decode(octets, part.params.get("charset"))
    text = html_text.to_text(text) if part.type == "text/html" else text
    involved = (value for name in ("from", "to", "cc", "return-path") for value in tree.root.header.all(name)[:5])
    strangers = frozenset(found for value in involved for found in prose_report.named(headers.unfolded(value)))
    recipients = prose_report.failures(text, strangers) or _in_status(raw, tree, strangers)
    if not recipients:
        return None
    return set(recipients), not prose_report.only_delayed(text, tree.root.text("subject"))


def _in_status(raw: bytes, tree: Tree, strangers: frozenset[str]) -> tuple[str, ...]:
    """Whom a delivery status names that says of nobody what became of the letter."""
    part = next((part for part in tree.parts if part.type in STATUS), None)
    if part is None:
        return ()
    octets, _ = content.octets(raw[: part.start + MOST_BYTES], part)
    text = octets.decode("utf-8", "replace")
    failed = _FAILED.findall(text)
    if failed:
        return tuple(address.lower() for address in failed[:MOST_RECIPIENTS])
    return () if "\naction" in text.lower() else prose_report.failures(text, strangers)


def original_id(raw: bytes, tree: Tree) -> str | None:
    """Message-ID of the letter whose copy or header the report carries."""
    for part in tree.parts:
        if part.type in RETURNED:
            found = _message_id(raw, part.start, part.end)
            if found:
                return found
    return None if tree.root.children else _quoted_id(raw, tree.root)


def _message_id(raw: bytes, start: int, end: int) -> str | None:
    value = headers.parse(raw, start, end, top=True).first("message-id")
    text = headers.unfolded(value) if value else ""
    return headers.clean(text) if text.startswith("<") and text.endswith(">") else None


def _quoted_id(raw: bytes, root: Part) -> str | None:
    """The Message-ID of a letter whose header is copied into a report of plain text."""
    body = raw[root.start : min(root.end, root.start + MOST_BYTES)].lower()
    at = body.find(b"\nmessage-id:")
    if at < 0:
        return None
    start = root.start + at + len(b"\nmessage-id:")
    text = headers.clean(raw[start : start + 1000].partition(b"\n")[0].decode("utf-8", "replace"))
    return text if text.startswith("<") and text.endswith(">") else None
