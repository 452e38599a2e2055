"""X06, X08, X09: no file descriptors, no memory, a background task that fails, nowhere to log to."""

import os
import resource
import signal
import smtplib
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from maild.control.client import NoDaemon
from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import PATIENCE, Daemon, amend
from tests.journeys.relay import Relay

MIB = 1024 * 1024


def limit(pid: int, which: int, soft: int) -> None:
    """Change a limit of a running process; what it may raise it to stays."""
    resource.prlimit(pid, which, (soft, resource.prlimit(pid, which)[1]))


def greeting(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def test_x06_more_clients_than_descriptors_hear_421_and_the_next_ones_are_served(
    desk_folder: Path, relay: Relay
) -> None:
    """The number of clients is cut to what the limit bears, so that the database keeps its descriptors."""
    amend(desk_folder, ("[smtp]", "[smtp]\nmax_per_client = 100\nmax_connections = 100"))
    daemon = Daemon(desk_folder)
    daemon.wrapper = ["/bin/sh", "-c", 'ulimit -n 168; exec "$@"', "sh"]
    daemon.start()
    customer = Customer(daemon, "Mia Okafor", "mia@blueharbor.example")
    try:
        with ExitStack() as stack:
            clients = [stack.enter_context(greeting(daemon.port)) for _ in range(60)]
            words = [client.recv(3) for client in clients]
        assert words.count(b"220") == (168 - 128) // 2
        assert words.count(b"421") == 60 - words.count(b"220")
        customer.order()
        assert len(daemon.tickets()) == 1
        assert daemon.check() == []
    finally:
        daemon.end()


def wait_for_text(daemon: Daemon, text: str) -> None:
    """The next log line of a library that says this."""
    while text not in str(line := daemon._lines.get(timeout=PATIENCE)):
        assert line is not None, "the daemon ended"


def test_x06_without_any_descriptor_it_waits_and_recovers_and_does_not_spin(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    pid = daemon.ask("status")[0]["pid"]
    taken = max(int(name.name) for name in Path(f"/proc/{pid}/fd").iterdir())
    limit(pid, resource.RLIMIT_NOFILE, taken + 1)
    holes = taken + 1 - sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    with ExitStack() as stack:
        clients = [stack.enter_context(greeting(daemon.port)) for _ in range(holes + 3)]
        wait_for_text(daemon, "out of system resource")
        limit(pid, resource.RLIMIT_NOFILE, 4096)
        assert {client.recv(3) for client in clients} == {b"220"}
    complaints = [line for line in daemon.log if "out of system resource" in str(line)]
    assert len(complaints) < 100, "it tried again and again without a pause"
    customer.order()
    assert len(daemon.tickets()) == 1


def test_x06_without_memory_mail_is_put_off_and_taken_once_there_is_some(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    customer.order()
    pid = daemon.ask("status")[0]["pid"]
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
    limit(pid, resource.RLIMIT_AS, pages * resource.getpagesize() + MIB // 4)
    message = customer.mail("A long one", ORDER.replace("PO-70231", "PO-2") + "More words of it.\n" * 500_000)
    first = reply(customer, message)
    limit(pid, resource.RLIMIT_AS, resource.RLIM_INFINITY)
    assert first[:1] in "24", first
    assert reply(customer, message).startswith("250 ")
    daemon.quiet()
    assert sorted(ticket["po_number"] for ticket in daemon.tickets()) == ["PO-2", "PO-70231"]
    assert len(relay.letters) == 2


def reply(customer: Customer, message: Any) -> str:
    """The reply to a mail; a connection that breaks is the client's 4xx."""
    try:
        return customer.send(message)
    except smtplib.SMTPResponseException as refused:
        return f"{refused.smtp_code} {refused.smtp_error!r}"
    except (OSError, smtplib.SMTPServerDisconnected) as broken:
        return f"4xx {broken}"


@pytest.mark.parametrize("place", ["timer.selected", "outbox.leased"])
def test_x08_a_task_that_fails_is_told_and_begun_again_and_nothing_is_lost(
    place: str, start: Callable[..., Daemon], relay: Relay
) -> None:
    daemon = start(MAILD_FAIL=f"{place}=raise:n=1")
    customer = Customer(daemon, "Mia Okafor", "mia@blueharbor.example")
    customer.order_unheard()
    if place == "timer.selected":
        daemon.quiet()
        daemon.now += timedelta(hours=25)
        daemon.ask("clock.move", to=daemon.now.isoformat())
    failed = daemon.wait_for("task.failed")
    assert failed["level"] == "error"
    status = daemon.ask("status")[0]
    assert status["ready"] is False
    assert failed["task"] in status["degraded"]
    daemon.now += timedelta(hours=1)  # what the task had leased is free again after that
    daemon.ask("clock.move", to=daemon.now.isoformat())
    daemon.advance(timedelta(hours=26))
    assert len(daemon.events("task.failed")) == 1
    ids = [str(received.mail["Message-ID"]) for received in relay.letters]
    assert len(ids) == len(set(ids)) >= 2, "the confirmation and a reminder"


WITHOUT_STREAMS = 'exec "$@" <&- >&- 2>&-'


@pytest.fixture
def mute(desk_folder: Path) -> Iterator[Callable[..., Daemon]]:
    """A daemon that cannot be heard: asked over its socket until it answers."""
    daemon = Daemon(desk_folder)

    def run(*wrapper: str) -> Daemon:
        command = [*wrapper, sys.executable, "-m", "maild", "run", "-c", str(desk_folder / "config.toml")]
        daemon.process = subprocess.Popen(
            command,
            cwd=desk_folder,
            env={**os.environ, "MAILD_CLOCK": f"manual:{daemon.now.isoformat()}"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        pause = threading.Event()
        for _ in range(PATIENCE * 20):
            assert daemon.process.poll() is None
            try:
                [daemon.port] = daemon.ask("status")[0]["smtp_ports"]
                return daemon
            except NoDaemon:
                pause.wait(0.05)
        raise AssertionError("it does not come up")

    yield run
    daemon.end()


@pytest.mark.parametrize("nowhere", ["full", "closed"])
def test_x09_the_mail_path_goes_on_when_nothing_can_be_logged(
    nowhere: str, mute: Callable[..., Daemon], desk_folder: Path, relay: Relay
) -> None:
    """With its streams closed the next files it opens would take their numbers, and log lines would go into them."""
    if nowhere == "full":
        amend(desk_folder, ('format = "json"', 'format = "json"\nfile = "/dev/full"'))
        daemon = mute()
    else:
        daemon = mute("/bin/sh", "-c", WITHOUT_STREAMS, "sh")
    customer = Customer(daemon, "Mia Okafor", "mia@blueharbor.example")
    customer.order()
    assert relay.next().recipients == ("mia@blueharbor.example",)
    assert daemon.check() == []
    pid = daemon.ask("status")[0]["pid"]
    streams = {number: str(Path(f"/proc/{pid}/fd/{number}").readlink()) for number in (0, 1, 2)}
    assert nowhere == "full" or set(streams.values()) == {"/dev/null"}
    os.kill(pid, signal.SIGTERM)
    assert daemon.died() == 0
