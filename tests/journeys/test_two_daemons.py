"""Two daemons on one PostgreSQL database: they share the work, and one goes on when the other dies."""

import smtplib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.command import maild
from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import EPOCH, PATIENCE, Daemon, amend
from tests.journeys.relay import Relay

pytestmark = pytest.mark.postgres
MAILS = 200
NO_CAPS = """[letters]
per_organization_per_hour = 10000
per_address_per_hour = 10000
global_per_hour = 10000
[intake]"""


@pytest.fixture
def pair(desk_folder: Path) -> Iterator[tuple[Daemon, Daemon]]:
    """Not started yet; one configuration, each its own socket."""
    daemons = Daemon(desk_folder), Daemon(desk_folder, EPOCH, "--socket", "other.sock", socket="other.sock")
    yield daemons
    for daemon in daemons:
        daemon.end()


def _mails(customer: Customer) -> dict[str, bytes]:
    text = [f"Order {number}" for number in range(MAILS)]
    made = [customer.mail(subject, ORDER.replace("PO-70231", f"PO-{subject[6:]}-X")) for subject in text]
    return {str(mail["Message-ID"]): mail.as_bytes().replace(b"\n", b"\r\n") for mail in made}


def _deliver(port: int, mails: dict[str, bytes], taken: set[str]) -> None:
    """As a mail server does it: what was not said yes to is kept."""
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=PATIENCE) as client:
            for name, raw in mails.items():
                client.sendmail("mia@blueharbor.example", "orders@shop.example", raw)
                taken.add(name)
    except (smtplib.SMTPException, OSError):
        pass


def test_x03_one_dies_in_the_midst_and_the_other_finishes_and_nothing_is_done_twice(
    pair: tuple[Daemon, Daemon], relay: Relay
) -> None:
    dying, living = pair
    amend(living.folder, ("[intake]", NO_CAPS))
    living.start()
    dying.start(MAILD_FAIL="parse.before_commit=kill:n=20")
    mails = _mails(Customer(living, "Mia Okafor", "mia@blueharbor.example"))
    names, taken = list(mails), set[str]()
    halves = {name: mails[name] for name in names[::2]}, {name: mails[name] for name in names[1::2]}
    clients = [
        threading.Thread(target=_deliver, args=(daemon.port, half, taken))
        for daemon, half in zip(pair, halves, strict=True)
    ]
    for client in clients:
        client.start()
    dying.died()
    for client in clients:
        client.join()
    _deliver(living.port, {name: raw for name, raw in mails.items() if name not in taken}, taken)
    assert taken == set(names)
    living.wait_for("daemon.recovered")
    living.quiet()
    assert living.check() == []
    tickets = living.ask("ticket.list", limit=1000)
    assert sorted(ticket["subject"] for ticket in tickets) == sorted(f"Order {number}" for number in range(MAILS))
    copies = {letter["message_id"]: letter["copies"] for letter in living.letters()}
    assert len(copies) == MAILS
    arrived = [str(letter.mail["Message-ID"]) for letter in relay.letters]
    assert set(arrived) == set(copies)
    doubled = {name: arrived.count(name) for name in copies if arrived.count(name) > 1 + copies[name]}
    assert doubled == {}  # a cut at the final dot may double a letter, and is counted
    assert living.stop() == 0


def test_each_does_what_its_roles_say(pair: tuple[Daemon, Daemon], relay: Relay) -> None:
    front, back = pair
    front.words = ("--roles", "smtp")
    back.words += ("--roles", "worker,courier,ticker")
    front.start()
    back.start()
    assert (front.port > 0, back.port) == (True, 0)
    Customer(front, "Mia Okafor", "mia@blueharbor.example").order_unheard("Order for March")
    relay.next()
    assert [ticket["subject"] for ticket in back.tickets()] == ["Order for March"]
    assert not [line for line in front.log if line["event"] in ("ticket.created", "letter.sent")]
    rows = front.ask("status")[0]["daemons"]  # their clocks begin alike: either may be the first
    assert {row["roles"] for row in rows} == {"smtp", "worker,courier,ticker"}
    for daemon in pair:
        assert daemon.stop() == 0
    assert back.folder.joinpath("other.sock").exists() is False


def test_each_is_reached_by_its_socket_and_found_where_none_answers(desk_folder: Path) -> None:
    front = Daemon(desk_folder, EPOCH, "--roles", "smtp", "--socket", "f.sock", socket="f.sock")
    back = Daemon(desk_folder, EPOCH, "--roles", "worker,courier,ticker", "--socket", "b.sock", socket="b.sock")
    try:
        front.start()
        back.start()
        for name, roles in (("f.sock", "smtp"), ("b.sock", "worker,courier,ticker")):
            asked = maild(desk_folder, "status", "--socket", name)
            assert (asked.code, "daemon    ready" in asked.out) == (0, True), asked.err
            assert f"{roles}, since" not in asked.out
            assert asked.out.count("another ") == 1
            assert maild(desk_folder, "status", "--health", "--socket", name).code == 0
        unnamed = maild(desk_folder, "status")
        assert unnamed.code == 0
        assert "not running" not in unnamed.out
        for name in ("f.sock", "b.sock"):
            assert str(desk_folder / name) in unnamed.out
        for words in (["status", "--health"], ["tail"], ["ticket", "list", "--socket", "none.sock"]):
            refused = maild(desk_folder, *words)
            assert refused.code == 69
            assert f"--socket {desk_folder / 'f.sock'}" in refused.err
            assert "no daemon runs" not in refused.err
    finally:
        for daemon in (front, back):
            daemon.end()
    while "--socket" in maild(desk_folder, "status", "--health").err:
        """The database has yet to hear that they were killed."""
    for words in (["status", "--health"], ["tail"]):
        assert "no daemon runs" in maild(desk_folder, *words).err, "both were killed"


def test_a_role_that_is_none_is_refused(desk_folder: Path) -> None:
    answer = maild(desk_folder, "run", "--roles", "smtp,cook")
    assert answer.code == 64
    assert "cook" in answer.err
    assert "courier" in answer.err
