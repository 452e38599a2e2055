"""kill -9 at each named place and at random instants: nothing accepted is lost, nothing is done twice."""

import contextlib
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from maild.control.client import NoDaemon
from maild.errors import MaildError
from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import Daemon
from tests.journeys.ledger import Ledger, violations
from tests.journeys.relay import Relay

# The place, and at which hit the daemon dies: late enough that something is under way.
PLACES = {
    "smtp.accepted": 2,
    "smtp.rcpt": 2,
    "data.first_byte": 2,
    "data.half": 1,
    "data.before_dot_seen": 2,
    "chunk.written": 2,
    "tx.begin": 9,
    "tx.before_commit": 8,
    "tx.after_commit_before_250": 2,
    "smtp.after_250": 2,
    "parse.leased": 1,  # a batch may hold all of the mails
    "parse.child_running": 2,
    "parse.before_commit": 2,
    "parse.after_commit": 2,
    "rule.effect": 2,
    "outbox.leased": 1,
    "outbox.at_dot": 2,
    "outbox.after_dot_before_250": 2,
    "outbox.after_250_before_commit": 2,
    "timer.selected": 1,
    "timer.after_commit": 1,
}
# Where another database can differ: commits, claims and letters.
ON_POSTGRES = [place for place in PLACES if place.split(".")[0] in ("tx", "parse", "outbox", "timer")]
DAY = timedelta(hours=24)


def _life(daemon: Daemon, ledger: Ledger) -> None:
    """Deliver what is open, work it off, live for a day; ends early when the daemon dies."""
    with contextlib.suppress(MaildError, NoDaemon, OSError):
        ledger.deliver()
        daemon.quiet()
        daemon.advance(DAY)


def _mails(customer: Customer) -> Ledger:
    ledger = Ledger(customer)
    for number in range(4):
        ledger.add(customer.mail(f"Order {number}", ORDER.replace("PO-70231", f"PO-7023{number}")))
    ledger.add(customer.mail("A long one", ORDER.replace("PO-70231", "PO-80000") + "More words.\n" * 60_000))
    return ledger


def _settle(daemon: Daemon, ledger: Ledger) -> None:
    """After the restart everybody tries again, and time passes."""
    assert ledger.deliver()
    daemon.quiet()
    daemon.advance(timedelta(minutes=30))
    daemon.advance(DAY)


@pytest.mark.parametrize("place", PLACES)
def test_x01_kill_9_at(place: str, desk_folder: Path, relay: Relay) -> None:
    _die_at(place, desk_folder, relay)


@pytest.mark.postgres
@pytest.mark.parametrize("place", ON_POSTGRES)
def test_x01_kill_9_on_postgresql_at(place: str, desk_folder: Path, relay: Relay) -> None:
    _die_at(place, desk_folder, relay)


def _die_at(place: str, desk_folder: Path, relay: Relay) -> None:
    daemon = Daemon(desk_folder).start(MAILD_FAIL=f"{place}=kill:n={PLACES[place]}")
    ledger = _mails(Customer(daemon, "Mia Okafor", "mia@blueharbor.example"))
    _life(daemon, ledger)
    assert daemon.died() == -9, f"{place} was never reached"
    daemon.start()
    _settle(daemon, ledger)
    assert violations(daemon, ledger, relay) == []
    assert len(daemon.tickets()) == 5
    assert daemon.stop() == 0


@pytest.mark.both
@pytest.mark.empty
@pytest.mark.parametrize("place", ["migration.start", "migration.half", "migration.end"])
def test_x01_kill_9_while_the_schema_is_made(place: str, desk_folder: Path, relay: Relay) -> None:
    daemon = Daemon(desk_folder)
    with pytest.raises(AssertionError, match="ended before"):
        daemon.start(MAILD_FAIL=f"{place}=kill")
    daemon.start()
    ledger = _mails(Customer(daemon, "Mia Okafor", "mia@blueharbor.example"))
    _settle(daemon, ledger)
    assert violations(daemon, ledger, relay) == []
    assert daemon.stop() == 0


@pytest.mark.long  # `make crash` does it three hundred times
def test_kill_9_at_ten_random_instants(desk_folder: Path, relay: Relay, seed: int) -> None:
    """The dice fall on any transaction or step; the same seed dies at the same hits."""
    dice = random.Random(seed)
    daemon = Daemon(desk_folder)
    customer = Customer(daemon, "Mia Okafor", "mia@blueharbor.example")
    ledger = Ledger(customer)
    kills = 0
    while kills < 10:
        place = dice.choice(sorted(PLACES))
        with contextlib.suppress(AssertionError):  # it may die before it listens
            daemon.start(MAILD_FAIL=f"{place}=kill:p=0.3;seed={dice.randrange(10**6)}")
        for number in range(3):
            ledger.add(customer.mail(f"Order {kills}.{number}", ORDER.replace("PO-70231", f"PO-{kills}{number}000")))
        _life(daemon, ledger)
        if daemon.process is not None and daemon.process.poll() is None:
            daemon.kill()
        daemon.died()
        kills += 1
    daemon.start()
    _settle(daemon, ledger)
    assert violations(daemon, ledger, relay) == []
    assert len(daemon.tickets()) == len(ledger.entries)
    assert daemon.stop() == 0


@pytest.fixture
def seed(pytestconfig: pytest.Config, record_property: Callable[[str, object], None]) -> int:
    """Fixed, so that a failure repeats; the long crash runs draw fresh ones."""
    record_property("seed", 20261121)
    return 20261121
