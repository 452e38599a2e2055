"""The invariants of a chapter, asked of the database at rest, of the ledger and of the relay."""

import hashlib
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from io import BytesIO
from typing import Any

from sqlalchemy import Connection, Engine, select

from maild.store.tables import MESSAGE, MESSAGE_CHUNK
from pipeline.mail.digest import canonical_digest
from tests.crash import marks, turns, way
from tests.crash.ledger import Entry, Kind, Ledger
from tests.crash.mailbox import Shelves
from tests.crash.mails import CUSTOMERS
from tests.crash.relay import Book
from tests.crash.rows import Rows

COLLEAGUES = ("agent@shop.example", "approver@shop.example", "lead@shop.example", "escalations@shop.example")
MAY_READ = frozenset((*CUSTOMERS, *COLLEAGUES, *turns.ADDRESSES))
BUSINESS = (Kind.ORDER, Kind.AGAIN, Kind.QUESTION, Kind.REQUEST)
WITHHELD = ("held", "failed", "dropped")
MOST_RSS = 300 * 1024  # KiB of one daemon
MOST_DESCRIPTORS = 150
SHOWN = 12


class Truth:
    """``violations`` compares all that is known; mails are read from the database once only."""

    def __init__(self, engine: Engine, ledger: Ledger, book: Book) -> None:
        self._engine, self._ledger, self._book = engine, ledger, book
        self._stored: dict[bytes, int] = {}
        self._canonical: dict[str, bytes] = {}
        self._counted = 0
        self._last = 0
        self._twice: list[str] = []
        self._same: dict[int, list[Entry]] = {}
        self.lateness: list[float] = []
        self.facts: Counter[str] = Counter()

    def violations(self, shelves: Shelves | None = None, *, since_a_copy: bool = False) -> list[str]:
        """At most a dozen of each kind, each with its number and ids; ``shelves`` is how the mailbox lies there.

        ``since_a_copy``: the database was brought back, so letters wait for a person and timers fired in vain.
        """
        checks: list[Callable[[Rows], Iterator[str]]] = [self._mails, self._outcomes, self._orders, self._answers]
        if not since_a_copy:
            checks += [self._confirmations, self._letters, self._timers, self._deeds]
        with self._engine.connect() as connection:
            rows = Rows(connection)
            self._read(connection)
            self._same = self._ledger.copies()
            self.facts = rows.facts() | way.facts(connection) | turns.facts(connection)
            found = list(self._twice)
            for check in checks:
                found += list(check(rows))[:SHOWN]
            others = [way.violations(connection), turns.violations(connection)]
            if shelves is not None:
                put = self._ledger.put()
                others.append(marks.at_rest(connection, shelves, put, since_a_copy=since_a_copy))
                others.append(self._boxed(connection, shelves))
            for of in others:
                found += list(of)[:SHOWN]
        return found

    def _read(self, connection: Any) -> None:
        """Digests of the raw bytes of mails that were not seen before."""
        chunks = (
            select(MESSAGE_CHUNK.c.message_id, MESSAGE_CHUNK.c.data)
            .where(MESSAGE_CHUNK.c.message_id > self._last)
            .order_by(MESSAGE_CHUNK.c.message_id, MESSAGE_CHUNK.c.seq)
        )
        digests: dict[int, Any] = defaultdict(hashlib.sha256)
        for message, data in connection.execute(chunks):
            digests[message].update(data)
        for message, digest in digests.items():
            before = self._stored.setdefault(digest.digest(), message)
            if before != message:
                self._twice.append(f"V1 mails {before} and {message} have the same bytes")
        self._last = max(digests, default=self._last)
        self._read_erased(connection)

    def _read_erased(self, connection: Any) -> None:
        """Mails whose bytes were swept away before they were read here are known by their canonical digest."""
        known = set(self._stored.values())
        rows = connection.execute(select(MESSAGE.c.id, MESSAGE.c.digest).where(MESSAGE.c.erased_at.is_not(None)))
        unknown = {row.digest: row.id for row in rows if row.id not in known}
        for entry in self._ledger.entries[self._counted :] if unknown else ():
            self._canonical.setdefault(canonical_digest(BytesIO(entry.raw)), entry.digest)
        self._counted = len(self._ledger.entries) if unknown else self._counted
        for digest, message in unknown.items():
            if digest in self._canonical:
                self._stored.setdefault(self._canonical[digest], message)

    def _mails(self, rows: Rows) -> Iterator[str]:
        """V1 and V2: what was acknowledged is there with its bytes, once; what is there was sent."""
        known = {entry.digest: entry for entry in self._ledger.entries}
        for digest, message in self._stored.items():
            if digest not in known:
                yield f"V1 mail {message} has bytes that nobody sent"
        sent: dict[int, Counter[str]] = defaultdict(Counter)
        for entry in self._ledger.entries:
            there = self._message(entry)
            if there is None:
                if entry.ours:
                    way_in = "put into the mailbox" if entry.uid else "acknowledged"
                    yield f"V1 lost: {_name(entry)} was {way_in} and is not there"
                continue
            if entry.refusal and not entry.acks and entry.copy_of is None:
                yield f"V2 mail {there}: {_name(entry)} was refused with {entry.refusal!r} and is there"
            sent[there].update(acks=entry.acks, dots=entry.dots)
        for message, count in sent.items():
            if not count["acks"] <= rows.deliveries[message] <= count["dots"]:
                yield f"V1 mail {message}: {dict(count)}, and {rows.deliveries[message]} deliveries"

    def _message(self, entry: Entry) -> int | None:
        """A copy's bytes are those of whichever came first."""
        same = self._stored.get(entry.digest)
        if same is not None:
            return same
        first = entry.copy_of or entry
        copies = self._same.get(id(first), [])
        return next((self._stored[c.digest] for c in (first, *copies) if c.digest in self._stored), None)

    def _boxed(self, connection: Connection, shelves: Shelves) -> Iterator[str]:
        """V1: what was taken out of the mailbox is the mail that was put in there, whichever way it came first."""
        put = self._ledger.put()
        for name, messages in marks.delivered(connection, shelves, put).items():
            wanted = self._message(put[name]) if name in put else None
            if any(message != wanted for message in messages):
                yield f"V1 {name} was put into the mailbox, is mail {wanted} and was taken for {messages}"

    def _outcomes(self, rows: Rows) -> Iterator[str]:
        """V4: everything that was stored has its final state, and the one that it should have."""
        wanted = {
            Kind.ORDER: ("ticket", "duplicate"),
            Kind.QUESTION: ("ticket",),
            Kind.REQUEST: ("ticket",),
            Kind.AGAIN: ("ticket", "duplicate"),
            Kind.ANSWER: ("comment",),
            Kind.FOREIGN: ("comment",),
        }
        for entry in self._ledger.originals():
            row = rows.messages.get(self._message(entry) or 0)
            if row is None:
                continue
            if row.state != "done" or row.outcome is None:
                yield f"V4 mail {row.id} ({_name(entry)}) is {row.state}"
            elif entry.kind in wanted and row.outcome not in wanted[entry.kind]:
                yield f"V4 mail {row.id} ({_name(entry)}) ended as {row.outcome} {row.code}: {row.why}"

    def _orders(self, rows: Rows) -> Iterator[str]:
        """V3: one purchase order, one ticket; one question, one ticket."""
        openers: dict[int, list[int]] = defaultdict(list)
        for entry in self._ledger.originals():
            message = self._message(entry)
            if message is None or entry.kind not in BUSINESS:
                continue
            row = rows.messages[message]
            if entry.po_number and row.ticket_id is not None:
                tickets = rows.tickets_of_order[entry.po_number] | {row.ticket_id}
                if len(tickets) != 1:
                    yield f"V3 {entry.po_number} is on tickets {sorted(tickets)}"
            if row.outcome == "ticket":
                openers[row.ticket_id].append(message)
        for ticket, messages in openers.items():
            if len(messages) > 1:
                yield f"V3 ticket {ticket} was opened by mails {messages}"
        for ticket, row in rows.tickets.items():
            opened = rows.opened_by[ticket]
            if len(opened) != 1:
                yield f"V3 ticket {ticket} of {row.created_at} was opened by mails {opened}"

    def _confirmations(self, rows: Rows) -> Iterator[str]:
        """V5: each ticket of a customer has exactly one confirmation, and no other ticket has one that left."""
        for entry in self._ledger.originals():
            row = rows.messages.get(self._message(entry) or 0)
            if row is None or row.outcome != "ticket":
                continue
            letters = [one for one in rows.confirmations[row.ticket_id] if one.phase not in WITHHELD]
            wanted = 1 if entry.kind in BUSINESS else 0
            if len(letters) != wanted:
                numbers = [(one.id, one.phase, one.to_address) for one in rows.confirmations[row.ticket_id]]
                yield f"V5 ticket {row.ticket_id} ({_name(entry)}) has confirmations {numbers}, not {wanted}"

    def _letters(self, rows: Rows) -> Iterator[str]:
        """V5 to V7: each letter arrives, again only where the cut was at the dot, and to nobody who did not ask."""
        forged = self._opened_by(Kind.HOSTILE, rows)
        for name in set(self._book.taken) - set(rows.letters):
            yield f"V5 the relay has {name}, which is no letter of ours"
        for name, row in rows.letters.items():
            copies = self._book.taken[name]
            if row.phase == "sent":
                if not 1 <= copies <= 1 + row.copies:
                    yield f"V6 letter {row.id} arrived {copies} times, cut at the dot {row.copies} times"
                if copies > 1 + self._book.in_doubt[name]:
                    yield f"V6 letter {row.id} arrived {copies} times, {self._book.in_doubt[name]} of them unheard"
            elif row.phase in WITHHELD and (row.to_address not in MAY_READ or row.ticket_id in forged):
                if copies:
                    yield f"V7 letter {row.id} to {row.to_address} is {row.phase}, and left"
            elif row.phase != "dropped" or copies:
                yield f"V5 letter {row.id} to {row.to_address} is {row.phase}: {row.code} {row.why}"
        asked_for = {row.to_address for row in rows.letters.values() if row.key.startswith("hand:")}
        for address in set(self._book.recipients) - MAY_READ - asked_for:
            yield f"V7 a letter went to {address}, and no colleague wanted it"
        for row in rows.letters.values():
            if row.phase == "sent" and row.to_address not in MAY_READ and not row.key.startswith("hand:"):
                yield f"V7 letter {row.id} went to {row.to_address} by itself"

    def _opened_by(self, kind: Kind, rows: Rows) -> set[int]:
        messages = {self._message(entry) for entry in self._ledger.originals() if entry.kind is kind}
        return {row.ticket_id for row in rows.messages.values() if row.id in messages and row.outcome == "ticket"}

    def _answers(self, rows: Rows) -> Iterator[str]:
        """V10: an answer is on the ticket of its letter; a stranger's only as a private note."""
        for entry in self._ledger.originals():
            row = rows.messages.get(self._message(entry) or 0)
            if row is None or entry.kind not in (Kind.ANSWER, Kind.FOREIGN):
                continue
            letter = rows.letters[entry.letter]
            if row.ticket_id != letter.ticket_id:
                yield f"V10 mail {row.id} answers letter {letter.id} of {letter.ticket_id}, is on {row.ticket_id}"
            comments = rows.comments_of_mail[row.id]
            if len(comments) != 1:
                yield f"V10 mail {row.id} became {len(comments)} comments"
            elif comments[0].public != (entry.kind is Kind.ANSWER):
                yield f"V10 mail {row.id} ({entry.kind}) is public: {comments[0].public}, {comments[0].mark}"

    def _timers(self, rows: Rows) -> Iterator[str]:
        """V8: each due timer fired once, not before its time, and before the desk was at rest after it."""
        rests = sorted(set(self._ledger.rests))
        self.lateness = []
        for row in rows.timers:
            handled = f"timer:{row.id}" in rows.history
            if (row.state == "fired") != handled:
                yield f"V8 timer {row.id} is {row.state}, its event was handled: {handled}"
            rest = _rest_after(rests, row.due_at, row.armed_at)
            if row.state == "fired":
                self.lateness.append((row.settled_at - row.due_at).total_seconds())
                if row.settled_at < row.due_at:
                    yield f"V8 timer {row.id} fired {-self.lateness[-1]} s early"
            settled = row.settled_at if row.state != "pending" else None
            if rest is not None and (settled is None or settled > rest):
                yield f"V8 timer {row.id} due {row.due_at} was {row.state} {settled}, though all was at rest at {rest}"

    def _deeds(self, rows: Rows) -> Iterator[str]:
        """What a colleague was told is done was done once; what broke off was done once or not at all."""
        for deed in self._ledger.deeds:
            count = rows.notes[deed.text]
            if count > 1 or (deed.done and not count):
                yield f"V5 the note {deed.text!r} on ticket {deed.ticket} (done: {deed.done}) is there {count} times"


def _rest_after(rests: list[datetime], due: datetime, armed: datetime) -> datetime | None:
    """The first rest, after it was armed, at which the timer must have fired."""
    at = max(bisect_right(rests, armed), bisect_left(rests, due))
    return rests[at] if at < len(rests) else None


def _name(entry: Entry) -> str:
    top = entry.raw[:2000].lower()
    at = top.find(b"message-id:")
    name = entry.raw[at + 11 : entry.raw.find(b"\r\n", at)].decode("ascii", "replace").strip() if at >= 0 else "?"
    return f"{entry.kind} {entry.label} {name}"
