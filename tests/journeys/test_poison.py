"""Mails that end, hang or flood whoever reads them: each is put aside with its reason, and none blocks the next."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.journeys.command import maild
from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import Daemon
from tests.journeys.poison import Poison
from tests.journeys.relay import Relay

REASONS = {
    "segfault": ("parser.crashed", "signal 11"),
    "oom": ("parser.crashed", "signal 9"),
    "exit": ("parser.crashed", "exit code 3"),
    "memory": ("parser.memory", "more memory than one mail may use"),
    "bug": ("parser.error", "KeyError"),
    "hang": ("parser.timeout", "more than 5 seconds"),
    "mute": ("parser.timeout", "more than 5 seconds"),
    "flood": ("parser.output", "bytes"),
}


@pytest.fixture
def poison(tmp_path: Path) -> Poison:
    return Poison(tmp_path)


def poisoned(customer: Customer, kind: str) -> str:
    """Send an order that harms its reader; its Message-ID is not known to the daemon until it is read."""
    return customer.send(customer.mail(f"Poison {kind}", f"{ORDER}\npoison:{kind}\n")).split()[-1]


def test_x05_poison_is_put_aside_after_three_tries_and_read_again_on_command(
    start: Callable[..., Daemon], poison: Poison, relay: Relay
) -> None:
    daemon = start(**poison.environment)
    mia = Customer(daemon, "Mia Okafor", "mia@blueharbor.example")
    lena = Customer(daemon, "Lena Vogt", "lena@northwind.example")
    number = int(poisoned(mia, "segfault"))
    lena.order("The next one in the queue")
    assert relay.next().recipients == ("lena@northwind.example",)
    [waiting] = daemon.ask("mail.list", state="waiting")
    assert (waiting["id"], waiting["attempts"], waiting["code"]) == (number, 1, "parser.crashed")
    daemon.advance(timedelta(minutes=1))
    assert daemon.ask("mail.show", id=number)[0]["attempts"] == 2
    daemon.advance(timedelta(minutes=5))
    [parked] = daemon.ask("mail.list", state="quarantined")
    assert (parked["id"], parked["code"]) == (number, "parser.crashed")
    assert "signal 11; put aside after 3 tries" in parked["why"]
    assert daemon.wait_for("mail.quarantined")["mail_id"] == number
    daemon.advance(timedelta(hours=1))
    assert len(daemon.ask("mail.list", state="quarantined")) == 1
    assert daemon.ask("status")[0]["mails"]["quarantined"] == 1
    poison.cure()
    retried = maild(daemon.folder, "mail", "retry", number, "--json")
    assert (retried.code, retried.rows) == (0, [{"id": number, "state": "ready"}])
    daemon.quiet()
    assert daemon.ask("mail.show", id=number)[0]["outcome"] == "ticket"
    assert {letter.recipients[0] for letter in relay.letters} >= {"mia@blueharbor.example"}
    again = maild(daemon.folder, "mail", "retry", number)
    assert again.code == 65
    assert "is settled" in again.err


@pytest.mark.long
def test_x04_whatever_a_mail_does_to_its_reader_the_next_mail_is_read(
    start: Callable[..., Daemon], poison: Poison, relay: Relay
) -> None:
    daemon = start(("children = 1", 'children = 1\nmax_tries = 1\nwall_seconds = "5s"'), **poison.of_a_program)
    mia = Customer(daemon, "Mia Okafor", "mia@blueharbor.example")
    lena = Customer(daemon, "Lena Vogt", "lena@northwind.example")
    numbers = {}
    for place, kind in enumerate(REASONS):
        numbers[kind] = int(poisoned(mia, kind))
        lena.send(lena.mail(f"Behind {kind}", ORDER.replace("PO-70231", f"PO-8000{place}")))
    daemon.quiet()
    ends = {kind: daemon.ask("mail.show", id=number)[0] for kind, number in numbers.items()}
    assert {kind: (row["outcome"], row["code"]) for kind, row in ends.items()} == {
        kind: ("quarantined", code) for kind, (code, _) in REASONS.items()
    }
    for kind, (_, why) in REASONS.items():
        assert why in ends[kind]["why"]
    assert len(daemon.tickets()) == len(REASONS)
    assert len(relay.letters) == len(REASONS)


def test_x04_a_mail_that_needs_too_much_processor_time_is_ended_by_the_kernel(
    start: Callable[..., Daemon], poison: Poison
) -> None:
    daemon = start(("children = 1", 'children = 1\nmax_tries = 1\ncpu_seconds = "1s"'), **poison.environment)
    number = poisoned(Customer(daemon, "Mia Okafor", "mia@blueharbor.example"), "cpu")
    daemon.quiet()
    row = daemon.ask("mail.show", id=number)[0]
    assert (row["outcome"], row["code"]) == ("quarantined", "parser.crashed")
    assert "signal 24" in row["why"], "SIGXCPU"


def test_x04_when_no_reader_can_be_started_mails_wait_and_none_is_put_aside(
    start: Callable[..., Daemon], poison: Poison, relay: Relay
) -> None:
    daemon = start(**poison.environment)
    customer = Customer(daemon, "Mia Okafor", "mia@blueharbor.example")
    poison.forbid_forks()
    poisoned(customer, "oom")
    customer.order("Behind it", ORDER.replace("PO-70231", "PO-70232"))
    for _ in range(5):
        daemon.advance(timedelta(minutes=5))
    waiting = daemon.ask("mail.list", state="waiting")
    assert {row["code"] for row in waiting} == {"parser.unavailable"}
    assert len(waiting) == 2
    poison.allow_forks()
    poison.cure()
    daemon.advance(timedelta(minutes=5))
    assert len(daemon.tickets()) == 2
    assert len(relay.letters) == 2
