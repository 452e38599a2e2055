"""Which parts are the text of a mail, and which are attachments."""

import re
from dataclasses import dataclass, field

from maild.domain.mail import Attachment
from maild.domain.problem import Problem
from pipeline.mail import charsets, headers, html_text, transfer
from pipeline.mail.parts import Part, Tree

TEXT = frozenset({"text/plain", "text/html"})
LONGEST_TEXT = 4 * 1024 * 1024  # octets of one text part that are read; more is no letter
LONGEST_NAME = 200

_SEPARATORS = re.compile(r"[/\\]")
_BIDI = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_EXTENSION = {
    "message/rfc822": "eml",
    "text/calendar": "ics",
    "text/html": "html",
    "text/plain": "txt",
    "text/csv": "csv",
    "application/pdf": "pdf",
    "application/xml": "xml",
    "text/xml": "xml",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "application/pgp-signature": "asc",
    "application/pkcs7-signature": "p7s",
    "application/x-pkcs7-signature": "p7s",
    "application/pkcs7-mime": "p7m",
    "application/rtf": "rtf",
    "text/rtf": "rtf",
    "message/delivery-status": "txt",
    "text/rfc822-headers": "txt",
}


@dataclass(slots=True)
class Content:
    """What a mail holds: plain texts and HTML texts in order, attachments, and what was damaged."""

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read(raw: bytes, tree: Tree) -> Content:
    """Sort the leaves of the tree. Where text and HTML are alternatives, both are kept; else they add up."""
    content = Content()
    for part in tree.parts:
        if part.children or _inside_attachment(part):
            continue
        if is_attachment(part):
            content.attachments.append(_attachment(raw, part, content.problems))
        else:
            _add_text(raw, part, content)
    return content


def is_attachment(part: Part) -> bool:
    """RFC 2183: what is not text, what says so, and text that carries a file name."""
    if part.type not in TEXT:
        return not part.type.startswith("multipart/")
    if part.disposition == "attachment":
        return True
    return bool(part.name) and part.parent is not None


def octets(raw: bytes, part: Part) -> tuple[bytes, bool]:
    """Content of a leaf with its transfer encoding undone, and whether it came through undamaged."""
    encoding = part.header.first("content-transfer-encoding") or b""
    return transfer.decode(raw[part.start : part.end], encoding.decode("ascii", "replace"))


def file_name(part: Part, number: int) -> str:
    """A label for a person, never a path: the given name's last step, or a stable one made of the part's place."""
    name = label(part.name)
    if name:
        return name
    return f"part-{part.path or number}.{_EXTENSION.get(part.type, 'bin')}"


def label(name: str) -> str:
    """``name`` without directories, control, zero-width and direction characters, at most 200 characters long."""
    last = _SEPARATORS.split(_BIDI.sub("", headers.clean(name, 10_000)))[-1].strip(" .") if name else ""
    if len(last) <= LONGEST_NAME:
        return last
    stem, dot, extension = last.rpartition(".")
    return f"{stem[: LONGEST_NAME - 12]}.{extension}" if dot and len(extension) <= 10 else last[:LONGEST_NAME]


def _inside_attachment(part: Part) -> bool:
    return False


def _attachment(raw: bytes, part: Part, problems: list[Problem]) -> Attachment:
    data, intact = octets(raw, part)
    name = file_name(part, 0)
    if not intact:
        problems.append(Problem("mime.bad_encoding", f"{name} is damaged in transfer.", f"part:{part.path}"))
    return Attachment(
        name=name,
        type=part.type,
        size=len(data),
        part=part.path,
        content_id=part.text("content-id").strip("<> ") or None,
        inline=part.disposition == "inline" or (not part.disposition and part.header.first("content-id") is not None),
        content=data,
    )


def _add_text(raw: bytes, part: Part, content: Content) -> None:
    data, intact = octets(raw, part)
    if not intact:
        problem = Problem("mime.bad_encoding", "The text is damaged in transfer.", f"part:{part.path}")
        content.problems.append(problem)
    text, exact = charsets.decode(data[:LONGEST_TEXT], part.params.get("charset"))
    if not exact:
        content.problems.append(
            Problem("mime.charset", "The text is not in the charset it claims; some letters may be wrong.")
        )
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    (content.html if part.type == "text/html" else content.plain).append(text)


def as_text(content: Content) -> str:
    """The body as plain text: the plain parts, or the HTML as text where no plain part says anything."""
    plain = "\n".join(text for text in content.plain if text.strip())
    if plain.strip() or not content.html:
        return plain
    return "\n".join(html_text.to_text(html) for html in content.html)
