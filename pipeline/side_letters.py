"""Letters of a side conversation: to the outsider, who learns nothing of the ticket, and to the colleague in charge."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog

from maild.domain.letter import Phase
from maild.domain.mail import Address
from maild.domain.people import Person, Role
from maild.domain.ticket import Snapshot
from maild.store import outbox, restored, threads
from maild.store.outbox import NewLetter
from maild.store.sides import Side
from maild.store.tx import Tx
from notifications.address import Refusal, check_recipient
from notifications.compose import compose
from notifications.gate import Counts, Drop, Hold, LetterFacts, Limits, refusal
from notifications.languages import chosen
from notifications.render import Refused, Words, context
from notifications.tokens import Purpose, Reference, marker_line, message_id_for, tagged_address, token
from pipeline import letters
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
    readers = letters.seeing(desk, ticket, letters.recipients(tx, desk, ticket, f"user:{side.opened_by}"))
    for reader in readers or letters.recipients(tx, desk, ticket, "assignee"):
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
    wanted = letters.languages(desk, told, reader)
    words = Words(text=message.text, reason=message.subject)
    values = context(told, desk.config.site, message.author, desk.labels, words=words, automatic=automatic)
    rendered = desk.templates.render(template, values, chosen(wanted, desk.templates.variants(template)))
    reference, tagged = Reference(side.id, reader.id, Purpose.SIDE), desk.config.letters.plus_addressing
    sign = "" if tagged else token(desk.keys, reference)
    message_id = message_id_for(desk.keys, message.key, desk.config.site.domain, sign)
    refs = threads.of_side(tx, side.ticket, side.id)
    raw = b""
    if not isinstance(rendered, Refused):
        raw = compose(
            rendered,
            message_id=message_id,
            from_=Address(desk.sender.name, desk.sender.address or told.order_address),
            to=[Address(reader.name, reader.address)],
            reply_to=tagged_address(desk.keys, told.order_address, reference) if tagged else told.order_address,
            in_reply_to=refs[-1] if refs else None,
            references=refs,
            automatic=automatic,
            now=tx.now,
            marker=marker_line(desk.keys, side.id, reader.id, Purpose.SIDE),
        )
        raw = desk.signer.sign(raw, tx.now) if desk.signer else raw
    phase, code, why = _fate(tx, desk, reader, rendered if isinstance(rendered, Refused) else None, message, automatic)
    letter = outbox.put(
        tx,
        NewLetter(
            key=message.key,
            message_id=message_id,
            template=template,
            automatic=automatic,
            envelope_from=told.order_address,
            to=(reader.address,),
            subject=message.subject if isinstance(rendered, Refused) else rendered.subject,
            raw=raw,
            ticket=side.ticket,
            order_address=told.order_address,
            phase=phase,
            code=code,
            why=why,
            text=message.text,
            side=side.id,
        ),
    )
    _tell(tx, side, template, reader, letter, phase, code, why)
    return letter


def _fate(
    tx: Tx, desk: Desk, reader: Person, refused: Refused | None, message: Message, automatic: bool
) -> tuple[Phase, str | None, str | None]:
    address = check_recipient(reader.address)
    if isinstance(address, Refusal) or refused is not None:
        wrong = address if isinstance(address, Refusal) else refused
        assert wrong is not None
        return Phase.FAILED, wrong.code, wrong.why
    own, staff = desk.intake.base(address) is not None, reader.role is not Role.CUSTOMER
    facts = LetterFacts(address, automatic, letters.vouched(), own=own, staff=staff, bounced=reader.bounced)
    match refusal(facts, Counts(), Limits(), tx.now):
        case Hold(code, why, _):
            return Phase.HELD, code, why
        case Drop(code, why):
            return Phase.DROPPED, code, why
        case _ if restored.withholds(tx, message.at):
            return Phase.HELD, restored.CODE, restored.WHY
        case _:
            return Phase.QUEUED, None, None


def _tell(
    tx: Tx,
    side: Side,
    template: str,
    reader: Person,
    letter: int | None,
    phase: Phase,
    code: str | None,
    why: str | None,
) -> None:
    known = {"ticket": side.ticket, "letter": letter, "template": template, "to": reader.address, "rule": "side"}
    if phase is Phase.QUEUED:
        tx.tell(partial(log.info, "letter.queued", **known))
    elif phase is Phase.FAILED:
        tx.tell(partial(log.error, "letter.failed", code=code, why=why, **known))
    else:
        tx.tell(partial(log.warning, "letter.withheld", phase=phase.value, code=code, why=why, **known))
