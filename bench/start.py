"""How long commands take to answer and the daemon to listen, beside imports that everybody can picture."""

import contextlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from subprocess import SubprocessError

from bench import daemon, figures, processes
from bench.figures import Figure
from bench.processes import PEERS, ROOT

ROUNDS = 9


def _help() -> Iterator[Figure]:
    measured = figures.pairs(ROUNDS, lambda: _maild(ROOT, "--help"), lambda: _python("import argparse, json, sqlite3"))
    yield figures.at_most("start: maild --help / argparse, json, sqlite3", 3, measured, _shown(measured))


@contextlib.contextmanager
def _home() -> Iterator[Path]:
    home = daemon.folder()
    try:
        yield home
    finally:
        shutil.rmtree(home)


def _in_a_home(measure: Callable[[Path], Figure]) -> Iterator[Figure]:
    with _home() as home:
        yield measure(home)


def _listing_without(home: Path) -> Figure:
    with daemon.running(home):
        pass  # the database stands from here on
    measured = figures.pairs(ROUNDS, lambda: _maild(home, "ticket", "list"), lambda: _python("import sqlmodel"))
    return figures.at_most("start: maild ticket list, no daemon / sqlmodel", 1.2, measured, _shown(measured))


def _with_daemon(home: Path) -> Figure:
    name = "start: maild ticket list by socket / roundup-admin"
    tracker = Path(tempfile.mkdtemp(prefix="maild-bench-roundup-"))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, tracker)
        try:
            processes.peer("roundup.sh", PEERS, tracker, 25)
        except (SubprocessError, OSError) as error:
            return figures.absent(name, str(error))
        mine = stack.enter_context(daemon.running(home))
        processes.load(mine.port, count=5, connections=1)
        mine.quiet()
        admin = [str(PEERS / "roundup" / "bin" / "roundup-admin"), "-i", str(tracker), "list", "issue"]
        measured = figures.pairs(ROUNDS, lambda: _maild(home, "ticket", "list"), lambda: _seconds(admin, tracker))
    return figures.at_most(name, 1.0, measured, _shown(measured))


def _until_it_listens(home: Path) -> Figure:
    config = home / "config.toml"
    port = _free_port()
    config.write_text(config.read_text().replace('listen = ["127.0.0.1:0"]', f'listen = ["127.0.0.1:{port}"]', 1))
    measured = figures.pairs(5, lambda: _listening(home, port), lambda: _python("import sqlmodel"))
    return figures.at_most("start: the daemon listens / import sqlmodel", 600 / 422, measured, _shown(measured))


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _listening(home: Path, port: int) -> float:
    """Until a client is greeted; the daemon is ready when it has imported the rest and its readers are warm, too."""
    began = time.perf_counter()
    with daemon.running(home, greeting=port):
        return time.perf_counter() - began


def _maild(home: Path, *words: str) -> float:
    return _seconds([sys.executable, "-m", "maild", *words], home)


def _python(code: str) -> float:
    return _seconds([sys.executable, "-c", code], ROOT)


def _seconds(command: list[str], folder: Path) -> float:
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, env=processes.environment(), check=True, capture_output=True)
    return time.perf_counter() - began


def _shown(measured: list[tuple[float, float]]) -> str:
    ours, theirs = (sorted(each[which] for each in measured)[len(measured) // 2] * 1e3 for which in (0, 1))
    return f"{ours:.0f} ms, it {theirs:.0f} ms"


PARTS: dict[str, Callable[[], Iterable[Figure]]] = {
    "help": _help,
    "list_alone": partial(_in_a_home, _listing_without),
    "list_socket": partial(_in_a_home, _with_daemon),
    "listening": partial(_in_a_home, _until_it_listens),
}
