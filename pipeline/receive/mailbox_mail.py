"""One mail out of a mailbox: its envelope, and the rows that stand for a mail we could not get."""

import hashlib
from collections.abc import Callable
from io import BytesIO

from maild.config import Imap
from maild.domain.envelope import Channel, Envelope
from maild.domain.mailbox import FolderOf, UidState
from maild.domain.spool import Outcome
from maild.store import mailboxes, spool
from maild.store.put import put
from maild.store.spool import Settled
from maild.store.tx import Tx
from pipeline.intake import Intake
from pipeline.mail.addresses import canonical
from pipeline.mail.digest import scan_header
from pipeline.receive.body import SpooledBody
from pipeline.receive.mailbox_trouble import shown

_RECIPIENTS = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")
TOO_LARGE = "imap.too_large"
BAD_FETCH = "imap.bad_fetch"


def envelope(settings: Imap, intake: Intake, uidvalidity: int | None, uid: int, body: SpooledBody) -> Envelope:
    """What stands for the SMTP envelope: Return-Path, and the mailbox's own order address.

    Of the addresses in the header only +tagged forms of that order address count, for they carry our reply tokens.
    """
    names = scan_header(body.file, {*_RECIPIENTS, "return-path"})  # type: ignore[arg-type]
    sender = canonical("".join(names["return-path"][:1]).strip().strip("<>")) or ""
    base = intake.base(settings.address)
    words = (
        word.strip("<>;\"'") for name in _RECIPIENTS for text in names[name] for word in text.replace(",", " ").split()
    )
    ours = [word for word in words if base is not None and intake.base(word) == base]
    session = f"{settings.name}:{uidvalidity or 0}:{uid}"
    recipients = tuple(dict.fromkeys(ours)) or (settings.address,)
    return Envelope(sender, recipients, Channel.IMAP, tls=settings.tls != "none", session=session)


def quarantine(
    settings: Imap, of: FolderOf, uidvalidity: int | None, uid: int, code: str, why: str, head: bytes, again: bool
) -> Callable[[Tx], bool]:
    """List a mail that we could not get, as far as it is known, and take it for done with; whether it is new here.

    Without any octets of its own a notice stands in its place, so that ``maild mail retry`` gives a person a ticket.
    ``again`` says that the folder is read anew: then the mail may be listed already.
    """
    raw = head or _notice(of, uid, why)
    identity = head if head else f"{of.mailbox}\0{of.folder}\0{uidvalidity}\0{uid}".encode()
    digest = hashlib.sha256(code.encode() + b"\0" + identity).hexdigest()
    way = Envelope("", (settings.address,), Channel.IMAP, session=f"{settings.name}:{uidvalidity or 0}:{uid}")

    def run(tx: Tx) -> bool:
        new = False
        if not (again and mailboxes.delivered(tx, of.mailbox, digest, settings.address)):
            stored = put(tx, BytesIO(raw), len(raw), digest, settings.address, way)
            new = not stored.duplicate
            if new:
                spool.finish(tx, stored.id, Settled(Outcome.QUARANTINED, why, code, subject=_subject(raw)))
        mailboxes.settled(tx, of, uid, UidState.REFUSED)
        return new

    return run


def _notice(of: FolderOf, uid: int, why: str) -> bytes:
    text = (
        f"Subject: A mail in {shown(of.folder)} could not be fetched\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        f"maild writes this in place of a mail that it could not get out of the mailbox {of.mailbox}.\r\n"
        f"It is the mail with UID {uid} of the folder {shown(of.folder)}.\r\n{why}\r\n"
    )
    return text.encode()


def _subject(raw: bytes) -> str | None:
    return next(iter(scan_header(BytesIO(raw), {"subject"})["subject"]), None)
