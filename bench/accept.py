"""From DATA to 250: a durable yes, beside a stock aiosmtpd that throws the mail away and Postfix that queues it."""

import contextlib
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from subprocess import SubprocessError

from bench import daemon, figures, processes
from bench.figures import Figure

ROUNDS = 3
COUNT = {"small": 2000, "pdf": 200}
BACKLOG = 1500


def _compare(kind: str, connections: int, roles: str = "smtp") -> Iterator[Figure]:
    """A daemon that only accepts, as the others do; with all ``roles`` it makes tickets meanwhile, and nothing is
    promised.
    """
    with processes.listening("bench.stock") as (stock, _), _postfix() as postfix:
        yield from _measured(kind, connections, roles, stock, postfix)


def _measured(kind: str, connections: int, roles: str, stock: int, postfix: int | None) -> Iterator[Figure]:
    ours, theirs, third = [], [], []
    options = {"kind": kind, "connections": connections, "count": COUNT[kind]}
    for round_ in range(ROUNDS + 1):
        with daemon.fresh(children=1, roles=roles) as mine:
            before = mine.seconds
            result = processes.load(mine.port, first=round_ * 10000, **options)
            result["cost"] = (mine.seconds - before) * 1e3 / COUNT[kind]
        ours.append(result)
        theirs.append(processes.load(stock, **options))
        if postfix:
            third.append(processes.load(postfix, **options))
    ours, theirs, third = ours[1:], theirs[1:], third[1:]
    bound = _bound if roles else figures.unbound
    what = f"accept, {kind}, {connections} connections" + ("" if roles else ", all else going on")
    rates = [(a["per_second"], b["per_second"]) for a, b in zip(ours, theirs, strict=True)]
    how = f"we {_median(ours):.0f}/s by {_median(ours, 'cost'):.2f} ms of processor, it {_median(theirs):.0f}/s"
    if kind == "small":
        yield bound(f"{what} / stock aiosmtpd", 2, rates, how)
    if kind == "small" and connections == 16:
        late = [(a["p99"], b["p99"]) for a, b in zip(ours, theirs, strict=True)]
        limit = figures.at_most if roles else figures.unbound
        yield limit(f"{what}: p99 / stock", 2, late, f"we {_median(ours, 'p99'):.1f} ms")
    if third:
        pairs = [(a["per_second"], b["per_second"]) for a, b in zip(ours, third, strict=True)]
        yield bound(f"{what} / Postfix", 4 if kind == "small" else 1, pairs, f"it {_median(third):.0f}/s")
    else:
        yield figures.absent(f"{what} / Postfix", "Postfix could not be started (needs root and Debian)")


_bound = figures.at_least


def _median(results: list[dict[str, float]], name: str = "per_second") -> float:
    return sorted(result[name] for result in results)[len(results) // 2]


def _backlog() -> Iterable[Figure]:
    """What a client feels while so many mails still wait to be read.

    The first order of a daemon is settled before: its letter is compiled then, once in a daemon's life.
    """
    late = []
    for round_ in range(ROUNDS):
        with daemon.fresh() as mine:
            processes.load(mine.port, count=1, connections=1, first=900000)
            mine.quiet()
            processes.load(mine.port, count=BACKLOG, connections=64, first=0)
            late.append(processes.load(mine.port, count=500, connections=16, first=10000 * (round_ + 1))["p99"])
    yield figures.below(f"accept with {BACKLOG} mails waiting: p99", 100, "ms", late, "both children reading meanwhile")


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


PARTS: dict[str, Callable[[], Iterable[Figure]]] = {
    "small16": partial(_compare, "small", 16),
    "small64": partial(_compare, "small", 64),
    "pdf16": partial(_compare, "pdf", 16),
    "small16_all": partial(_compare, "small", 16, ""),
    "backlog": _backlog,
}
