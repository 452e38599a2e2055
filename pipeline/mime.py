"""The one adapter between raw bytes and the rest: any bytes give a Mail, with what is wrong listed in it.

mail-parser reads the header (addresses, dates, trace). It is given a bounded, mended copy, because on raw input it
loses 8-bit octets and charsets it does not know, and it keeps a message tree several times the size of the mail; the
body is cut by ``pipeline.mail.parts``, since mail-parser flattens attached mails into the outer one, leaves 7-bit
multibyte charsets undecoded, fails on broken nested multiparts and names nameless attachments at random. The
standard library's ``policy.default`` never sees untrusted mail: it is quadratic on small headers.
"""

import dataclasses
import hashlib
from datetime import UTC, datetime
from typing import Final

from mailparser.dates import parse_mail_date

from maild.domain.mail import Bounce, Mail, MailKind
from maild.domain.problem import Problem
from pipeline.mail import addresses, bounces, content, headers, kinds, parts, reply_text, words
from pipeline.mail.headers import Header
from pipeline.mail.parts import Tree

QUARANTINE: Final = frozenset(
    {"mime.too_deep", "mime.too_many_parts", "mime.headers_too_big", "mime.header_abuse", "mime.unsupported"}
)
UNSUPPORTED: Final = frozenset({"message/partial", "message/external-body"})
_TRACE = """
    return-path authentication-results auto-submitted precedence list-id list-unsubscribe x-auto-response-suppress
    x-loop x-maild-loop delivered-to x-forwarded-to x-forwarded-for x-original-to envelope-to reply-to sender
    received from to cc x-autoreply x-autorespond"""
TRACE: Final = frozenset(_TRACE.split())
MOST_RECEIVED: Final = 60
STRUCTURED: Final = frozenset(
    {"from", "to", "cc", "bcc", "reply-to", "sender", "subject", "content-type", "content-disposition"}
)
MOST_SIGNS: Final = 5000  # commas, parentheses, parameters or encoded words in one structured field

_SAID: Final = {
    "mime.too_deep": "The mail nests its parts too deeply.",
    "mime.too_many_parts": "The mail has too many parts.",
    "mime.headers_too_big": "The header of the mail is too big.",
    "mime.header_abuse": "A header field is built to overload its reader.",
    "mime.unsupported": "The mail is a fragment, or a reference to something outside; nothing is fetched.",
    "mime.defect": "The structure of the mail is broken; what could be read was.",
}


def read_mail(raw: bytes) -> Mail:
    """What ``raw`` says. Pure, never raises, linear in the size of ``raw``."""
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
    header = headers.parse(raw, 0, len(raw), top=True)
    codes = _header_codes(header)
    if codes:
        return _unread(raw, header, codes)
    tree = parts.cut(raw, header)
    codes = [code for code in tree.defects if code in QUARANTINE]
    if tree.root.type in UNSUPPORTED:
        codes.append("mime.unsupported")
    if codes:
        return _unread(raw, header, codes)
    return _read(raw, header, tree)


def without_content(mail: Mail) -> Mail:
    """The same mail with the content of its attachments left out, as it leaves the reading child."""
    return dataclasses.replace(
        mail, attachments=tuple(dataclasses.replace(item, content=b"") for item in mail.attachments)
    )


def attachment_content(raw: bytes, part: str) -> bytes | None:
    """Content of the attachment at ``part`` of the raw mail; None where there is no such part."""
    return next((item.content for item in read_mail(raw).attachments if item.part == part), None)


def classify(mail: Mail, has_orders: bool) -> Mail:
    """The mail with its last kind: what is not automatic is an order, a reply or something else."""
    if mail.automatic:
        return mail
    if has_orders:
        return dataclasses.replace(mail, kind=MailKind.ORDER, kind_why="an order was read in it")
    if mail.in_reply_to or mail.references or mail.subject[:3].lower() == "re:":
        return dataclasses.replace(mail, kind=MailKind.REPLY, kind_why="it refers to an earlier mail")
    return dataclasses.replace(mail, kind=MailKind.OTHER, kind_why="")


def _header_codes(header: Header) -> list[str]:
    codes = []
    if any(field.name in STRUCTURED and _abusive(field.value) for field in header.fields):
        codes.append("mime.header_abuse")
    if header.too_big and sum(field.name == "received" for field in header.fields) <= MOST_RECEIVED:
        codes.append("mime.headers_too_big")
    return codes


def _abusive(value: bytes) -> bool:
    return any(value.count(sign) > MOST_SIGNS for sign in (b",", b"(", b"=?", b";", b"<", b"@"))


def _unread(raw: bytes, header: Header, codes: list[str]) -> Mail:
    """A mail that is put aside: only what an operator needs to recognise it."""
    short = Header(tuple(f for f in header.fields[:200] if len(f.value) <= 2000), header.body)
    problems = tuple(Problem(code, _SAID[code]) for code in dict.fromkeys(codes))
    return dataclasses.replace(_from_header(raw, short), problems=problems)


def _read(raw: bytes, header: Header, tree: Tree) -> Mail:
    mail = _from_header(raw, header, _hint(tree))
    found = content.read(raw, tree)
    text = content.as_text(found)
    html = "\n".join(found.html) or None
    reply, cut = reply_text.split_reply(text if found.plain_says else "", html)
    kind, why, bounce = _kind(raw, header, tree)
    problems = [Problem(code, _SAID[code]) for code in dict.fromkeys(tree.defects)]
    return dataclasses.replace(
        mail,
        text=text,
        html=html,
        reply_text=reply,
        cut_text=cut,
        kind=kind,
        kind_why=why,
        bounce=bounce,
        attachments=tuple(found.attachments),
        problems=(*mail.problems, *problems, *found.problems),
    )


def _kind(raw: bytes, header: Header, tree: Tree) -> tuple[MailKind, str, Bounce | None]:
    """What kind of automatic mail it is and why; OTHER for what a person may have written."""
    why = kinds.reports_delivery(header, tree)
    if why:
        bounce = bounces.read(raw, tree)
        if bounce or why != kinds.WEAK:
            return MailKind.BOUNCE, why, bounce
    name, why = kinds.automatic(header, tree)
    return (MailKind(name) if name else MailKind.OTHER), why, None


def _hint(tree: Tree) -> str | None:
    """The charset of the first text that names one, which is likely that of unlabelled octets in the header too."""
    named = (part.params.get("charset") for part in tree.parts if part.type.startswith("text/"))
    return next((label for label in named if label and label.lower() != "us-ascii"), None)


def _from_header(raw: bytes, header: Header, hint: str | None = None) -> Mail:
    sender = addresses.one_author(header.all("from"), hint)
    others = header.all("reply-to") + header.all("sender") + header.all("return-path")
    doubts = [] if sender else [Problem("auth.ambiguous_from", "The mail names no single author.", "from")]
    return Mail(
        sender=sender,
        shown_sender=sender or addresses.shown_author(header.all("from"), others, hint),
        to=addresses.listed(header.first("to"), hint),
        cc=addresses.listed(header.first("cc"), hint),
        reply_to=addresses.listed(header.first("reply-to"), hint),
        subject=headers.display(header.first("subject"), hint),
        message_id=_message_id(raw, header),
        in_reply_to=next(iter(_ids(header.first("in-reply-to"))), None),
        references=tuple(_ids(header.first("references"))),
        date=_date(header.first("date")),
        problems=tuple(doubts),
        headers=_trace(header),
    )


def _message_id(raw: bytes, header: Header) -> str:
    """The Message-ID, or one made of the content, so that the same mail keeps the same id."""
    given = header.first("message-id")
    ids = _ids(given)
    if ids and len(ids[0]) <= 998:
        return ids[0]
    return f"<{hashlib.sha256(raw).hexdigest()[:32]}@missing.invalid>"


def _ids(value: bytes | None) -> list[str]:
    """Message-IDs in angle brackets, in order, parted by blanks, commas or nothing (RFC 5322, 3.6.4)."""
    if not value:
        return []
    line = headers.unfolded(value)
    found = [f"<{piece.partition('>')[0].strip()}>" for piece in line.split("<")[1:] if ">" in piece]
    kept = [headers.clean(item) for item in found if item != "<>"]
    return list(dict.fromkeys(kept))[:200]


def _date(value: bytes | None) -> datetime | None:
    if not value:
        return None
    try:
        found = parse_mail_date(words.decode(headers.unfolded(value))[:200]).value
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return found.replace(tzinfo=UTC) if isinstance(found, datetime) and found.tzinfo is None else found


def _trace(header: Header) -> tuple[tuple[str, str], ...]:
    kept = [(f.name, headers.clean(headers.unfolded(f.value), 4096)) for f in header.fields if f.name in TRACE]
    received = [pair for pair in kept if pair[0] == "received"][:MOST_RECEIVED]
    return tuple([pair for pair in kept if pair[0] != "received"] + received)
