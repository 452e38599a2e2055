"""From DATA to 250: a durable yes, beside a stock aiosmtpd that throws the mail away and Postfix that queues it."""

import contextlib
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import SubprocessError

from bench import daemon, figures, processes
from bench.figures import Figure

ROUNDS = 3
COUNT = {"small": 2000, "pdf": 200}
BACKLOG = 1500


def run() -> Iterator[Figure]:
    """The daemon does all its other work meanwhile, with one child that reads."""
    with processes.listening("bench.stock") as (stock, _), _postfix() as postfix:
        for kind, connections in (("small", 16), ("small", 64), ("pdf", 16)):
            yield from _compare(kind, connections, stock, postfix)
    yield _backlog()


def _compare(kind: str, connections: int, stock: int, postfix: int | None) -> list[Figure]:
    ours, theirs, third = [], [], []
    options = {"kind": kind, "connections": connections, "count": COUNT[kind]}
    for round_ in range(ROUNDS + 1):
        with daemon.fresh(children=1) as mine:
            result = processes.load(mine.port, first=round_ * 10000, **options)
        ours.append(result)
        theirs.append(processes.load(stock, **options))
        if postfix:
            third.append(processes.load(postfix, **options))
    ours, theirs, third = ours[1:], theirs[1:], third[1:]
    what = f"accept, {kind}, {connections} connections"
    rates = [(a["per_second"], b["per_second"]) for a, b in zip(ours, theirs, strict=True)]
    how = f"medians of {ROUNDS} pairs; we {_median(ours):.0f}/s, it {_median(theirs):.0f}/s"
    found = [figures.at_least(f"{what} / stock aiosmtpd", 2, rates, how)]
    if connections == 16:
        late = [(a["p99"], b["p99"]) for a, b in zip(ours, theirs, strict=True)]
        found.append(figures.at_most(f"{what}: p99 / stock", 2, late, f"we {_median(ours, 'p99'):.1f} ms"))
    if third:
        pairs = [(a["per_second"], b["per_second"]) for a, b in zip(ours, third, strict=True)]
        bound = 4 if kind == "small" else 1
        found.append(figures.at_least(f"{what} / Postfix", bound, pairs, f"it {_median(third):.0f}/s"))
    else:
        found.append(figures.absent(f"{what} / Postfix", "Postfix could not be started (needs root and Debian)"))
    return found


def _median(results: list[dict[str, float]], name: str = "per_second") -> float:
    return sorted(result[name] for result in results)[len(results) // 2]


def _backlog() -> Figure:
    """What a client feels while so many mails still wait to be read."""
    late = []
    for round_ in range(ROUNDS):
        with daemon.fresh() as mine:
            processes.load(mine.port, count=BACKLOG, connections=64, first=0)
            late.append(processes.load(mine.port, count=500, connections=16, first=10000 * (round_ + 1))["p99"])
    return figures.below(
        f"accept with {BACKLOG} mails waiting: p99", 100, "ms", late, "both children reading meanwhile"
    )


@contextlib.contextmanager
def _postfix() -> Iterator[int | None]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    home = Path(tempfile.mkdtemp(prefix="maild-bench-postfix-"))
    try:
        processes.peer("postfix.sh", "start", home, port)
    except (SubprocessError, OSError):
        yield None
        return
    try:
        time.sleep(2)
        yield port
    finally:
        processes.peer("postfix.sh", "stop", home, port)
        shutil.rmtree(home, ignore_errors=True)
