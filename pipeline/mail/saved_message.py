"""A message that Outlook saved (.msg), as a Mail: its own header where it has one, else one made of its properties."""

import mimetypes
from email.utils import formataddr

from maild.domain.mail import Attachment, Mail
from pipeline.mail import headers, heading, labels
from pipeline.mail.content import Content
from pipeline.mail.outlook_msg import File, OutlookMessage


def as_mail(raw: bytes, saved: OutlookMessage) -> tuple[Mail, Content]:
    """The mail without its content, and the content."""
    head = (saved.headers or _made_up(saved)).encode("utf-8", "replace") + b"\r\n\r\n"
    mail = heading.read(raw, headers.parse(head, 0, len(head), top=True))
    content = Content(
        plain=[saved.text] if saved.text else [],
        html=[saved.html] if saved.html else [],
        attachments=[_attachment(file, number) for number, file in enumerate(saved.files, 1)],
    )
    return mail, content


def _made_up(saved: OutlookMessage) -> str:
    subject = headers.clean(saved.subject)
    sender = formataddr((headers.clean(saved.sender_name, 255), headers.clean(saved.sender_address, 320)))
    return f"Subject: {subject}\r\nFrom: {sender}"


def _attachment(file: File, number: int) -> Attachment:
    name = labels.clean(file.name) or f"file{number}"
    kind = file.type or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Attachment(name, kind, len(file.content), str(number), content=file.content)
