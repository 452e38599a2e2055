"""The real daemon with the shipped workflow, in a folder of its own."""

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import mails, processes
from maild.cli.config import example_text
from maild.control.client import NoDaemon, ask

CONFIG = """
[site]
name = "Benchmark"
domain = "shop.example"
[database]
url = "{database}"
[intake]
addresses = ["{address}"]
[smtp]
listen = ["127.0.0.1:0"]
max_connections = 200
max_per_client = 200
max_messages = 100000
max_commands = 1000000
max_size = 52428800
[relay]
{relay}
[letters]
per_organization_per_hour = 1000000
per_address_per_hour = 1000000
global_per_hour = 10000000
[log]
format = "json"
file = "log"
[workers]
children = {children}
[[organization]]
name = "Customer"
domains = ["{domain}"]
trust_unauthenticated = true
"""


@dataclass(slots=True)
class Daemon:
    folder: Path
    process: "subprocess.Popen[bytes]"
    port: int = 0

    def ask(self, operation: str, **arguments: Any) -> list[dict[str, Any]]:
        return [json.loads(line) for line in ask(self.folder / "maild.sock", operation, arguments)]

    def quiet(self) -> None:
        """Wait until no mail, letter or timer is left to do."""
        self.ask("quiet")

    @property
    def seconds(self) -> float:
        """Processor time that the daemon itself used so far; its children not counted."""
        return processes.seconds(self.process.pid)


def folder(relay_port: int | None = None, *, database: str = "sqlite:///maild.db", children: int = 2) -> Path:
    """A new folder with a config in it; whoever asks removes it."""
    made = Path(tempfile.mkdtemp(prefix="maild-bench-"))
    relay = f'host = "127.0.0.1"\nport = {relay_port}\ntls = "none"\nconnections = 4' if relay_port else ""
    head, _, workflow = example_text().partition("# ---- the order workflow")
    text = CONFIG.format(database=database, address=mails.ADDRESS, domain=mails.DOMAIN, relay=relay, children=children)
    people = head[head.index("[[group]]") :].partition("# ----")[0].partition("[workers]")[0]
    (made / "config.toml").write_text(f"{text}\n{people}\n{workflow.partition(chr(10))[2]}")
    return made


@contextlib.contextmanager
def running(home: Path, *options: str, greeting: int | None = None) -> Iterator[Daemon]:
    """The daemon from when it is ready, or greets clients at the port ``greeting``, to its end; the folder stays."""
    with (home / "stderr").open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "maild", "run", *options], cwd=home, stderr=stderr, env=processes.environment()
        )
    daemon = Daemon(home, process)
    try:
        if greeting is None:
            _wait(daemon)
        else:
            _wait_greeted(daemon, greeting)
        yield daemon
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def fresh(relay_port: int | None = None, *, roles: str = "", **options: Any) -> Iterator[Daemon]:
    """A daemon on a new database, with all roles or only some; nothing is left of it."""
    home = folder(relay_port, **options)
    try:
        with running(home, *(("--roles", roles) if roles else ())) as daemon:
            yield daemon
    finally:
        shutil.rmtree(home)


def _wait(daemon: Daemon) -> None:
    while daemon.process.poll() is None:
        try:
            status = daemon.ask("status")[0]
            if status["ready"] and status["smtp_ports"]:
                daemon.port = status["smtp_ports"][0]
                return
        except NoDaemon:
            pass
        time.sleep(0.01)
    raise RuntimeError(f"the daemon did not start: {(daemon.folder / 'stderr').read_text()[-2000:]}")


def _wait_greeted(daemon: Daemon, port: int) -> None:
    """Commands are answered a little later than clients."""
    while daemon.process.poll() is None:
        with contextlib.suppress(ConnectionError), socket.create_connection(("127.0.0.1", port)) as client:
            if client.recv(3) == b"220":
                daemon.port = port
                return
        time.sleep(0.01)
    raise RuntimeError(f"the daemon did not start: {(daemon.folder / 'stderr').read_text()[-2000:]}")
