"""The chapters of a run, one after the other, until all are played or one has violations, whose folder is kept."""

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.crash.chapter import Chapter, Stage
from tests.crash.databases import Database
from tests.crash.desk import Forge
from tests.crash.plan import rounds
from tests.crash.relay import Relay
from tests.crash.report import Report

KILLS_OF_A_CHAPTER = 250


@dataclass(frozen=True, slots=True)
class Size:
    kills: int
    mails: int
    seed: int


async def run(size: Size, database: Database, dovecot: str | None, report: Report) -> Report:
    """The whole run; says how far it is as it goes. ``dovecot`` is the program, None for a run without a mailbox."""
    started = time.monotonic()
    forge, relay = await Forge().start(), await Relay().start()
    stage = Stage(database, forge, relay, report, dovecot)
    try:
        for number, (kills, mails) in enumerate(chapters(size)):
            folder = Path(tempfile.mkdtemp(prefix=f"maild-crash-{size.seed}-{number}-"))
            on_server = database.name != "sqlite"
            plan = rounds(size.seed, number, kills, mails, postgresql=on_server, mailbox=dovecot is not None)
            try:
                await Chapter(stage, size.seed, number, folder).play(plan)
            finally:
                report.seconds = time.monotonic() - started
                print(report.line(), flush=True)
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
