"""What is in a mail or a letter, read from its bytes by whoever asks: the daemon keeps no second copy of it."""

import base64
from argparse import Namespace
from typing import Any, Final

from maild.cli.asking import objects

LARGEST: Final = 8 * 1024 * 1024  # bytes of a mail; what is larger is looked at in the console
MOST: Final = 20  # mails of a ticket, the newest
SHOWN: Final = ("from", "to", "cc", "reply-to", "subject", "date", "message-id", "in-reply-to", "auto-submitted")


def files(arguments: Namespace, mails: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The files of these mails, oldest mail first; none of those whose bytes were erased or are too many."""
    return [file for mail in reversed(mails[:MOST]) if _is_harmless(mail) for file in _of_mail(arguments, mail["id"])]


def _is_harmless(mail: dict[str, Any]) -> bool:
    """Kept, not too large, and read by a child before: what ended one, which has limits, would end a command too."""
    was_read = mail["outcome"] is not None and not (mail["code"] or "").startswith("parser.")
    return was_read and mail["erased_at"] is None and int(mail["size"]) <= LARGEST


def _of_mail(arguments: Namespace, number: int) -> list[dict[str, Any]]:
    from pipeline.mime import read_mail

    raw = base64.b64decode(objects(arguments, "mail.raw", id=number)[0]["raw"])
    return [
        {"mail": number, "name": item.name, "type": item.type, "size": item.size} for item in read_mail(raw).attachments
    ]


def letter(raw: str) -> tuple[list[str], str]:
    """The header fields of a letter that tell people something, and its text, both as a reader shows them."""
    from pipeline.mail import headers
    from pipeline.mime import read_mail

    data = raw.encode("utf-8", "surrogateescape")
    fields = headers.parse(data, 0, len(data), top=True).fields
    told = [f"{field.name.title()}: {headers.display(field.value)}" for field in fields if field.name in SHOWN]
    return told, read_mail(data).text
