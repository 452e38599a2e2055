"""What a sending mail server knows: which mails it handed over, and what it was told. It tries again."""

import base64
import smtplib
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from tests.journeys.customer import Customer
from tests.journeys.daemon import Daemon
from tests.journeys.relay import Relay


@dataclass
class Entry:
    raw: bytes
    to: str
    acked: bool = False
    tries: int = 0


@dataclass
class Ledger:
    """Mails by Message-ID. ``customer`` writes them; a mail that got no 250 is tried again later."""

    customer: Customer
    entries: dict[str, Entry] = field(default_factory=dict)

    def add(self, message: EmailMessage) -> None:
        raw = message.as_bytes(policy=message.policy.clone(linesep="\r\n"))
        self.entries[str(message["Message-ID"])] = Entry(raw, str(message["To"]))

    def deliver(self) -> bool:
        """Try everything that has no 250 yet; False where the server broke off."""
        for entry in self.entries.values():
            if entry.acked:
                continue
            entry.tries += 1
            try:
                entry.acked = self.customer.send_raw(entry.raw, entry.to).startswith("250")
            except (OSError, smtplib.SMTPException):
                return False
        return all(entry.acked for entry in self.entries.values())


def violations(daemon: Daemon, ledger: Ledger, relay: Relay) -> list[str]:
    """Invariants V1 to V8 between what senders know, what the database says and what the relay received."""
    found = daemon.check()
    mails = {mail["message_id"]: mail for mail in daemon.ask("mail.list", limit=10_000)}
    found += [
        f"V1 {message_id}: acknowledged, but not as it was sent"
        for message_id, entry in ledger.entries.items()
        if entry.acked and _stored(daemon, mails.get(message_id)) != entry.raw
    ]
    found += [
        f"V4 mail {m['id']} ended as {m['outcome']} {m['code']}"
        for m in mails.values()
        if m["outcome"] == "quarantined"
    ]
    orders = [ticket["po_number"] for ticket in daemon.tickets() if ticket["po_number"]]
    found += [f"V3 {order} has several tickets" for order in set(orders) if orders.count(order) > 1]
    return found + _letters(daemon, relay)


def _stored(daemon: Daemon, mail: dict[str, Any] | None) -> bytes | None:
    return base64.b64decode(daemon.ask("mail.raw", id=mail["id"])[0]["raw"]) if mail else None


def _letters(daemon: Daemon, relay: Relay) -> list[str]:
    """V5 to V7: each letter once, again only where the cut was at the dot, and to nobody who did not ask."""
    letters = {letter["message_id"]: letter for letter in daemon.ask("outbox.list", limit=10_000)}
    arrived = [str(received.mail["Message-ID"]) for received in relay.letters]
    found = [f"V5 the relay has {i}, which is no letter of ours" for i in set(arrived) - set(letters)]
    for message_id, letter in letters.items():
        copies = arrived.count(message_id)
        if letter["phase"] != "sent":
            found.append(f"V5 letter {letter['id']} is {letter['phase']}: {letter['why']}")
        elif not 1 <= copies <= 1 + letter["copies"]:
            found.append(f"V6 letter {letter['id']} arrived {copies} times, cut at the dot {letter['copies']} times")
    return found
