"""Automatic letters are capped by the hour: the excess waits, visibly, and leaves when the hour has passed."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import Daemon
from tests.journeys.relay import Relay

pytestmark = pytest.mark.both


def test_what_is_over_an_organizations_cap_waits_and_leaves(start: Callable[..., Daemon], relay: Relay) -> None:
    daemon = start(("[relay]", "[letters]\nper_organization_per_hour = 2\n[relay]"))
    buyers = [Customer(daemon, f"Buyer {n}", f"buyer{n}@blueharbor.example") for n in range(5)]
    for number, buyer in enumerate(buyers):
        buyer.order(f"Order {number}", ORDER.replace("PO-70231", f"PO-7000{number}"))
    waiting = [letter for letter in daemon.letters() if letter["phase"] == "queued"]
    assert len(relay.letters) == 2
    assert [letter["code"] for letter in waiting] == ["cap.organization"] * 3
    assert "2 automatic letters in the last hour" in waiting[0]["why"]
    other = Customer(daemon, "Lena Vogt", "lena@northwind.example")
    other.order("A neighbour's order", ORDER.replace("PO-70231", "PO-70009"))
    assert relay.letters[-1].recipients == ("lena@northwind.example",)
    daemon.ask("ticket.reply", actor="orders-agent", id=1, text="A person answers whenever she likes.")
    daemon.quiet()
    assert len(relay.letters) == 4
    daemon.advance(timedelta(hours=1) - timedelta(seconds=1))
    assert len(relay.letters) == 4
    daemon.advance(timedelta(seconds=1))
    assert len(relay.letters) == 6
    daemon.advance(timedelta(hours=1))
    assert len(relay.letters) == 7
    received = {letter.recipients[0] for letter in relay.letters}
    assert received == {buyer.address for buyer in buyers} | {other.address}
    assert {letter["phase"] for letter in daemon.letters()} == {"sent"}


def test_one_address_and_everybody_together_have_caps_too(start: Callable[..., Daemon], relay: Relay) -> None:
    daemon = start(("[relay]", "[letters]\nper_address_per_hour = 1\nglobal_per_hour = 2\n[relay]"))
    mia = Customer(daemon, "Mia Okafor", "mia@blueharbor.example")
    lena = Customer(daemon, "Lena Vogt", "lena@northwind.example")
    nora = Customer(daemon, "Nora Lind", "nora@southwind.example")
    for number, buyer in enumerate([mia, mia, lena, nora]):
        buyer.order(f"Order {number}", ORDER.replace("PO-70231", f"PO-7000{number}"))
    assert [(letter["phase"], letter["code"]) for letter in daemon.letters()] == [
        ("sent", "sent"),
        ("queued", "cap.address"),
        ("sent", "sent"),
        ("queued", "cap.global"),
    ]
    daemon.advance(timedelta(hours=3))
    assert {letter["phase"] for letter in daemon.letters()} == {"sent"}
    assert len(relay.letters) == 4
