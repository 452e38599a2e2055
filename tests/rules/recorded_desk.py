"""A desk on a real database and a clock that tests move: whatever happens through it is recorded as it would be."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from maild.clock import ManualClock
from maild.control.operation import Request
from maild.control.registry import OPERATIONS
from maild.domain.events import LetterBounced, MailArrived, TicketCreated, TimerFired
from maild.domain.mail import MailKind
from maild.domain.order import Order
from maild.domain.people import Actor
from maild.domain.recorded import Record
from maild.domain.ticket import Snapshot
from maild.errors import MaildError
from maild.store import orders, people, records, rule_files, tickets, timers
from maild.store.db import Database
from maild.store.tickets import NewTicket
from maild.store.tx import Tx
from pipeline import backfill, desk
from pipeline.furniture import Desk, load_desk
from rules.load import read_file
from rules.model import Ruleset
from rules.rule_file import RuleFile
from tests.empty_database import lay_down
from tests.rules.builders import CUSTOMER, EXAMPLE, NOW, ORDER, facts

PAT = "pat@abc.example"


@dataclass
class RecordedDesk:
    """Its daemon's ticker runs when a test says so."""

    folder: Path
    rules: str = ""
    keys: "count[int]" = field(default_factory=count)

    def __post_init__(self) -> None:
        self.clock = ManualClock(NOW)
        self.desk = self.with_rules(self.rules)
        lay_down(self.folder / "maild.db")
        self.db = Database(self.desk.config.database.url, self.clock, synchronous="OFF")
        self.db.write_now(lambda tx: people.keep_all(tx, self.desk.config))

    def with_rules(self, more: str = "", *changes: tuple[str, str]) -> Desk:
        """The shipped workflow, changed, and more."""
        text = EXAMPLE.read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = self.folder / "config.toml"
        path.write_text(text + more)
        return load_desk(path, make_key=True)

    def order(self, order: Order | None = ORDER, fields: tuple[tuple[str, str], ...] = ()) -> int:
        """A customer's mail opens a ticket; its number."""

        def come(tx: Tx) -> int:
            author = people.meet(tx, PAT, "Pat Lee")
            organization = author.organization_id
            new = NewTicket("An order", "orders@shop.example", "smtp", author.id, organization, fields=fields)
            ticket = tickets.create(tx, new)
            if order is not None:
                orders.add(tx, ticket, None, None, order)
            event = TicketCreated(CUSTOMER, facts(kind=MailKind.ORDER), (order,) if order else ())
            desk.handle(tx, self.desk, ticket, event, self.key())
            return ticket

        return self.db.write_now(come)

    def key(self) -> str:
        return f"test:{next(self.keys)}"

    def mail(self, ticket: int, *, order: Order | None = None, public: bool = True, **mail: Any) -> None:
        """The customer (or, unless ``public``, a program in their name) writes again."""

        def come(tx: Tx) -> None:
            if public:
                tickets.count_mail(tx, ticket, customer=True)
            if order is not None:
                orders.add(tx, ticket, None, None, order)
            event = MailArrived(CUSTOMER, facts(**mail), public, (order,) if order else ())
            desk.handle(tx, self.desk, ticket, event, self.key())

        self.db.write_now(come)

    def bounce(self, ticket: int) -> None:
        event = LetterBounced(1, (PAT,), permanent=True)
        self.db.write_now(lambda tx: desk.handle(tx, self.desk, ticket, event, self.key()))

    def doubt(self, ticket: int, reason: str) -> None:
        self.db.write_now(lambda tx: desk.doubt(tx, self.desk, ticket, self.key(), reason))

    def do(self, operation: str, actor: str = "orders-agent", **arguments: Any) -> bool:
        """What somebody does by hand; False where it is refused."""
        request = Request(operation, arguments, actor)
        try:
            self.db.write_now(lambda tx: list(OPERATIONS[operation].run(tx, self.desk, request)))
        except MaildError:
            return False
        return True

    def wait(self, span: timedelta, *, asleep: bool = False) -> None:
        """Time passes; timers fire at their instants, or, where the daemon was ``asleep``, when something wakes it."""
        until = self.clock.now() + span
        while not asleep and (due := self.db.read_now(timers.next_due)) is not None and due <= until:
            self.clock.move_to(max(due, self.clock.now()))
            self.tick()
        self.clock.move_to(until)

    def tick(self) -> None:
        for due in self.db.read_now(lambda tx: timers.due(tx, 1000)):
            self.db.write_now(lambda tx, due=due: self._fire(tx, due))  # type: ignore[misc]

    def _fire(self, tx: Tx, due: timers.Due) -> None:
        if timers.fire(tx, due.id):
            event = TimerFired(due.id, due.rule, due.step, due.due_at.isoformat(), Actor("system", "maild"))
            desk.handle(tx, self.desk, due.ticket, event, f"timer:{due.id}")

    def reload(self, fresh: Desk) -> int:
        """Other rules come into force; how many open tickets were made to fit."""
        self.desk = fresh
        found, _ = self.db.read_now(lambda tx: backfill.misfits(tx, fresh, 0, 10_000))
        fitted = [self.db.write_now(lambda tx, n=n: backfill.fit(tx, fresh, n.ticket)) for n in found]  # type: ignore[misc]
        self.db.write_now(lambda tx: backfill.finish(tx, fresh))
        return sum(fitted)

    def forget(self, ticket: int) -> None:
        """The next test need not wait for this ticket."""
        for timer in self.record(ticket).ticket.timers:
            self.db.write_now(lambda tx, rule=timer.rule: timers.cancel(tx, ticket, rule, None, "over"))  # type: ignore[misc]

    def record(self, ticket: int) -> Record:
        record = self.db.read_now(lambda tx: records.of_ticket(tx, ticket))
        assert record is not None
        return record

    def then(self, digest: str) -> Ruleset:
        """The rules of a time."""
        document = self.db.read_now(lambda tx: rule_files.document(tx, digest))
        assert document is not None
        ruleset, mistakes = read_file(RuleFile.kept(document))
        assert mistakes == []
        return ruleset


def plain(ticket: Snapshot) -> Snapshot:
    """What can be compared: the version is the store's, and timers have no order."""
    timers = tuple(sorted(ticket.timers, key=lambda t: (t.rule, t.step, t.due)))
    stamps, counters = tuple(sorted(ticket.stamps)), tuple(sorted(ticket.counters))
    return replace(ticket, version=0, timers=timers, stamps=stamps, counters=counters)
