"""Mails of fictional customers, drawn from dice: orders in several formats, questions, answers and copies."""

import base64
import random
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime

from tests.crash.ledger import Entry, Kind
from tests.crash.relay import Letter

SHOP = "orders@shop.example"
SERVICE = "service@shop.example"
MAILBOX_HOST = "mx.shop.example"  # it vouches for what customers wrote
COMPANIES = ("blueharbor.example", "tallgrass.example", "northlab.example", "quayside.example")
FIRST_NAMES = ("mia", "jonas", "priya", "lena", "oscar")
CUSTOMERS = tuple(f"{name}@{company}" for company in COMPANIES for name in FIRST_NAMES)
STRANGER = "eve@evil.example"
ELSEWHERE = "127.0.0.2"  # no trusted network: mail from there proves nothing
FORMATS = (("text", 74), ("html", 8), ("csv", 6), ("x12", 6), ("edifact", 6))
TEXT = """Hello,

please supply the following.

Purchase order: {po}
Order date: 2026-11-23
Requested delivery: 2026-12-{day:02}
Currency: EUR

Ship to:
{company}
{street} Quay Street
21073 Hamburg
Germany

Item      Description              Qty   Unit price   Amount
BH-{item}   Brass ball valve DN15    {quantity:3}        12.50   {amount}

Total: {amount} EUR

Regards
"""
HTML = """<p>Purchase order: {po}</p><p>Order date: 2026-11-23</p><p>Currency: EUR</p>
<table><tr><th>Item</th><th>Description</th><th>Qty</th><th>Unit price</th><th>Amount</th></tr>
<tr><td>BH-{item}</td><td>Brass ball valve</td><td>{quantity}</td><td>12.50</td><td>{amount}</td></tr></table>
<p>Total: {amount} EUR</p>
"""
CSV = "PO number,Item,Quantity,Unit price\r\n{po},BH-{item},{quantity},12.50\r\n"
X12 = (
    "ISA*00*          *00*          *ZZ*ACMEBUYER      *ZZ*SHOP           *261123*0930*U*00401*{serial:09}*0*P*>~"
    "GS*PO*ACMEBUYER*SHOP*20261123*0930*71*X*004010~ST*850*0071~BEG*00*SA*{po}**20261123~CUR*BY*EUR~"
    "N1*ST*PLANT 2~N3*9 DOCK RD~N4*DAYTON*OH*45402*US~PO1*1*{quantity}*EA*12.5**VN*BH-{item}~"
    "CTT*1~SE*9*0071~GE*1*71~IEA*1*{serial:09}~"
)
EDIFACT = (
    "UNA:+.? 'UNB+UNOC:3+BUYER+SELLER+261123:0930+{serial}'UNH+1+ORDERS:D:96A:UN'BGM+220+{po}+9'DTM+137:20261123:102'"
    "NAD+BY+++Werk Sued+Gasse 1+Basel++4057+CH'CUX+2:EUR:9'LIN+1++BH-{item}:SA'QTY+21:{quantity}'PRI+AAA:12.5'"
    "UNS+S'CNT+2:1'UNT+10+1'UNZ+1+{serial}'"
)
QUESTIONS = ("Where is our delivery?", "Do you still sell pipe clamps?", "Please send us your new catalogue.")
ANSWERS = ("Thank you, all is well.", "When will it leave your house?", "Please ring before you deliver.")
_LETTERS = str.maketrans("0123456789", "abcdefghij")  # mails that differ in numbers only look like a program's
LONG = "A remark that is repeated so that the mail gets long.\r\n" * 6_000


class Writer:
    """Every mail that it writes is another one; the same dice write the same mails."""

    def __init__(self, dice: random.Random, serial: int) -> None:
        self._dice = dice
        self._serial = serial

    def next_serial(self) -> int:
        self._serial += 1
        return self._serial

    def order(self, now: datetime, *, long: bool = False) -> Entry:
        serial, sender = self.next_serial(), self._dice.choice(CUSTOMERS)
        po_number = f"PO-{serial:07}"
        [(shape, _)] = self._dice.choices(FORMATS, [weight for _, weight in FORMATS])
        shape = "text" if long else shape
        quantity = self._dice.randint(1, 200)
        values = {
            "po": po_number,
            "serial": serial,
            "day": self._dice.randint(1, 28),
            "company": sender.partition("@")[2].partition(".")[0].title(),
            "street": self._dice.randint(1, 99),
            "item": self._dice.randint(1000, 9999),
            "quantity": quantity,
            "amount": f"{quantity * 12.5:.2f}",
        }
        body = self._body(shape, values) + (LONG.encode() if long else b"")
        raw = head(sender, f"Order {po_number}", f"{serial}.{sender}", now) + body
        return Entry(raw, sender, SHOP, Kind.ORDER, po_number=po_number, label=shape)

    def _body(self, shape: str, values: dict[str, object]) -> bytes:
        match shape:
            case "text":
                return b"\r\n" + crlf(TEXT.format(**values))
            case "html":
                return b"MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + crlf(
                    HTML.format(**values)
                )
            case "csv":
                return attached("order.csv", "text/csv", CSV.format(**values))
            case "x12":
                return attached("order.x12", "application/edi-x12", X12.format(**values))
        return attached("order.edi", "application/edifact", EDIFACT.format(**values))

    def question(self, now: datetime) -> Entry:
        serial, sender = self.next_serial(), self._dice.choice(CUSTOMERS)
        raw = head(sender, f"Question {str(serial).translate(_LETTERS)}", f"{serial}.{sender}", now)
        return Entry(raw + b"\r\n" + crlf(f"{self._dice.choice(QUESTIONS)}\n"), sender, SHOP, Kind.QUESTION)

    def request(self, now: datetime) -> Entry:
        """A question that goes to the service, whose people get their work in turn."""
        asked = self.question(now)
        raw = asked.raw.replace(f"To: {SHOP}".encode(), f"To: {SERVICE}".encode(), 1)
        return replace(asked, raw=raw, recipient=SERVICE, kind=Kind.REQUEST)

    def answer(self, letter: Letter, now: datetime) -> Entry:
        """Reply as mail programs do: to Reply-To, with threading headers and a quotation; one in ten is forged."""
        foreign = self._dice.random() < 0.1
        serial, sender = self.next_serial(), STRANGER if foreign else letter.recipient
        text = f"{self._dice.choice(ANSWERS)} ({serial})\n\nOn Mon, 23 Nov 2026, Example Shop wrote:\n> Dear customer\n"
        threading = f"In-Reply-To: {letter.message_id}\r\nReferences: {letter.message_id}\r\n".encode()
        raw = head(sender, f"Re: {letter.subject}", f"{serial}.{sender}", now, letter.reply_to) + threading
        kind = Kind.FOREIGN if foreign else Kind.ANSWER
        source = ELSEWHERE if foreign else "127.0.0.1"
        return Entry(raw + b"\r\n" + crlf(text), sender, letter.reply_to, kind, source, letter=letter.message_id)

    def copy(self, entry: Entry, now: datetime) -> Entry:
        """The same mail once more: byte for byte, by another way, or the same order written anew."""
        how = self._dice.choice(("same", "traced", "again"))
        if how == "again" and entry.kind is Kind.ORDER and entry.label == "text" and len(entry.raw) < 10_000:
            serial = self.next_serial()
            body = entry.raw.partition(b"\r\n\r\n")[2]
            raw = head(entry.sender, f"Order {entry.po_number} again", f"{serial}.{entry.sender}", now) + b"\r\n" + body
            return Entry(raw, entry.sender, SHOP, Kind.AGAIN, po_number=entry.po_number)
        first = entry.copy_of or entry
        traced = how == "traced" and (first.boxed or first.acks)  # else nothing proves its author
        trace = f"Received: from detour{self.next_serial()}.example\r\n".encode() if traced else b""
        return Entry(trace + first.raw, first.sender, first.recipient, first.kind, first.source, copy_of=first)

    def boxed(self, entry: Entry, *, besides: bool = False) -> Entry:
        """The mail as its server puts it into the mailbox, with a name and a verdict; ``besides`` its way by SMTP."""
        name, domain = f"b{self.next_serial()}", entry.sender.rpartition("@")[2]
        proof = "none" if entry.source == ELSEWHERE else f"pass header.from={domain}"
        trace = (
            f"Return-Path: <{entry.sender}>\r\nAuthentication-Results: {MAILBOX_HOST}; dmarc={proof}\r\n"
            f"Received: from sender.example by {MAILBOX_HOST} with ESMTP id {name}\r\n"
        ).encode()
        first = entry if besides and entry.copy_of is None else entry.copy_of
        return replace(entry, raw=trace + entry.raw, boxed=name, copy_of=first)


def may_be_boxed(entry: Entry) -> bool:
    """Whether it may go by the mailbox of the orders: no NUL (RFC 3501, 9), and nothing that SMTP refused before."""
    hostile_copy = entry.kind is Kind.HOSTILE and entry.copy_of is not None
    return entry.recipient.startswith("orders") and b"\0" not in entry.raw and not hostile_copy


def head(sender: str, subject: str, name: str, now: datetime, to: str = SHOP) -> bytes:
    lines = (
        f"From: {sender.partition('@')[0].title()} <{sender}>",
        f"To: {to}",
        f"Subject: {subject}".encode("ascii", "replace").decode(),
        f"Date: {format_datetime(now)}",
        f"Message-ID: <{name}>",
    )
    return "".join(f"{line}\r\n" for line in lines).encode()


def crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def attached(name: str, media_type: str, content: str, text: str = "Our order is attached.") -> bytes:
    """The rest of a mail: MIME headers, a few words, and one attachment."""
    encoded = base64.encodebytes(content.encode()).replace(b"\n", b"\r\n")
    return (
        crlf(
            'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="=_part"\n\n--=_part\n\n'
            + text
            + "\n--=_part\n"
        )
        + crlf(f"Content-Type: {media_type}\nContent-Transfer-Encoding: base64\n")
        + crlf(f'Content-Disposition: attachment; filename="{name}"\n\n')
        + encoded
        + b"--=_part--\r\n"
    )
