"""Chapters of a run: rounds of life and death on one database, now and then everything at rest and checked."""

import asyncio
import contextlib
import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from maild.store.engine import open_engine
from tests.crash import hostile, senders, way
from tests.crash.desk import Dead, Desk, Forge, Refused
from tests.crash.ledger import Deed, Kind, Ledger
from tests.crash.mails import CUSTOMERS, Writer
from tests.crash.plan import AT_REST, INSTANT, MACROS, Round, rounds
from tests.crash.relay import Book, Relay
from tests.crash.report import Report
from tests.crash.truth import MOST_DESCRIPTORS, MOST_RSS, Truth
from tests.journeys.conftest import TOP, people, workflow

EPOCH = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KILLS_OF_A_CHAPTER = 250
KILLS_BETWEEN_RESTS = 25
CAPS = "[letters]\nper_organization_per_hour = 100000\nper_address_per_hour = 100000\nglobal_per_hour = 1000000\n"
COMPANIES = "".join(
    f'[[organization]]\nname = "{name.title()}"\ndomains = ["{name}.example"]\n'
    for name in ("tallgrass", "northlab", "quayside")
)
KEPT = timedelta(hours=1)  # how long the bytes of mails are kept that nobody has to look at
RETENTION = '[retention]\nraw_mail = "1h"\nevery = "1min"\nbatch = 3\n'
MOST_NUDGES = 60
NUDGE = 1.0  # seconds
NO_CUSTOMERS_YET = 40  # letters that leave before anybody answers one


class Violated(Exception):
    """An invariant does not hold; says where and which."""


@dataclass(frozen=True, slots=True)
class Size:
    kills: int
    mails: int
    seed: int


class Database:
    """An empty SQLite file for each chapter. `tests.crash.server` has the one for PostgreSQL."""

    name = "sqlite"

    async def url(self, folder: Path) -> str:
        return f"sqlite:///{folder / 'maild.db'}"

    async def trouble(self, kind: str) -> None:
        """SQLite has no server that could be restarted."""

    async def drop(self) -> None:
        """It goes with its folder."""

    def close(self) -> None:
        """Nothing is left."""


async def run(size: Size, database: Database, report: Report, tell: Callable[[str], None]) -> Report:
    """The whole run; stops after the first chapter with violations, whose folder is kept."""
    started = time.monotonic()
    forge, relay = await Forge().start(), await Relay().start()
    try:
        for number, (kills, mails) in enumerate(chapters(size)):
            folder = Path(tempfile.mkdtemp(prefix=f"maild-crash-{size.seed}-{number}-"))
            chapter = Chapter(size.seed, number, folder, database, forge, relay, report, tell)
            try:
                await chapter.play(rounds(size.seed, number, kills, mails, postgresql=database.name != "sqlite"))
            finally:
                report.seconds = time.monotonic() - started
                tell(report.line())
            if report.violations:
                return report
            await database.drop()
            shutil.rmtree(folder)
    finally:
        relay.close()
        forge.close()
    return report


def chapters(size: Size) -> list[tuple[int, int]]:
    """Kills and mails of each."""
    count = max(1, round(size.kills / KILLS_OF_A_CHAPTER))
    shares = [size.kills // count + (1 if number < size.kills % count else 0) for number in range(count)]
    return [(kills, round(size.mails * kills / max(1, size.kills))) for kills in shares]


class Chapter:
    """One database from its first start to its last check."""

    def __init__(
        self,
        seed: int,
        number: int,
        folder: Path,
        database: Database,
        forge: Forge,
        relay: Relay,
        report: Report,
        tell: Callable[[str], None],
    ) -> None:
        self._tell = tell
        self._where = f"seed {seed}, chapter {number}, folder {folder}"
        self._folder, self._database, self._relay, self._report = folder, database, relay, report
        self.ledger = Ledger()
        relay.book = self.book = Book()
        relay.faults.clear()
        self.desk = Desk(folder, forge, EPOCH)
        self._serial = number * 1_000_000
        self._round = 0

    async def play(self, plan: list[Round]) -> None:
        try:
            url = await self._database.url(self._folder)
            self._configure(url)
            engine = open_engine(url)
            self.truth = Truth(engine, self.ledger, self.book)
            try:
                await self._play(plan)
            finally:
                self._count()
                engine.dispose()
        except (AssertionError, Violated, TimeoutError) as error:
            self._complain([f"{type(error).__name__}: {error}"])
        finally:
            if self.desk.life is not None and not self.desk.life.dead:
                await self.desk.die()

    def _configure(self, url: str) -> None:
        text = TOP.format(port=self._relay.port, people=people()) + COMPANIES + CAPS + workflow() + way.RULES
        (self._folder / "config.toml").write_text(f'[database]\nurl = "{url}"\n{RETENTION}{text}')

    async def _play(self, plan: list[Round]) -> None:
        for one in plan:
            self._round = one.number
            await self._live(one)
            if one.number % KILLS_BETWEEN_RESTS == KILLS_BETWEEN_RESTS - 1 and one is not plan[-1]:
                await self._rest(last=False)
            if self._report.violations:
                return
        await self._rest(last=True)

    async def _live(self, one: Round) -> None:
        """A life, its death, and what it is counted as."""
        self._relay.faults.extend(one.faults)
        self._report.relay_faults += len(one.faults)
        dice = random.Random(one.dice)
        self._write(one, dice)
        listens = await self.desk.start(one.fail, from_scratch=one.from_scratch)
        life = self.desk.life
        assert life is not None
        killer: asyncio.TimerHandle | None = None
        survived = False
        if listens:
            if one.place == INSTANT:
                killer = asyncio.get_running_loop().call_later(one.delay, life.kill)
            survived = await self._until_death(self._day(one, dice))
        if killer is not None:
            killer.cancel()
        if survived:
            life.kill()
        await self.desk.buried()
        self._bury(one, died_as_planned=not survived or one.place == INSTANT)

    async def _until_death(self, day: Awaitable[None]) -> bool:
        """Live the day, which ends early with the daemon; whether it was lived to its end."""
        assert self.desk.life is not None
        living = asyncio.ensure_future(day)
        ends: list[asyncio.Future[Any]] = [living, self.desk.life.death]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if not living.done():
            await asyncio.wait([living], timeout=5.0)  # its connections break now
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

    async def _day(self, one: Round, dice: random.Random) -> None:
        desk = self.desk
        for _ in range(one.rude):
            await senders.misbehave(desk.port, dice)
        await asyncio.gather(senders.deliver(desk.port, self.ledger.open()), self._trouble(one))
        if one.place == "config.reload":
            assert desk.life is not None
            with contextlib.suppress(ProcessLookupError):
                os.kill(desk.life.pid, signal.SIGHUP)
        for _ in range(one.deeds):
            await self._act(dice)
        for _ in range(way.STEPS):
            await self._walk(dice)
        await self._be_quiet(one)
        if one.minutes:
            await desk.move(desk.now + timedelta(minutes=one.minutes))
            await self._be_quiet(one)
        if one.timers:
            await self._next_timers()
        if one.sweeps:
            await desk.move(desk.now + KEPT + timedelta(minutes=2))
            await self._be_swept()
            await self._be_quiet(one)

    async def _trouble(self, one: Round) -> None:
        if one.database:
            self._report.database_faults[one.database] += 1
            await self._database.trouble(one.database)

    async def _next_timers(self) -> None:
        timer, _ = await self.desk.next_due()
        if timer is not None:
            await self.desk.move(timer)
            await self._be_quiet()

    async def _be_quiet(self, one: Round | None = None) -> None:
        if one is not None and one.database:
            await self._recover()
        await self.desk.quiet()
        self.ledger.rests.append(self.desk.now)

    async def _be_swept(self) -> None:
        """Until no mail that nobody has to look at is older than it may be."""
        for _ in range(MOST_NUDGES):
            found = await self.desk.ask("mail.list", state="ignored", limit=1000)
            if all(row["erased_at"] for row in found):
                return
            await asyncio.sleep(NUDGE / 10)

    async def _recover(self) -> None:
        """The database was away: pauses pass, and the leases of work that could not be given back run out."""
        for _ in range(MOST_NUDGES):
            with contextlib.suppress(Refused, TimeoutError):
                await asyncio.wait_for(self.desk.ask("quiet"), NUDGE)
                return
            with contextlib.suppress(Refused):
                await self.desk.ask("wake")
                await self.desk.move(self.desk.now + timedelta(seconds=20))
        raise AssertionError(f"the daemon does not recover: {await self.desk.ask('status')}")

    def _write(self, one: Round, dice: random.Random) -> None:
        """New mails of a round: 5 % hostile, 5 % copies, 30 % answers once there are letters, the rest new business."""
        writer, now = Writer(dice, self._serial), self.desk.now
        letters = [letter for letter in self.book.letters if letter.recipient in CUSTOMERS]
        if one.sweeps:
            self.ledger.entries.append(hostile.mail(dice, writer.next_serial(), now, "L01"))
        for number in range(one.mails):
            kind, which = dice.random(), dice.random()
            if kind < 0.05:
                entry = hostile.mail(dice, writer.next_serial(), now)
            elif kind < 0.10 and self.ledger.entries:
                entry = writer.copy(self.ledger.entries[int(which * len(self.ledger.entries))], now)
            elif kind < 0.40 and len(letters) >= NO_CUSTOMERS_YET:
                entry = writer.answer(letters[-1 - int(which * which * len(letters))], now)
            elif kind < 0.55:
                entry = writer.question(now)
            else:
                entry = writer.order(now, long=one.long and number == 0)
            self.ledger.entries.append(entry)
        self._serial = writer.next_serial()

    async def _act(self, dice: random.Random) -> None:
        """A colleague works: a macro, which the desk may refuse, or a note that must be there once."""
        openers = sum(entry.acks > 0 and entry.kind in (Kind.ORDER, Kind.QUESTION) for entry in self.ledger.entries)
        ticket = dice.randint(1, max(1, openers))
        with contextlib.suppress(Refused):
            if dice.random() < 0.5:
                await self.desk.ask("ticket.macro", "orders-agent", id=ticket, macro=dice.choice(MACROS))
                return
            deed = Deed(f"Rung up the customer, call {len(self.ledger.deeds)}", ticket)
            self.ledger.deeds.append(deed)
            await self.desk.ask("ticket.note", "orders-agent", id=ticket, text=deed.text)
            deed.done = True

    async def _walk(self, dice: random.Random) -> None:
        """A colleague takes a question one step along its way, which the desk may refuse."""
        state, step = dice.choice(way.BY_HAND)
        rows = await self.desk.ask("ticket.list", "orders-agent", query=f"state:{state}", limit=10)
        given = {} if step == "look" else {"comment": f"About your question, in round {self._round}."}
        if rows:
            with contextlib.suppress(Refused):
                number = dice.choice(rows)["id"]
                await self.desk.ask("ticket.move", "orders-agent", id=number, status=step, **given)

    async def _rest(self, *, last: bool) -> None:
        """Everybody tries again until all is heard; then every invariant must hold."""
        self._tell(f"round {self._round}: {len(self.ledger.entries)} mails, {len(self.book.taken)} letters")
        assert await self.desk.start(), "the daemon does not start"
        self._relay.faults.clear()
        for _ in range(5):
            if open_ := self.ledger.open():
                await senders.deliver(self.desk.port, open_)
        if open_ := self.ledger.open():
            self._complain([f"{len(open_)} mails are never taken, such as {open_[0].label} {open_[0].seen!r}"])
        await self.desk.send_letters()
        await self._be_quiet()
        self._complain(await asyncio.to_thread(self.truth.violations))
        if last:
            self._complain([row["violation"] for row in await self.desk.ask("db.check", drained=True)])
            code = await self.desk.stop()
            if code:
                self._complain(
                    [f"SIGTERM ended it with {code}: {list(self.desk.life.words)[-8:] if self.desk.life else ''}"]
                )
        else:
            await self.desk.die()
            self._report.kills[AT_REST] += 1
        self._report.rounds += 1

    def _complain(self, found: list[str]) -> None:
        self._report.violations += [f"{self._where}, round {self._round}: {what}" for what in found]

    def _count(self) -> None:
        report, entries = self._report, self.ledger.entries
        report.chapters += 1
        report.mails.update(entry.kind if entry.copy_of is None else "copy" for entry in entries)
        report.tries += sum(entry.tries for entry in entries)
        report.unknown += sum(max(0, entry.dots - entry.acks - (entry.refusal != "")) for entry in entries)
        report.acknowledged += sum(entry.acks > 0 for entry in entries)
        report.refused += sum(entry.refusal != "" for entry in entries)
        report.deeds += sum(deed.done for deed in self.ledger.deeds)
        report.letters += len(self.book.taken)
        report.copies.update(self.book.taken.values())
        report.lateness += self.truth.lateness
        report.timers_fired += len(self.truth.lateness)
        facts = self.truth.facts
        report.stored += facts["mails"]
        report.tickets += facts["tickets"]
        report.steps += facts["steps"]
        report.cut_at_dot += facts["cut_at_dot"]
        report.lost = sum("V1 lost" in found for found in report.violations)
        report.doubled = sum(": V3" in found or ": V6" in found for found in report.violations)
