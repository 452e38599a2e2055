"""Orders that lie in a mailbox of a real Dovecot: each becomes one ticket, whatever the daemon goes through."""

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.dovecot import USER, Dovecot
from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import Daemon
from tests.journeys.relay import Relay

MAILS = 4


@pytest.fixture
def writer(desk_folder: Path) -> Customer:
    return Customer(Daemon(desk_folder), "Mia Okafor", "mia@blueharbor.example")


def octets(message: EmailMessage) -> bytes:
    return message.as_bytes(policy=message.policy.clone(linesep="\r\n"))


def orders(writer: Customer, count: int = MAILS, first: int = 0) -> list[bytes]:
    numbers = range(first, first + count)
    return [octets(writer.mail(f"Order {n}", ORDER.replace("PO-70231", f"PO-9{n:04}"))) for n in numbers]


def filed(daemon: Daemon, dovecot: Dovecot, count: int) -> None:
    """Wait until so many mails lie in the folder for processed mail and are settled."""
    while len(dovecot.subjects("Processed")) < count:
        daemon.wait_for("imap.filed")
    daemon.quiet()


def test_an_order_in_a_mailbox_becomes_a_ticket_and_is_confirmed(
    mailbox: Dovecot, writer: Customer, relay: Relay, start: Callable[..., Daemon]
) -> None:
    mailbox.put(*orders(writer, 1))
    daemon = start()
    filed(daemon, mailbox, 1)
    [ticket] = daemon.tickets()
    assert ticket["po_number"] == "PO-90000"
    assert relay.next().recipients == ("mia@blueharbor.example",)
    assert mailbox.subjects("INBOX") == []
    [box] = daemon.ask("status")[0]["mailboxes"]
    assert (box["name"], box["trouble"]) == ("box", None)
    assert box["read_at"]


def test_news_are_noticed_at_once_by_idle(mailbox: Dovecot, writer: Customer, start: Callable[..., Daemon]) -> None:
    """The daemon's clock stands still, so nothing but IDLE can make it look again."""
    daemon = start()
    daemon.wait_for("imap.connected")
    for number in range(3):
        mailbox.put(*orders(writer, 1, first=number))
        filed(daemon, mailbox, number + 1)
    assert len(daemon.tickets()) == 3


def test_without_idle_it_looks_when_the_time_has_come_or_somebody_asks(
    mailbox: Dovecot, writer: Customer, desk_folder: Path, start: Callable[..., Daemon]
) -> None:
    mailbox.put(*orders(writer, 1))
    daemon = start(("[[imap]]", '[[imap]]\nidle = false\npoll = "60s"'))
    filed(daemon, mailbox, 1)
    mailbox.put(*orders(writer, 1, first=1))
    daemon.ask("imap.poll", name="box")
    filed(daemon, mailbox, 2)
    mailbox.put(*orders(writer, 1, first=2))
    while len(mailbox.subjects("Processed")) < 3:  # the first step may come before it waits again
        daemon.advance(timedelta(seconds=61))
    daemon.quiet()
    assert len(daemon.tickets()) == 3


def test_l12_the_same_mail_by_smtp_and_imap_is_one_message_with_two_deliveries(
    mailbox: Dovecot, writer: Customer, relay: Relay, start: Callable[..., Daemon]
) -> None:
    [order] = orders(writer, 1)
    daemon = start()
    writer.daemon = daemon
    writer.send_raw(order, USER)
    relay.next()
    mailbox.put(b"Return-Path: <mia@blueharbor.example>\r\nReceived: by mx.shop.example; now\r\n" + order)
    filed(daemon, mailbox, 1)
    [mail] = daemon.ask("mail.list")
    deliveries = daemon.ask("mail.show", id=mail["id"])[0]["deliveries"]
    assert [delivery["channel"] for delivery in deliveries] == ["smtp", "imap"]
    assert len(daemon.tickets()) == 1
    assert len(relay.letters) == 1


# The place, and at which hit the daemon dies.
PLACES = {"imap.fetched": 2, "imap.committed": 2, "imap.moved": 1}


@pytest.mark.parametrize("place", PLACES)
def test_x01_g12_kill_9_twice_at(
    place: str, mailbox: Dovecot, writer: Customer, desk_folder: Path, relay: Relay
) -> None:
    _die_and_recover(place, mailbox, writer, desk_folder)


@pytest.mark.parametrize("without", [("MOVE",), ("MOVE", "UIDPLUS")], ids="-".join)
def test_x01_g12_kill_9_where_the_server_cannot_move(
    without: tuple[str, ...], dovecot: Dovecot, writer: Customer, mailbox: Dovecot, desk_folder: Path, relay: Relay
) -> None:
    mailbox.without = without
    mailbox.restart()
    _die_and_recover("imap.moved", mailbox, writer, desk_folder)


def _die_and_recover(place: str, mailbox: Dovecot, writer: Customer, desk_folder: Path) -> None:
    """Each life gets a little further; in the end each mail is one message, one delivery and one ticket."""
    mailbox.put(*orders(writer))
    daemon = Daemon(desk_folder)
    for life in range(2):
        daemon.start(MAILD_FAIL=f"{place}=kill:n={PLACES[place]}")
        assert daemon.died() == -9, f"{place} was not reached in life {life}"
    daemon.start()
    filed(daemon, mailbox, MAILS)
    assert _violations(daemon, mailbox) == []
    assert daemon.stop() == 0


def test_x12_a_database_from_yesterday_reads_again_what_was_filed_since(
    mailbox: Dovecot, writer: Customer, desk_folder: Path, relay: Relay, start: Callable[..., Daemon]
) -> None:
    """The mails lie in the folder for processed mail by then, where nobody looks while all is well."""
    mailbox.put(*orders(writer, 2), b"Subject: old and none of our business\r\n\r\nx\r\n", folder="Processed")
    mailbox.put(*orders(writer, 2, first=2))
    daemon = start()
    filed(daemon, mailbox, 5)
    assert daemon.stop() == 0
    yesterday = (desk_folder / "maild.db").read_bytes()
    daemon.start()
    mailbox.put(*orders(writer, 3, first=4))
    filed(daemon, mailbox, 8)
    assert daemon.stop() == 0
    (desk_folder / "maild.db").write_bytes(yesterday)
    daemon.start()
    daemon.wait_for("imap.reread", mails=3)
    daemon.quiet()
    numbers = sorted(ticket["po_number"] for ticket in daemon.tickets())
    assert numbers == [f"PO-9{number:04}" for number in range(2, 7)]
    assert all(len(daemon.ask("mail.show", id=mail["id"])[0]["deliveries"]) == 1 for mail in daemon.ask("mail.list"))
    assert len(mailbox.subjects("Processed")) == 8


def _violations(daemon: Daemon, server: Dovecot) -> list[str]:
    found = daemon.check()
    mails = daemon.ask("mail.list", limit=1000)
    found += [f"mail {m['id']} ended as {m['outcome']} {m['code']}" for m in mails if m["outcome"] != "ticket"]
    numbers = sorted(ticket["po_number"] for ticket in daemon.tickets())
    found += [] if numbers == [f"PO-9{n:04}" for n in range(MAILS)] else [f"tickets {numbers}"]
    for mail in mails:
        deliveries = daemon.ask("mail.show", id=mail["id"])[0]["deliveries"]
        found += [f"mail {mail['id']} was delivered {len(deliveries)} times"] if len(deliveries) != 1 else []
    if server.subjects("INBOX"):
        found.append("mail is left in the INBOX")
    return found
