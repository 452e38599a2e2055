"""What happens while a daemon lives: mails come by both ways, colleagues work, time passes, a database is away."""

import asyncio
import contextlib
import os
import random
import signal
from datetime import timedelta

from tests.crash import senders
from tests.crash.databases import Database
from tests.crash.deeds import Colleagues
from tests.crash.desk import Dead, Desk, Refused
from tests.crash.ledger import Ledger
from tests.crash.mailbox import NAME, PROCESSED, Mailbox
from tests.crash.plan import MAILBOX, Round
from tests.crash.report import Report

KEPT = timedelta(hours=1)  # how long the bytes of mails are kept that nobody has to look at
MOST_NUDGES = 300  # so often only where it hangs
NUDGE = 1.0  # seconds
PATIENCE = 3.0  # seconds in which a mailbox is read without being asked for


class Day:
    """Whatever it asks of a daemon that died raises Dead."""

    def __init__(self, desk: Desk, ledger: Ledger, database: Database, box: Mailbox | None, report: Report) -> None:
        self._desk, self._ledger, self._database, self._box, self._report = desk, ledger, database, box, report
        self._colleagues = Colleagues(desk, ledger)

    async def live(self, one: Round, dice: random.Random) -> None:
        desk = self._desk
        for _ in range(one.rude):
            await senders.misbehave(desk.port, dice)
        await self._colleagues.finish()
        await asyncio.gather(senders.deliver(desk.port, self._ledger.open()), self.put(), self._trouble(one))
        if one.place == "config.reload":
            assert desk.life is not None
            with contextlib.suppress(ProcessLookupError):
                os.kill(desk.life.pid, signal.SIGHUP)
        await self._colleagues.work(one, dice)
        await self.be_quiet(one)
        if one.place in MAILBOX:
            await self.be_read()
        if one.minutes:
            await desk.move(desk.now + timedelta(minutes=one.minutes))
            await self.be_quiet(one)
        if one.timers:
            await self._next_timers()
        if one.sweeps:
            await desk.move(desk.now + KEPT + timedelta(minutes=2))
            await self._be_swept()
            await self.be_quiet(one)

    async def put(self) -> None:
        """Into the mailbox what is not there yet."""
        if self._box is not None:
            await self._box.put(self._ledger.unput())

    async def _trouble(self, one: Round) -> None:
        if one.database:
            self._report.database_faults[one.database] += 1
            await self._database.trouble(one.database)

    async def _next_timers(self) -> None:
        timer, _ = await self._desk.next_due()
        if timer is not None:
            await self._desk.move(timer)
            await self.be_quiet()

    async def be_quiet(self, one: Round | None = None) -> None:
        if one is not None and one.database:
            await self._recover()
        await self._desk.quiet()
        self._ledger.rests.append(self._desk.now)

    async def be_read(self) -> None:
        """Until nothing new lies in the mailbox; one that rests after a trouble of the database is asked for."""
        for _ in range(MOST_NUDGES):
            if self._box is None or not await self._box.waiting():
                return
            if not await self._hears_of_it(PATIENCE):
                self._report.nudges += 1
                await self._desk.ask("imap.poll", name=NAME)
        raise AssertionError(f"the mailbox is not read: {await self._desk.ask('status')}")

    async def be_read_again(self) -> None:
        """Until the folder for processed mail is read up to its end as well."""
        assert self._box is not None
        for _ in range(MOST_NUDGES):
            rows = await self._desk.ask("imap.list")
            marks = {row["folder"]: row["last_uid"] for row in rows}
            if marks.get(PROCESSED) == await self._box.next_uid() - 1:
                return
            await self._hears_of_it(NUDGE)
        raise AssertionError(f"what was filed is not read again: {rows}")

    async def _hears_of_it(self, seconds: float) -> bool:
        """Wait until the daemon says something of its mailbox."""
        life = self._desk.life
        assert life is not None
        news = asyncio.ensure_future(life.news.wait())
        await asyncio.wait([news, life.death], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        heard = news.done()
        news.cancel()
        if life.dead:
            raise Dead("imap")
        life.news.clear()
        return heard

    async def _be_swept(self) -> None:
        """Until no mail that nobody has to look at is older than it may be."""
        for _ in range(MOST_NUDGES):
            found = await self._desk.ask("mail.list", state="ignored", limit=1000)
            if all(row["erased_at"] for row in found):
                return
            await asyncio.sleep(NUDGE / 10)

    async def _recover(self) -> None:
        """The database was away: pauses pass, and the leases of work that could not be given back run out."""
        for _ in range(MOST_NUDGES):
            with contextlib.suppress(Refused, TimeoutError):
                await asyncio.wait_for(self._desk.ask("quiet"), NUDGE)
                return
            with contextlib.suppress(Refused):
                await self._desk.ask("wake")
                await self._desk.move(self._desk.now + timedelta(seconds=20))
        # All pauses and leases have passed: what is left is work, however long this machine takes for it.
        await self._desk.quiet()
