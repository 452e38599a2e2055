"""The oracle of the other department: requests that go along a blueprint, given out in turn, with promised times.

In plain Python, as `tests.simulation.model`: it knows neither rules nor tables.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from maild.domain.ticket import Status
from maild.store.tables import BLUEPRINT_MOVE, LETTER, SLA_CLOCK, TICKET, TIMER
from maild.store.tx import Tx
from tests.simulation import hours
from tests.simulation.model import STAFF, Oracle, Ticket
from tests.simulation.writing import Mail

AGENTS = ("eve", "finn", "gus")
LEAD = "service-lead"
CAP = 1
GIVE_UP = "blueprint.requests.give-up"
FIRST_REPLY, RESOLUTION = timedelta(hours=2), timedelta(hours=8)
STATUS = {"received": "open", "asked": "pending", "repairing": "on-hold", "answered": "solved"}
WAYS = {  # transition: from, to
    "ask": (("received", "repairing"), "asked"),
    "repair": (("received",), "repairing"),
    "answer": (("received", "repairing"), "answered"),
    "customer-answers": (("asked",), "received"),
    "give-up": (("asked",), "answered"),
    "again": (("answered",), "received"),
}
BY_REPLY = {"asked": "customer-answers", "answered": "again"}


@dataclass
class Request:
    id: int
    requester: str
    created: datetime
    state: str = "received"
    entered: datetime = datetime.min
    owner: str | None = None
    serial: bool = False
    moves: list[tuple[str, str, str]] = field(default_factory=list)  # transition, from, to
    replies: int = 0
    first_reply: datetime | None = None
    ended: datetime | None = None  # when it was answered
    worked: timedelta = timedelta()  # of working time in states that are ours

    @property
    def counts(self) -> bool:
        return self.state != "answered"


class Service:
    """Follows the history of its tickets; what has to be the same for all goes to the oracle of the orders."""

    def __init__(self, oracle: Oracle) -> None:
        self.requests: dict[int, Request] = {}
        self._oracle = oracle
        self._turns: list[str] = []

    def load(self, agent: str) -> int:
        return sum(request.owner == agent and request.counts for request in self.requests.values())

    # What happens

    def mail(self, event: str, number: int, now: datetime, mail: Mail, about: tuple[int, str] | None) -> None:
        if event == "TicketCreated":
            self._open(number, now, mail)
            return
        request = self.requests[number]
        self._oracle.outcomes[mail.id] = ("comment", number)
        if event == "LetterBounced":
            if mail.kind != "report" or about is None:
                self._wrong(f"V10 mail {mail.id} ({mail.kind}) came back on request {number}")
            else:
                self._oracle.bounced.add(about[1])
        elif self._heard(mail, request):
            self._go(request, BY_REPLY[request.state], now)

    def _open(self, number: int, now: datetime, mail: Mail) -> None:
        if mail.kind != "request" or number in self.requests:
            self._wrong(f"V10 mail {mail.id} ({mail.kind}) opened request {number}")
        self.requests[number] = Request(number, mail.author, now, entered=now, moves=[("", "", "received")])
        self._oracle.outcomes[mail.id] = ("ticket", number)

    def _heard(self, mail: Mail, request: Request) -> bool:
        """Whether the customer has spoken, and the request waits for it."""
        known = Ticket(request.id, request.requester, request.created, verified=False)
        speaks = mail.kind in ("answer", "cancel") and Oracle._speaks(mail, known)
        return speaks and mail.author not in STAFF.values() and request.state in BY_REPLY

    def offered(self, number: int, chosen: str | None) -> None:
        """An assignment's turn: the oldest that waits, to whom of those with room it was longest ago."""
        request = self.requests[number]
        free = [agent for agent in AGENTS if self.load(agent) < CAP]
        turns = {agent: number for number, agent in enumerate(self._turns)}
        must = min(free, key=lambda agent: turns.get(agent, -1)) if free else None
        first = min((r.id for r in self.requests.values() if r.owner is None and r.counts), default=0)
        if chosen != must or request.owner is not None or (chosen and number != first):
            self._wrong(f"request {number} of {request.owner} was given to {chosen}, expected {first} to {must}")
        if chosen:
            request.owner = chosen
            self._turns.append(chosen)

    def refuses(self, number: int, what: str, value: str, actor: str) -> bool:
        """Whether it must be refused as things stand: a blueprint lets through what its table says, nothing else."""
        request = self.requests[number]
        if what == "force":  # a status that it has already changes nothing
            return value != f"status={STATUS[request.state]}"
        name, *given = value.split("|")
        if name not in WAYS or request.state not in WAYS[name][0]:
            return True
        match name:
            case "ask":
                return actor not in (*AGENTS, LEAD) or "comment" not in given
            case "answer":
                return actor not in (request.owner, LEAD) or "comment" not in given
            case "repair":
                return actor != request.owner or not (request.serial or "serial" in given)
        return True  # a reply or time takes it, no hand

    def may_refuse(self, number: int, what: str, value: str, actor: str) -> bool:
        return what == "force" or self.refuses(number, what, value, actor)

    def hand(self, number: int, now: datetime, what: str, value: str, actor: str) -> None:
        request = self.requests[number]
        if self.refuses(number, what, value, actor):
            self._wrong(f"{what} {value} by {actor} on request {number} in {request.state} was done, to be refused")
            return
        if what == "force":
            return
        name, *given = value.split("|")
        request.serial |= "serial" in given
        if "comment" in given:
            request.replies += 1
            request.first_reply = request.first_reply or now
        self._go(request, name, now)

    def timer(self, number: int, rule: str, due: datetime, now: datetime) -> None:
        request = self.requests[number]
        if rule == GIVE_UP:
            if request.state != "asked" or due != self._gives_up(request) or now < due:
                self._wrong(f"request {number} in {request.state} was given up at {now}, due {due}")
            self._go(request, "give-up", now)

    @staticmethod
    def _gives_up(request: Request) -> datetime:
        return hours.business_hours(request.entered, 4)

    def _go(self, request: Request, transition: str, now: datetime) -> None:
        to = WAYS[transition][1]
        request.moves.append((transition, request.state, to))
        if request.state in ("received", "repairing"):
            request.worked += hours.worked(request.entered, now)
        request.state, request.entered = to, now
        request.ended = now if to == "answered" else None

    def _wrong(self, what: str) -> None:
        self._oracle.wrong.append(what)

    # What is

    def judge(self, tx: Tx) -> list[str]:
        return [*self._rows(tx), *self._moves(tx), *self._clocks(tx), *self._timers(tx), *self._replies(tx)]

    def _rows(self, tx: Tx) -> list[str]:
        found = []
        rows = {row.id: row for row in tx.execute(select(TICKET).where(TICKET.c.department == "service"))}
        for number, request in self.requests.items():
            row = rows.pop(number, None)
            is_ = row and (row.blueprint, row.state, Status(row.status).word, row.assignee, row.queue is not None)
            waits = request.owner is None and request.counts
            must = ("requests", request.state, STATUS[request.state], request.owner, waits)
            if is_ != must:
                found.append(f"V13 request {number} is {is_}, expected {must}")
        waiting = [r.id for r in self.requests.values() if r.owner is None and r.counts]
        free = [agent for agent in AGENTS if self.load(agent) < CAP]
        if waiting and free:
            found.append(f"requests {waiting} wait, and {free} have room")
        return found + [f"request {number} came from nowhere" for number in rows]

    def _moves(self, tx: Tx) -> list[str]:
        """The log is the way that was gone, and no step of it is outside of the table."""
        ways: dict[int, list[tuple[str, str, str]]] = {number: [] for number in self.requests}
        for row in tx.execute(select(BLUEPRINT_MOVE).order_by(BLUEPRINT_MOVE.c.id)):
            ways.setdefault(row.ticket_id, []).append((row.transition, row.source, row.target))
        found = [
            f"request {number} went {ways[number]}, expected {request.moves}"
            for number, request in self.requests.items()
            if ways[number] != request.moves
        ]
        for number, way in ways.items():
            steps = [(name, source, to) for name, source, to in way if name]
            if any(source not in WAYS[name][0] or to != WAYS[name][1] for name, source, to in steps):
                found.append(f"request {number} left the table: {way}")
        return found

    def _clocks(self, tx: Tx) -> list[str]:
        """Of one kind one clock at a time; the first of each ends when its promise is met, with the time it took."""
        found = []
        clocks: dict[tuple[int, str], list[Any]] = {}
        for row in tx.execute(select(SLA_CLOCK).order_by(SLA_CLOCK.c.run)):
            clocks.setdefault((row.ticket_id, row.target), []).append(row)
        for (number, target), runs in clocks.items():
            for before, after in pairwise(runs):
                if before.ended_at is None or before.ended_at > after.started_at:
                    found.append(f"request {number}: two clocks of {target} run at once")
        for number, request in self.requests.items():
            for target, ended, worked, allowed in (
                ("first_reply", request.first_reply, self._until(request, request.first_reply), FIRST_REPLY),
                ("resolution", request.ended, request.worked, RESOLUTION),
            ):
                first = clocks.get((number, target), [None])[0]
                if first is None or (first.started_at, first.ended_at) != (request.created, ended):
                    found.append(f"request {number}: the clock of {target} is {first}, expected to end at {ended}")
                elif first.allowed != _micro(allowed) or (ended and first.consumed != _micro(worked)):
                    found.append(f"request {number}: {target} took {first.consumed}, expected {_micro(worked)}")
        return found

    @staticmethod
    def _until(request: Request, end: datetime | None) -> timedelta:
        return hours.worked(request.created, end) if end else timedelta()

    def _timers(self, tx: Tx) -> list[str]:
        pending = select(TIMER).where(TIMER.c.state == "pending", TIMER.c.ticket_id.in_(self.requests))
        is_ = {(row.ticket_id, row.due_at) for row in tx.execute(pending.where(TIMER.c.rule == GIVE_UP))}
        must = {(r.id, self._gives_up(r)) for r in self.requests.values() if r.state == "asked"}
        return [f"V8 giving up request {number} at {due} is not as expected" for number, due in is_ ^ must]

    def _replies(self, tx: Tx) -> list[str]:
        mine = select(LETTER.c.ticket_id).where(LETTER.c.template == "reply", LETTER.c.ticket_id.in_(self.requests))
        is_ = Counter(tx.execute(mine).scalars())
        return [
            f"V5 request {number} has {is_[number]} answers, expected {request.replies}"
            for number, request in self.requests.items()
            if is_[number] != request.replies
        ]


def _micro(span: timedelta) -> int:
    return span // timedelta(microseconds=1)
