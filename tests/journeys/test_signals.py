"""SIGTERM drains and ends in time, SIGHUP takes a good config and keeps the old one for a bad one."""

import signal
import smtplib
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import PATIENCE, Daemon, amend
from tests.journeys.relay import Relay


def open_data(daemon: Daemon, text: bytes) -> smtplib.SMTP:
    """A client in the middle of its mail."""
    client = smtplib.SMTP("127.0.0.1", daemon.port, timeout=PATIENCE)
    client.ehlo("customer.example")
    client.mail("mia@blueharbor.example")
    client.rcpt("orders@shop.example")
    client.putcmd("data")
    assert client.getreply()[0] == 354
    client.send(text)
    return client


@pytest.mark.program
def test_x02_sigterm_lets_sessions_and_sends_finish(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    _finish(daemon, customer, relay)


@pytest.mark.postgres
def test_x02_sigterm_lets_sessions_and_sends_finish_on_postgresql(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    _finish(daemon, customer, relay)


def _finish(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    relay.hold()
    customer.order_unheard()
    relay.next()
    message = customer.mail("A second order", ORDER.replace("PO-70231", "PO-70232"))
    raw = message.as_bytes(policy=message.policy.clone(linesep="\r\n"))
    writing = open_data(daemon, raw[:500])
    idle = smtplib.SMTP("127.0.0.1", daemon.port, timeout=PATIENCE)
    daemon.signal(signal.SIGTERM)
    daemon.wait_for("daemon.stopping")
    assert idle.getreply()[0] == 421
    idle.close()
    writing.send(raw[500:] + b"\r\n.\r\n")
    code, text = writing.getreply()
    assert (code, text[:5]) == (250, b"2.0.0")
    writing.close()
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP("127.0.0.1", daemon.port, timeout=PATIENCE)
    relay.let_go()
    assert daemon.died() == 0
    daemon.start()
    daemon.quiet()
    assert {ticket["po_number"] for ticket in daemon.tickets()} == {"PO-70231", "PO-70232"}
    assert [(letter["phase"], letter["copies"]) for letter in daemon.letters()] == [("sent", 0), ("sent", 0)]
    assert len(relay.letters) == 2


@pytest.mark.both
def test_x02_what_outlasts_the_grace_is_cut_off_and_taken_up_again(start: Callable[..., Daemon], relay: Relay) -> None:
    daemon = start(MAILD_TEST_GRACE="0.3")
    customer = Customer(daemon, "Mia Okafor", "mia@blueharbor.example")
    relay.hold()
    customer.order_unheard()
    first = relay.next()
    stalled = open_data(daemon, b"Subject: never finished\r\n\r\nHello")
    daemon.signal(signal.SIGTERM)
    assert daemon.died() == 0
    assert stalled.getreply()[0] == 421
    stalled.close()
    relay.let_go()
    daemon.start()
    daemon.advance(timedelta(minutes=10))
    [letter] = daemon.letters()
    assert (letter["phase"], letter["copies"]) == ("sent", 1)
    assert [received.mail["Message-ID"] for received in relay.letters] == [first.mail["Message-ID"]] * 2
    assert len(daemon.ask("mail.list")) == 1


@pytest.mark.both
def test_sighup_takes_a_good_config(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    customer.order()
    relay.next()
    amend(daemon.folder, ('["orders@shop.example"]', '["orders@shop.example", "po@shop.example"]'))
    amend(daemon.folder, ('add_tags = ["open_order"]', 'add_tags = ["open_order", "since_reload"]'))
    with pytest.raises(smtplib.SMTPDataError):
        customer.send(customer.mail("Too early", to="po@shop.example"))
    assert daemon.reload()["event"] == "config.reloaded"
    customer.send(customer.mail("In time", ORDER.replace("PO-70231", "PO-70233")))
    customer.send(customer.mail("To the new address", ORDER.replace("PO-70231", "PO-70234"), to="po@shop.example"))
    daemon.quiet()
    tags = {ticket["po_number"]: ticket["tags"] for ticket in daemon.tickets()}
    assert tags["PO-70233"] == ["open_order", "since_reload"]
    assert daemon.ticket(3)["order_address"] == "po@shop.example"
    assert "since_reload" not in tags["PO-70231"]


@pytest.mark.both
def test_c08_sighup_with_a_broken_config_keeps_the_old_one_and_names_every_mistake(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    file = daemon.folder / "config.toml"
    good = file.read_text()
    file.write_text(good.replace("[smtp]", "[smtp]\nlissten = 1").replace('"status < solved"', '"statos < solved"', 1))
    assert "lissten" in daemon.reload()["mistake"]
    assert "statos" in daemon.wait_for("config.reload_failed")["mistake"]
    file.write_text(good + "\n[broken")
    assert "expected ']'" in daemon.reload()["mistake"]
    customer.order()
    assert relay.next().recipients == ("mia@blueharbor.example",)
    file.write_text(good)
    assert daemon.reload()["event"] == "config.reloaded"
    assert all("/config.toml:" in line["mistake"] for line in daemon.events("config.reload_failed"))
