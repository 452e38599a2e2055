"""Rules: one event by 10 and by 200 of them, beside parsing the mail; automations by what is due of many tickets."""

import tempfile
import time
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bench import figures, mails
from bench.figures import Figure
from maild.clock import ManualClock
from maild.config import Config
from maild.domain.events import MailFacts, TicketCreated
from maild.domain.mail import MailKind
from maild.domain.people import Actor, Person, Role
from maild.domain.ticket import Snapshot, Status
from maild.store import schema, tickets, timers
from maild.store.db import Database
from maild.store.tables import PERSON, TICKET
from maild.store.tickets import NewTicket
from maild.store.tx import Tx
from pipeline.mime import read_mail
from rules.load import load_rules
from rules.model import Ruleset
from rules.triggers import run as decide

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ROUNDS, TIMES = 9, 200
FEW, MANY, DUE = 1_000, 1_000_000, 100
HIT = """
[[trigger]]
name = "hit {n}"
on = "created"
all = ["status < solved", "order_address == 'orders@shop.example'"]
do = [{{ add_tags = ["t{n}"] }}]
"""
MISS = """
[[trigger]]
name = "miss {n}"
on = "created"
all = ["status < solved", "mail.text contains 'word {n}'", "tags none ['x{n}']"]
do = [{{ set = {{ priority = "high" }} }}]
"""


def run() -> list[Figure]:
    few, many = _rules(10), _rules(200)
    raw = mails.small(1)
    text = read_mail(raw).text
    event = _event(text)
    ours = figures.pairs(
        ROUNDS, _timed(lambda: decide(many, _ticket(), event)), _timed(lambda: decide(few, _ticket(), event))
    )
    read = figures.pairs(ROUNDS, _timed(lambda: decide(many, _ticket(), event)), _timed(lambda: read_mail(raw)))
    micro = sorted(seconds for seconds, _ in ours)[ROUNDS // 2] * 1e6
    return [
        figures.at_most("rules: an event by 200 rules / by 10", 5, ours, f"3 fire; {micro:.0f} us"),
        figures.at_most("rules: an event by 200 rules / parsing the mail", 1, read, f"{len(raw)} bytes"),
        *_automations(),
    ]


def _rules(count: int) -> Ruleset:
    """Three fire, spread over the file."""
    places = (1, count // 2, count - 1)
    toml = "".join((HIT if n in places else MISS).format(n=n) for n in range(count))
    return load_rules(Config.default(**tomllib.loads(toml)))


def _ticket() -> Snapshot:
    person = Person(1, "Mia Okafor", "mia@blueharbor.example")
    stamps = tuple((name, NOW) for name in ("created", "updated", "status_changed"))
    return Snapshot(1, 1, NOW, "Order", Status.NEW, "normal", "orders@shop.example", "smtp", person, stamps=stamps)


def _event(text: str) -> TicketCreated:
    facts = MailFacts(1, MailKind.ORDER, "Order", text, "mia@blueharbor.example", "orders@shop.example", True)
    return TicketCreated(Actor("customer", "mia@blueharbor.example"), facts)


def _timed(do: Callable[[], object]) -> Callable[[], float]:
    def measure() -> float:
        began = time.process_time()
        for _ in range(TIMES):
            do()
        return (time.process_time() - began) / TIMES

    return measure


def _automations() -> list[Figure]:
    """What the ticker asks and does at a wake-up, beside few and beside very many open tickets, each with a timer."""
    took: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        clock = ManualClock(NOW)
        desks = [_desk(f"{folder}/{total}.db", total, clock) for total in (MANY, FEW)]
        try:
            for _ in range(ROUNDS):
                clock.advance(timedelta(minutes=1))
                took.append((_step(desks[0]), _step(desks[1])))
        finally:
            for db in desks:
                db.close_now()
    milliseconds = sorted(many for many, _ in took)[ROUNDS // 2] * 1e3
    how = f"{DUE} due of {MANY:,} open tickets / of {FEW:,}; {milliseconds:.1f} ms"
    return [figures.at_most("rules: what is due, beside 1,000,000 open tickets", 1.5, took[1:], how)]


def _step(db: Database) -> float:
    """Find what is due, see each ticket, and mark it; the ticket itself stays as it is."""
    began = time.perf_counter()
    fired = db.write_now(_fire)
    seconds = time.perf_counter() - began
    assert fired == DUE, fired
    return seconds


def _fire(tx: Tx) -> int:
    due = timers.due(tx, DUE)
    for timer in due:
        timers.fire(tx, timer.id)
        tickets.snapshot(tx, timer.ticket)
    timers.next_due(tx)
    return len(due)


def _desk(path: str, total: int, clock: ManualClock) -> Database:
    """``total`` open tickets, each with a timer: DUE of them in each of the next minutes, the rest next year."""
    db = Database(f"sqlite:///{path}", clock)
    schema.upgrade(db.engine)

    def fill(tx: Tx) -> None:
        person = tx.insert(PERSON, address="mia@blueharbor.example", name="Mia", role=Role.CUSTOMER, created_at=NOW)
        first = tickets.create(tx, NewTicket("Order", "orders@shop.example", "smtp", person))
        row = {c: v for c, v in tx.rows(TICKET.select().where(TICKET.c.id == first))[0].items() if c != "id"}
        for start in range(1, total, 50_000):
            tx.insert_all(TICKET, (row for _ in range(min(50_000, total - start))))
        for start in range(0, total, 50_000):
            tx.insert_all(timers.TIMER, (_timer(first + n, n) for n in range(start, min(total, start + 50_000))))

    db.write_now(fill)
    return db


def _timer(ticket: int, number: int) -> dict[str, object]:
    soon = number < DUE * ROUNDS
    due = NOW + (timedelta(minutes=1 + number // DUE) if soon else timedelta(days=365, seconds=number))
    return {
        "ticket_id": ticket,
        "rule": "remind",
        "step": 0,
        "due_at": due,
        "state": "pending",
        "armed_at": NOW,
        "over": False,
    }
