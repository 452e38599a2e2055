"""The truth of a chapter: each mail with the replies that were heard, what colleagues did, when all was at rest."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a mail is, and so what must become of it."""

    ORDER = "order"  # a ticket of its own, one confirmation
    QUESTION = "question"  # the same
    REQUEST = "request"  # the same at another address, given to a colleague in turn
    AGAIN = "again"  # the purchase order of another mail, under another Message-ID: on its ticket, no confirmation
    ANSWER = "answer"  # on the ticket of the letter it answers
    FOREIGN = "foreign"  # somebody else's answer: a private note there
    HOSTILE = "hostile"  # any final state, or refused; no letter to its author


@dataclass(slots=True)
class Entry:
    """One mail. ``copies`` are the same mail sent again, with other trace headers or none.

    One that is ``boxed`` is never sent but put into the mailbox, whose server knows it by that name; ``uid`` is its
    UID in the INBOX as soon as it lies there.
    """

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
    boxed: str = ""
    uid: int = 0

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.raw).digest()

    @property
    def open(self) -> bool:
        """To be tried again, as a mail server does until it hears 250 or 5xx."""
        return not self.boxed and not self.acks and not self.refusal

    @property
    def ours(self) -> bool:
        """Whether the desk must have it: it said so, or its mailbox has it."""
        return self.acks > 0 or self.uid > 0


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

    def unput(self) -> list[Entry]:
        """What is still to be put into the mailbox."""
        return [entry for entry in self.entries[-4000:] if entry.boxed and not entry.uid]

    def put(self) -> dict[str, Entry]:
        """What was put into the mailbox, by the names that its server gave."""
        return {entry.boxed: entry for entry in self.entries if entry.uid}

    def copies(self) -> dict[int, list[Entry]]:
        """The copies of each mail that has any, by the identity of its first entry."""
        found: dict[int, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            if entry.copy_of is not None:
                found[id(entry.copy_of)].append(entry)
        return found

    def originals(self) -> Iterator[Entry]:
        return (entry for entry in self.entries if entry.copy_of is None)
