"""Letters of a side conversation: to the outsider, who learns nothing of the ticket, and to the colleague in charge."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog

from maild.domain.letter import Phase
from maild.domain.people import Person, Role
from maild.domain.ticket import Snapshot
from maild.store import outbox, threads
from maild.store.outbox import NewLetter
from maild.store.sides import Side
from maild.store.tx import Tx
from notifications.address import Refusal, check_recipient
from notifications.gate import LetterFacts
from notifications.languages import chosen
from notifications.render import Refused, Rendered, Words, context
from notifications.tokens import Purpose, Reference
from pipeline import clearance, letterhead, letters, recipients
from pipeline.clearance import Clearance
from pipeline.furniture import Desk

OUTWARD, INWARD = "side_message", "side_answered"

log = structlog.get_logger("maild.letters")


@dataclass(frozen=True, slots=True)
class Message:
    """One letter to be: in whose name, what it says, and when the mail or timer behind it came (None: by hand)."""

    key: str
    text: str
    subject: str
    author: Person | None = None
    at: datetime | None = None


def outward(tx: Tx, desk: Desk, ticket: Snapshot, side: Side, outsider: Person, message: Message) -> int | None:
    """A colleague's words to the outsider."""
    return _write(tx, desk, _bare(ticket, side, outsider), side, outsider, OUTWARD, message)


def inward(tx: Tx, desk: Desk, ticket: Snapshot, side: Side, message: Message) -> None:
    """Tell whoever opened it, else whoever is responsible, what the outsider answered; who replies, replies there."""
    readers = recipients.seeing(desk, ticket, recipients.named(tx, desk, ticket, f"user:{side.opened_by}"))
    for reader in readers or recipients.named(tx, desk, ticket, "assignee"):
        _write(tx, desk, ticket, side, reader, INWARD, replace(message, key=f"{message.key}|{reader.id}"))


def _bare(ticket: Snapshot, side: Side, outsider: Person) -> Snapshot:
    """All that a template may tell an outsider, even one that an operator wrote."""
    return Snapshot(
        id=ticket.id,
        version=ticket.version,
        now=ticket.now,
        subject=side.subject,
        status=ticket.status,
        priority="normal",
        order_address=ticket.order_address,
        channel=ticket.channel,
        requester=outsider,
    )


def _write(
    tx: Tx, desk: Desk, told: Snapshot, side: Side, reader: Person, template: str, message: Message
) -> int | None:
    automatic = template == INWARD
    wanted = recipients.languages(desk, told, reader)
    words = Words(text=message.text, reason=message.subject)
    values = context(told, desk.config.site, message.author, desk.labels, words=words, automatic=automatic)
    rendered = desk.templates.render(template, values, chosen(wanted, desk.templates.variants(template)))
    reference = Reference(side.id, reader.id, Purpose.SIDE)
    message_id = letterhead.message_id(desk, message.key, reference)
    subject, raw = message.subject, b""
    if isinstance(rendered, Rendered):
        subject = rendered.subject
        raw = letterhead.composed(
            tx,
            desk,
            rendered,
            reader,
            reference,
            message_id=message_id,
            order_address=told.order_address,
            thread=threads.of_side(tx, side.ticket, side.id),
            automatic=automatic,
        )
    cleared = _cleared(tx, desk, reader, rendered, message, automatic)
    letter = outbox.put(
        tx,
        NewLetter(
            key=message.key,
            message_id=message_id,
            template=template,
            automatic=automatic,
            envelope_from=told.order_address,
            to=(reader.address,),
            subject=subject,
            raw=raw,
            ticket=side.ticket,
            order_address=told.order_address,
            phase=cleared.phase,
            code=cleared.code,
            why=cleared.why,
            text=message.text,
            side=side.id,
        ),
    )
    _tell(tx, side, template, reader, letter, cleared)
    return letter


def _cleared(
    tx: Tx, desk: Desk, reader: Person, rendered: Rendered | Refused, message: Message, automatic: bool
) -> Clearance:
    address = check_recipient(reader.address)
    if isinstance(address, Refusal):
        return clearance.failed(address)
    if isinstance(rendered, Refused):
        return clearance.failed(rendered)
    own, staff = desk.intake.base(address) is not None, reader.role is not Role.CUSTOMER
    facts = LetterFacts(address, automatic, letters.vouched(), own=own, staff=staff, bounced=reader.bounced)
    return clearance.asked(tx, facts, message.at)


def _tell(tx: Tx, side: Side, template: str, reader: Person, letter: int | None, cleared: Clearance) -> None:
    known = {"ticket": side.ticket, "letter": letter, "template": template, "to": reader.address, "rule": "side"}
    phase, code, why, _ = cleared
    if phase is Phase.QUEUED:
        tx.tell(partial(log.info, "letter.queued", **known))
    elif phase is Phase.FAILED:
        tx.tell(partial(log.error, "letter.failed", code=code, why=why, **known))
    else:
        tx.tell(partial(log.warning, "letter.withheld", phase=phase.value, code=code, why=why, **known))
