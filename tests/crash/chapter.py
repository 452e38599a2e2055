"""A chapter of a run: lives and deaths of a daemon on one database, now and then everything at rest and checked."""

import asyncio
import random
import signal
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from maild.store.engine import open_engine
from tests.crash import marks, senders, turns, way
from tests.crash.batch import Batch
from tests.crash.databases import Database
from tests.crash.day import Day
from tests.crash.desk import PATIENCE, Dead, Desk, Forge, Refused
from tests.crash.ledger import Ledger
from tests.crash.mailbox import Mailbox, Shelves
from tests.crash.mails import MAILBOX_HOST, SERVICE, SHOP
from tests.crash.plan import AT_REST, INSTANT, Round, once_more
from tests.crash.relay import Book, Relay
from tests.crash.report import Report
from tests.crash.truth import MOST_DESCRIPTORS, MOST_RSS, Truth
from tests.crash.yesterday import Yesterday
from tests.journeys.conftest import TOP, people, workflow

EPOCH = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KILLS_BETWEEN_RESTS = 25
CAPS = "[letters]\nper_organization_per_hour = 100000\nper_address_per_hour = 100000\nglobal_per_hour = 1000000\n"
COMPANIES = "".join(
    f'[[organization]]\nname = "{name.title()}"\ndomains = ["{name}.example"]\n'
    for name in ("tallgrass", "northlab", "quayside")
)
RETENTION = '[retention]\nraw_mail = "1h"\nevery = "1min"\nbatch = 3\n'


class Violated(Exception):
    """An invariant does not hold; says where and which."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What the chapters of a run share. ``dovecot`` is the program, None for a run without a mailbox."""

    database: Database
    forge: Forge
    relay: Relay
    report: Report
    dovecot: str | None = None


class Chapter:
    """One database, and one mailbox, from the first start to the last check."""

    def __init__(self, stage: Stage, seed: int, number: int, folder: Path) -> None:
        self._stage, self._report = stage, stage.report
        self._name = f"{seed}:{number}"
        self._where = f"seed {seed}, chapter {number}, folder {folder}"
        self._folder = folder
        self.ledger = Ledger()
        stage.relay.book = self.book = Book()
        stage.relay.faults.clear()
        self.box = Mailbox(stage.dovecot) if stage.dovecot else None
        self.desk = Desk(folder, stage.forge, EPOCH)
        self._day = Day(self.desk, self.ledger, stage.database, self.box, stage.report)
        self._batch = Batch(self.ledger, self.book, number * 1_000_000, mailbox=self.box is not None)
        self._round = 0
        self._has_tables = False
        self.shelves: Shelves | None = None

    async def play(self, plan: list[Round], *, yesterday: bool = True) -> None:
        """``yesterday``: at its end a copy of the database comes back, and the mailbox is read again."""
        try:
            if self.box is not None:
                await self.box.start()
                self._where += f", mailbox {self.box.where}"
            self._url = await self._stage.database.url(self._folder)
            self._configure()
            self._engine = open_engine(self._url)
            self.truth = Truth(self._engine, self.ledger, self.book)
            try:
                await self._play(plan)
            finally:
                self._report.count(self.ledger, self.book, self.truth.facts, self.truth.lateness)
                self._engine.dispose()
            if yesterday and self.box is not None and not self._report.violations:
                await self._go_back(self.box)
        except (AssertionError, Violated, Refused, TimeoutError) as error:
            self._complain([f"{type(error).__name__}: {error}"])
        finally:
            await self._end()

    async def _end(self) -> None:
        if self.desk.life is not None and not self.desk.life.dead:
            await self.desk.die()
        if self.box is not None:
            await self.box.close(keep=bool(self._report.violations))

    def _configure(self) -> None:
        top = TOP.format(port=self._stage.relay.port, people=people() + turns.PEOPLE)
        top = top.replace(f'["{SHOP}"]', f'["{SHOP}", "{SERVICE}"]')
        top = top.replace("[smtp]\n", f'[smtp]\ntrusted_authserv_ids = ["{MAILBOX_HOST}"]\n')
        box = self.box.settings if self.box is not None else ""
        text = f'[database]\nurl = "{self._url}"\n{RETENTION}{top}{box}{COMPANIES}{CAPS}{workflow()}'
        (self._folder / "config.toml").write_text(text + way.RULES + turns.RULES)

    async def _play(self, plan: list[Round]) -> None:
        missed: list[Round] = []
        for one in plan:
            if not await self._live(one):
                missed.append(once_more(one, len(plan) + len(missed)))
            if one.number % KILLS_BETWEEN_RESTS == KILLS_BETWEEN_RESTS - 1 and one is not plan[-1]:
                await self._rest(last=False)
            if self._report.violations:
                return
        for one in missed:
            await self._live(one)
            if self._report.violations:
                return
        await self._rest(last=True)

    async def _live(self, one: Round) -> bool:
        """A life, its death, and what it is counted as; False where it did not come to its place."""
        self._round = one.number
        self._stage.relay.faults.extend(one.faults)
        self._report.relay_faults += len(one.faults)
        dice = random.Random(one.dice)
        self._batch.write(one, dice, self.desk.now)
        if not one.late:
            await self._day.put()
        listens = await self.desk.start(one.fail, from_scratch=one.from_scratch)
        life = self.desk.life
        assert life is not None
        killer: asyncio.TimerHandle | None = None
        survived = False
        if listens:
            self._has_tables = True
            if one.place == INSTANT:
                killer = asyncio.get_running_loop().call_later(one.delay, life.kill)
            survived = await self._until_death(self._day.live(one, dice))
        if killer is not None:
            killer.cancel()
        if survived:
            life.kill()
        await self.desk.buried()
        as_planned = not survived or one.place == INSTANT
        self._bury(one, died_as_planned=as_planned)
        await self._look_at_mailbox()
        return as_planned

    async def _until_death(self, day: Awaitable[None]) -> bool:
        """Live the day, which ends early with the daemon; whether it was lived to its end."""
        assert self.desk.life is not None
        living = asyncio.ensure_future(day)
        ends: list[asyncio.Future[Any]] = [living, self.desk.life.death]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if not living.done():
            # Its connections break now. A server that is being restarted must come back before the next life.
            await asyncio.wait([living], timeout=PATIENCE)
            living.cancel()
        try:
            await living
        except (Dead, asyncio.CancelledError):
            return False
        return True

    def _bury(self, one: Round, *, died_as_planned: bool) -> None:
        life = self.desk.life
        assert life is not None
        report = self._report
        report.rounds += 1
        report.kills[one.place if died_as_planned else AT_REST] += 1
        if not died_as_planned:
            report.missed[one.place] += 1
        report.most_rss = max(report.most_rss, life.rss)
        report.most_descriptors = max(report.most_descriptors, life.descriptors)
        report.blocked += sum('"loop.blocked"' in line for line in life.words)
        code = life.death.result()
        if code != -signal.SIGKILL:
            self._complain([f"the daemon ended with {code}: {list(life.words)[-8:]}"])
        if life.rss > MOST_RSS or life.descriptors > MOST_DESCRIPTORS:
            self._complain([f"V14 the daemon used {life.rss} KiB and {life.descriptors} descriptors"])
        if not one.database:  # while its database is away a task may end and be started again
            self._complain([f"an error of its own: {line}" for line in life.words if "Traceback" in line])

    async def _look_at_mailbox(self) -> None:
        """As it is between death and the next start; the database is left as it lies there."""
        if self.box is None or not self._has_tables or not (put := self.ledger.put()):
            return
        shelves = await self.box.look()
        engine = self._stage.database.beside(self._url)
        try:
            with engine.connect() as connection:
                self._complain(list(marks.at_death(connection, shelves, put)))
        finally:
            engine.dispose()
        self._report.looks += 1

    async def _rest(self, *, last: bool) -> None:
        """Everybody tries again until all is heard; then every invariant must hold."""
        print(f"round {self._round}: {len(self.ledger.entries)} mails, {len(self.book.taken)} letters", flush=True)
        assert await self.desk.start(), "the daemon does not start"
        self._stage.relay.faults.clear()
        await self._day.put()
        for _ in range(5):
            if open_ := self.ledger.open():
                await senders.deliver(self.desk.port, open_)
        if open_ := self.ledger.open():
            self._complain([f"{len(open_)} mails are never taken, such as {open_[0].label} {open_[0].seen!r}"])
        await self._day.be_read()
        await self.desk.send_letters()
        await self._day.be_quiet()
        self.shelves = await self.box.look(anew=True) if self.box is not None else None
        self._complain(await asyncio.to_thread(self.truth.violations, self.shelves))
        if last:
            self._complain([row["violation"] for row in await self.desk.ask("db.check", drained=True)])
            await self._stop()
        else:
            await self.desk.die()
            self._report.kills[AT_REST] += 1
        self._report.rounds += 1

    async def _stop(self) -> None:
        if code := await self.desk.stop():
            last_words = list(self.desk.life.words)[-8:] if self.desk.life else ""
            self._complain([f"SIGTERM ended it with {code}: {last_words}"])

    async def _go_back(self, box: Mailbox) -> None:
        """The copy comes back; SMTP has no part in it, for nobody sends again what was acknowledged."""
        before = len(self.ledger.entries)
        yesterday = Yesterday(self.desk, self._day, self._batch, self.ledger, self.book, box)
        environment = self._stage.database.environment()
        place, found = await yesterday.play(self._url, environment, random.Random(self._name))
        self._complain([f"after a copy came back: {what}" for what in found])
        self._report.kills[f"{place}, reading again"] += 1
        self._report.rounds += 3
        self._report.read_again += len(self.ledger.entries) - before

    def _complain(self, found: list[str]) -> None:
        self._report.violations += [f"{self._where}, round {self._round}: {what}" for what in found]
