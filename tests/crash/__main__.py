"""``python -m tests.crash``: kill the daemon, check, report; exit code 1 where an invariant does not hold."""

import argparse
import asyncio
import os
import secrets
import sys
from pathlib import Path

from tests.crash import mailbox
from tests.crash.databases import Database
from tests.crash.plan import MIGRATIONS, places
from tests.crash.report import Report
from tests.crash.run import Size, run


def main() -> int:
    arguments = _arguments()
    seed = secrets.randbelow(10**6) if arguments.seed is None else arguments.seed
    command = (
        f"python -m tests.crash --kills {arguments.kills} --mails {arguments.mails} --seed {seed}"
        f" --database {arguments.database}"
    )
    print(command, flush=True)
    report = Report(seed, arguments.database, command)
    size = Size(arguments.kills, arguments.mails, seed)
    program = dovecot()
    database = _database(arguments.database)
    try:
        asyncio.run(run(size, database, program, report))
    finally:
        database.close()
    if not report.violations:
        wanted = (*MIGRATIONS, *places(mailbox=program is not None))
        report.violations += report.never(wanted, arguments.each)
    print(report.text())
    for found in report.violations:
        print(found, file=sys.stderr)
    if arguments.report:
        report.write(arguments.report)
    return 1 if report.violations else 0


def dovecot() -> str | None:
    """The program that holds the mailbox; a run without one says so, and is refused where nothing may be left out."""
    found = mailbox.program()
    if found is None:
        if os.environ.get("MAILD_REQUIRE_ALL", "") not in ("", "0"):
            raise SystemExit(f"MAILD_REQUIRE_ALL=1 forbids to run without IMAP. {mailbox.MISSING}")
        print(f"WITHOUT IMAP: {mailbox.MISSING}", flush=True)
    return found


def _database(name: str) -> Database:
    if name == "sqlite":
        return Database()
    from tests.crash.server import Postgres

    return Postgres()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=5000)
    parser.add_argument("--mails", type=int, default=100_000)
    parser.add_argument("--seed", type=int, help="drawn where it is not given")
    parser.add_argument("--database", default="sqlite", choices=("sqlite", "postgresql"))
    parser.add_argument("--each", type=int, default=0, metavar="N", help="fail where it died less often at a place")
    parser.add_argument("--report", type=Path, help="write the figures as JSON there")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
