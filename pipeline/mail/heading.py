"""The header of a mail as mail-parser reads it, from a mended copy of the few fields that matter.

mail-parser is handed unfolded Unicode lines in which every encoded word is valid UTF-8. On the raw header it would
lose raw 8-bit octets and words in charsets that Python does not know.
"""

import io
from collections.abc import Iterator
from datetime import datetime
from email.message import Message
from typing import Final

from mailparser import MailParser

from maild.domain.mail import Address, Mail
from maild.domain.problem import Problem
from pipeline.mail import authors, digest, headers, words
from pipeline.mail.headers import Header

MOST_RECEIVED: Final = 60
MOST_IDS: Final = 200
MOST_FIELDS: Final = 5  # of one name where there should be one
LONGEST_ID: Final = 998

_TRACE = """
    return-path authentication-results auto-submitted precedence list-id list-unsubscribe x-auto-response-suppress
    x-loop x-maild-loop x-maild-form x-maild-answer delivered-to x-forwarded-to x-forwarded-for x-original-to
    envelope-to reply-to sender received from to cc x-autoreply x-autorespond arc-authentication-results"""
TRACE: Final = frozenset(_TRACE.split())
_READ: Final = ("from", "to", "cc", "reply-to", "date")


def read(raw: bytes, header: Header, hint: str | None = None) -> Mail:
    """A Mail with its header only. ``hint`` is a charset to try on raw 8-bit octets."""
    parsed = _parsed(_mended(header, hint))
    sender = authors.one_author(header.all("from"), parsed.from_, hint)
    answered = [name for value in header.all("in-reply-to")[:MOST_FIELDS] for name in _ids(value)]
    others = header.all("reply-to") + header.all("sender") + header.all("return-path")
    return Mail(
        sender=sender,
        shown_sender=sender or authors.shown_author(header.all("from"), others, hint),
        to=authors.shown(parsed.to),
        cc=authors.shown(parsed.cc),
        reply_to=authors.shown(parsed.reply_to),
        subject=headers.display(header.first("subject"), hint),
        message_id=_message_id(raw, header),
        in_reply_to=next(iter(answered), None),
        # An answer to several mails names them all (RFC 5322, 3.6.4); the others are the newest it refers to.
        references=tuple(dict.fromkeys((*_ids(header.first("references")), *answered[1:MOST_IDS]))),
        date=parsed.date if isinstance(parsed.date, datetime) else None,
        problems=tuple(_doubts(header, sender)),
        headers=_trace(header),
    )


def _parsed(message: Message) -> MailParser:
    """mail-parser's reading; of a header over which it trips, that of an empty one, so that nobody is the sender."""
    try:
        return MailParser(message)
    except Exception:  # whatever a hostile header makes of a parser, the mail is still to be read
        return MailParser(Message())


def _mended(header: Header, hint: str | None) -> Message:
    message = Message()
    for name in _READ:
        for value in header.all(name)[:1]:
            message[name] = headers.clean(words.respelled(headers.unfolded(value, hint), hint), headers.MOST_BYTES)
    return message


def _doubts(header: Header, sender: Address | None) -> Iterator[Problem]:
    if sender is None:
        yield Problem("auth.ambiguous_from", "The mail names no single author.", "from")
    elif authors.looks_like_another(sender):
        yield Problem("auth.misleading_name", "The sender's name is another address than the sender's.", "from")
    if len(header.all("subject")) > 1:
        yield Problem("mime.defect", "The mail has two subjects; the first was taken.", "subject")
    if len(header.all("content-type")) > 1:
        yield Problem("mime.defect", "The mail has two content types; the first was taken.", "content-type")


def _message_id(raw: bytes, header: Header) -> str:
    """The Message-ID, or one made of the canonical digest, so that the same mail keeps the same id."""
    given = next(_ids(header.first("message-id")), "")
    if given and len(given) <= LONGEST_ID and " " not in given:
        return given
    return f"<{digest.canonical_digest(io.BytesIO(raw))[:32]}@missing.invalid>"


def _ids(value: bytes | None) -> Iterator[str]:
    """Message-IDs in angle brackets, in order, parted by blanks, commas or nothing (RFC 5322, 3.6.4)."""
    line = headers.clean(headers.unfolded(value), headers.MOST_BYTES) if value else ""
    for piece in line.split("<", MOST_IDS + 1)[1 : MOST_IDS + 1]:
        said = piece.partition(">")[0].strip()
        if said and ">" in piece and len(said) < LONGEST_ID:
            yield f"<{said}>"


def _trace(header: Header) -> tuple[tuple[str, str], ...]:
    """The fields that later decisions ask for, in file order; of Received the topmost sixty."""
    received = 0
    kept: list[tuple[str, str]] = []
    for field in header.fields:
        received += field.name == "received"
        if field.name in TRACE and (field.name != "received" or received <= MOST_RECEIVED):
            kept.append((field.name, headers.clean(headers.unfolded(field.value), 4096)))
    return tuple(kept)
