"""Side conversations: a colleague asks an outsider about a ticket by mail, and answers come back to that place only.

Nothing said there is public, reaches the customer or changes the order, whoever says it and whatever token they hold.
"""

import secrets
from datetime import timedelta
from functools import partial

import structlog

from maild.domain.events import Event, SideAnswered, SideClosed, SideOpened, SideSaid
from maild.domain.people import SYSTEM, Actor, Person, Role
from maild.domain.spool import Outcome
from maild.domain.ticket import Snapshot
from maild.errors import DataError, UsageError
from maild.store import people, sides, threads, tickets
from maild.store.sides import Said, Side
from maild.store.spool import Settled
from maild.store.tx import Tx
from notifications.address import Refusal, check_recipient
from notifications.authentication import Outcome as Proof
from pipeline import agent_mail, desk, side_letters
from pipeline.arrival import Arrival
from pipeline.furniture import Desk
from pipeline.mail.addresses import canonical
from pipeline.mail_commands import read
from pipeline.match import Placement
from pipeline.pinned import in_force
from pipeline.side_letters import Message
from rules.departments import unseen

LONGEST_SUBJECT = 200
AUTOMATIC, FOREIGN, NOTE = "auto.reply", "thread.foreign_sender", "agent.mail"

log = structlog.get_logger("maild.side")


def begin(tx: Tx, desk_: Desk, ticket: Snapshot, to: str, subject: str, text: str, who: Actor) -> int:
    """Open a side conversation with the first letter; returns its number. Raises DataError where it must not be."""
    line = " ".join(subject.split())[:LONGEST_SUBJECT]
    if not line:
        raise UsageError("a side conversation needs a subject", "--subject TEXT", "subject")
    outsider = _outsider(tx, desk_, ticket, to)
    number = sides.begin(tx, ticket.id, outsider.id, line, who.name)
    side = sides.brief(tx, number)
    assert side is not None
    tx.tell(partial(log.info, "side.opened", ticket=ticket.id, side=number, to=outsider.address, actor=str(who)))
    key = _by_hand()
    _say(tx, desk_, ticket, side, str(who), Message(key, text, line, desk_.user(tx, who.name)))
    told(tx, desk_, SideOpened(who, number, outsider.address, line), side, key)
    return number


def say(tx: Tx, desk_: Desk, side: Side, text: str, who: Actor) -> None:
    """Write to the outsider once more; a closed conversation goes on."""
    ticket, key = tickets.snapshot(tx, side.ticket), _by_hand()
    message = Message(key, text, f"Re: {side.subject}", desk_.user(tx, who.name))
    _say(tx, desk_, ticket, side, str(who), message)
    told(tx, desk_, SideSaid(who, side.id, side.address, side.subject), side, key)


def close(tx: Tx, desk_: Desk, side: Side, who: Actor) -> bool:
    """Whether it was open until now."""
    closed = sides.close(tx, side.id, str(who))
    if closed:
        told(tx, desk_, SideClosed(who, side.id, side.address, side.subject), side, _by_hand())
    return closed


def told(tx: Tx, desk_: Desk, event: Event, side: Side, key: str) -> None:
    """Let history, programs and rules know; they see who and about what, not what was said."""
    desk.handle(tx, desk_, side.ticket, event, f"{key}:{side.id}")


def _by_hand() -> str:
    return f"hand:{secrets.token_hex(8)}|side"


def _outsider(tx: Tx, desk_: Desk, ticket: Snapshot, to: str) -> Person:
    address = canonical(to)
    checked = check_recipient(address) if address else None
    if address is None or checked is None or isinstance(checked, Refusal):
        raise UsageError(f"{to!r} is no mail address", getattr(checked, "why", ""), "to")
    if desk_.intake.base(address) is not None:
        raise DataError(f"{address} is an address of this desk", about="to")
    outsider = people.meet(tx, address, "")
    if outsider.role is not Role.CUSTOMER:
        raise DataError(f"{address} is a colleague", f"mention them in a note: @{outsider.name or 'NAME'}", "to")
    if _customers(ticket, outsider):
        why = f"{address} is on the customer's side of ticket {ticket.id}"
        raise DataError(why, "answer with 'maild ticket reply'", "to")
    return outsider


def _customers(ticket: Snapshot, person: Person) -> bool:
    company = ticket.organization
    return person.id == ticket.requester.id or (company is not None and person.organization_id == company.id)


def _say(
    tx: Tx, desk_: Desk, ticket: Snapshot, side: Side, actor: str, message: Message, mail: int | None = None
) -> None:
    if side.state != "open":
        sides.reopen(tx, side.id)
    letter = side_letters.outward(tx, desk_, ticket, side, people.by_id(tx, side.person), message)
    sides.say(tx, Said(side.id, actor, message.text, message=mail, letter=letter))


def receive(tx: Tx, desk_: Desk, arrival: Arrival, placement: Placement) -> Settled:
    """Put a mail where it belongs: the answer of the outsider, a colleague's next word, or what only lies about it."""
    side = sides.brief(tx, placement.side or 0)
    assert side is not None
    ticket = tickets.snapshot(tx, side.ticket)
    if arrival.from_desk and not arrival.automatic:
        return _from_colleague(tx, desk_, arrival, placement, side, ticket)
    mark, doubt = _objection(arrival, side)
    _keep(tx, arrival, side, mark)
    if doubt:
        desk.doubt(tx, desk_, ticket.id, arrival.key, f"side conversation {side.id}: {doubt}")
    elif mark is None:
        _answered(tx, desk_, arrival, side, ticket)
    return Settled(Outcome.COMMENT, f"{placement.why}; {doubt or 'kept there'}", mark, side.ticket)


def _objection(arrival: Arrival, side: Side) -> tuple[str | None, str]:
    """Why it is not the outsider's answer (the mark it is kept under), and what a person should look at."""
    if arrival.automatic:
        return AUTOMATIC, ""
    if arrival.author is None:
        return FOREIGN, "a mail that names no single author"
    if arrival.forged or arrival.verdict.outcome is Proof.FAILED:
        return agent_mail.FORGED, f"{arrival.author.address} may be forged: {arrival.verdict.why}"
    if arrival.author.id != side.person:
        return FOREIGN, f"{arrival.author.address} wrote, and not {side.address}"
    return None, ""


def _keep(tx: Tx, arrival: Arrival, side: Side, mark: str | None) -> None:
    mail = arrival.mail
    text = mail.reply_text or mail.text
    sides.say(tx, Said(side.id, str(arrival.actor), text, mail.cut_text or None, mark, arrival.id))
    tx.tell(partial(log.info, "side.answered", ticket=side.ticket, side=side.id, actor=str(arrival.actor), mark=mark))


def _answered(tx: Tx, desk_: Desk, arrival: Arrival, side: Side, ticket: Snapshot) -> None:
    mail = arrival.mail
    if mail.message_id:
        threads.remember(tx, arrival.order_address, mail.message_id, side.ticket, side=side.id)
    if side.state != "open":
        sides.reopen(tx, side.id)
    text = f"{side.address} wrote:\n\n{mail.reply_text or mail.text}"
    message = Message(f"{arrival.key}|side", text, side.subject, at=arrival.came_at)
    side_letters.inward(tx, desk_, ticket, side, message)
    if arrival.orders:
        numbers = ", ".join(order.po_number or "without a number" for order in arrival.orders)
        why = f"side conversation {side.id}: {side.address} sent an order ({numbers}), which was not taken"
        desk.doubt(tx, desk_, ticket.id, arrival.key, why)
    told(tx, desk_, SideAnswered(SYSTEM, side.id, side.address, side.subject), side, message.key)


def _from_colleague(
    tx: Tx, desk_: Desk, arrival: Arrival, placement: Placement, side: Side, ticket: Snapshot
) -> Settled:
    """A colleague answers a letter of the conversation: it goes on to the outsider, unless it begins with #note."""
    author = arrival.author
    colleague = desk_.ruleset.colleague(author.address) if author else None
    said = read(arrival.mail.reply_text)
    private = said.hearers == "private" or not said.text or colleague is None or colleague.role is Role.LIGHT
    refusals = list(said.mistakes)
    if not private and author is not None and unseen(in_force(tx, desk_, ticket), ticket, author.address):
        refusals = [agent_mail.UNSEEN]
    if said.commands:
        refusals.append("commands act in answers to letters of the order itself, not in a side conversation")
    if not private and (names := agent_mail.enclosed(arrival.mail.attachments)):
        refusals.append(f"letters carry no attachments ({', '.join(names)[:200]})")
    if refusals and colleague is not None:
        agent_mail.report(tx, desk_, arrival, ticket, colleague, refusals)
        _keep(tx, arrival, side, agent_mail.REFUSED)
        return Settled(Outcome.COMMENT, f"{placement.why}; nothing was sent", agent_mail.REFUSED, side.ticket)
    if private:
        _keep(tx, arrival, side, NOTE)
        return Settled(Outcome.COMMENT, f"{placement.why}; a note there", NOTE, side.ticket)
    if sides.mailed_since(tx, side.id, str(arrival.actor), tx.now - timedelta(hours=1)) >= agent_mail.MOST_AN_HOUR:
        why = f"more than {agent_mail.MOST_AN_HOUR} mails of one colleague in an hour: does a program answer?"
        _keep(tx, arrival, side, "loop.suspected")
        desk.doubt(tx, desk_, ticket.id, arrival.key, f"side conversation {side.id}: {why} (loop.suspected)")
        return Settled(Outcome.COMMENT, f"{placement.why}; {why}", "loop.suspected", side.ticket)
    message = Message(f"{arrival.key}|side", said.text, f"Re: {side.subject}", author, arrival.came_at)
    _say(tx, desk_, ticket, side, str(arrival.actor), message, arrival.id)
    who = Actor("agent", colleague.name) if colleague else arrival.actor
    told(tx, desk_, SideSaid(who, side.id, side.address, side.subject), side, message.key)
    return Settled(Outcome.COMMENT, f"{placement.why}; sent on to {side.address}", None, side.ticket)


def bounced(tx: Tx, side: int, text: str, message: int) -> None:
    """A delivery report for a letter of the conversation."""
    sides.say(tx, Said(side, "system:maild", text, mark="bounce", message=message))
