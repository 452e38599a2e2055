"""A mail about to be settled: what was read, how it came, who wrote it and whether that is proved."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from maild.domain import prices
from maild.domain.envelope import Channel, Envelope
from maild.domain.events import MailFacts
from maild.domain.mail import Mail
from maild.domain.order import Order, OrderType
from maild.domain.people import NOBODY, Actor, Organization, Person, Role
from maild.domain.ticket import Snapshot
from maild.store import people
from maild.store.spool import Claimed
from maild.store.tx import Tx
from notifications.authentication import Outcome, Verdict
from pipeline import authenticity, intents, knowledge, letters
from pipeline.furniture import Desk
from pipeline.letters import Cause
from pipeline.mail.addresses import canonical
from pipeline.own_check.question import Checked
from pipeline.understood import Understood

MOST_FACTS = 16 * 1024  # characters of a mail's text that conditions and the history see
EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
CLOCKS_DIFFER = timedelta(minutes=15)  # by which the clock of a mail's author may be ahead of ours
STALE = timedelta(days=180)  # an answer to a ticket that was left alone for longer is looked at


@dataclass(frozen=True, slots=True)
class Arrival:
    """One mail on its way to a ticket, with all that was found out about it."""

    id: int
    mail: Mail
    orders: tuple[Order, ...]
    envelope: Envelope
    order_address: str
    author: Person | None
    organization: Organization | None
    verdict: Verdict
    automatic: bool
    came_at: datetime | None = None
    suspected: str = ""  # why a program may have written it, although it does not say so

    @property
    def key(self) -> str:
        return f"mail:{self.id}"

    @property
    def actor(self) -> Actor:
        if self.author is None:
            return Actor("customer", NOBODY)
        return Actor("agent" if self.from_desk else "customer", self.author.address)

    @property
    def from_desk(self) -> bool:
        """Whether one of our own people wrote it, beyond doubt."""
        return self.author is not None and self.author.role is not Role.CUSTOMER and self.verdict.authenticated

    @property
    def forged(self) -> bool:
        """Whether it comes in the name of one of our own people, and nothing proves that they wrote it."""
        return self.author is not None and self.author.role is not Role.CUSTOMER and not self.verdict.authenticated

    @property
    def _said(self) -> str:
        """What rules read: of an answer what is new, of any other mail all, postscript and forwarded text too."""
        answers = self.mail.in_reply_to or self.mail.references
        return (answers and self.mail.reply_text) or self.mail.text

    @property
    def wishes(self) -> tuple[str, ...]:
        """What only a person may grant; in an answer the subject is ours and says nothing."""
        subject = "" if self.mail.in_reply_to or self.mail.references else self.mail.subject
        return intents.sensitive(subject, self.mail.reply_text or self.mail.text)

    @property
    def cancels(self) -> bool:
        """Whether it asks to cancel an order, in words or by a document made for that."""
        return intents.CANCEL in self.wishes or any(order.type is OrderType.CANCEL for order in self.orders)

    @property
    def may_change(self) -> bool:
        """Whether orders in it may change a ticket that is there: never unproved, never with a sensitive wish."""
        return self.verdict.authenticated and not self.automatic and not self.wishes

    @property
    def cause(self) -> Cause:
        verdict = letters.unproved() if self.from_desk else self.verdict  # it must speak of the requester
        return Cause(self.key, "", verdict, answers_automatic=self.automatic, at=self.came_at, suspected=self.suspected)

    @property
    def facts(self) -> MailFacts:
        return MailFacts(
            message=self.id,
            kind=self.mail.kind,
            subject=self.mail.subject[:998],
            text=self._said[:MOST_FACTS],
            from_address=self.author.address if self.author else "",
            order_address=self.order_address,
            authenticated=self.verdict.authenticated,
            automatic=self.automatic,
            cancels=self.cancels,
        )


def meet(
    tx: Tx, desk_: Desk, claimed: Claimed, understood: Understood, envelope: Envelope, own_check: Checked
) -> Arrival:
    """Find out who wrote and whether that is proved; an author not met before becomes a person."""
    mail = understood.mail
    address = canonical(mail.sender.address) if mail.sender else None
    author = people.meet(tx, address, mail.sender.name) if address and mail.sender else None
    organization = people.organization(tx, author.organization_id) if author and author.organization_id else None
    vouches = organization if author and author.role is Role.CUSTOMER else None  # nobody acts for the desk unproved
    return Arrival(
        claimed.id,
        mail,
        knowledge.applied(tx, understood.reading.orders, organization, tx.now.date()),
        envelope,
        claimed.order_address,
        author,
        organization,
        authenticity.verdict(desk_.config, mail, envelope, vouches, own_check.verdict),
        mail.automatic and address not in desk_.config.machine_senders,
        _came_at(claimed, envelope, mail),
    )


def _came_at(claimed: Claimed, envelope: Envelope, mail: Mail) -> datetime:
    """When it reached the desk for the first time, as far as can be told: a mailbox may hand over what is old."""
    if envelope.channel is not Channel.IMAP or mail.date is None:
        return claimed.received_at
    dated = mail.date if mail.date.tzinfo else mail.date.replace(tzinfo=UTC)
    return min(claimed.received_at, max(dated, EARLIEST) - CLOCKS_DIFFER)


def doubts(arrival: Arrival, order: Order | None) -> list[str]:
    """Why a person should look at the ticket that this mail opens for ``order``; none when everything proves itself."""
    reasons = []
    if order is None:
        reasons.append("no order was read in the mail")
    elif order.needs_review:
        reasons += [problem.text for problem in order.problems] or ["the order does not prove itself"]
    if order is not None and not order.needs_review:
        reasons += prices.told(order)
    if arrival.author is None:
        reasons.append("the mail names no single author")
    if not arrival.verdict.authenticated:
        code = "auth.failed" if arrival.verdict.outcome is Outcome.FAILED else "auth.stranger"
        reasons.append(f"the sender is not authenticated: {arrival.verdict.why} ({code})")
    reasons += _wishes(arrival)
    if arrival.automatic:
        reasons.append("the mail was sent by a machine that is not on the list of machine senders")
    if arrival.suspected:
        reasons.append(f"a program may have written it: {arrival.suspected} (loop.suspected)")
    reasons += [p.text for p in arrival.mail.problems if not p.code.startswith("auth.")]
    return reasons


def objections(arrival: Arrival, before: Snapshot, *, new_order: bool) -> list[str]:
    """Why a person should look at what this mail says on a ticket that is there."""
    reasons = _wishes(arrival)
    if new_order and not arrival.verdict.authenticated:
        reasons.append(f"it changes the order, and nothing proves its sender: {arrival.verdict.why}")
    touched = before.stamp("updated")
    if touched is not None and before.now - touched > STALE:
        reasons.append(f"it answers a ticket that nobody touched for {(before.now - touched).days} days")
    return reasons


def _wishes(arrival: Arrival) -> list[str]:
    return [f"the mail asks {wish} ({intents.CODE})" for wish in arrival.wishes]
