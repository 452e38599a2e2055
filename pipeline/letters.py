"""From SendLetter to a row in the outbox: who gets it, may it leave, what it says. Nothing is sent here."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from maild.domain.effects import SendLetter
from maild.domain.letter import AMONG_US, Phase
from maild.domain.mail import Address
from maild.domain.people import NOBODY, Actor, Person, Role
from maild.domain.ticket import Snapshot, Status
from maild.store import caps, comments, history, outbox, people, restored, threads, tickets
from maild.store import links as editions
from maild.store.outbox import NewLetter
from maild.store.tx import Tx
from notifications import links, rating
from notifications.address import Refusal, check_recipient
from notifications.authentication import Outcome, Verdict
from notifications.budget import Budget, got, opens, spent
from notifications.compose import compose
from notifications.gate import Counts, Drop, Hold, LetterFacts, Limits, refusal
from notifications.languages import chosen
from notifications.render import Comment, Refused, Rendered, Words, context
from notifications.tokens import Purpose, Reference, marker_line, message_id_for, tagged_address, token
from pipeline.furniture import Desk
from pipeline.occasions import occasion
from pipeline.pinned import in_force
from rules.blueprint import outside
from rules.departments import unseen
from rules.system import no_reader

LOST_SIGHT = "reader.lost_sight"

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
    readers = recipients(tx, desk, ticket, effect.to)
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


def recipients(tx: Tx, desk: Desk, ticket: Snapshot, to: str) -> list[Person]:
    """The people an effect's ``to`` names: requester, assignee, group, lead, a user, group:NAME or an address.

    None for the requester of a ticket whose customer cannot be told. Of colleagues those who see the ticket: where the
    assignee or the lead does not, the group hears it. A single user or address that is named hears it all the same.
    """
    match to:
        case "requester":
            return [ticket.requester] if ticket.requester.address != NOBODY else []
        case "assignee":
            found = seeing(desk, ticket, _found(desk.user(tx, ticket.assignee)))
            return found or recipients(tx, desk, ticket, "group")
        case "group":
            return _members(tx, desk, ticket, ticket.group)
        case "lead":
            lead = _found(desk.lead(tx, ticket.group))
            return seeing(desk, ticket, lead) or (_members(tx, desk, ticket, ticket.group) if lead else [])
        case _ if to.startswith("group:"):
            return _members(tx, desk, ticket, to.removeprefix("group:"))
        case _:
            name = to.removeprefix("user:")
            return [people.meet(tx, name.lower(), "")] if "@" in name else _found(desk.user(tx, name))


def seeing(desk: Desk, ticket: Snapshot, readers: list[Person]) -> list[Person]:
    """Without those of our own people who do not see the ticket."""
    return [reader for reader in readers if unseen(desk.ruleset, ticket, reader.address) is None]


def _members(tx: Tx, desk: Desk, ticket: Snapshot, group: str | None) -> list[Person]:
    return seeing(desk, ticket, _found(*(desk.user(tx, name) for name in desk.members(group))))


def _found(*readers: Person | None) -> list[Person]:
    return [reader for reader in readers if reader is not None]


def _write_one(
    tx: Tx, desk: Desk, ticket: Snapshot, effect: SendLetter, cause: Cause, reader: Person, key: str
) -> Fate:
    address = check_recipient(reader.address)
    if cause.unseen:
        ticket = _bare(ticket)
    rendered = _render(tx, desk, ticket, effect, cause, reader)
    phase, code, why = _fate(desk, ticket, effect, cause, reader, address, rendered)
    room: datetime | None = None
    if phase is Phase.QUEUED and restored.withholds(tx, cause.at):
        phase, code, why = Phase.HELD, restored.CODE, restored.WHY
    elif phase is Phase.QUEUED and (over := _over_budget(tx, desk, effect, reader)):
        phase, code, why, room = over
    subject = rendered.subject if isinstance(rendered, Rendered) else ticket.subject
    sign = "" if desk.config.letters.plus_addressing else token(desk.keys, _reference(ticket, effect, reader))
    message_id = message_id_for(desk.keys, key, desk.config.site.domain, sign)
    raw = _compose(tx, desk, ticket, effect, reader, rendered, message_id) if isinstance(rendered, Rendered) else b""
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
            phase=phase,
            code=code,
            why=why,
            text=effect.text,
            next_at=room,
        ),
    )
    _tell(tx, ticket, effect, cause, reader, letter, phase, code, why)
    return Fate(letter, phase, code, why)


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


def lost_sight(tx: Tx, desk: Desk, ticket: Snapshot) -> None:
    """The ticket has moved: what waits to leave about it for those who do not see it any more never leaves."""
    found = {one.address.lower(): unseen(desk.ruleset, ticket, one.name) for one in desk.ruleset.people}
    blind = [address for address, why in found.items() if why]
    for letter in outbox.withdraw(tx, ticket.id, blind, LOST_SIGHT, "its reader does not see the ticket any more"):
        tx.tell(partial(log.warning, "letter.withheld", letter=letter, ticket=ticket.id, code=LOST_SIGHT))


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
        tx, letter_id, rendered.subject, _compose(tx, desk, ticket, effect, reader, rendered, letter.message_id)
    )
    return None


def _fate(
    desk: Desk,
    ticket: Snapshot,
    effect: SendLetter,
    cause: Cause,
    reader: Person,
    address: str | Refusal,
    rendered: Rendered | Refused,
) -> tuple[Phase, str | None, str | None]:
    if isinstance(address, Refusal):
        return Phase.FAILED, address.code, address.why
    if isinstance(rendered, Refused):
        return Phase.FAILED, rendered.code, rendered.why
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
    # Without counts: the hourly caps are asked when the letter is taken out of the outbox.
    match refusal(facts, Counts(), Limits(), ticket.now):
        case Hold(code, why, _):
            return Phase.HELD, code, why
        case Drop(code, why):
            return Phase.DROPPED, code, why
        case _:
            return Phase.QUEUED, None, None


def budget_of(desk: Desk) -> Budget:
    """How many automatic letters a customer of this desk gets."""
    said = desk.config.letters
    return Budget(said.per_customer_per_day, said.per_customer_per_week, said.over_budget)


def _over_budget(
    tx: Tx, desk: Desk, effect: SendLetter, reader: Person
) -> tuple[Phase, str, str, datetime | None] | None:
    """What becomes of one automatic letter too many to a customer, why, and when there is room; None if there is."""
    budget = budget_of(desk)
    if not budget.set or not effect.automatic or effect.urgent or reader.role is not Role.CUSTOMER:
        return None
    left = caps.automatic_to(tx, reader.address)
    match spent(budget, got(left, tx.now)):
        case Hold(code, why, _):
            return Phase.HELD, code, why, opens(budget, left, tx.now)
        case Drop(code, why):
            return Phase.DROPPED, code, why, None
        case None:
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
        None if cause.unseen else page_of(tx, desk, ticket, reader),
        comments=said,
        words=Words(text=effect.text, reason="; ".join(ticket.review_reasons), occasion=occasion(cause.rule)),
        automatic=effect.automatic,
        rating_link="" if cause.unseen else _rating_link(desk, ticket),
        heard=_heard(tx, desk, ticket, reader),
        seen=not cause.unseen,
    )
    wanted = languages(desk, ticket, reader)
    return desk.templates.render(effect.template, values, chosen(wanted, desk.templates.variants(effect.template)))


def _heard(tx: Tx, desk: Desk, ticket: Snapshot, reader: Person) -> bool:
    """Whether the customer hears what a reader answers to a letter."""
    colleague = desk.ruleset.colleague(reader.address)
    if colleague is None:
        return True
    if ticket.requester.is_nobody or colleague.role is Role.LIGHT:
        return False
    rules = in_force(tx, desk, ticket)
    return outside(rules, ticket, Actor("agent", colleague.name), "customers are written to") is None


def page_of(tx: Tx, desk: Desk, ticket: Snapshot, reader: Person) -> str | None:
    """Where a reader finds the ticket: the requester by a signed link, colleagues in the console; others nowhere."""
    base, lifetime = desk.config.site.base_url, desk.config.web.link_lifetime
    if not desk.config.web.enabled or not base:
        return None
    if reader.id == ticket.requester.id:
        edition = editions.edition(tx, reader.id)
        return base + links.path(desk.keys, links.order(reader.id, ticket.id, tx.now, lifetime, edition))
    return f"{base}/tickets/{ticket.id}" if reader.role is not Role.CUSTOMER else None


def _rating_link(desk: Desk, ticket: Snapshot) -> str:
    """Where the requester says how content they were; "" where no page of ours answers."""
    base = desk.config.site.base_url if desk.config.web.enabled else ""
    return rating.link(desk.keys, base, ticket.id, ticket.requester.id)


def languages(desk: Desk, ticket: Snapshot, reader: Person) -> list[str]:
    """What a reader may want to be written in: their own language, their company's, that of their mail, the desk's."""
    wanted = [dict(reader.fields).get("language", "")]
    if reader.id == ticket.requester.id:
        wanted += [dict(ticket.organization.fields).get("language", "") if ticket.organization else "", ticket.language]
    return [*wanted, desk.config.letters.language]


def _compose(
    tx: Tx, desk: Desk, ticket: Snapshot, effect: SendLetter, reader: Person, rendered: Rendered, message_id: str
) -> bytes:
    refs = threads.of_ticket(tx, ticket.id) if reader.id == ticket.requester.id else []
    tagged = desk.config.letters.plus_addressing
    reference = _reference(ticket, effect, reader)
    raw = compose(
        rendered,
        message_id=message_id,
        from_=Address(desk.sender.name, desk.sender.address or ticket.order_address),
        to=[Address(reader.name, reader.address)],
        reply_to=tagged_address(desk.keys, ticket.order_address, reference) if tagged else ticket.order_address,
        in_reply_to=refs[-1] if refs else None,
        references=refs,
        automatic=effect.automatic,
        now=tx.now,
        marker=marker_line(desk.keys, ticket.id, reader.id, reference.purpose),
    )
    return desk.signer.sign(raw, tx.now) if desk.signer else raw


def _reference(ticket: Snapshot, effect: SendLetter, reader: Person) -> Reference:
    """What an answer to this letter belongs to."""
    among_us = effect.template in AMONG_US
    return Reference(ticket.id, reader.id, Purpose.NOTE if among_us else Purpose.REPLY)


def _tell(
    tx: Tx,
    ticket: Snapshot,
    effect: SendLetter,
    cause: Cause,
    reader: Person,
    letter: int | None,
    phase: Phase,
    code: str | None,
    why: str | None,
) -> None:
    known = {
        "ticket": ticket.id,
        "letter": letter,
        "template": effect.template,
        "to": reader.address,
        "rule": cause.rule,
    }
    if letter is None:
        tx.tell(partial(log.info, "letter.repeated", **known))
    elif phase is Phase.QUEUED:
        tx.tell(partial(log.info, "letter.queued", **known))
    elif phase is Phase.FAILED:
        tx.tell(partial(log.error, "letter.failed", code=code, why=why, **known))
    else:
        tx.tell(partial(log.warning, "letter.withheld", phase=phase.value, code=code, why=why, **known))


def vouched() -> Verdict:
    """For letters whose cause is no mail, on a ticket whose requester has proved who they are."""
    return Verdict(Outcome.YES, "the requester was authenticated before")


def unproved() -> Verdict:
    return Verdict(Outcome.NO, "the requester was never authenticated")
