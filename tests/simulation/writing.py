"""Mails as customers, machines and mail servers write them, each with what its writer means by it."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime

ORDERS = "orders@shop.example"
SERVICE = "service@shop.example"
GATEWAY = "mx.shop.example"

ORDER = """Hello,

please supply the following.

Purchase order: {po}
Order date: {date}
Requested delivery: {wanted}
Currency: EUR

Ship to:
{company}
12 Quay Street
21073 Hamburg
Germany

Item      Description              Qty   Unit price   Amount
BH-1001   Brass ball valve DN15    {qty:>3}        12.50   {first}
BH-2040   Pipe clamp 22 mm         100         0.85    85.00

Total: {total} EUR

Regards
{name}
"""
REPORT = """From: Mail Delivery System <mailer-daemon@{domain}>
To: {to}
Subject: Undelivered Mail Returned to Sender
Date: {date}
Message-ID: {id}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain; charset=utf-8

Your mail could not be delivered.
--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.{domain}

Final-Recipient: rfc822; {reader}
Action: failed
Status: 5.1.1

--part--
"""
ANSWERS = (
    "Yes, that is right.",
    "Thank you, please go ahead.",
    "We will be there on Thursday.",
    "That is fine with us.\n\nKind regards",
)


CANCEL = "Please cancel this order, we do not need it any more."


@dataclass(frozen=True)
class Customer:
    name: str
    address: str
    company: str
    proved: bool = True  # whether their mail server proves who they are

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


CUSTOMERS = (
    Customer("Mia Okafor", "mia@blueharbor.example", "Blue Harbor Supplies"),
    Customer("Jon Bell", "jon@abc.example", "ABC Company"),
    Customer("Kai Moor", "kai@abc.example", "ABC Company"),
    Customer("Lea Brandt", "lea@northpine.example", "North Pine Works"),
    Customer("Tom Reyes", "tom@tidewater.example", "Tidewater Fittings"),
    Customer("Sam Unger", "sam@nowhere.example", "Nowhere Trading", proved=False),
)
STRANGER = Customer("Eve Stray", "eve@elsewhere.example", "Elsewhere", proved=False)
AGENT = Customer("orders-agent", "agent@shop.example", "Example Shop")


@dataclass(frozen=True)
class Mail:
    """``kind`` is order, request, question, answer, cancel, away, report, machine, own or lost;
    ``verdict`` what proves its author.

    ``letter`` is the Message-ID of ours that it answers or reports on; ``content`` tells orders of one number apart.
    """

    id: str
    kind: str
    raw: bytes
    author: str
    sender: str
    to: str
    verdict: str = "yes"
    po: str = ""
    content: int = 0
    wanted: str = ""
    letter: str = ""


@dataclass(frozen=True)
class Letter:
    """What a reader of our letter sees of it."""

    message_id: str
    reply_to: str
    sender: str
    to: str
    at: float


class Writer:
    """Writes mails with ids of its own; ``now`` is asked for each."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._count = 0

    def order(self, who: Customer, now: datetime, po: str, content: int, wanted: str, verdict: str) -> Mail:
        first = 12.5 * content
        text = ORDER.format(
            po=po,
            date=wanted,
            wanted=wanted,
            company=who.company,
            qty=content,
            first=f"{first:.2f}",
            total=f"{first + 85:.2f}",
            name=who.name,
        )
        return self._mail(
            "order", who, now, f"Purchase order {po}", text, verdict, po=po, content=content, wanted=wanted
        )

    def question(self, who: Customer, now: datetime, verdict: str) -> Mail:
        return self._mail("question", who, now, "Opening hours", "Good morning,\n\nare you open on Friday?\n", verdict)

    def request(self, who: Customer, now: datetime, verdict: str) -> Mail:
        text = "Good morning,\n\nthe pump leaks at its seal. What can we do?\n"
        return self._mail("request", who, now, "The pump leaks", text, verdict, to=SERVICE)

    def answer(self, who: Customer, now: datetime, letter: Letter, verdict: str, *, cancel: bool = False) -> Mail:
        text = f"{CANCEL if cancel else self._dice.choice(ANSWERS)}\n\n{who.name}\n"
        kind = "cancel" if cancel else "answer"
        return self._mail(kind, who, now, "Re: Your order", text, verdict, to=letter.reply_to, letter=letter.message_id)

    def away(self, who: Customer, now: datetime, letter: Letter) -> Mail:
        more = "Auto-Submitted: auto-replied\r\n"
        text = "I am out of the office and will read your mail next week.\n"
        subject = "Automatic reply: Your order"
        return self._mail(
            "away", who, now, subject, text, "yes", to=letter.reply_to, letter=letter.message_id, more=more
        )

    def machine(self, who: Customer, now: datetime) -> Mail:
        more = "Auto-Submitted: auto-generated\r\nPrecedence: bulk\r\n"
        return self._mail("machine", who, now, "News of the month", "Our spring news are here.\n", "yes", more=more)

    def own(self, now: datetime) -> Mail:
        return self._mail("own", Customer("Desk", ORDERS, "Example Shop"), now, "Hello", "Hello desk.\n", "yes")

    def lost(self, who: Customer, now: datetime) -> Mail:
        return self._mail("lost", who, now, "Hello", "Is this the right address?\n", "yes", to="nobody@shop.example")

    def report(self, now: datetime, letter: Letter) -> Mail:
        self._count += 1
        domain = letter.to.rpartition("@")[2]
        known = {"domain": domain, "to": letter.sender, "date": format_datetime(now), "reader": letter.to}
        ident = f"<report.{self._count}@{domain}>"
        raw = REPORT.format(id=ident, **known).replace("\n", "\r\n").encode()
        return Mail(ident, "report", raw, f"mailer-daemon@{domain}", "", letter.sender, letter=letter.message_id)

    def _mail(
        self,
        kind: str,
        who: Customer,
        now: datetime,
        subject: str,
        text: str,
        verdict: str,
        *,
        to: str = ORDERS,
        more: str = "",
        **known: str | int,
    ) -> Mail:
        self._count += 1
        ident = f"<{self._count}.{who.address}>"
        head = (
            f"{_trace(who, verdict, self._dice)}From: {who.name} <{who.address}>\r\nTo: {to}\r\nSubject: {subject}\r\n"
            f"Date: {format_datetime(now)}\r\nMessage-ID: {ident}\r\n{more}"
        )
        if letter := known.get("letter"):
            head += f"In-Reply-To: {letter}\r\nReferences: {letter}\r\n"
        raw = (head + "\r\n" + text.replace("\n", "\r\n")).encode()
        return Mail(ident, kind, raw, who.address, who.address, to, verdict, **known)  # type: ignore[arg-type]


def _trace(who: Customer, verdict: str, dice: random.Random) -> str:
    """What the mail servers on the way wrote on top."""
    received = f"Received: from mail.{who.domain} by {GATEWAY}; Mon, 2 Mar 2026 09:00:00 +0000\r\n"
    if verdict == "failed":
        return f"Authentication-Results: {GATEWAY}; dmarc=fail header.from={who.domain}\r\n{received}"
    if verdict == "no":
        return received
    if dice.random() < 0.5:
        return ""
    return f"Authentication-Results: {GATEWAY}; dmarc=pass header.from={who.domain}\r\n{received}"


def wanted(now: datetime, days: int) -> str:
    return (now + timedelta(days=days)).date().isoformat()
