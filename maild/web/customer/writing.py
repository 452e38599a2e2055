"""What a customer writes on a page of ours, as a mail: it takes the road of every mail, with the same rules."""

import re
import secrets
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from starlette.requests import Request

from maild.domain.envelope import Channel, Envelope
from maild.domain.mail import Address
from maild.web.customer.language import refused
from maild.web.house import house_of
from notifications.address import Refusal, check_recipient
from notifications.clean import printable
from pipeline.receive.body import SpooledBody

_ONCE = re.compile(r"[A-Za-z0-9_-]{8,64}")


def checked(request: Request, text: str) -> str:
    """A mail address as letters may be sent to it; raises Refused."""
    found = check_recipient(text)
    if isinstance(found, Refusal):
        raise refused(request, 422, "this is no mail address", "write it as name@company.example")
    return found


async def bring(request: Request, author: Address, to: str, subject: str, text: str, once: str) -> None:
    """Take it in as a mail of ``author``. The same ``once`` makes the same mail, which is taken in one time."""
    house = house_of(request)
    if not _ONCE.fullmatch(once):
        once = secrets.token_urlsafe(12)
    raw = _written(author, to, subject, text, f"<web-{once}@{house.site.domain}>", house.clock.now())
    way = Envelope(author.address, (to,), Channel.WEB, peer=None, session=f"web {request.state.client}"[:64])
    await house.accept(way, SpooledBody.of(raw))


def _written(author: Address, to: str, subject: str, text: str, message_id: str, now: datetime) -> bytes:
    mail = EmailMessage(SMTP)
    mail["From"] = f"{_quoted(author.name)} <{author.address}>" if author.name else author.address
    mail["To"] = to
    mail["Subject"] = printable(subject)[:300]
    mail["Message-ID"] = message_id
    mail["Date"] = format_datetime(now.replace(hour=0, minute=0, second=0, microsecond=0))  # a repeat is the same mail
    mail.set_content(text)
    return mail.as_bytes()


def _quoted(name: str) -> str:
    plain = printable(name)[:100].replace("\\", "").replace('"', "")
    return f'"{plain}"'
