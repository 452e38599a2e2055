"""A customer who writes purchase orders and answers letters, over real SMTP."""

import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from tests.journeys.daemon import PATIENCE, Daemon
from tests.journeys.relay import Received

ORDER = """Hello,

please supply the following.

Purchase order: PO-70231
Order date: 2026-11-23
Requested delivery: 2026-12-04
Currency: EUR

Ship to:
Blue Harbor Supplies
12 Quay Street
21073 Hamburg
Germany

Item      Description              Qty   Unit price   Amount
BH-1001   Brass ball valve DN15     20        12.50   250.00
BH-2040   Pipe clamp 22 mm         100         0.85    85.00

Total: 335.00 EUR

Regards
Mia Okafor
"""


@dataclass
class Customer:
    """``source`` is the loopback address the mail comes from: 127.0.0.1 counts as the trusted network."""

    daemon: Daemon
    name: str
    address: str
    source: str = "127.0.0.1"
    written: int = 0

    def mail(self, subject: str, text: str = ORDER, to: str = "orders@shop.example", **headers: str) -> EmailMessage:
        self.written += 1
        message = EmailMessage()
        message["From"] = formataddr((self.name, self.address))
        message["To"] = to
        message["Subject"] = subject
        message["Date"] = format_datetime(self.daemon.now)
        message["Message-ID"] = f"<{self.written}.{self.address}>"
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(text)
        return message

    def answer(self, letter: Received, text: str) -> EmailMessage:
        """Reply as mail programs do: to Reply-To, with threading headers and the letter quoted below."""
        quoted = "\n".join(f"> {line}" for line in letter.text.splitlines())
        return self.mail(
            f"Re: {letter.mail['Subject']}",
            f"{text}\n\nOn Mon, 23 Nov 2026, Example Shop wrote:\n{quoted}\n",
            to=str(letter.mail["Reply-To"]),
            In_Reply_To=str(letter.mail["Message-ID"]),
            References=str(letter.mail["Message-ID"]),
        )

    def send(self, message: EmailMessage, *, envelope_from: str | None = None) -> str:
        """Hand it over; returns the server's last word. Raises smtplib's errors when it says no."""
        return self.send_raw(
            message.as_bytes(policy=message.policy.clone(linesep="\r\n")), str(message["To"]), envelope_from
        )

    def send_raw(self, raw: bytes, to: str, envelope_from: str | None = None) -> str:
        with smtplib.SMTP("127.0.0.1", self.daemon.port, source_address=(self.source, 0), timeout=PATIENCE) as client:
            client.ehlo("customer.example")
            client.mail(self.address if envelope_from is None else envelope_from)
            client.rcpt(to)
            code, text = client.data(raw)
        return f"{code} {text.decode()}"

    def order(self, subject: str = "Purchase order PO-70231", text: str = ORDER) -> EmailMessage:
        """Send an order and wait until the desk is done with it."""
        message = self.order_unheard(subject, text)
        self.daemon.quiet()
        return message

    def order_unheard(self, subject: str = "Purchase order PO-70231", text: str = ORDER) -> EmailMessage:
        """Send an order, and wait for nothing but its 250."""
        message = self.mail(subject, text)
        assert self.send(message).startswith("250 2.0.0")
        return message
