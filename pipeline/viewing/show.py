"""Opens a mail for a person's eyes. Runs in the child; any bytes give an answer."""

from collections.abc import Iterator
from dataclasses import replace

import nh3

from maild.domain.mail import Attachment, Mail
from maild.domain.spellings import Spellings
from pipeline.mail import own_letter
from pipeline.mime import read_mail
from pipeline.orders import archive
from pipeline.orders.detect import MAIL, detect
from pipeline.orders.read import MAX_DEPTH
from pipeline.viewing.naming import names
from pipeline.viewing.page import picture
from pipeline.viewing.wish import File, View, What, Wish

LONGEST_TEXT = 400_000  # characters that are shown; the file itself can be had whole
SCHEMES = {"http", "https", "mailto"}
TAGS = set(
    """a abbr b blockquote br caption center cite code col colgroup dd del div dl dt em font h1 h2 h3 h4 h5 h6 hr i ins
    li ol p pre q s small span strike strong sub sup table tbody td tfoot th thead tr tt u ul""".split()  # noqa: SIM905
)


def show(raw: bytes, wish: Wish) -> tuple[View, bytes]:
    """The answer to one wish, and the bytes that go with it."""
    mail = read_mail(raw)
    if wish.what is What.CONTENTS:
        return contents(mail), b""
    if wish.what is What.NAMING:
        return naming(mail, wish.part), b""
    found = next((file for file in files(mail) if file.name == wish.part), None)
    if found is None:
        return View(missing=f"the mail holds no {wish.part!r}"), b""
    if wish.what is What.FILE:
        return View(file=_file(found)), found.content
    return picture(found.name, found.content, wish.page)


def naming(mail: Mail, address: str) -> View:
    """The files that name an address, and those that cannot be read."""
    spellings, held = Spellings(address), list(files(mail))
    asked = [(_file(file), names(file, spellings)) for file in held]
    found, unread = (tuple(file for file, named in asked if named is answer) for answer in (True, None))
    return View(files=found, unread=unread, pages=len(held))


def contents(mail: Mail) -> View:
    text = own_letter.above(mail).text
    return View(
        text=text[:LONGEST_TEXT],
        html=clean(mail.html[:LONGEST_TEXT]) if mail.html else "",
        files=tuple(_file(file) for file in files(mail)),
    )


def clean(html: str) -> str:
    """HTML of a stranger without anything that runs, loads or looks like ours (an allow-list)."""
    attributes = {"td": {"colspan", "rowspan", "align"}, "th": {"colspan", "rowspan", "align"}, "a": {"href"}}
    return nh3.clean(html, tags=TAGS, attributes=attributes, url_schemes=SCHEMES, link_rel="noopener noreferrer")


def files(mail: Mail) -> Iterator[Attachment]:
    """Attachments, and what lies in attached mails and archives as deep as orders are read from them.

    Each has a name of its own: the second "order.pdf" is "order (2).pdf".
    """
    seen: dict[str, int] = {}
    for attachment in _held(mail):
        count = seen[attachment.name] = seen.get(attachment.name, 0) + 1
        stem, dot, ending = attachment.name.rpartition(".") if "." in attachment.name else (attachment.name, "", "")
        yield attachment if count == 1 else replace(attachment, name=f"{stem} ({count}){dot}{ending}")


def _held(mail: Mail, depth: int = 0) -> Iterator[Attachment]:
    for attachment in mail.attachments:
        yield attachment
        if depth < MAX_DEPTH:
            yield from _inside(attachment, depth + 1)


def _inside(attachment: Attachment, depth: int) -> Iterator[Attachment]:
    kind = detect(attachment.content, attachment.name)
    if kind == "zip":
        unpacked, _ = archive.unpack(attachment.name, attachment.content, attachment.part)
        yield from unpacked
    elif kind in MAIL:
        yield from _held(read_mail(attachment.content), depth)


def _file(attachment: Attachment) -> File:
    return File(attachment.name, attachment.type, attachment.size)
