"""What a customer writes on a page of ours, as a mail: it takes the road of every mail, with the same rules."""

import asyncio
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from starlette.datastructures import UploadFile
from starlette.requests import Request

from maild.domain.envelope import Channel, Envelope
from maild.domain.mail import Address
from maild.web.customer.language import refused
from maild.web.house import house_of
from notifications.address import Refusal, check_recipient
from notifications.clean import printable
from pipeline import web_form
from pipeline.enclosing import write_part
from pipeline.mail.addresses import MOST_COMMENTS, canonical
from pipeline.receive.body import SpooledBody

_ONCE = re.compile(r"[A-Za-z0-9_-]{8,64}")


def checked(request: Request, text: str) -> str:
    """A mail address as letters may be sent to it, and as our reader takes it for an author's; raises Refused."""
    found = readable(text)
    if found is None:
        raise refused(request, 422, "this is no mail address", "write it as name@company.example")
    return found


def readable(text: str) -> str | None:
    """The address that `checked` gives, None where it raises."""
    found = check_recipient(text)
    return None if isinstance(found, Refusal) or canonical(found) is None else found


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody wrote: in a form of that name, "" for none, with the fields it filled in, and files."""

    author: Address
    to: str
    subject: str
    text: str
    form: str = ""
    files: tuple[UploadFile, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()


async def bring(request: Request, written: Written, once: str) -> None:
    """Take it in as a mail of its author. The same ``once`` makes the same mail, which is taken in one time.

    Raises Refused for more than a mail may have.
    """
    house, to = house_of(request), written.to
    if not _ONCE.fullmatch(once):
        once = secrets.token_urlsafe(12)
    if not fits(request, written):
        raise refused(request, 413, "that is too much for one mail", "send fewer files, or smaller ones")
    head = _head(written, f"<web-{once}@{house.site.domain}>", house.clock.now())
    body = await asyncio.to_thread(_composed, head, written, f"web-{once}")
    way = Envelope(written.author.address, (to,), Channel.WEB, peer=None, session=f"web {request.state.client}"[:64])
    await house.accept(way, body)


def fits(request: Request, written: Written) -> bool:
    """Whether it is no more than a mail may have, with its files as base64."""
    words = len(written.text) + sum(len(value) for _, value in written.answers)
    return (
        sum(file.size or 0 for file in written.files) * 1.4 + words * 4 <= house_of(request).desk().config.smtp.max_size
    )


def room(request: Request) -> int:
    """Bytes that files may have together, beside a text of some pages."""
    desk = house_of(request).desk()
    return max(0, min(int(desk.config.smtp.max_size / 1.4), desk.config.web.max_body) * 9 // 10)


def _composed(head: EmailMessage, written: Written, boundary: str) -> SpooledBody:
    """The text, and each file in a part of its own (RFC 2046, 5.1.3)."""
    if not written.files:
        head.set_content(written.text)
        return SpooledBody.of(head.as_bytes())
    head["MIME-Version"], text, raw, edge = "1.0", EmailMessage(SMTP), SpooledBody(), f"--{boundary}".encode()
    kind = f'Content-Type: multipart/mixed; boundary="{boundary}"'.encode()
    text.set_content(written.text)
    raw.write(head.as_bytes().rstrip(b"\r\n") + b"\r\n" + kind + b"\r\n\r\n" + edge + b"\r\n" + text.as_bytes())
    for file in written.files:
        raw.write(b"\r\n" + edge + b"\r\n")
        write_part(raw, EmailMessage(SMTP), file.filename or "", file.file)
    raw.write(b"\r\n" + edge + b"--\r\n")
    return raw


def _head(written: Written, message_id: str, now: datetime) -> EmailMessage:
    author = written.author
    mail = EmailMessage(SMTP)
    mail["From"] = f"{_quoted(author.name)} <{author.address}>" if author.name else author.address
    mail["To"] = written.to
    mail["Subject"] = printable(written.subject)[:300]
    if written.form:
        mail[web_form.HEADER] = written.form
    for name, value in written.answers:
        for piece in web_form.written(name, value):
            mail.add_header(web_form.ANSWER, piece)
    mail["Message-ID"] = message_id
    mail["Date"] = format_datetime(now.replace(hour=0, minute=0, second=0, microsecond=0))  # a repeat is the same mail
    return mail


def _quoted(name: str) -> str:
    plain = printable(name)[:100].replace("\\", "").replace('"', "")
    if plain.count("(") > MOST_COMMENTS:  # our reader would take the author for nobody
        plain = plain.replace("(", "")
    return f'"{plain}"'
