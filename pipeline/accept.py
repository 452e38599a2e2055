"""The first commit of every mail: stored with its envelope, or not accepted at all."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import BinaryIO, cast

import structlog

from maild import failpoints
from maild.domain.envelope import Envelope
from maild.store.db import Database
from maild.store.put import NewMail, Stored, put_all, put_each
from maild.store.trouble import StoreTrouble, TroubleKind
from maild.store.tx import Tx
from pipeline.intake import Intake
from pipeline.mail.digest import Top, canonical_digest, scan_header
from pipeline.receipt import Receipt, TemporaryTrouble, TroubleCode
from pipeline.receive.body import SpooledBody

HEAD = 256 * 1024  # bytes of a copy's header block that are kept
_CODES: dict[TroubleKind, tuple[TroubleCode, str]] = {
    TroubleKind.FULL: ("4.3.1", "Insufficient system storage, please try again later"),
    TroubleKind.STOPPING: ("4.3.2", "Shutting down, please try again later"),
}
_TROUBLE: tuple[TroubleCode, str] = ("4.3.0", "Temporary failure, please try again later")

log = structlog.get_logger("maild.accept")


async def accept(
    db: Database,
    intake: Intake,
    envelope: Envelope,
    body: SpooledBody,
    *,
    along: Callable[[Tx], None] | None = None,
) -> Receipt:
    """Store a mail durably; only after this returns may anybody say yes.

    A mail whose canonical digest is known adds a delivery, not a message. ``along`` is written in the same transaction.
    Raises TemporaryTrouble when it is our fault that it cannot be stored.
    """
    file = cast(BinaryIO, body.file)
    top = Top.of(file)
    to, cc = ("", "") if len(envelope.recipients) == 1 else _named(file, top)
    addresses = intake.order_addresses(envelope.recipients, to, cc)
    if body.on_disk:
        digest = await asyncio.to_thread(canonical_digest, file, top)
    else:  # it is done before a thread would have begun
        digest = canonical_digest(file, top)

    mails = [
        NewMail(file, body.size, digest, address, _for(envelope, address, intake), partial(_head, body))
        for address in addresses
    ]
    try:
        stored = await _store(db, mails, body.size, along)
    except StoreTrouble as trouble:
        log.error(
            "mail.refused", kind=trouble.kind.value, why=trouble.what, hint=trouble.hint, session=envelope.session
        )
        raise TemporaryTrouble(*_CODES.get(trouble.kind, _TROUBLE)) from trouble
    failpoints.hit("tx.after_commit_before_250")
    for one in stored:
        log.info(
            "mail.duplicate" if one.duplicate else "mail.received",
            mail_id=one.id,
            channel=envelope.channel.value,
            peer=envelope.peer,
            bytes=body.size,
            session=envelope.session,
        )
    return Receipt(str(stored[0].id), all(one.duplicate for one in stored))


def _named(file: BinaryIO, top: Top) -> tuple[str, str]:
    """To and Cc, which decide where the envelope leaves a choice."""
    named = scan_header(file, {"to", "cc"}, top)
    return ",".join(named["to"]), ",".join(named["cc"])


async def _store(db: Database, mails: list[NewMail], weight: int, along: Callable[[Tx], None] | None) -> list[Stored]:
    if along is None:
        return await db.append(put_each, mails, weight=weight)

    def run(tx: Tx) -> list[Stored]:
        along(tx)
        return put_all(tx, mails)

    return await db.write(run, append=True, weight=weight)


def _head(body: SpooledBody) -> bytes:
    """The header block, for a copy whose trace headers differ from the first delivery's."""
    block = body.head(HEAD)
    end = block.find(b"\r\n\r\n")
    return block if end < 0 else block[: end + 2]


def _for(envelope: Envelope, address: str, intake: Intake) -> Envelope:
    """The envelope with the recipients of one order address, when a mail is split."""
    if not intake.split:
        return envelope
    return replace(envelope, recipients=tuple(r for r in envelope.recipients if intake.base(r) == address))
