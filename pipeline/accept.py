"""The first commit of every mail: stored with its envelope, or not accepted at all."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import BinaryIO, cast

import structlog

from maild import failpoints
from maild.domain.envelope import Envelope
from maild.logs import together
from maild.store.db import Database
from maild.store.line import Job
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


@dataclass(frozen=True, slots=True)
class Waiting:
    """Mails of one body on their way into the store. ``then`` gets the receipt, or what `accept` would have raised;
    ``demand`` raises where no yes can be given any more, although they are stored."""

    mails: list[NewMail]
    envelope: Envelope
    size: int
    demand: Callable[[], None]
    then: Callable[[Receipt | Exception], None]


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
    if body.on_disk:
        digest = await asyncio.to_thread(canonical_digest, file, top)
    else:  # it is done before a thread would have begun
        digest = canonical_digest(file, top)
    mails = _mails(intake, envelope, body, top, digest)
    try:
        stored = await _store(db, mails, body.size, along)
    except StoreTrouble as trouble:
        raise _refused(trouble, envelope) from trouble
    return _received(stored, envelope, body.size)


def accept_soon(
    db: Database,
    intake: Intake,
    envelope: Envelope,
    body: SpooledBody,
    demand: Callable[[], None],
    then: Callable[[Receipt | Exception], None],
) -> None:
    """The same for a body in memory without a task of its own; see `Waiting`. Mails that were committed together are
    answered together, and their log lines are written at once."""
    file = cast(BinaryIO, body.file)
    top = Top.of(file)
    mails = _mails(intake, envelope, body, top, canonical_digest(file, top))
    db.append_soon(_put_waiting, Waiting(mails, envelope, body.size, demand, then), _answer, weight=body.size)


def _put_waiting(tx: Tx, waiting: Sequence[Waiting]) -> list[list[Stored]]:
    return put_each(tx, [one.mails for one in waiting])


def _answer(jobs: Sequence[Job]) -> None:
    with together():
        ended = [(job.item, _ended(job)) for job in jobs]
    for waiting, outcome in ended:
        try:
            waiting.then(_demanded(waiting, outcome))
        except Exception as error:  # one client's trouble is none of the others'
            loop = asyncio.get_running_loop()
            loop.call_exception_handler({"message": "a client could not be answered", "exception": error})


def _ended(job: Job) -> Receipt | Exception:
    waiting: Waiting = job.item
    if isinstance(job.error, StoreTrouble):
        refused = _refused(job.error, waiting.envelope)
        refused.__cause__ = job.error
        return refused
    if job.error is not None:
        return job.error
    try:
        return _received(job.value, waiting.envelope, waiting.size)
    except Exception as error:
        return error


def _demanded(waiting: Waiting, outcome: Receipt | Exception) -> Receipt | Exception:
    if isinstance(outcome, Receipt):
        try:
            waiting.demand()
        except Exception as error:
            return error
    return outcome


def _mails(intake: Intake, envelope: Envelope, body: SpooledBody, top: Top, digest: str) -> list[NewMail]:
    """One for each order address that it belongs to."""
    file = cast(BinaryIO, body.file)
    to, cc = ("", "") if len(envelope.recipients) == 1 else _named(file, top)
    addresses = intake.order_addresses(envelope.recipients, to, cc)
    head = partial(_head, body)
    return [NewMail(file, body.size, digest, address, _for(envelope, address, intake), head) for address in addresses]


def _refused(trouble: StoreTrouble, envelope: Envelope) -> TemporaryTrouble:
    log.error("mail.refused", kind=trouble.kind.value, why=trouble.what, hint=trouble.hint, session=envelope.session)
    return TemporaryTrouble(*_CODES.get(trouble.kind, _TROUBLE))


def _received(stored: list[Stored], envelope: Envelope, size: int) -> Receipt:
    failpoints.hit("tx.after_commit_before_250")
    for one in stored:
        log.info(
            "mail.duplicate" if one.duplicate else "mail.received",
            mail_id=one.id,
            channel=envelope.channel.value,
            peer=envelope.peer,
            bytes=size,
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
