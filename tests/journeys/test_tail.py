"""``maild tail`` ends in good order: with the daemon, and by SIGTERM."""

import json
import select
import signal
import subprocess
import sys

import pytest

from tests.journeys.customer import Customer
from tests.journeys.daemon import PATIENCE, Daemon


@pytest.mark.parametrize("whom", ["the daemon", "tail"])
def test_it_ends_without_a_word_of_complaint(daemon: Daemon, customer: Customer, whom: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "maild", "tail", "--json"],
        cwd=daemon.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as tail:
        assert tail.stdout is not None
        while not select.select([tail.stdout], [], [], 0.5)[0]:  # it may not listen yet
            customer.order_unheard()
        assert json.loads(tail.stdout.readline())["event"]
        if whom == "tail":
            tail.send_signal(signal.SIGTERM)
        else:
            assert daemon.stop() == 0
        rest, complaints = tail.communicate(timeout=PATIENCE)
        assert all(json.loads(line)["event"] for line in rest.splitlines() if line.endswith("}"))
        assert (tail.returncode, complaints) == (0, "")
