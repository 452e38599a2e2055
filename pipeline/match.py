"""Which ticket a mail belongs to, and whether its author may speak there. Each answer comes with its reason."""

import re
from dataclasses import dataclass
from typing import Literal

from maild.domain.letter import AMONG_US
from maild.domain.mail import Mail
from maild.domain.people import Person, Role
from maild.store import outbox, people, sides, threads, tickets
from maild.store.threads import Thread
from maild.store.tx import Tx
from notifications.authentication import Outcome, Verdict
from notifications.tokens import (
    Keys,
    Purpose,
    Reference,
    parse_bounce_address,
    parse_marker,
    parse_message_id,
    parse_reply_address,
)

Standing = Literal["participant", "foreign", "forged", "unproved"]
_SUBJECT_NUMBER = re.compile(r"\[#(\d{1,12})\]")


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a mail goes; ``ticket`` None means a new one. ``by`` is token, in_reply_to, references, marker, subject.

    ``reader`` is the person to whom the letter of ours was written that it answers, None where it answers none.
    ``side`` is the side conversation of the ticket that it belongs to; ``among_us``: what it answers is no customer's
    business, so it stays a private note.
    """

    ticket: int | None
    by: str
    why: str
    reader: int | None = None
    side: int | None = None
    among_us: bool = False


def place(
    tx: Tx,
    keys: Keys,
    mail: Mail,
    recipients: tuple[str, ...],
    order_address: str,
    author: Person | None,
    verdict: Verdict,
) -> Placement:
    """The first that applies of our signed reply address, In-Reply-To, References, the marker in the body, [#123].

    A match finds the ticket; it does not authorise anybody (see ``standing``).
    """
    return (
        _by_token(tx, keys, mail, recipients)
        or _by_reference(tx, mail, order_address)
        or _by_marker(tx, keys, mail)
        or _by_number(tx, mail, author, proved=verdict.authenticated)
        or Placement(None, "none", "nothing in it names a ticket of ours")
    )


def _by_token(tx: Tx, keys: Keys, mail: Mail, recipients: tuple[str, ...]) -> Placement | None:
    for address in recipients:
        if found := _named(tx, parse_reply_address(keys, address), "token", "written to our signed reply address of"):
            return found
    for ref in (mail.in_reply_to, *reversed(mail.references)):
        if ref and (found := _named(tx, parse_message_id(keys, ref), "token", "answers a signed Message-ID of")):
            return found
    return None


def _named(tx: Tx, reference: Reference | None, by: str, how: str) -> Placement | None:
    """Where a genuine reference leads; None without one, and where what it names is gone."""
    if reference is None:
        return None
    number, reader = reference.number, reference.recipient
    if reference.purpose is Purpose.SIDE:
        side = sides.brief(tx, number)
        why = f"{how} side conversation {number}"
        return Placement(side.ticket, by, why, reader, side=number) if side else None
    if not tickets.exists(tx, number):
        return None
    among_us = reference.purpose is Purpose.NOTE
    return Placement(number, by, f"{how} ticket {number}", reader, among_us=among_us)


def _by_reference(tx: Tx, mail: Mail, order_address: str) -> Placement | None:
    if mail.in_reply_to and (found := threads.find(tx, order_address, [mail.in_reply_to])):
        return _continued(tx, found, "in_reply_to", f"In-Reply-To names {found.ref}")
    if found := threads.find(tx, order_address, list(reversed(mail.references))):
        return _continued(tx, found, "references", f"References name {found.ref}")
    return None


def _continued(tx: Tx, found: Thread, by: str, why: str) -> Placement:
    letter = outbox.brief(tx, found.letter) if found.letter is not None else None
    reader = people.by_address(tx, letter.to_address) if letter else None
    among_us = letter is not None and letter.template in AMONG_US
    return Placement(found.ticket, by, why, reader.id if reader else None, found.side, among_us)


def _by_marker(tx: Tx, keys: Keys, mail: Mail) -> Placement | None:
    for body in (mail.text, mail.cut_text):
        if found := _named(tx, parse_marker(keys, body), "marker", "quotes our signed line of"):
            return found
    return None


def _by_number(tx: Tx, mail: Mail, author: Person | None, *, proved: bool) -> Placement | None:
    """A bare number in the subject proves nothing: it counts only for an author who is proved and takes part anyway.

    In the name of one of the desk's own people it always finds its ticket: unproved it is a private note there, where
    colleagues see it, and opens none on which it would read like a customer's mail.
    """
    ticket = subject_number(mail)
    if ticket is None or author is None or not tickets.exists(tx, ticket):
        return None
    if not proved and author.role is not Role.CUSTOMER:
        return Placement(ticket, "subject", f"the subject names ticket {ticket} in the name of a colleague")
    if not proved or not takes_part(tx, ticket, author):
        return None
    return Placement(ticket, "subject", f"the subject names ticket {ticket} and its author takes part in it")


def subject_number(mail: Mail) -> int | None:
    """The first [#123] of the subject, whether there is such a ticket or not."""
    number = _SUBJECT_NUMBER.search(mail.subject)
    return int(number[1]) if number else None


def takes_part(tx: Tx, ticket_id: int, author: Person) -> bool:
    """The requester, anybody of the same organization, and the desk's own people. Being copied makes nobody a part."""
    ticket = tickets.snapshot(tx, ticket_id)
    if author.role is not Role.CUSTOMER or author.id == ticket.requester.id:
        return True
    return author.organization_id is not None and (
        ticket.organization is not None and author.organization_id == ticket.organization.id
    )


def standing(tx: Tx, placement: Placement, author: Person | None, verdict: Verdict) -> tuple[Standing, str]:
    """Whether an author's mail is shown on the ticket as theirs, with the reason.

    Where nothing proves who wrote it, only an answer to a letter of ours counts: its reply address and its Message-ID
    are known to its readers alone, while the Message-ID of a customer's mail is known to all who got a copy.
    """
    ticket_id = placement.ticket
    assert ticket_id is not None
    if author is None:
        return "foreign", "the mail names no single author"
    if not takes_part(tx, ticket_id, author):
        return "foreign", f"{author.address} takes no part in ticket {ticket_id}"
    if verdict.outcome is Outcome.FAILED:
        return "forged", f"{author.address} may be forged: {verdict.why}"
    if author.role is not Role.CUSTOMER and not verdict.authenticated:
        return "forged", f"nothing proves that {author.address} of the desk wrote it: {verdict.why}"
    if not verdict.authenticated and placement.reader is None:
        why = f"nothing proves that {author.address} wrote it, and it answers no letter of ours: {verdict.why}"
        return "unproved", why
    return "participant", f"{author.address} takes part in ticket {ticket_id}"


def bounced_letter(tx: Tx, keys: Keys, mail: Mail, recipients: tuple[str, ...], order_address: str) -> int | None:
    """Our letter that a delivery report speaks of: by the envelope's token, else by its Message-ID."""
    for address in recipients:
        if letter := parse_bounce_address(keys, address):
            return letter
    refs = [mail.bounce.original_id] if mail.bounce and mail.bounce.original_id else []
    found = threads.find(
        tx, order_address, [*refs, *([mail.in_reply_to] if mail.in_reply_to else []), *mail.references]
    )
    return found.letter if found else None
