"""No 250 before the log of the database is on disk, proven by what the kernel was asked to do."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.customer import Customer
from tests.journeys.daemon import Daemon

MAILS = 5


@pytest.mark.parametrize("synchronous", ["FULL", "NORMAL"])
def test_each_250_follows_an_fdatasync_of_the_wal(
    synchronous: str, desk_folder: Path, require_tool: Callable[[str], str]
) -> None:
    """The same test must fail where synchronous=NORMAL is forced, else it would prove nothing."""
    strace = require_tool("strace")
    trace = desk_folder / "trace"
    daemon = Daemon(desk_folder)
    daemon.words = ("--roles", "smtp")  # nobody else writes to the log between a commit and its 250
    calls = "trace=fdatasync,fsync,sendto,write,writev,pwrite64"
    daemon.wrapper = [strace, "-f", "-y", "-qq", "-s", "40", "-o", str(trace), "-e", calls]
    daemon.start(MAILD_TEST_SYNCHRONOUS=synchronous)
    customer = Customer(daemon, "Mia Okafor", "mia@blueharbor.example")
    for number in range(MAILS):
        assert customer.send(customer.mail(f"Order {number}", f"Order {number}, please.")).startswith("250 2.0.0")
    daemon.stop()
    unsynced = _said_too_early(trace.read_text(errors="replace"))
    assert len(unsynced) == (0 if synchronous == "FULL" else MAILS)


def _said_too_early(trace: str) -> list[str]:
    """The 250s between whose DATA and themselves the write-ahead log was written but not synced."""
    dirty, early = False, []
    for line in trace.splitlines():
        if "maild.db-wal>" in line:
            if "pwrite64(" in line:
                dirty = True
            elif re.search(r"f(data)?sync\(", line):
                dirty = False
        elif '"250 2.0.0 queued' in line and dirty:
            early.append(line)
    return early


def test_python_runs_under_strace(require_tool: Callable[[str], str], tmp_path: Path) -> None:
    """The tool itself works here: a trace that stays empty would pass for proof."""
    trace = tmp_path / "trace"
    program = "import os; f = os.open('x', os.O_CREAT | os.O_WRONLY); os.write(f, b'1'); os.fdatasync(f)"
    subprocess.run(
        [require_tool("strace"), "-f", "-o", trace, "-e", "trace=fdatasync", sys.executable, "-c", program],
        cwd=tmp_path,
        check=True,
    )
    assert "fdatasync(" in trace.read_text()
