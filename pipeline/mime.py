"""The one adapter between raw bytes and the rest: any bytes give a Mail, with what is wrong listed in it.

mail-parser reads the header (addresses, dates, trace). It is given a bounded, mended copy, because on raw input it
loses 8-bit octets and charsets it does not know, and it keeps a message tree several times the size of the mail; the
body is cut by ``pipeline.mail.parts``, since mail-parser flattens attached mails into the outer one, leaves 7-bit
multibyte charsets undecoded, fails on broken nested multiparts and names nameless attachments at random. The
standard library's ``policy.default`` never sees untrusted mail: it is quadratic on small headers.
"""

import dataclasses
from collections.abc import Iterator
from typing import Final

from maild.domain.mail import Bounce, Mail, MailKind
from maild.domain.problem import QUARANTINE, Problem
from pipeline.mail import (
    bounces,
    content,
    headers,
    heading,
    kinds,
    outlook_msg,
    parts,
    reply_text,
    saved_message,
    smime,
)
from pipeline.mail.content import Content
from pipeline.mail.headers import Header
from pipeline.mail.parts import Tree

UNSUPPORTED: Final = frozenset({"message/partial", "message/external-body"})
MESSAGES: Final = frozenset({"message/rfc822", "message/global"})
SMIME: Final = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
STRUCTURED: Final = frozenset(
    {"from", "to", "cc", "bcc", "reply-to", "sender", "subject", "content-type", "content-disposition", "references"}
)
MOST_SIGNS: Final = 5000  # commas, brackets, parameters or encoded words in one structured field
MOST_COMMENTS: Final = 500
DEEPEST_MAIL: Final = 3  # attached mails within attached mails that are read

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
    if raw.startswith(outlook_msg.SIGNATURE):
        saved = outlook_msg.read(raw)
        if saved is not None:
            return _with_content(*saved_message.as_mail(raw, saved))
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


def attached_mails(mail: Mail, deepest: int = DEEPEST_MAIL) -> Iterator[tuple[str, Mail]]:
    """(part, mail) of each mail that is attached, as message/rfc822 or .msg, and of those attached to them in turn.

    The part of an inner one is "2/1". Who is named in them authorises nothing.
    """
    for item in mail.attachments:
        if deepest < 1 or not (item.type in MESSAGES or item.content.startswith(outlook_msg.SIGNATURE)):
            continue
        inner = read_mail(item.content)
        if item.type not in MESSAGES and not inner.subject and not inner.text:
            continue  # another kind of compound file
        yield item.part, inner
        for part, deeper in attached_mails(inner, deepest - 1):
            yield f"{item.part}/{part}", deeper


def classify(mail: Mail, has_orders: bool) -> Mail:
    """The mail with its last kind: what is not automatic is an order, a reply or something else."""
    if mail.automatic:
        return mail
    if has_orders:
        return dataclasses.replace(mail, kind=MailKind.ORDER, kind_why="an order was read in it")
    if mail.in_reply_to or mail.references or kinds.answers(mail.subject):
        return dataclasses.replace(mail, kind=MailKind.REPLY, kind_why="it refers to an earlier mail")
    return dataclasses.replace(mail, kind=MailKind.OTHER, kind_why="")


def _header_codes(header: Header) -> list[str]:
    codes = []
    if any(field.name in STRUCTURED and _abusive(field.value) for field in header.fields):
        codes.append("mime.header_abuse")
    if header.too_big and sum(field.name == "received" for field in header.fields) <= heading.MOST_RECEIVED:
        codes.append("mime.headers_too_big")
    return codes


def _abusive(value: bytes) -> bool:
    return value.count(b"(") > MOST_COMMENTS or any(
        value.count(sign) > MOST_SIGNS for sign in (b",", b"=?", b";", b"<", b"@", b'"', b"\\")
    )


def _unread(raw: bytes, header: Header, codes: list[str]) -> Mail:
    """A mail that is put aside: only what an operator needs to recognise it."""
    short = Header(tuple(f for f in header.fields[:200] if len(f.value) <= 2000), header.body)
    problems = tuple(Problem(code, _SAID[code]) for code in dict.fromkeys(codes))
    return dataclasses.replace(heading.read(raw, short), problems=problems)


def _read(raw: bytes, header: Header, tree: Tree) -> Mail:
    mail = heading.read(raw, header, _hint(tree))
    kind, why, bounce = _kind(raw, header, tree)
    found = _content(raw, tree)
    problems = [Problem(code, _SAID[code]) for code in dict.fromkeys(tree.defects)]
    mail = dataclasses.replace(mail, kind=kind, kind_why=why, bounce=bounce, problems=(*mail.problems, *problems))
    return _with_content(mail, found)


def _content(raw: bytes, tree: Tree) -> Content:
    """Content of the tree; of an opaque signature, what was signed."""
    root = tree.root
    if root.type == "multipart/encrypted":
        found = content.read(raw, tree)
        found.problems.append(Problem("mime.encrypted", "The mail is encrypted (RFC 3156)."))
        return found
    if root.type not in SMIME:
        return content.read(raw, tree)
    signed = smime.signed_content(content.octets(raw, root)[0])
    inner = parts.cut(signed, headers.parse(signed, 0, len(signed))) if signed else None
    if signed and inner and not QUARANTINE.intersection(inner.defects):
        return content.read(signed, inner)
    found = content.read(raw, tree)
    found.problems.append(Problem("mime.encrypted", "The mail is encrypted or sealed (S/MIME)."))
    return found


def _with_content(mail: Mail, found: Content) -> Mail:
    text = content.as_text(found)
    html = "\n".join(found.html) or None
    reply, cut = reply_text.split_reply(text, html, made_of_html=not found.plain_says)
    return dataclasses.replace(
        mail,
        text=text,
        html=html,
        reply_text=reply,
        cut_text=cut,
        attachments=tuple(found.attachments),
        problems=(*mail.problems, *found.problems),
    )


def _kind(raw: bytes, header: Header, tree: Tree) -> tuple[MailKind, str, Bounce | None]:
    """What kind of automatic mail it is and why; OTHER for what a person may have written."""
    why = kinds.reports_delivery(header, tree)
    if why:
        bounce = bounces.read(raw, tree, sure=why not in kinds.DOUBTFUL)
        if bounce or why not in kinds.DOUBTFUL:
            return MailKind.BOUNCE, why, bounce
    name, why = kinds.automatic(header, tree)
    return (MailKind(name) if name else MailKind.OTHER), why, None


def _hint(tree: Tree) -> str | None:
    """The charset of the first text that names one, which is likely that of unlabelled octets in the header too."""
    named = (part.params.get("charset") for part in tree.parts if part.type.startswith("text/"))
    return next((label for label in named if label and label.lower() != "us-ascii"), None)
