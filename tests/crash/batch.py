"""The new mails of a round, drawn from its dice: who writes what, and by which way it comes."""

import random
from datetime import datetime

from tests.crash import hostile
from tests.crash.ledger import Entry, Kind, Ledger
from tests.crash.mails import CUSTOMERS, Writer, may_be_boxed
from tests.crash.plan import Round
from tests.crash.relay import Book, Letter

NO_CUSTOMERS_YET = 40  # letters that leave before anybody answers one
BOXED = 0.25  # of the mails that may go by the mailbox
BOTH = 0.3  # of those come by SMTP besides


class Batch:
    """5 % hostile, 5 % copies, 30 % answers once there are letters, 15 % questions and requests, the rest orders."""

    def __init__(self, ledger: Ledger, book: Book, serial: int, *, mailbox: bool) -> None:
        self._ledger, self._book, self._serial, self._mailbox = ledger, book, serial, mailbox

    def write(self, one: Round, dice: random.Random, now: datetime) -> None:
        """Add them to the ledger."""
        entries = self._ledger.entries
        writer = Writer(dice, self._serial)
        letters = [letter for letter in self._book.letters if letter.recipient in CUSTOMERS]
        if one.sweeps:
            entries.append(hostile.mail(dice, writer.next_serial(), now, "L01"))
        first = len(entries)
        end = first + one.mails
        while len(entries) < end:
            wanted = self._mailbox and len(entries) - first < one.boxed
            if wanted or (one.long and len(entries) == first):
                entry = writer.order(now, long=one.long and len(entries) == first)
            else:
                entry = self._any(writer, dice, letters, now)
            entries += self._ways(writer, dice, entry, wanted, end - len(entries))
        self._serial = writer.next_serial()

    def write_for_mailbox(self, count: int, dice: random.Random, now: datetime) -> None:
        """New orders and questions that come by the mailbox only."""
        writer = Writer(dice, self._serial)
        for number in range(count):
            self._ledger.entries.append(writer.boxed(writer.question(now) if number % 3 == 2 else writer.order(now)))
        self._serial = writer.next_serial()

    def _any(self, writer: Writer, dice: random.Random, letters: list[Letter], now: datetime) -> Entry:
        kind, which = dice.random(), dice.random()
        before = self._ledger.entries
        if kind < 0.05:
            return hostile.mail(dice, writer.next_serial(), now)
        if kind < 0.10 and before:
            return writer.copy(before[int(which * len(before))], now)
        if kind < 0.40 and len(letters) >= NO_CUSTOMERS_YET:
            return writer.answer(letters[-1 - int(which * which * len(letters))], now)
        if kind < 0.55:
            return writer.question(now) if dice.random() < 0.5 else writer.request(now)
        return writer.order(now)

    def _ways(self, writer: Writer, dice: random.Random, entry: Entry, wanted: bool, room: int) -> list[Entry]:
        """The mail as it comes: by SMTP, by the mailbox, or by both, which are two of the round's mails."""
        by_mailbox, both = dice.random() < BOXED, dice.random() < BOTH
        if not self._mailbox or not (wanted or by_mailbox) or not may_be_boxed(entry):
            return [entry]
        if both and not wanted and room > 1 and entry.kind is not Kind.HOSTILE:
            return [entry, writer.boxed(entry, besides=True)]
        return [writer.boxed(entry)]
