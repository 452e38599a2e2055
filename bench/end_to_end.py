"""From the first DATA to the last confirmation at a local relay, beside desks that make tickets of the same mails."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from subprocess import SubprocessError

from bench import daemon, figures, mails, processes
from bench.figures import Figure
from bench.processes import PEERS

ROUNDS = 3
COUNT = {"small": 120, "pdf": 24}
BOUND = {"small": 8.0, "pdf": 3.0}


def _compare(kind: str) -> Iterator[Figure]:
    """Each peer gets the mails as files, which spares it the receiving; we get them by SMTP."""
    yield _compared(kind)


def _compared(kind: str) -> Figure:
    peers = [peer for peer in (roundup, helpdesk) if _works(peer, kind)]
    rounds = [(ours(kind), *[peer(kind) for peer in peers]) for _ in range(ROUNDS + 1)][1:]
    if not peers:
        return figures.absent(f"end to end, {kind}", "no peer could be installed")
    told = ", ".join(
        f"{peer.__name__} {sorted(r[n] for r in rounds)[ROUNDS // 2]:.1f}/s" for n, peer in enumerate(peers, 1)
    )
    mine = sorted(each[0] for each in rounds)[ROUNDS // 2]
    best = [(each[0], max(each[1:])) for each in rounds]
    return figures.at_least(f"end to end, {kind} / best peer", BOUND[kind], best, f"we {mine:.1f}/s; {told}")


def _works(peer: Callable[[str], float], kind: str) -> bool:
    try:
        peer(kind)
    except (SubprocessError, OSError, RuntimeError) as error:
        print(f"{peer.__name__} left out: {error}")
        return False
    return True


def ours(kind: str) -> float:
    """Mails a second, all with their ticket and their letter taken by the relay."""
    count = COUNT[kind]
    with processes.listening("bench.sink") as (relay, sink), daemon.fresh(relay) as mine:
        processes.load(mine.port, kind=kind, count=8, connections=4, first=900_000)
        mine.quiet()
        began, letters = time.perf_counter(), processes.taken(sink)
        processes.load(mine.port, kind=kind, count=count, connections=16)
        mine.quiet()
        seconds = time.perf_counter() - began
        _check(processes.taken(sink) - letters, count)
    return count / seconds


def roundup(kind: str) -> float:
    """One roundup-mailgw that reads an mbox."""
    home = Path(tempfile.mkdtemp(prefix="maild-bench-roundup-"))
    try:
        with processes.listening("bench.sink") as (relay, sink):
            processes.peer("roundup.sh", PEERS, home, relay)
            with (home / "mbox").open("wb") as box:
                for number in range(COUNT[kind]):
                    raw = mails.KINDS[kind](number).replace(b"\r\n", b"\n")
                    box.write(b"From buyer Mon Jan  6 10:00:00 2025\n" + raw.replace(b"\nFrom ", b"\n>From ") + b"\n")
            gateway = (PEERS / "roundup" / "bin" / "roundup-mailgw", home, "mailbox", home / "mbox")
            return COUNT[kind] / _timed(gateway, home, sink, COUNT[kind])
    finally:
        shutil.rmtree(home)


def helpdesk(kind: str) -> float:
    """One run of django-helpdesk's get_email over a folder."""
    home = Path(tempfile.mkdtemp(prefix="maild-bench-helpdesk-"))
    try:
        with processes.listening("bench.sink") as (relay, sink):
            processes.peer("helpdesk.sh", PEERS, home, relay)
            for number in range(COUNT[kind]):
                (home / "mail" / f"{number:06d}").write_bytes(mails.KINDS[kind](number).replace(b"\r\n", b"\n"))
            command = (PEERS / "helpdesk" / "bin" / "python", "-m", "django", "get_email")
            return COUNT[kind] / _timed(command, home, sink, COUNT[kind])
    finally:
        shutil.rmtree(home)


def _timed(command: Sequence[Path | str], home: Path, sink: "subprocess.Popen[str]", count: int) -> float:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": str(home)}
    began = time.perf_counter()
    subprocess.run(command, cwd=home, env=environment, check=True, capture_output=True)
    seconds = time.perf_counter() - began
    _check(processes.taken(sink), count)
    return seconds


def _check(letters: int, count: int) -> None:
    if letters < count:
        raise RuntimeError(f"{letters} confirmations for {count} mails")


PARTS: dict[str, Callable[[], Iterable[Figure]]] = {kind: partial(_compare, kind) for kind in COUNT}
