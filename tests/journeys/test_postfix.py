"""A round trip with a real mail server in front of the desk and behind it."""

import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.journeys.customer import Customer
from tests.journeys.daemon import PATIENCE, Daemon
from tests.journeys.postfix import is_root, postfix
from tests.journeys.relay import Relay
from tests.ports import KeptPort


@pytest.fixture
def program(require_tool: Callable[[str], str]) -> str:
    path = require_tool("postfix")
    if not is_root():
        pytest.skip("Postfix starts as root only")
    return path


@contextmanager
def between(
    program: str, start: Callable[..., Daemon], sink: Relay, **environment: str
) -> Iterator[tuple[Daemon, Customer, int, Path]]:
    """The desk with Postfix as its relay; Postfix brings it the mail of shop.example and the sink everything else."""
    kept = KeptPort(), KeptPort()
    desk, door = (port.number for port in kept)
    listed = 'domains = ["blueharbor.example"]'
    with postfix(program, door, "shop.example", desk, sink.port) as log:
        daemon = start(
            ('listen = ["127.0.0.1:0"]', f'listen = ["127.0.0.1:{desk}"]'),
            (f"port = {sink.port}", f"port = {door}"),
            (listed, f"{listed}\ntrust_unauthenticated = true"),
            **environment,
        )
        yield daemon, Customer(daemon, "Mia Okafor", "mia@blueharbor.example"), door, log


def hand_in(customer: Customer, door: int, subject: str, to: str = "orders@shop.example", **fields: str) -> str:
    """Give a mail of the customer's to Postfix; returns its Message-ID."""
    message = customer.mail(subject, **fields)
    with smtplib.SMTP("127.0.0.1", door, timeout=PATIENCE) as client:
        client.send_message(message, customer.address, [to])
    return str(message["Message-ID"])


def test_an_order_its_letter_and_the_answer_pass_a_real_mail_server(
    program: str, start: Callable[..., Daemon], relay: Relay
) -> None:
    with between(program, start, relay) as (daemon, customer, door, _):
        order = hand_in(customer, door, "Purchase order PO-70231")
        letter = relay.next()
        assert letter.recipients == ("mia@blueharbor.example",)
        assert letter.mail["In-Reply-To"] == order
        assert letter.sender.startswith("orders+b-")
        [received] = letter.mail.get_all("Received", [])
        assert "by relay.example (Postfix)" in received
        answer = customer.answer(letter, "Thank you.")
        with smtplib.SMTP("127.0.0.1", door, timeout=PATIENCE) as client:
            client.send_message(answer, customer.address, [str(letter.mail["Reply-To"])])
        daemon.wait_for("mail.threaded")
        daemon.quiet()
        assert [comment["text"].strip() for comment in daemon.ticket(1)["comments"]][-1] == "Thank you."
        assert [row["phase"] for row in daemon.letters()] == ["sent"]
        assert "queued as" in daemon.letters()[0]["why"]


def test_after_a_451_the_mail_server_comes_again_and_it_is_one_order(
    program: str, start: Callable[..., Daemon], relay: Relay
) -> None:
    """The worst moment: stored, but the 250 was never said."""
    failing = {"MAILD_FAIL": "tx.after_commit_before_250=raise:n=1"}
    with between(program, start, relay, **failing) as (daemon, customer, door, log):
        order = hand_in(customer, door, "Purchase order PO-70231")
        assert relay.next().mail["In-Reply-To"] == order
        daemon.wait_for("mail.duplicate")
        daemon.quiet()
        assert " 451 4.3.0 " in log.read_text()
        assert len(daemon.tickets()) == 1
        assert len(daemon.ask("mail.show", id=daemon.mail(order)["id"])[0]["deliveries"]) == 2
        assert len(relay.letters) == 1


def test_a_letter_that_cannot_be_delivered_comes_back_and_is_understood(
    program: str, start: Callable[..., Daemon], relay: Relay
) -> None:
    """Postfix's own delivery report reaches the desk's bounce address."""
    with between(program, start, relay) as (daemon, customer, door, _):
        relay.answer = "550 5.1.1 no such mailbox"
        hand_in(customer, door, "Purchase order PO-70231")
        daemon.wait_for("mail.threaded")  # it left, and came back
        daemon.quiet()
        [bounce] = [mail for mail in daemon.ask("mail.list") if mail["kind"] == "bounce"]
        assert bounce["ticket_id"] == 1
        ticket = daemon.ticket(1)
        assert ticket["needs_review"]
        assert "came back from mia@blueharbor.example" in "; ".join(ticket["review_reasons"])
        assert relay.letters == []
