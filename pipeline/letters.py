"""From SendLetter to a row in the outbox: who gets it, may it leave, what it says. Nothing is sent here."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from maild.domain.effects import SendLetter
from maild.domain.letter import AMONG_US, Phase
from maild.domain.people import NOBODY, Person, Role
from maild.domain.ticket import Snapshot, Status
from maild.store import comments, history, outbox, people, threads, tickets
from maild.store.outbox import NewLetter
from maild.store.tx import Tx
from notifications.address import Refusal, check_recipient
from notifications.authentication import Outcome, Verdict
from notifications.gate import LetterFacts
from notifications.languages import chosen
from notifications.render import Comment, Refused, Rendered, Words, context
from notifications.tokens import Purpose, Reference
from pipeline import clearance, letterhead, recipients
from pipeline.clearance import Clearance
from pipeline.furniture import Desk
from pipeline.occasions import occasion
from rules.system import no_reader

log = structlog.get_logger("maild.letters")


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a letter is written: its key in the outbox, and what is known of the mail behind it.

    ``at`` is when the mail came or the timer was due, None for what a person does now. ``message`` and ``cut_text`` are
    those of the mail that a person's comment came by. ``suspected`` says why a program may have written the mail.
    ``unseen`` is set where the reader does not see the ticket: the letter tells no more of it than its number.
    """

    key: str
    rule: str
    verdict: Verdict
    answers_automatic: bool = False
    actor: Person | None = None
    at: datetime | None = None
    message: int | None = None
    cut_text: str | None = None
    suspected: str = ""
    unseen: bool = False


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a SendLetter: the letter's id (None when it was there before) and the phase with its reason."""

    letter: int | None
    phase: Phase
    code: str | None
    why: str | None


def write(tx: Tx, desk: Desk, ticket: Snapshot, effect: SendLetter, cause: Cause) -> list[Fate]:
    """Write one letter per recipient of the effect; a letter that cannot or must not leave is kept with its reason."""
    readers = recipients.named(tx, desk, ticket, effect.to)
    if not readers and not (effect.to == "requester" and ticket.requester.address == NOBODY):
        tx.tell(partial(log.warning, "letter.no_recipient", ticket=ticket.id, rule=cause.rule, to=effect.to))
    return [
        _write_one(tx, desk, ticket, effect, cause, reader, f"{cause.key}:{number}" if number else cause.key)
        for number, reader in enumerate(readers)
    ]


def unwritable(tx: Tx, desk: Desk, ticket: Snapshot, effect: SendLetter) -> str | None:
    """Why an effect's letter could not be written, whoever of its readers it is for; nothing is kept."""
    to_requester = effect.to == "requester"
    if to_requester and ticket.requester.is_nobody:
        return no_reader(ticket)
    reader = ticket.requester if to_requester else Person(0, "", "", Role.AGENT)
    rendered = _render(tx, desk, ticket, effect, Cause("", "", vouched()), reader)
    return rendered.why if isinstance(rendered, Refused) else None


def _write_one(
    tx: Tx, desk: Desk, ticket: Snapshot, effect: SendLetter, cause: Cause, reader: Person, key: str
) -> Fate:
    if cause.unseen:
        ticket, key = _bare(ticket), f"{key}{outbox.BARE}"
    rendered = _render(tx, desk, ticket, effect, cause, reader)
    cleared = _cleared(tx, desk, ticket, effect, cause, reader, rendered)
    message_id = letterhead.message_id(desk, key, _reference(ticket, effect, reader))
    subject, raw = ticket.subject, b""
    if isinstance(rendered, Rendered):
        subject, raw = rendered.subject, _composed(tx, desk, ticket, effect, reader, rendered, message_id)
    letter = outbox.put(
        tx,
        NewLetter(
            key=key,
            message_id=message_id,
            template=effect.template,
            automatic=effect.automatic,
            envelope_from=ticket.order_address,
            to=(reader.address,),
            subject=subject,
            raw=raw,
            ticket=ticket.id,
            organization=ticket.organization.id if ticket.organization and reader.role is Role.CUSTOMER else None,
            order_address=ticket.order_address,
            phase=cleared.phase,
            code=cleared.code,
            why=cleared.why,
            text=effect.text,
            next_at=cleared.next_at,
        ),
    )
    fate = Fate(letter, cleared.phase, cleared.code, cleared.why)
    _tell(tx, ticket, effect, cause, reader, fate)
    return fate


def _cleared(
    tx: Tx,
    desk: Desk,
    ticket: Snapshot,
    effect: SendLetter,
    cause: Cause,
    reader: Person,
    rendered: Rendered | Refused,
) -> Clearance:
    address = check_recipient(reader.address)
    if isinstance(address, Refusal):
        return clearance.failed(address)
    if isinstance(rendered, Refused):
        return clearance.failed(rendered)
    facts = LetterFacts(
        to=address,
        automatic=effect.automatic,
        verdict=cause.verdict,
        own=desk.intake.base(address) is not None,
        staff=reader.role is not Role.CUSTOMER and reader.id != ticket.requester.id,  # who wrote is answered, not told
        answers_automatic=cause.answers_automatic,
        bounced=reader.bounced,
        organization=ticket.organization is not None,
        suspected=cause.suspected,
    )
    cleared = clearance.asked(tx, facts, cause.at)
    if cleared.phase is not Phase.QUEUED:
        return cleared
    return clearance.over_budget(tx, desk, effect, reader) or cleared


def _bare(ticket: Snapshot) -> Snapshot:
    """What whoever does not see a ticket may hear of it."""
    return Snapshot(
        id=ticket.id,
        version=ticket.version,
        now=ticket.now,
        subject="",
        status=Status.OPEN,
        priority="normal",
        order_address=ticket.order_address,
        channel=ticket.channel,
        requester=Person(0, "", NOBODY),
    )


def rewrite(tx: Tx, desk: Desk, letter_id: int) -> Refused | None:
    """Write a letter again whose template refused, with the ticket as it is now; why it is still refused, or None."""
    letter = outbox.unwritten(tx, letter_id)
    reader = people.by_address(tx, letter.to_address) if letter else None
    if letter is None or reader is None:
        return None
    ticket = tickets.snapshot(tx, letter.ticket)
    effect = SendLetter(letter.template, letter.to_address, letter.automatic, letter.text)
    kind, _, name = history.actor_behind(tx, letter.ticket, letter.key).partition(":")
    writer = desk.user(tx, name) if kind == "agent" else None
    rendered = _render(tx, desk, ticket, effect, Cause(letter.key, "", vouched(), actor=writer), reader)
    if isinstance(rendered, Refused):
        return rendered
    outbox.write(
        tx, letter_id, rendered.subject, _composed(tx, desk, ticket, effect, reader, rendered, letter.message_id)
    )
    return None


def _render(
    tx: Tx, desk: Desk, ticket: Snapshot, effect: SendLetter, cause: Cause, reader: Person
) -> Rendered | Refused:
    seen = not cause.unseen and desk.templates.says(effect.template, "comments")
    public = comments.of_ticket(tx, ticket.id, public_only=True) if seen else []
    said = [Comment(c.actor, c.at, c.text) for c in public]
    assignee = cause.actor or desk.user(tx, ticket.assignee)
    values = context(
        ticket,
        desk.config.site,
        assignee,
        desk.labels,
        None if cause.unseen else recipients.page_of(tx, desk, ticket, reader),
        comments=said,
        words=Words(
            effect.text, reason="; ".join(ticket.review_reasons), occasion=occasion(cause.rule), due=effect.due
        ),
        automatic=effect.automatic,
        rating_link="" if cause.unseen else recipients.rating_link(desk, ticket),
        heard=recipients.heard(tx, desk, ticket, reader),
        seen=not cause.unseen,
    )
    wanted = recipients.languages(desk, ticket, reader)
    return desk.templates.render(effect.template, values, chosen(wanted, desk.templates.variants(effect.template)))


def _composed(
    tx: Tx, desk: Desk, ticket: Snapshot, effect: SendLetter, reader: Person, rendered: Rendered, message_id: str
) -> bytes:
    return letterhead.composed(
        tx,
        desk,
        rendered,
        reader,
        _reference(ticket, effect, reader),
        message_id=message_id,
        order_address=ticket.order_address,
        thread=threads.of_ticket(tx, ticket.id) if reader.id == ticket.requester.id else [],
        automatic=effect.automatic,
    )


def _reference(ticket: Snapshot, effect: SendLetter, reader: Person) -> Reference:
    """What an answer to this letter belongs to."""
    among_us = effect.template in AMONG_US
    return Reference(ticket.id, reader.id, Purpose.NOTE if among_us else Purpose.REPLY)


def _tell(tx: Tx, ticket: Snapshot, effect: SendLetter, cause: Cause, reader: Person, fate: Fate) -> None:
    known = {
        "ticket": ticket.id,
        "letter": fate.letter,
        "template": effect.template,
        "to": reader.address,
        "rule": cause.rule,
    }
    if fate.letter is None:
        tx.tell(partial(log.info, "letter.repeated", **known))
    elif fate.phase is Phase.QUEUED:
        tx.tell(partial(log.info, "letter.queued", **known))
    elif fate.phase is Phase.FAILED:
        tx.tell(partial(log.error, "letter.failed", code=fate.code, why=fate.why, **known))
    else:
        phase = fate.phase.value
        tx.tell(partial(log.warning, "letter.withheld", phase=phase, code=fate.code, why=fate.why, **known))


def vouched() -> Verdict:
    """For letters whose cause is no mail, on a ticket whose requester has proved who they are."""
    return Verdict(Outcome.YES, "the requester was authenticated before")


def unproved() -> Verdict:
    return Verdict(Outcome.NO, "the requester was never authenticated")
