"""Memory at rest beside a Django help desk's, memory under many big mails at once, and how long the loop may stall."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from subprocess import SubprocessError
from typing import Any

from bench import daemon, figures, mails, processes
from bench.daemon import Daemon
from bench.figures import Figure
from bench.processes import PEERS

BIG = 30 * 1024 * 1024
AT_ONCE = 40
FEW, MANY = 10_000, 100_000


def _idle() -> Iterator[Figure]:
    yield _at_rest()


def _at_rest() -> Figure:
    name = "memory: idle / django-helpdesk"
    try:
        peer = _helpdesk()
    except (SubprocessError, OSError) as error:
        return figures.absent(name, str(error))
    ours = _rested()
    return figures.at_most(name, 1.2, [(ours, peer)], f"we {ours:.0f} MiB, it {peer:.0f} MiB; without reading children")


def _rested() -> float:
    """MiB of a daemon whose database was made by another process, as the peer's was."""
    home = daemon.folder()
    try:
        with daemon.running(home):
            pass
        with daemon.running(home) as mine:
            time.sleep(1)
            return processes.resident(mine.process.pid)
    finally:
        shutil.rmtree(home)


def _helpdesk() -> float:
    """MiB of a process that has read its mail and would wait for more."""
    home = Path(tempfile.mkdtemp(prefix="maild-bench-helpdesk-"))
    with processes.listening("bench.sink") as (relay, _):
        processes.peer("helpdesk.sh", PEERS, home, relay)
        for number in range(20):
            (home / "mail" / f"{number:06d}").write_bytes(mails.small(number).replace(b"\r\n", b"\n"))
        code = (
            "import django; django.setup()\n"
            "from django.core.management import call_command; call_command('get_email')\n"
            "print([l.split()[1] for l in open('/proc/self/status') if l.startswith('VmRSS')][0])"
        )
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": str(home)}
        python = str(PEERS / "helpdesk" / "bin" / "python")
        said = subprocess.run(
            [python, "-c", code], cwd=home, env=environment, check=True, capture_output=True, text=True
        )
    return int(said.stdout.split()[-1]) / 1024


def _many_big() -> Iterator[Figure]:
    with daemon.fresh() as mine:
        before = processes.resident(mine.process.pid)
        asyncio.run(_send_many(mine.port))
        grown = (processes.peak(mine.process.pid) - before) / AT_ONCE
    how = f"peak over idle, {AT_ONCE} mails of {BIG >> 20} MiB at once"
    yield figures.below("memory: a connection with a big mail", 8, "MiB", [grown], how)


async def _send_many(port: int) -> None:
    await asyncio.gather(*(_send(port, mails.big(BIG, 7), n) for n in range(AT_ONCE)))


async def _send(port: int, raw: bytes, number: int = 0) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await _answer(reader)
    unique = f"X-Number: {number}\r\nMessage-ID: <big-{number}@{mails.DOMAIN}>\r\n".encode()
    for words in (b"EHLO client.example", f"MAIL FROM:<{mails.buyer(number)}>".encode()):
        await _say(reader, writer, words + b"\r\n")
    await _say(reader, writer, f"RCPT TO:<{mails.ADDRESS}>\r\n".encode())
    await _say(reader, writer, b"DATA\r\n")
    writer.write(unique)
    for start in range(0, len(raw), 256 * 1024):
        writer.write(raw[start : start + 256 * 1024])
        await writer.drain()
    await _say(reader, writer, b"\r\n.\r\n")
    writer.close()


async def _say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, words: bytes) -> None:
    writer.write(words)
    await _answer(reader)


async def _answer(reader: asyncio.StreamReader) -> None:
    while (line := await reader.readline())[3:4] == b"-":
        pass
    if line[:1] not in b"23":
        raise RuntimeError(f"refused: {line!r}")


def _growth() -> Iterator[Figure]:
    """All accepted by one process that only accepts: what it keeps of each mail would show."""
    with daemon.fresh(roles="smtp") as mine:
        processes.load(mine.port, count=FEW, connections=16)
        few = processes.resident(mine.process.pid)
        for first in range(FEW, MANY, FEW):
            processes.load(mine.port, count=FEW, connections=16, first=first)
        many = processes.resident(mine.process.pid)
    how = f"{few:.0f} MiB, then {many:.0f} MiB; accepting alone"
    yield figures.at_most(f"memory: after {MANY:,} mails / after {FEW:,}", 1.1, [(many, few)], how)


def _stall() -> Iterator[Figure]:
    """Another client asks NOOP all the while; the longest answer above the usual is the stall."""
    with daemon.fresh() as mine:
        worst = asyncio.run(_longest_answer(mine))
    yield figures.below("loop: stall by a 30 MiB mail of one-byte lines", 50, "ms", [worst], "longest NOOP meanwhile")


async def _longest_answer(mine: Daemon) -> float:
    code = (
        "import asyncio, sys; from bench import memory, mails;"
        f"asyncio.run(memory._send({mine.port}, mails.lines(memory.BIG)))"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, cwd=processes.ROOT)
    sending = asyncio.create_task(process.wait())
    worst = 0.0
    while not sending.done():
        worst = max(worst, await _some_answers(mine.port, sending))
    return worst * 1e3


async def _some_answers(port: int, sending: "asyncio.Task[Any]") -> float:
    """As many as one connection may ask for."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await _answer(reader)
    worst, left = 0.0, 90
    while left and not sending.done():
        began = time.perf_counter()
        await _say(reader, writer, b"NOOP\r\n")
        worst, left = max(worst, time.perf_counter() - began), left - 1
        await asyncio.sleep(0.002)
    writer.close()
    return worst


PARTS: dict[str, Callable[[], Iterable[Figure]]] = {
    "idle": _idle,
    "big": _many_big,
    "stall": _stall,
    "growth": _growth,
}
