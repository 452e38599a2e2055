"""Names of attachments: labels for people, never paths, and the same on every reading."""

import re
from typing import Final

from pipeline.mail import headers
from pipeline.mail.parts import Part

LONGEST: Final = 200

_SEPARATORS = re.compile(r"[/\\]")
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_KINDS: Final = {
    "message/delivery-status": "delivery-status.txt",
    "text/rfc822-headers": "headers.txt",
    "message/rfc822-headers": "headers.txt",
    "text/plain": "document.txt",
    "text/html": "document.html",
    "text/csv": "document.csv",
    "text/xml": "document.xml",
    "text/rtf": "document.rtf",
    "text/calendar": "invitation.ics",
    "application/pdf": "document.pdf",
    "application/xml": "document.xml",
    "application/rtf": "document.rtf",
    "application/ms-tnef": "winmail.dat",
    "application/pgp-signature": "signature.asc",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
    "image/jpeg": "image.jpg",
    "image/jpg": "image.jpg",
    "image/png": "image.png",
    "image/gif": "image.gif",
    "image/tiff": "image.tiff",
    "video/quicktime": "video.mov",
}
_MESSAGES: Final = frozenset({"message/rfc822", "message/global"})


def given(part: Part) -> str:
    """The name the sender gave, cleaned; "" where none is left."""
    return clean(part.name) if part.name else ""


def clean(name: str) -> str:
    """``name`` without directories, control, zero-width and direction characters, at most 200 characters long."""
    seen = _UNSEEN.sub("", headers.clean(name, headers.MOST_BYTES))
    last = _SEPARATORS.split(seen)[-1].strip(" ").lstrip(".")
    if len(last) <= LONGEST:
        return last
    stem, dot, extension = last.rpartition(".")
    return f"{stem[: LONGEST - 12]}.{extension}" if dot and len(extension) <= 10 else last[:LONGEST]


def made_up(raw: bytes, part: Part) -> str:
    """A name for a part without one: of the attached mail's subject, its description, its Content-ID, or its type."""
    if part.type in _MESSAGES:
        inner = headers.parse(raw, part.start, part.end, top=True)
        title = _title(headers.display(inner.first("subject"))) or _title(part.text("content-description"))
        return f"{title or 'mail'}.eml"
    usual = _KINDS.get(part.type, "file")
    extension = usual.rpartition(".")[2] if "." in usual else ""
    title = _title(part.text("content-description"))
    if title:
        return title if "." in title[-6:] or not extension else f"{title}.{extension}"
    for field in ("content-location", "content-id"):
        last = clean(part.text(field).strip("<>").partition("@")[0])
        if extension and last.lower().endswith(f".{extension}"):
            return last
    return usual


def numbered(name: str, taken: set[str]) -> str:
    """``name``, with the first free number before its extension where it is taken."""
    if name not in taken:
        return name
    stem, dot, extension = name.rpartition(".") if "." in name else (name, "", "")
    number = next(number for number in range(1, len(taken) + 2) if f"{stem}{number}{dot}{extension}" not in taken)
    return f"{stem}{number}{dot}{extension}"


def _title(text: str) -> str:
    return clean(text.replace("/", "-").replace("\\", "-"))[: LONGEST - 10]
