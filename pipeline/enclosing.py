"""A file that a colleague encloses by hand: kept as a mail of theirs on the ticket, where all files are."""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from maild.domain.envelope import Channel, Envelope
from maild.domain.mail import MailKind
from maild.domain.people import Actor
from maild.domain.spool import Outcome
from maild.domain.ticket import Snapshot
from maild.store import comments, spool
from maild.store.put import put
from maild.store.spool import Settled
from maild.store.tx import Tx
from notifications.clean import printable
from pipeline.mail.digest import canonical_digest
from pipeline.receive.body import SpooledBody

PIECE = 57 * 1024
"""Bytes that are encoded at once: whole lines of base64 (RFC 2045, 6.8)."""
LONGEST_NAME = 150


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A mail around one file of ``size`` bytes. ``raw`` is closed by whoever made it."""

    name: str
    author: str
    message_id: str
    raw: SpooledBody
    digest: str
    size: int = 0


def enclosed(name: str, file: BinaryIO, author: str, domain: str, now: datetime) -> Enclosed:
    """Takes as long as the file is big; in memory is never more than a piece of it."""
    name, message_id, raw = plain_name(name), f"<file-{secrets.token_urlsafe(12)}@{domain}>", SpooledBody()
    mail = EmailMessage(SMTP)
    mail["From"], mail["Subject"], mail["Message-ID"] = author, name, message_id
    mail["Date"], mail["MIME-Version"] = format_datetime(now), "1.0"
    write_part(raw, mail, name, file)
    return Enclosed(name, author, message_id, raw, canonical_digest(cast(BinaryIO, raw.file)), file.tell())


def plain_name(name: str) -> str:
    """Without the folders that some browsers send along."""
    return printable(PurePosixPath(name.replace("\\", "/")).name)[:LONGEST_NAME] or "file"


def write_part(raw: SpooledBody, head: EmailMessage, name: str, file: BinaryIO) -> None:
    """A mail or a part of one that is this file (RFC 2045, RFC 2183); ``head`` are its other headers."""
    head["Content-Type"] = "application/octet-stream"
    head["Content-Transfer-Encoding"] = "base64"
    head.add_header("Content-Disposition", "attachment", filename=plain_name(name))
    raw.write(head.as_bytes().rstrip(b"\r\n") + b"\r\n\r\n")
    file.seek(0)
    while piece := file.read(PIECE):
        raw.write(base64.encodebytes(piece).replace(b"\n", b"\r\n"))


def keep(tx: Tx, ticket: Snapshot, who: Actor, file: Enclosed) -> int:
    """Store it on the ticket, with a private note that leads to it; the mail's number."""
    way = Envelope(file.author, (ticket.order_address,), Channel.WEB)
    mail = put(tx, cast(BinaryIO, file.raw.file), file.raw.size, file.digest, ticket.order_address, way).id
    why = f"enclosed by {who}"
    spool.finish(
        tx,
        mail,
        Settled(Outcome.COMMENT, why, None, ticket.id, MailKind.OTHER.value, file.name, file.author, file.message_id),
    )
    comments.add(tx, ticket.id, str(who), f"Enclosed: {file.name}", public=False, message_id=mail)
    return mail
