"""The world of one seed: the shop, its customers and agents, a relay, what goes wrong, and days that pass."""

import asyncio
import contextlib
import hashlib
import random
import sys
import tempfile
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import structlog
from sqlalchemy import func, select

from maild.domain.ticket import Status
from maild.errors import MaildError
from maild.store import doctor
from maild.store.engine import open_engine
from maild.store.tables import HISTORY, LETTER, MESSAGE, TASK, TICKET, TICKET_TAG, TIMER
from maild.store.tx import Tx
from tests.empty_database import lay_down
from tests.simulation import hours, shop
from tests.simulation.clock import SimClock
from tests.simulation.daemon import SimDaemon, inside
from tests.simulation.faults import DESK, RELAY, Faults
from tests.simulation.judge import Judge
from tests.simulation.life import Life, current, task_factory
from tests.simulation.loop import VirtualLoop
from tests.simulation.model import UNSEEN
from tests.simulation.network import Listener, Network
from tests.simulation.people import HAND, People
from tests.simulation.relay import Relay, RelayTalk
from tests.simulation.store import SimDatabase
from tests.simulation.writing import Letter

# Weeks with a clock change, holidays, a year's end; and plain ones.
STARTS = (
    date(2026, 3, 25),
    date(2026, 10, 22),
    date(2026, 12, 22),
    date(2026, 4, 1),
    date(2026, 6, 1),
    date(2026, 9, 7),
)
LONGEST_REST = 12 * 3600.0  # seconds in which the world must come to rest
REST = 60.0
LONGEST_FILL = 400.0  # seconds of a full disk: everybody who writes asks every second, and learns nothing new
ASKED = 8  # commits between two looks at an invariant
_OF_ORDERS = TICKET.c.department == "orders"
BUGS = ("mail.settle_failed", "timer.failed", "smtp.failed", "smtp.accept_failed", "store.writer_failed")


@dataclass
class Result:
    """What a run saw. ``wrong`` is empty where everything was as it must be."""

    seed: int
    days: int
    trace: str
    wrong: list[str]
    count: dict[str, int] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)


def run(seed: int, days: int, *, keep: int = 0, off: frozenset[str] | None = None) -> Result:
    """Live so many days; ``keep`` lines of the trace's end are kept. ``off`` are kinds of faults that do not happen."""
    folder = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(prefix="maild-sim", dir=folder) as place:
        world = World(seed, days, Path(place) / "maild.db", keep, off)
        return world.run()


class World:
    def __init__(self, seed: int, days: int, file: Path, keep: int, off: frozenset[str] | None) -> None:
        self.seed, self.days = seed, days
        self.wrong: list[str] = []
        self.lines: deque[str] = deque(maxlen=keep)
        self._digest = hashlib.sha256()
        self._dice = random.Random(f"{seed}:world")
        self.faults = Faults(seed, lambda: self.loop.time(), off)
        self.network = Network(self.faults)
        self.loop = VirtualLoop(self.network)
        self.loop.set_task_factory(task_factory)
        self.loop.set_exception_handler(self._uncaught)
        self.relay = Relay(self.faults)
        self.cap = self._dice.choice((1, 50, 50))
        self.desk = shop.desk(self.cap)
        self.outages: list[tuple[datetime, datetime]] = []
        self._file = file
        self._lives = 0
        self.commits = 0
        self._strings = random.Random(f"{seed}:strings")

    def run(self) -> Result:
        with self._patched():
            try:
                self.loop.run_until_complete(self._main())
            finally:
                self._close()
        count = {
            "mails": len(self.people.sendings),
            "tries": sum(s.tries for s in self.people.sendings),
            "letters": len(self.relay.taken),
            "tickets": len(self.judge.oracle.tickets),
            "requests": len(self.judge.service.requests),
            "steps along the way": sum(len(r.moves) - 1 for r in self.judge.service.requests.values()),
            "deeds": len(self.people.deeds),
            "timers": self.judge.timers,
            "commits": self.commits,
            "deaths": self._lives - 1,
        }
        faults = dict(sorted(self.faults.count.items()))
        return Result(self.seed, self.days, self._digest.hexdigest()[:16], self.wrong, count, faults, list(self.lines))

    # What people see

    @property
    def db(self) -> SimDatabase:
        return self._db

    def now(self) -> datetime:
        return self.clock.now()

    def tell(self, what: str, *more: object) -> None:
        line = f"{self.loop.time():.6f} {what} {' '.join(map(str, more))}"
        self._digest.update(line.encode() + b"\n")
        self.lines.append(line)

    def letters(self, to_staff: bool) -> list[Letter]:
        return [
            Letter(t.message_id, t.reply_to, t.sender, t.recipients[0], t.at)
            for t in self.relay.taken[-60:]
            if t.recipients[0].endswith("@shop.example") == to_staff
            if not to_staff or t.sender.startswith("orders")  # who serves requests reads no mail here
        ]

    def open_tickets(self) -> list[tuple[int, str]]:
        query = select(TICKET.c.id, TICKET.c.status).where(_OF_ORDERS).order_by(TICKET.c.id.desc()).limit(40)
        found = self._db.look(lambda tx: tx.execute(query).all())
        return [(number, Status(status).word) for number, status in reversed(found)]

    def requests(self) -> list[tuple[int, str, str | None]]:
        query = select(TICKET.c.id, TICKET.c.state, TICKET.c.assignee).where(~_OF_ORDERS).order_by(TICKET.c.id)
        return self._db.look(lambda tx: [tuple(row) for row in tx.execute(query)])

    def tags(self, ticket: int) -> set[str]:
        query = select(TICKET_TAG.c.tag).where(TICKET_TAG.c.ticket_id == ticket)
        return self._db.look(lambda tx: set(tx.execute(query).scalars()))

    def held(self) -> list[tuple[int, int]]:
        query = select(LETTER.c.id, LETTER.c.ticket_id).join(TICKET, TICKET.c.id == LETTER.c.ticket_id)
        query = query.where(LETTER.c.phase == "held", _OF_ORDERS).order_by(LETTER.c.id)
        return self._db.look(lambda tx: [tuple(row) for row in tx.execute(query)])

    def open_tasks(self) -> list[int]:
        query = select(TASK.c.id).join(TICKET, TICKET.c.id == TASK.c.ticket_id)
        query = query.where(TASK.c.state == "open", _OF_ORDERS).order_by(TASK.c.id)
        return self._db.look(lambda tx: list(tx.execute(query).scalars()))

    def revised(self) -> list[int]:
        query = select(TICKET_TAG.c.ticket_id).where(TICKET_TAG.c.tag == UNSEEN).order_by(TICKET_TAG.c.ticket_id)
        return self._db.look(lambda tx: list(tx.execute(query).scalars()))

    def last_entry(self, tx: Tx) -> int:
        return int(tx.scalar(select(func.max(HISTORY.c.id))) or 0)

    # The course of things

    async def _main(self) -> None:
        start = self._dice.choice(STARTS) + timedelta(days=self._dice.randint(0, 6))
        epoch = hours.at(start, time(6))
        self.clock = SimClock(epoch)
        self.people = People(self.seed, self)
        self.judge = Judge(self.people, self.relay, self.outages, self.cap)
        self.faults.ambiguous = self._mark_ambiguous
        self.faults.kill = self._kill
        self.network.listen(Listener(RELAY, 25, lambda: RelayTalk(self.relay)))
        lay_down(self._file)
        url = f"sqlite:///{self._file}"
        self._engines = (open_engine(url, synchronous="OFF"), open_engine(url, synchronous="OFF", read_only=True))
        self._begin_life()
        await asyncio.sleep(5)
        for number in range(self.days):
            self.faults.calm = False
            await self._day(start + timedelta(days=number))
            if not await self._rest(final=number + 1 == self.days):
                return
            self._compare(number)
            if self.wrong:
                return

    async def _day(self, day: date) -> None:
        """From six in the morning to ten at night people do things, and at any time something may go wrong."""
        busy = 1.0 if hours.works(day) else 0.25
        plans = [(self._moment(day, 6, 22), self.people.write) for _ in range(self._some(10 * busy))]
        plans += [(self._moment(day, 7, 19), self.people.act) for _ in range(self._some(16 * busy))]
        plans += [(self._moment(day, 6, 23), self._mischief) for _ in range(self._some(1.5))]
        plans.sort(key=lambda plan: plan[0])
        doing = []
        for at, do in plans:
            await asyncio.sleep(max(0.0, self.clock.seconds(at) - self.loop.time()))
            doing.append(self.loop.create_task(do()))
        until = self.clock.seconds(hours.at(day + timedelta(days=1), time(1)))
        await asyncio.sleep(max(0.0, until - self.loop.time()))
        self.faults.calm = True
        await asyncio.gather(*doing)

    def _some(self, mean: float) -> int:
        return max(0, round(self._dice.gauss(mean, mean / 3)))

    def _moment(self, day: date, first: int, last: int) -> datetime:
        return hours.at(day, time(first)) + timedelta(seconds=self._dice.random() * (last - first) * 3600)

    async def _mischief(self) -> None:
        what, dice = self._dice.choice(("crash", "part", "fill")), self._dice
        long = dice.random() < 0.2
        seconds = dice.uniform(600, 14400) if long else dice.uniform(5, 300)
        if what == "crash" and self.faults.on("crash") and not self.life.dead:
            self.faults.count["crash"] += 1
            self._kill("at any moment", seconds)
        elif what == "part":
            self.faults.part(dice.choice((DESK, RELAY)), seconds)
        elif what == "fill" and self.faults.on("disk_full"):
            seconds = min(seconds, LONGEST_FILL)
            self.faults.fill(seconds)
            self.outages.append((self.now(), self.now() + timedelta(seconds=seconds)))

    # Lives of the daemon

    def _begin_life(self) -> None:
        self._lives += 1
        self.life = life = Life(self._lives)
        self._db = life.context.run(
            SimDatabase, self._engines, self.clock, life, self.faults, lambda: self._committed()
        )
        self.tell("life", life.number)
        daemon = life.context.run(SimDaemon, self.desk, self.clock, self._db, self.faults, life)
        self._running = life.start(self._live(daemon, life), f"life {life.number}")

    async def _live(self, daemon: SimDaemon, life: Life) -> None:
        try:
            await daemon.run(self._strings.random)
        except Exception as error:
            if life.dead:
                return
            # It could not start, or a task group fell: what systemd does then.
            if not isinstance(error, MaildError):
                self.wrong.append(f"the daemon fell: {error!r}")
            self.faults.count["starts that failed"] += 1
            self._end_life("it fell", 5.0)

    def _kill(self, place: str, seconds: float | None = None) -> None:
        """As kill -9 does: now. Called from inside, it does not return."""
        within = current() is not None
        if not self.life.dead:
            self._end_life(place, seconds if seconds is not None else self._dice.uniform(2, 60))
        if within:
            raise asyncio.CancelledError

    def _end_life(self, why: str, downtime: float) -> None:
        self.tell("death", why)
        self._mark_ambiguous()
        self.life.end()
        self._db.end()
        self.network.listeners.pop((DESK, 25), None)
        self.outages.append((self.now(), self.now() + timedelta(seconds=downtime + 60)))
        self.loop.call_later(downtime, self._begin_life)

    def _hit(self, place: str) -> None:
        life = current()
        if life is not None:
            if life.dead:
                raise asyncio.CancelledError
            self.faults.hit(place)

    def _mark_ambiguous(self) -> None:
        """Letters that are at their dot now may have been taken without anybody writing it down."""
        query = select(LETTER.c.id).where(LETTER.c.phase == "at_dot")
        for letter in self._db.look(lambda tx: list(tx.execute(query).scalars())):
            self.judge.ambiguous[letter] += 1

    # Looking

    def _committed(self) -> None:
        """After every few commits one of the invariants is asked, in turn."""
        self.commits += 1
        if self.commits % ASKED:
            return
        what, query = doctor.INVARIANTS[self.commits // ASKED % len(doctor.INVARIANTS)]
        rows = self._db.look(lambda tx: tx.execute(query(tx).limit(3)).all())
        if rows:
            self.wrong.append(f"after commit {self.commits}: {what}: {rows}")

    async def _rest(self, *, final: bool) -> bool:
        """Wait until nobody has anything to do; at the end also for letters that wait for their next try."""
        end, busy = self.loop.time() + LONGEST_REST, ["no life"]
        while self.loop.time() < end:
            await asyncio.sleep(REST)
            if self.life.ready and not self.life.dead and not self.people.under_way:
                for mail in self._unread():
                    await self.people.do(self.people.deed("retry", str(mail), 0))
                busy = self._db.look(lambda tx: _busy(tx, final))
                if not busy:
                    return True
        self.wrong.append(f"V4 the world does not come to rest: {busy}, {self.people.under_way} under way")
        return False

    def _unread(self) -> list[int]:
        query = select(MESSAGE.c.id).where(MESSAGE.c.outcome == "quarantined", MESSAGE.c.code.startswith("parser."))
        return self._db.look(lambda tx: list(tx.execute(query).scalars()))

    def _compare(self, day: int) -> None:
        self.wrong += self._db.look(self.judge.judge)
        self.tell("day", day, len(self.judge.oracle.tickets), len(self.judge.oracle.letters), self.judge.timers)

    def _uncaught(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        life = current()
        if not (life is not None and life.dead) and not isinstance(error, asyncio.CancelledError):
            self.wrong.append(f"uncaught: {context['message']}: {error!r}")

    def _close(self) -> None:
        self.life.end()
        with contextlib.suppress(asyncio.CancelledError):
            self.loop.run_until_complete(asyncio.sleep(1))
        self.network.close()
        self._db.close_now()
        for engine in self._engines:
            engine.dispose()
        self.loop.close()

    # The process

    @contextlib.contextmanager
    def _patched(self) -> Iterator[None]:
        told = structlog.get_config()
        structlog.configure(processors=[self._listen], cache_logger_on_first_use=False)
        with contextlib.ExitStack() as stack:
            stack.callback(lambda: structlog.configure(**told))
            stack.enter_context(patch("maild.failpoints.hit", self._hit))
            for room in ("pipeline.receive.connection", "pipeline.receive.reception", "maild.control.tickets"):
                stack.enter_context(patch(f"{room}.secrets", self))
            stack.enter_context(inside(self.faults))
            yield

    def token_hex(self, octets: int) -> str:
        """In the place of secrets.token_hex; what an agent does is known by its number."""
        deed = HAND.get()
        return f"deed{deed.number}" if deed is not None else f"{self._strings.getrandbits(8 * octets):x}"

    def _listen(self, logger: Any, method: str, known: Any) -> Any:
        """Every log line is part of the trace; some of them tell of a bug."""
        life = current()
        if life is not None and life.dead:
            raise structlog.DropEvent
        error = sys.exc_info()[1] if known.pop("exc_info", None) else None
        event = known.pop("event")
        if (event in BUGS or error is not None) and not _outside(error):
            self.wrong.append(f"{event}: {error!r} {known}")
        self.tell("log", event, sorted(known.items()), type(error).__name__ if error else "")
        raise structlog.DropEvent


def _outside(error: BaseException | None) -> bool:
    """Whether it is trouble of the surroundings, and no mistake of ours."""
    if isinstance(error, BaseExceptionGroup):
        return all(map(_outside, error.exceptions))
    return isinstance(error, MaildError | OSError)


def _busy(tx: Tx, final: bool) -> list[str]:
    """Work that is left over."""
    waits = LETTER.c.phase.in_(("queued", "deferred", "unknown"))
    asked = {
        "mails": select(func.count(MESSAGE.c.id)).where(MESSAGE.c.state != "done"),
        "letters under way": select(func.count(LETTER.c.id)).where(LETTER.c.phase.in_(("sending", "at_dot"))),
        "letters due": select(func.count(LETTER.c.id)).where(waits, *([] if final else [LETTER.c.next_at <= tx.now])),
        "timers due": select(func.count(TIMER.c.id)).where(TIMER.c.state == "pending", TIMER.c.due_at <= tx.now),
        "reminders": select(func.count(TASK.c.id)).where(TASK.c.state == "open", TASK.c.remind_at <= tx.now),
    }
    return next(([what] for what, query in asked.items() if tx.scalar(query)), [])
