"""A running desk with the shipped order workflow, a relay behind it and a customer in front."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from maild.cli.config import example_text
from tests.dovecot import Dovecot
from tests.journeys.customer import Customer
from tests.journeys.daemon import Daemon, amend
from tests.journeys.relay import Relay

TOP = """
[site]
domain = "shop.example"
name = "Example Shop"
timezone = "Europe/Berlin"
[intake]
addresses = ["orders@shop.example"]
[smtp]
listen = ["127.0.0.1:0"]
[log]
format = "json"
[workers]
children = 1
[relay]
host = "127.0.0.1"
port = {port}
tls = "none"
[[organization]]
name = "Blue Harbor Supplies"
domains = ["blueharbor.example"]
{people}
"""


def workflow() -> str:
    """The order workflow as shipped."""
    return example_text().partition("# ---- the order workflow")[2].partition("\n")[2]


def people() -> str:
    """Groups and users as shipped."""
    text = example_text().partition("# ---- the order workflow")[0]
    lines = text.splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("[[group]]"))
    last = next(i for i, line in enumerate(lines) if i > first and line.startswith("[") and not line.startswith("[["))
    return "\n".join(lines[first:last])


@pytest.fixture
def relay() -> Iterator[Relay]:
    relay = Relay().start()
    yield relay
    relay.stop()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A journey marked ``both`` is made on both databases, every other one on SQLite."""
    if "database_section" in metafunc.fixturenames:
        marked = metafunc.definition.get_closest_marker
        kinds = ["sqlite", "postgres"] if marked("both") else ["postgres"] if marked("postgres") else ["sqlite"]
        metafunc.parametrize("database_section", kinds, indirect=True)


@pytest.fixture
def database_section(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """What the config says of the database. It has its tables, but where a journey is marked ``empty``."""
    empty = request.node.get_closest_marker("empty")
    if request.param == "sqlite":
        if not empty:
            shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "maild.db")
        return ""
    url: str = request.getfixturevalue("empty_postgres_url" if empty else "postgres_url")
    return f'[database]\nurl = "{url}"\n'


@pytest.fixture
def desk_folder(tmp_path: Path, relay: Relay, database_section: str) -> Path:
    top = TOP.format(port=relay.port, people=people()) + database_section
    (tmp_path / "config.toml").write_text(top + workflow())
    return tmp_path


@pytest.fixture
def start(desk_folder: Path) -> Iterator[Callable[..., Daemon]]:
    """``start((old, new), ..., NAME=value)``: a running daemon, its config changed before, its environment added to.

    At the end every invariant must hold, and it must stop as asked.
    """
    started: list[Daemon] = []

    def run(*changes: tuple[str, str], **environment: str) -> Daemon:
        amend(desk_folder, *changes)
        started.append(Daemon(desk_folder))
        return started[-1].start(**environment)

    with contextlib.ExitStack() as stack:
        yield run
        for daemon in started:
            stack.callback(daemon.end)
        for daemon in started:
            if daemon.runs:
                daemon.quiet()
                assert daemon.check() == []
                assert daemon.stop() == 0


@pytest.fixture
def daemon(start: Callable[..., Daemon]) -> Daemon:
    return start()


@pytest.fixture
def customer(daemon: Daemon) -> Customer:
    return Customer(daemon, "Mia Okafor", "mia@blueharbor.example")


@pytest.fixture
def mailbox(dovecot: Dovecot, desk_folder: Path) -> Dovecot:
    """The mailbox, configured in the desk's folder. Its customer's mail is trusted although nothing proves it."""
    policy = 'domains = ["blueharbor.example"]\n'
    box = dovecot.settings(tls="tls", host="localhost", port=dovecot.tls_port, ca_file=str(dovecot.ca_file))
    amend(desk_folder, (policy, f"{policy}trust_unauthenticated = true\n"), ("[relay]", f"{box}[relay]"))
    return dovecot
