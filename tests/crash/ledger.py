"""The truth of a chapter: each mail with the replies that were heard, what colleagues did, when all was at rest."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a mail is, and so what must become of it."""

    ORDER = "order"  # a ticket of its own, one confirmation
    QUESTION = "question"  # the same
    AGAIN = "again"  # the purchase order of another mail, under another Message-ID: on its ticket, no confirmation
    ANSWER = "answer"  # on the ticket of the letter it answers
    FOREIGN = "foreign"  # somebody else's answer: a private note there
    HOSTILE = "hostile"  # any final state, or refused; no letter to its author


@dataclass(slots=True)
class Entry:
    """One mail. ``copies`` are the same mail sent again, with other trace headers or none."""

    raw: bytes
    sender: str
    recipient: str
    kind: Kind
    source: str = "127.0.0.1"
    po_number: str = ""
    letter: str = ""  # Message-ID of the letter that is answered
    label: str = ""
    tries: int = 0
    dots: int = 0  # tries that reached the final dot: each may have been stored
    acks: int = 0
    refusal: str = ""
    seen: str = ""  # the last reply
    copy_of: "Entry | None" = None

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.raw).digest()

    @property
    def open(self) -> bool:
        """To be tried again, as a mail server does until it hears 250 or 5xx."""
        return not self.acks and not self.refusal


@dataclass(slots=True)
class Deed:
    """A note that a colleague wrote on a ticket: ``done`` when the desk said so."""

    text: str
    ticket: int
    done: bool = False


@dataclass(slots=True)
class Ledger:
    entries: list[Entry] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    rests: list[datetime] = field(default_factory=list)

    def open(self) -> list[Entry]:
        return [entry for entry in self.entries[-4000:] if entry.open]

    def originals(self) -> Iterator[Entry]:
        return (entry for entry in self.entries if entry.copy_of is None)
