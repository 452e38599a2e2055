"""From an understood mail to its one final state, in one transaction: everything or nothing."""

from dataclasses import replace
from functools import partial
from itertools import combinations

import structlog

from maild.domain import prices
from maild.domain.events import MailArrived, TicketCreated
from maild.domain.mail import Mail, MailKind
from maild.domain.order import Order, OrderType
from maild.domain.people import NOBODY
from maild.domain.spool import Outcome
from maild.domain.ticket import Snapshot, Status
from maild.store import comments, orders, people, spool, threads, tickets
from maild.store.spool import Claimed, Settled
from maild.store.tickets import NewTicket
from maild.store.tx import Tx
from notifications.authentication import Outcome as Proof
from pipeline import agent_mail, bounce, copied, desk, echo, match, put_aside, same_order, side, web_form
from pipeline.agent_mail import Spoken
from pipeline.arrival import Arrival, doubts, meet, objections
from pipeline.furniture import Desk
from pipeline.mail.language import spoken
from pipeline.match import Placement, Standing
from pipeline.own_check.question import UNCHECKED, Checked
from pipeline.understood import Understood

log = structlog.get_logger("maild.settle")


def settle(tx: Tx, desk_: Desk, claimed: Claimed, understood: Understood, own_check: Checked = UNCHECKED) -> Settled:
    """Give a claimed mail its final state and everything that follows from it; returns what was written."""
    envelope = spool.first_envelope(tx, claimed.id)
    mail = understood.mail
    settled = put_aside.reason(desk_, mail, envelope, claimed.size)
    if settled is None and mail.kind is MailKind.BOUNCE:
        settled = bounce.settle(tx, desk_, claimed, mail, envelope)
    if settled is None:
        settled = _deliver(tx, desk_, meet(tx, desk_, claimed, understood, envelope, own_check))
    settled = replace(_described(settled, mail), checked=str(own_check) or None)
    spool.finish(tx, claimed.id, settled)
    if settled.outcome is not Outcome.TICKET:  # tickets speak for themselves
        tx.tell(partial(_tell, settled), first=True)
    return settled


_EVENTS = {
    Outcome.COMMENT: "mail.threaded",
    Outcome.DUPLICATE: "mail.order_repeated",
    Outcome.IGNORED: "mail.ignored",
    Outcome.QUARANTINED: "mail.quarantined",
}


def _tell(settled: Settled) -> None:
    say = log.error if settled.outcome is Outcome.QUARANTINED else log.info
    known = {"ticket": settled.ticket, "kind": settled.kind, "code": settled.code, "why": settled.why}
    say(_EVENTS[settled.outcome], **{name: value for name, value in known.items() if value is not None})


def _described(settled: Settled, mail: Mail) -> Settled:
    return Settled(
        settled.outcome,
        settled.why,
        settled.code,
        settled.ticket,
        mail.kind.value,
        mail.subject,
        mail.sender.address if mail.sender else None,
        mail.message_id,
    )


def _deliver(tx: Tx, desk_: Desk, arrival: Arrival) -> Settled:
    placement = match.place(
        tx,
        desk_.keys,
        arrival.mail,
        arrival.envelope.recipients,
        arrival.order_address,
        arrival.author,
        arrival.verdict,
    )
    if placement.side is not None:
        return side.receive(tx, desk_, arrival, placement)
    if placement.ticket is not None:
        return _append(tx, desk_, arrival, placement, placement.ticket)
    if arrival.automatic and not arrival.orders:
        code = "auto.list" if arrival.mail.kind is MailKind.LIST else "auto.reply"
        return Settled(Outcome.IGNORED, f"automatic mail without an order: {arrival.mail.kind_why}", code)
    if (settled := agent_mail.on_duty(tx, desk_, arrival)) is not None:
        return settled
    author = arrival.author
    if not arrival.orders and author is not None and not arrival.from_desk:
        arrival = replace(arrival, suspected=echo.suspected(tx, arrival.mail, author.address))
        if arrival.suspected:
            tx.tell(partial(log.warning, "loop.suspected", address=author.address, why=arrival.suspected))
    wanted = arrival.orders or (None,)
    settled = _together(tx, [_one(tx, desk_, arrival, order, n, placement.why) for n, order in enumerate(wanted)])
    if settled.ticket is not None:
        agent_mail.misplaced(tx, desk_, arrival, settled.ticket)
    return settled


def _one(tx: Tx, desk_: Desk, arrival: Arrival, order: Order | None, number: int, why: str) -> Settled:
    """One order of a mail (None where none was read): a new ticket, or the ticket that knows it already."""
    known = same_order.known(tx, order, arrival.author) if order else None
    if order is not None and known is not None:
        return _order_again(tx, desk_, arrival, order, known, number)
    return Settled(Outcome.TICKET, why, None, _open(tx, desk_, arrival, order, number, why))


def _together(tx: Tx, settled: list[Settled]) -> Settled:
    """The end of a mail whose orders ended each by itself: the tickets that it opened are linked."""
    opened = [one.ticket for one in settled if one.outcome is Outcome.TICKET and one.ticket is not None]
    for ticket, other in combinations(opened, 2):
        tickets.link(tx, ticket, other, "same mail")
    first = next((one for one in settled if one.outcome is Outcome.TICKET), settled[0])
    if len(settled) == 1:
        return first
    others = [f"{one.outcome} {one.ticket}" for one in settled if one is not first]
    return replace(first, why=f"{first.why}; its other orders: {', '.join(others)}")


def _append(tx: Tx, desk_: Desk, arrival: Arrival, placement: Placement, ticket: int) -> Settled:
    """Put a mail onto its ticket: publicly for those who take part, as a private note for everybody else."""
    standing, reason = match.standing(tx, placement, arrival.author, arrival.verdict)
    speaks = standing == "participant" and not arrival.automatic and not arrival.from_desk
    before = tickets.snapshot(tx, ticket)
    if speaks and before.status is Status.CLOSED:
        return _follow_up(tx, desk_, arrival, ticket)
    spoken = Spoken()
    if arrival.from_desk and not arrival.automatic and standing == "participant":
        spoken = agent_mail.act(tx, desk_, arrival, placement, before)
        if spoken.settled is not None:
            return spoken.settled
    mark = None if speaks else _mark(arrival, standing, spoken)
    _note(tx, arrival, ticket, public=speaks, mark=mark)
    if speaks:
        tickets.count_mail(tx, ticket, customer=True)
        if arrival.verdict.authenticated:
            tickets.mark_verified(tx, ticket)
        copied.suggest(tx, desk_, ticket, arrival.mail, arrival.id)
    news = _news(arrival, before) if speaks else ()
    event = MailArrived(arrival.actor, arrival.facts, public=speaks, orders=_take(tx, arrival, ticket, news))
    desk.handle(tx, desk_, ticket, event, arrival.key, arrival.cause)
    reasons = [] if standing == "participant" else [reason]
    if not arrival.automatic and not arrival.from_desk:
        reasons += objections(arrival, before, new_order=bool(news))
    if reasons:
        desk.doubt(tx, desk_, ticket, arrival.key, "; ".join(reasons))
    return Settled(Outcome.COMMENT, f"{placement.why}; {spoken.why or reason}", mark, ticket)


def _mark(arrival: Arrival, standing: Standing, spoken: Spoken) -> str:
    """Why a mail is a private note."""
    if standing != "participant":
        return f"thread.{standing}_sender"
    return spoken.mark if arrival.from_desk and not arrival.automatic else "auto.reply"


def _news(arrival: Arrival, before: Snapshot) -> tuple[Order, ...]:
    """Orders in a reply that say something new; what only repeats the order in force is a quotation."""
    read = (same_order.news(order, before.orders) for order in arrival.orders if order.type is not OrderType.CANCEL)
    return tuple(order for order in read if order is not None)


def _take(tx: Tx, arrival: Arrival, ticket: int, news: tuple[Order, ...]) -> tuple[Order, ...]:
    """Write new orders to a ticket that is there, where the mail may change it; returns those written."""
    if not arrival.may_change:
        return ()
    for order in news:
        orders.add(tx, ticket, arrival.id, same_order.key(order, arrival.author), order)
    return news


def _follow_up(tx: Tx, desk_: Desk, arrival: Arrival, closed: int, first: int = 0) -> Settled:
    """A reply to a closed ticket opens a new one that keeps the order's fields and none of the workflow's tags."""
    why = f"ticket {closed} is closed"
    fields = tickets.snapshot(tx, closed).fields
    settled = []
    for number, order in enumerate(arrival.orders or (None,), start=first):
        ticket = _open(tx, desk_, arrival, order, number, why, follow_up_of=closed, fields=fields)
        tickets.link(tx, ticket, closed, "follow-up")
        settled.append(Settled(Outcome.TICKET, why, None, ticket))
    return _together(tx, settled)


def _order_again(tx: Tx, desk_: Desk, arrival: Arrival, order: Order, known: orders.KnownOrder, number: int) -> Settled:
    """The same purchase order again: identical content is a duplicate, other content a revision of its ticket."""
    ticket, key = known.ticket, _key(arrival, number)
    name = f"purchase order {order.po_number}"
    if same_order.repeats(order, known):
        _note(tx, arrival, ticket, public=False, mark="po.duplicate")
        desk.handle(tx, desk_, ticket, MailArrived(arrival.actor, arrival.facts, public=False), key, arrival.cause)
        return Settled(Outcome.DUPLICATE, f"{name} is on ticket {ticket} already", "po.duplicate", ticket)
    if known.status is Status.CLOSED:
        return _follow_up(tx, desk_, replace(arrival, orders=(order,)), ticket, first=number)
    trusted = arrival.verdict.outcome is not Proof.FAILED and not arrival.automatic and not arrival.forged
    if order.type is OrderType.CANCEL:
        return _cancellation(tx, desk_, arrival, name, ticket, key, trusted=trusted)
    before = tickets.snapshot(tx, ticket)
    fresh = same_order.asked(order, before.orders)
    code = "po.revision" if fresh else None
    _note(tx, arrival, ticket, public=trusted, mark=code)
    if trusted:
        tickets.count_mail(tx, ticket, customer=True)
    written = _take(tx, arrival, ticket, (fresh,) if fresh else ())
    event = MailArrived(arrival.actor, arrival.facts, public=trusted, orders=written)
    desk.handle(tx, desk_, ticket, event, key, arrival.cause)
    reasons = [
        f"{name} came again with other content" if fresh else f"a mail speaks of {name}, and no lines were read in it",
        *prices.told(order),
        *objections(arrival, before, new_order=fresh is not None),
    ]
    desk.doubt(tx, desk_, ticket, key, "; ".join(reasons))
    return Settled(Outcome.COMMENT, f"a revision of {name}" if fresh else f"it speaks of {name}", code, ticket)


def _cancellation(tx: Tx, desk_: Desk, arrival: Arrival, name: str, ticket: int, key: str, *, trusted: bool) -> Settled:
    """A cancellation is a request that a person decides about: the order on the ticket stays as it is."""
    _note(tx, arrival, ticket, public=trusted, mark="po.cancellation")
    if trusted:
        tickets.count_mail(tx, ticket, customer=True)
    desk.handle(tx, desk_, ticket, MailArrived(arrival.actor, arrival.facts, public=trusted), key, arrival.cause)
    desk.doubt(tx, desk_, ticket, key, f"a mail asks to cancel {name}")
    return Settled(Outcome.COMMENT, f"a request to cancel {name}", "po.cancellation", ticket)


def _key(arrival: Arrival, number: int) -> str:
    """The event's key for the mail's order of this number, counted from 0."""
    return f"{arrival.key}:{number}" if number else arrival.key


def _open(
    tx: Tx,
    desk_: Desk,
    arrival: Arrival,
    order: Order | None,
    number: int,
    why: str,
    *,
    follow_up_of: int | None = None,
    fields: tuple[tuple[str, str], ...] = (),
) -> int:
    """Open a ticket for the mail's order of this number; returns the ticket's number."""
    reasons = doubts(arrival, order)
    mark = agent_mail.mark_of_first(desk_, arrival) or ("auto.order" if arrival.automatic else None)
    author = None if mark in agent_mail.NO_CUSTOMERS else arrival.author
    requester = author or people.meet(tx, NOBODY, "")
    organization = arrival.organization if author else None
    new = NewTicket(
        subject=arrival.mail.subject or "(no subject)",
        order_address=arrival.order_address,
        channel=arrival.envelope.channel,
        requester=requester.id,
        organization=organization.id if organization else None,
        needs_review=bool(reasons),
        review_reasons=tuple(reasons),
        verified=arrival.verdict.authenticated,
        follow_up_of=follow_up_of,
        fields=fields,
        language=spoken(arrival.mail.reply_text or arrival.mail.text),
    )
    begun = tickets.begin(tx, new, requester, organization)
    ticket = begun.id
    if order is not None:
        held = orders.add(tx, ticket, arrival.id, same_order.key(order, arrival.author), order)
        begun = replace(begun, orders=(held,))
    _note(tx, arrival, ticket, public=mark is None, mark=mark)
    if mark is None:
        copied.suggest(tx, desk_, ticket, arrival.mail, arrival.id)
    kind, po_number = arrival.mail.kind.value, order.po_number if order else None
    tx.tell(partial(log.info, "ticket.created", ticket=ticket, kind=kind, po_number=po_number, why=why))
    event = TicketCreated(arrival.actor, arrival.facts, (order,) if order else ())
    desk.handle(tx, desk_, ticket, event, _key(arrival, number), arrival.cause, begun)
    web_form.keep(tx, desk_, ticket, arrival, _key(arrival, number))
    return ticket


def _note(tx: Tx, arrival: Arrival, ticket: int, *, public: bool, mark: str | None) -> None:
    mail = arrival.mail
    text = mail.reply_text or mail.text
    comments.add(
        tx,
        ticket,
        str(arrival.actor),
        text,
        public=public,
        cut_text=mail.cut_text or None,
        mark=mark,
        message_id=arrival.id,
    )
    if public and mail.message_id:
        threads.remember(tx, arrival.order_address, mail.message_id, ticket)
